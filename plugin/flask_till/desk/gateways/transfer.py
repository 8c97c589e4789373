"""Money that a shopper sends to the merchant's own bank account, outside of this desk.

The page says where to; nothing is heard of it until an operator of the merchant says that it has
arrived, which is settled like any other evidence, with him as its source. The desk never holds it:
money that is to go back is sent by whoever has the account, and is booked as his to send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from ...errors import BadSignature, GatewayRefused
from ...money import Money
from . import Charge, Evidence, Method, Notice, PagePart, RefundResult, Started

TRANSFER = "transfer"
DIALECTS = ("w3block",)


class KnowsAccounts(Protocol):
    def account_for(self, order_id: str) -> Mapping[str, str]:
        """Where the money of an order goes, by what it is called: holder, pix_key, bank_code,
        agency, account, reference. Nothing when its merchant takes no transfers."""
        ...


class TransferGateway:
    """``live`` as everywhere: a transfer for a test order is no real money."""

    late_look = timedelta(0)

    def __init__(self, accounts: KnowsAccounts, *, live: bool) -> None:
        self.name = TRANSFER if live else f"test_{TRANSFER}"
        self.account = self.name
        self.livemode = live
        self._accounts = accounts

    def methods(self, currency: str) -> Sequence[Method]:
        return (Method(self.name, TRANSFER, "Bank transfer", DIALECTS),)

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        if not self.details(charge):
            raise GatewayRefused("There is no account to send the money to.", code="NO_ACCOUNT")
        return Started(self._ref(charge), "requires_action")

    def details(self, charge: Charge) -> Mapping[str, str]:
        """What the page shows, as `KnowsAccounts` says."""
        return self._accounts.account_for(charge.order_id)

    def act(self, charge: Charge, inputs: Mapping[str, str]) -> Evidence:
        return self.look(charge)

    def look(self, charge: Charge) -> Evidence:
        """Nobody to ask: it waits."""
        return self.take_word(charge, "requires_action")

    def cancel(self, charge: Charge) -> Evidence:
        """It is not waited for any more; what was sent all the same is the operator's to tell."""
        return self.take_word(charge, "cancelled")

    def take_word(self, charge: Charge, status: str, reason: str | None = None) -> Evidence:
        """What the operator told of it."""
        paid = status == "succeeded"
        return Evidence(
            gateway=self.name,
            account=self.account,
            provider_ref=self._ref(charge),
            status=status,
            amount=charge.amount if paid else Money.zero(charge.amount.currency),
            livemode=self.livemode,
            method=TRANSFER,
            reason=reason,
        )

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        return RefundResult(f"{self.name}.{refund_id}", "succeeded", "sent back by hand")

    def look_refund(self, refund_id: str, provider_ref: str, amount: Money) -> RefundResult:
        return RefundResult(provider_ref, "succeeded")

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        raise BadSignature("Bank accounts send no webhooks.")

    def page(self) -> PagePart:
        return PagePart(template="gateways/transfer.html")

    def _ref(self, charge: Charge) -> str:
        return charge.provider_ref or f"{self.name}.{charge.payment_id}"
