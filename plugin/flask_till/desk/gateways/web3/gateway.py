"""Coins on EVM chains as a gateway: a payment gets an address of its own.

The shopper sends to it from any wallet. What has come is what the watcher wrote down, behind the
port `Deposits`; a chain is never asked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from ....chains import Chain
from ....errors import BadSignature
from ....money import Money
from ...onchain import FAILED, FINAL, Sending, Standing
from .. import Charge, Evidence, Method, Notice, PagePart, RefundResult, Started
from .offers import offer_to_page
from .rates import Rates, dues_of, has_price

CRYPTO = "crypto"
LIVE, TEST = "web3", "test_web3"
RESULTS = {FINAL: "succeeded", FAILED: "failed"}


class Deposits(Protocol):
    """What the desk knows of money that comes to its addresses. Each verb may be repeated."""

    def operator(self) -> str:
        """The address of the account that the desk pays from."""

    def open(self, charge: Charge, dues: Mapping[str, int]) -> Standing:
        """The payment with its address; ``dues`` count only the first time."""

    def standing_of(self, charge: Charge) -> Standing | None:
        """Raises `Conflict` (QUOTE_INVALID) when its price was tampered with."""

    def close(self, charge: Charge) -> Standing | None:
        """Await it no longer, unless what covers it was seen."""

    def send_back(self, refund_id: str, charge: Charge, amount: Money) -> Sending:
        """To the address that paid, on its chain. Raises `GatewayRefused` when there is none."""

    def sending(self, sending_id: str) -> Sending | None: ...


class Web3Gateway:
    """One of them takes coins of live chains, another those of test chains."""

    late_look = timedelta(hours=1)

    def __init__(
        self, chains: Sequence[Chain], deposits: Deposits, rates: Rates, *, live: bool
    ) -> None:
        self.name = LIVE if live else TEST
        self.livemode = live
        self._chains = chains
        self._coins = [coin for chain in chains for coin in chain.offered]
        self._deposits = deposits
        self._rates = rates

    @property
    def account(self) -> str:
        return self._deposits.operator()

    def methods(self, currency: str) -> Sequence[Method]:
        if not has_price(self._coins, currency, self._rates):
            return ()
        return (Method(self.name, CRYPTO, "Crypto: wallet or QR code"),)

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        standing = self._deposits.open(charge, dues_of(self._coins, charge.amount, self._rates))
        evidence = self._evidence(charge, standing)
        client = offer_to_page(charge, standing, self._chains)
        return Started(evidence.provider_ref, evidence.status, client, evidence=evidence)

    def act(self, charge: Charge, inputs: Mapping[str, str]) -> Evidence:
        return self.look(charge)

    def look(self, charge: Charge) -> Evidence:
        return self._evidence(charge, self._deposits.standing_of(charge))

    def cancel(self, charge: Charge) -> Evidence:
        return self._evidence(charge, self._deposits.close(charge))

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        return self._result(self._deposits.send_back(refund_id, charge, amount))

    def look_refund(self, refund_id: str, provider_ref: str, amount: Money) -> RefundResult:
        sending = self._deposits.sending(refund_id)
        return RefundResult(provider_ref, "pending") if sending is None else self._result(sending)

    def _result(self, sending: Sending) -> RefundResult:
        status = RESULTS.get(sending.status, "pending")
        return RefundResult(f"{self.name}.{sending.id}", status, sending.reason)

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        raise BadSignature("Chains send no webhooks.")

    def page(self) -> PagePart:
        return PagePart(module="gateways/web3.js", template="gateways/web3.html")

    def _evidence(self, charge: Charge, standing: Standing | None) -> Evidence:
        """Of a payment that nobody was told an address for, nothing can come."""
        status = "cancelled" if standing is None else status_of(standing)
        paid = status == "succeeded"
        return Evidence(
            gateway=self.name,
            account=self.account,
            provider_ref=f"{self.name}.{charge.payment_id}",
            status=status,
            amount=charge.amount if paid else Money.zero(charge.amount.currency),
            livemode=self.livemode,
            method=charge.method,
        )


def status_of(standing: Standing) -> str:
    """What a payment's standing is to the cashier."""
    if standing.paid_with is not None:
        return "succeeded"
    if standing.covering is not None:
        return "processing"
    return "requires_action" if standing.closed_at is None else "cancelled"
