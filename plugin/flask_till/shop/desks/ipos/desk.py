"""An IPOS platform: its orders, its hosted page, its callbacks. Sections are of the IPOS contract.

A callback proves who sent it and not what is in it, so the order is read again before anything is
believed (7).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlencode

import httpx

from ....errors import (
    BadSignature,
    Conflict,
    InvalidRequest,
    RequestError,
    SettingsError,
    Unauthenticated,
)
from ....money import Money
from ....wire.ipos import requests, tokens
from ....wire.strict_json import parse_object
from ...order import PENDING, DeskSnapshot, Order
from .. import DeskOrder, PageKey, ShopperUnknown
from ..exchange import (
    IN_CALLBACK,
    TOTAL,
    Exchange,
    check_money,
    require_address,
    unavailable,
    understood,
    utc_now,
)
from .answers import IposOrder, data_of
from .words import (
    CURRENCY,
    create_body,
    given_up,
    order_id_of,
    our_id,
    snapshot_of,
    version_of,
)

LONGEST_CALLBACK_URL = 1024
ORDERS = "/api/v1/order"


class UserToken(Protocol):
    """Gives the platform's token of who buys an order; None when nobody is signed in."""

    def __call__(self, order: Order, /) -> str | None: ...


@runtime_checkable
class RenewedToken(UserToken, Protocol):
    """One that keeps tokens, and must be told when one is not good any more."""

    def forget(self, order: Order) -> None:
        """The token for this order's buyer was answered with 401: get another one."""


class IposDesk:
    """Sells through the IPOS platform at ``base_url``, as the widget of the two keys (2.2).

    ``callback_url`` is where the platform reaches ``/till/callbacks/ipos`` of this shop.
    ``user_token`` gives the platform's token of who buys an order, or None when nobody is signed
    in; `HostLogin` is one for a portal's own backend. ``methods`` narrows how it may be paid
    (3.2). ``live``: the platform takes real money, which the protocol itself does not say.
    ``require_signature`` refuses callbacks without ``X-IPOS-Signature``, which not every platform
    sends. ``transport`` replaces the network, ``clock`` gives the time in UTC.

    Raises `SettingsError` for keys and addresses that cannot be right.
    """

    name = "ipos"
    currency = CURRENCY

    def __init__(
        self,
        base_url: str,
        *,
        access_key: str,
        secret_key: str,
        app_id: str,
        callback_url: str,
        user_token: UserToken | RenewedToken,
        live: bool = True,
        methods: Sequence[str] | None = None,
        require_signature: bool = False,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        _check_keys(access_key, secret_key, app_id)
        self._access_key, self._secret_key = access_key, secret_key
        self._app_id = app_id
        self._callback_url = require_address("callback_url", callback_url, LONGEST_CALLBACK_URL)
        self._user_token = user_token
        self._live = live
        self._methods = _methods(methods)
        self._require_signature = require_signature
        self._clock = clock
        self._exchange = Exchange(require_address("base_url", base_url), transport=transport)

    def __repr__(self) -> str:
        return f"IposDesk({self._exchange.base!r})"

    def close(self) -> None:
        """Ends the connections, those of a `HostLogin` too."""
        self._exchange.close()
        if hasattr(self._user_token, "close"):
            self._user_token.close()

    def check_shop(self, *, currency: str, live_only: bool) -> None:
        """Raises `SettingsError` for a shop that sells in another currency, or not for play."""
        if currency != CURRENCY:
            raise SettingsError(
                f"IPOS knows US cents only, and this shop sells in {currency}.",
                remedy="Price the catalog in USD, or sell through another desk.",
            )
        check_money("IposDesk", live=self._live, live_only=live_only)

    # ---- the desk's port ----

    def create(self, order: Order) -> DeskOrder:
        token = self._token_of(order)
        try:
            told = self._create(order, token)
        except Unauthenticated:
            # The buyer's token may have ended before its time (2.2).
            if not isinstance(self._user_token, RenewedToken):
                raise
            self._user_token.forget(order)
            token = self._token_of(order)
            told = self._create(order, token)
        snapshot = self._believed(told)
        return DeskOrder(snapshot, PageKey(told.order_url, token))

    def token(self, order: Order) -> PageKey:
        token = self._token_of(order)
        return PageKey(order.order_url or self._detail(order_id_of(order.id)).order_url, token)

    def get(self, order: Order) -> DeskSnapshot:
        return self._believed(self._detail(order_id_of(order.id)))

    def cancel(self, order: Order) -> DeskSnapshot:
        """IPOS has no word for it (6): an order that is still pending is given up."""
        told = self.get(order)
        return given_up(told) if told.status == PENDING else told

    def refund(self, order: Order, amount: Money | None = None, *, key: str) -> DeskSnapshot:
        """Give money back, all that is left without ``amount``; the order as it is then (3.9).

        The protocol carries no ``key``: a repeat is told by what is refunded already. Raises
        `Conflict` (REFUND_MISMATCH) when that is not what ``order`` says, and `InvalidRequest`
        for what the platform does not refund: money of cards, a part of a wallet's payment, after
        10 days.
        """
        order_id = order_id_of(order.id)
        if self._believed(self._detail(order_id)).refunded != order.refunded:
            raise Conflict(
                f"More of {order.number} is refunded than we know of.",
                code="REFUND_MISMATCH",
                remedy="Ask the desk how the order is, and look whether it is done already.",
            )
        body: dict[str, Any] = {"order_id": order_id}
        if amount is not None:
            body["refund_amount"] = _cents(amount)
        return self._believed(_order_in(self._ask("POST", f"{ORDERS}/refund", body)))

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[str, DeskSnapshot]:
        """Proves who called, then reads the order again: that is what is believed (7).

        Raises `BadSignature`, `NotFound` for an order of another shop, and `Unavailable` when the
        platform does not stand by its callback, or not yet.
        """
        claimed = self._proven(headers, body, now)
        external_id = our_id(claimed, self._app_id)
        seen = self._detail(claimed.order_id, within=IN_CALLBACK)
        told = self._believed(seen)
        if told.external_id != external_id or version_of(claimed) > told.version:
            raise unavailable(f"{claimed.order_id} is {seen.current_status}, whatever it called")
        return f"{told.desk_order_id}:{seen.current_status}:{seen.updated_at}", told

    # ---- how ----

    def _proven(self, headers: Mapping[str, str], body: bytes, now: datetime) -> IposOrder:
        signature = headers.get(tokens.SIGNATURE_HEADER.lower())
        try:
            if signature is not None:
                tokens.verify_body(self._secret_key, body, signature)
            elif self._require_signature:
                raise BadSignature("The callback is not signed.")
            data = parse_object(body)
            proof = data.get("jwt_verify")
            tokens.verify_proof(
                proof if isinstance(proof, str) else "", self._access_key, self._secret_key, now
            )
        except RequestError as error:
            raise BadSignature("The callback is not proven to be the platform's.") from error
        return IposOrder.read(data)

    def _token_of(self, order: Order) -> str:
        token = self._user_token(order)
        if not token:
            raise ShopperUnknown("The platform wants to know who pays.")
        return token

    def _create(self, order: Order, user_token: str) -> IposOrder:
        body = create_body(
            order,
            callback_url=self._callback_url,
            user_token=user_token,
            methods=self._methods,
        )
        try:
            return _order_in(self._ask("POST", f"{ORDERS}/create", body))
        except Conflict:  # an answer was lost: it has the order already (edge case 6 of 10)
            return self._detail(body["order_id"])

    def _detail(self, order_id: str, *, within: float = TOTAL) -> IposOrder:
        query = urlencode({"order_id": order_id})
        return _order_in(self._ask("GET", f"{ORDERS}/detail?{query}", within=within))

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        within: float = TOTAL,
    ) -> Any:
        token = tokens.issue_widget_token(self._access_key, self._secret_key, self._clock())
        headers = {"authorization": f"Bearer {token}", "app-id": self._app_id}
        content = None if body is None else json.dumps(body).encode()
        return data_of(self._exchange.send(method, path, content, headers, within=within))

    def _believed(self, told: IposOrder) -> DeskSnapshot:
        return understood(snapshot_of, told, self._app_id, live=self._live)


def _order_in(data: Any) -> IposOrder:
    return understood(IposOrder.read, data)


def _cents(amount: Money) -> int:
    if amount.currency != CURRENCY:
        raise InvalidRequest(f"IPOS refunds {CURRENCY}, not {amount.currency}.")
    return amount.minor


def _methods(names: Sequence[str] | None) -> tuple[str, ...] | None:
    known = [str(name) for name in requests.PaymentMethod]
    if names is not None and (not names or isinstance(names, str) or set(names) - set(known)):
        raise SettingsError(
            f"An order cannot be paid with {names!r}.", remedy=f"Name some of {', '.join(known)}."
        )
    return None if names is None else tuple(names)


def _check_keys(access_key: str, secret_key: str, app_id: str) -> None:
    if not access_key.startswith(tokens.ACCESS_KEY) or not secret_key or not app_id:
        raise SettingsError(
            "IposDesk needs the widget's keys, and the id of its app.",
            remedy=f"The access key begins with {tokens.ACCESS_KEY}, the secret key with"
            f" {tokens.SECRET_KEY}.",
        )
