"""Balances at this desk as a gateway: money that was paid in before pays for an order.

It moves no money of the world, so it succeeds or refuses at once. All that it knows is in the
desk's ledger, behind the port `Purse`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from ...errors import BadSignature, GatewayRefused
from ...money import Money
from ..balance import SPENT, Spend
from . import Charge, Evidence, Method, Notice, PagePart, RefundResult, Started

DIALECTS = ("boxo", "ipos")
LABELS = {"wallet": "Wallet balance", "credit": "Credit", "paid_credit": "Credit"}


class Purse(Protocol):
    """Where balances are kept. Each verb is one transaction and may be repeated."""

    def spend(self, charge: Charge, *, live: bool) -> Spend:
        """Raises `GatewayRefused` (INSUFFICIENT_BALANCE)."""

    def void(self, charge: Charge) -> Spend: ...

    def spend_of(self, payment_id: str) -> Spend | None: ...

    def give_back(self, refund_id: str, payment_id: str, amount: Money, *, live: bool) -> None: ...


class BalanceGateway:
    """One of them holds real money, another test money: neither pays for the other's orders."""

    late_look = timedelta(0)

    def __init__(self, purse: Purse, *, live: bool) -> None:
        self.name = "balance" if live else "test_balance"
        self.account = self.name
        self.livemode = live
        self._purse = purse

    def methods(self, currency: str) -> Sequence[Method]:
        return tuple(Method(self.name, name, LABELS[name], DIALECTS) for name in LABELS)

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        if charge.payer is None:
            raise GatewayRefused("Nobody's balance pays for this order.", code="NO_PAYER")
        spend = self._purse.spend(charge, live=self.livemode)
        evidence = self._evidence(charge, spend)
        return Started(evidence.provider_ref, evidence.status, evidence=evidence)

    def act(self, charge: Charge, inputs: Mapping[str, str]) -> Evidence:
        return self.look(charge)

    def look(self, charge: Charge) -> Evidence:
        return self._evidence(charge, self._purse.spend_of(charge.payment_id))

    def cancel(self, charge: Charge) -> Evidence:
        return self._evidence(charge, self._purse.void(charge))

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        self._purse.give_back(refund_id, charge.payment_id, amount, live=self.livemode)
        return RefundResult(f"{self.name}.{refund_id}", "succeeded")

    def look_refund(self, refund_id: str, provider_ref: str, amount: Money) -> RefundResult:
        return RefundResult(provider_ref, "succeeded")

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        raise BadSignature("Balances send no webhooks.")

    def page(self) -> PagePart:
        return PagePart()

    def _evidence(self, charge: Charge, spend: Spend | None) -> Evidence:
        took = spend is not None and spend.status == SPENT
        status = "succeeded" if took else "requires_action" if spend is None else "cancelled"
        return Evidence(
            gateway=self.name,
            account=self.account,
            provider_ref=f"{self.name}.{charge.payment_id}",
            status=status,
            amount=charge.amount if took else Money.zero(charge.amount.currency),
            livemode=self.livemode,
            method=charge.method,
        )
