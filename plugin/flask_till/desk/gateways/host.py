"""A partner's app that takes the money itself and tells us what came of it.

The payment's id at the provider is the partner's own. What the partner tells is settled like any
other evidence; what it has not told is asked through the port `AsksHost`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from ...errors import BadSignature, GatewayRefused
from ...money import Money
from . import Charge, Evidence, Method, Notice, PagePart, RefundResult, Started

DIALECTS = ("boxo",)


class AsksHost(Protocol):
    def status(self, charge: Charge) -> tuple[str, str | None]:
        """processing, succeeded, failed or cancelled, and why.

        Raises `GatewayUnavailable` when the host does not answer, or not sensibly.
        """


class HostGateway:
    """``live`` as everywhere: what a host tells of a test order is no real money."""

    late_look = timedelta(0)

    def __init__(self, host: AsksHost, *, live: bool) -> None:
        self.name = "host" if live else "test_host"
        self.account = self.name
        self.livemode = live
        self._host = host

    def methods(self, currency: str) -> Sequence[Method]:
        return (Method(self.name, "host", "Host app", DIALECTS),)

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        """``reference`` is the host's id of the payment."""
        reference = charge.provider_ref or inputs.get("reference")
        if not reference:
            raise GatewayRefused("The host app has given no id for it.")
        return Started(reference, "processing")

    def act(self, charge: Charge, inputs: Mapping[str, str]) -> Evidence:
        return self.look(charge)

    def look(self, charge: Charge) -> Evidence:
        return self.take_word(charge, *self._host.status(charge))

    def cancel(self, charge: Charge) -> Evidence:
        """The host is asked first: what it has by now counts, anything else comes too late."""
        seen = self.look(charge)
        return seen if seen.status == "succeeded" else self.take_word(charge, "cancelled")

    def take_word(self, charge: Charge, status: str, reason: str | None = None) -> Evidence:
        """What the host told of a payment."""
        paid = status == "succeeded"
        return Evidence(
            gateway=self.name,
            account=self.account,
            provider_ref=charge.provider_ref or f"none.{charge.payment_id}",
            status=status,
            amount=charge.amount if paid else Money.zero(charge.amount.currency),
            livemode=self.livemode,
            method="host",
            reason=reason,
        )

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        raise GatewayRefused("The host app took the money, so it gives it back.")

    def look_refund(self, refund_id: str, provider_ref: str, amount: Money) -> RefundResult:
        raise GatewayRefused("The host app took the money, so it gives it back.")

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        raise BadSignature("Host apps tell by their own protocol.")

    def page(self) -> PagePart:
        return PagePart()
