"""Shoppers' accounts on chains as a gateway: what was topped up before pays at once.

The coins lie at addresses of this desk and their arrival is final, so paying is an entry in its
books; nothing is sent, and no gas is paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from ....chains import Chain
from ....errors import BadSignature, GatewayRefused
from ....money import Money
from .. import Charge, Evidence, Method, Notice, PagePart, RefundResult, Started
from .rates import Rates, dues_of, has_price

ACCOUNT = "account"
LIVE, TEST = "web3_account", "test_web3_account"


class Accounts(Protocol):
    """Where shoppers' coins are booked. Each verb is one transaction and may be repeated."""

    def spend(self, charge: Charge, owner: str, dues: Mapping[str, int]) -> int:
        """Take the price in the first coin that covers it; the units taken, 0 when it is void.

        Raises `GatewayRefused` (INSUFFICIENT_BALANCE).
        """

    def spent(self, payment_id: str) -> int | None:
        """What a payment took: 0 when it is void, None when it took nothing yet."""

    def void(self, charge: Charge) -> int:
        """See to it that it takes nothing from now on; what it took already."""

    def return_part(self, refund_id: str, charge: Charge, amount: Money) -> None:
        """Give that part of the price back to the account that paid."""


class AccountGateway:
    """One of them pays with coins of live chains, another with those of test chains."""

    late_look = timedelta(0)

    def __init__(
        self, chains: Sequence[Chain], accounts: Accounts, rates: Rates, *, live: bool
    ) -> None:
        self.name = LIVE if live else TEST
        self.account = self.name
        self.livemode = live
        self._coins = [coin for chain in chains for coin in chain.offered]
        self._accounts = accounts
        self._rates = rates

    def methods(self, currency: str) -> Sequence[Method]:
        if not has_price(self._coins, currency, self._rates):
            return ()
        return (Method(self.name, ACCOUNT, "Crypto account"),)

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        """The input ``payer`` is whose account pays where the order does not say."""
        owner = charge.payer or inputs.get("payer")
        if not owner:
            raise GatewayRefused("Nobody's account pays for this order.", code="NO_PAYER")
        dues = dues_of(self._coins, charge.amount, self._rates)
        evidence = self._evidence(charge, self._accounts.spend(charge, owner, dues))
        return Started(evidence.provider_ref, evidence.status, evidence=evidence)

    def act(self, charge: Charge, inputs: Mapping[str, str]) -> Evidence:
        return self.look(charge)

    def look(self, charge: Charge) -> Evidence:
        return self._evidence(charge, self._accounts.spent(charge.payment_id))

    def cancel(self, charge: Charge) -> Evidence:
        return self._evidence(charge, self._accounts.void(charge))

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        self._accounts.return_part(refund_id, charge, amount)
        return self.look_refund(refund_id, f"{self.name}.{refund_id}", amount)

    def look_refund(self, refund_id: str, provider_ref: str, amount: Money) -> RefundResult:
        return RefundResult(provider_ref, "succeeded")

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        raise BadSignature("Accounts send no webhooks.")

    def page(self) -> PagePart:
        return PagePart(template="gateways/web3_account.html")

    def _evidence(self, charge: Charge, took: int | None) -> Evidence:
        status = "requires_action" if took is None else "succeeded" if took else "cancelled"
        return Evidence(
            gateway=self.name,
            account=self.account,
            provider_ref=f"{self.name}.{charge.payment_id}",
            status=status,
            amount=charge.amount if took else Money.zero(charge.amount.currency),
            livemode=self.livemode,
            method=charge.method,
        )
