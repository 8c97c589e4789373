"""Payments and lists for the shop's back office (2.3, 2.12). Optional.

The contract has no shape for a transaction or an entry of a list: they come out as JSON values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ....errors import InvalidRequest, RequestError
from ....money import Money
from ....wire import strict_json
from ....wire.inpost.payments import (
    COMMAND_HEADER,
    TRANSACTION_FILTERS,
    RefundReply,
    RefundRequest,
)
from .access import unavailable
from .connection import Connection, path, understood


class BackOffice:
    """All raise `WalletRefused` and `Unavailable`. ``merchant_secret`` signs refunds."""

    def __init__(self, connection: Connection, merchant_secret: str | None = None) -> None:
        self._connection = connection
        self._secret = merchant_secret

    def transactions(self, **filters: str) -> Any:
        """GET transaction; raises `InvalidRequest` for a filter that is not one (2.12)."""
        for name in filters:
            if name not in TRANSACTION_FILTERS:
                raise InvalidRequest(f"Transactions cannot be asked for by {name[:40]!r}.")
        return self._list("transaction", filters)

    def refund(
        self,
        transaction_id: str,
        external_refund_id: str,
        amount: Money,
        *,
        command_id: str | None = None,
        business_data: Mapping[str, str] | None = None,
    ) -> RefundReply:
        """POST refund, signed (2.12). The same ``command_id`` makes a repeat the same command.

        Raises `InvalidRequest` without TILL_INPOST_MERCHANT_SECRET, `MoneyError` for an amount
        that cannot be sent.
        """
        if not self._secret:
            raise InvalidRequest("Refunds are signed: set TILL_INPOST_MERCHANT_SECRET.")
        command_id = command_id or str(uuid4())
        request = RefundRequest.signed(
            self._secret,
            command_id=command_id,
            transaction_id=transaction_id,
            external_refund_id=external_refund_id,
            amount=amount,
            business_data=business_data,
        )
        answer = self._connection.ask(
            "POST",
            path("v1", "izi", "transaction", transaction_id, "refund"),
            good=(200, 201),
            message=request,
            headers={COMMAND_HEADER: command_id},
        )
        return understood(RefundReply, answer)

    def baskets(self, **query: str) -> Any:
        """GET baskets (2.3)."""
        return self._list("baskets", query)

    def orders(self, **query: str) -> Any:
        """GET orders (2.3)."""
        return self._list("orders", query)

    def _list(self, name: str, query: Mapping[str, str]) -> Any:
        answer = self._connection.ask("GET", path("v1", "izi", name), query=query)
        try:
            return strict_json.parse(answer.body)
        except RequestError as error:
            raise unavailable(f"its answer is not understood: {error.message}") from error
