"""The sandbox: no account, no network, no money. The shopper chooses what happens.

All it knows of a payment is in its provider id: the chosen outcome and when it was chosen, so it
needs no storage and survives restarts. It refuses to start in production.

An embedded payment (``ui`` "embedded") is answered as Stripe answers one, with a client secret.
Without an outcome it waits until somebody decides: the shopper on the order page, or a tester. So
does one that a partner opens before the shopper is there (``ui`` "page").
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from ...base.clock import Clock, system_clock
from ...errors import BadSignature, Conflict, GatewayRefused, InvalidRequest, SettingsError
from ...money import Money
from . import Charge, Evidence, Method, Notice, PagePart, RefundResult, Share, Started

OUTCOMES = ("paid", "declined", "slow", "confirm", "late")
SLOW = timedelta(seconds=4)
LATE_AFTER_EXPIRY = timedelta(seconds=2)
METHOD = Method("sandbox", "sandbox", "Sandbox")
EMBEDDED, ON_PAGE = "embedded", "page"
DECISIONS = ("paid", "declined", "confirm")
"""What can be said of an embedded payment that waits; the last leaves it so."""
STATUS_BEFORE = {"paid": "succeeded", "declined": "failed", "slow": "processing",
                 "confirm": "requires_action", "late": "processing"}  # fmt: skip


class SandboxGateway:
    """Plays a provider. Raises `SettingsError` unless told that the desk is in development."""

    name = "sandbox"
    account = "sandbox"
    livemode = False
    late_look = timedelta(seconds=3)

    def __init__(self, *, in_development: bool, clock: Clock = system_clock) -> None:
        if not in_development:
            raise SettingsError(
                "The sandbox gateway takes no money and does not start in production.",
                remedy="Set up a real gateway, or TILL_ENV=development to try things out.",
            )
        self._clock = clock

    def methods(self, currency: str) -> Sequence[Method]:
        return (METHOD,)

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        """``outcome`` chooses what happens, ``ui`` "embedded" opens what decides later.

        Raises `InvalidRequest` (UNKNOWN_OUTCOME); `Conflict` (PAYMENT_IN_PROGRESS) when an
        embedded one is asked for and another form waits for the shopper.
        """
        ref = charge.provider_ref or self._new_ref(charge, inputs)
        waits = _outcome(ref) == "confirm"
        if waits and inputs.get("ui") == EMBEDDED and not _is_embedded(ref):
            raise Conflict("The payment is open in another form.", code="PAYMENT_IN_PROGRESS")
        status = STATUS_BEFORE[_outcome(ref)]
        if waits and _is_embedded(ref):
            status = _decided(inputs)
        evidence = self._evidence(charge, ref, status)
        return Started(ref, status, _client_of(ref), evidence=evidence)

    def _new_ref(self, charge: Charge, inputs: Mapping[str, str]) -> str:
        embedded, waits = inputs.get("ui") == EMBEDDED, inputs.get("ui") in (EMBEDDED, ON_PAGE)
        outcome = _known(inputs.get("outcome", "confirm" if waits else "paid"), OUTCOMES)
        at = int(self._clock().timestamp() * 1000)
        ref = f"sandbox.{charge.payment_id}.{outcome}.{at}"
        return f"{ref}.{EMBEDDED}" if embedded else ref

    def act(self, charge: Charge, inputs: Mapping[str, str]) -> Evidence:
        """Decide about a payment that waits: ``confirmation`` is yes or no; an embedded one also
        takes an ``outcome``, paid or declined. Raises `GatewayRefused` where nothing waits."""
        ref = _ref(charge)
        if _outcome(ref) != "confirm":
            raise GatewayRefused("This payment waits for no confirmation.")
        if _is_embedded(ref) and "outcome" in inputs:
            return self._evidence(charge, ref, _decided(inputs))
        agreed = inputs.get("confirmation") == "yes"
        return self._evidence(charge, ref, "succeeded" if agreed else "failed")

    def play(self, charge: Charge, status: str) -> Evidence:
        return self._evidence(charge, _ref(charge), status)

    def look(self, charge: Charge) -> Evidence:
        ref, now = _ref(charge), self._clock()
        if charge.status == "processing" and _outcome(ref) == "confirm":
            return self._evidence(charge, ref, charge.status)  # as it was played
        done = {
            "slow": now >= _chosen_at(ref) + SLOW,
            "late": now >= charge.expires_at + LATE_AFTER_EXPIRY,
        }.get(_outcome(ref), False)
        status = "succeeded" if done else STATUS_BEFORE[_outcome(ref)]
        return self._evidence(charge, ref, status)

    def cancel(self, charge: Charge) -> Evidence:
        """Always wins, unless the money is there already; ``late`` breaks its word afterwards."""
        if charge.provider_ref is None:
            ref = self._new_ref(charge, {"outcome": "declined"})
            return self._evidence(charge, ref, "cancelled")
        seen = self.look(charge)
        if seen.status == "succeeded":
            return seen
        return self._evidence(charge, _ref(charge), "cancelled")

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        return RefundResult(f"sandbox.{refund_id}", "succeeded")

    def look_refund(self, refund_id: str, provider_ref: str, amount: Money) -> RefundResult:
        return RefundResult(provider_ref, "succeeded")

    def transfer(self, share: Share, charge: Charge) -> str:
        return f"sandbox.{share.share_id}"

    def reverse_transfer(self, reversal_id: str, transfer_ref: str, amount: Money) -> str:
        return f"sandbox.{reversal_id}"

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        raise BadSignature("The sandbox sends no webhooks.")

    def page(self) -> PagePart:
        return PagePart(template="gateways/sandbox.html")

    def _evidence(self, charge: Charge, ref: str, status: str) -> Evidence:
        reason = "The sandbox declined it, as asked." if status == "failed" else None
        return Evidence(
            gateway=self.name,
            account=self.account,
            provider_ref=ref,
            status=status,
            amount=charge.amount,
            livemode=False,
            method="sandbox",
            reason=reason,
        )


def _decided(inputs: Mapping[str, str]) -> str:
    return STATUS_BEFORE[_known(inputs.get("outcome", "confirm"), DECISIONS)]


def _known(outcome: str, outcomes: Collection[str]) -> str:
    if outcome not in outcomes:
        raise InvalidRequest(f"The sandbox knows {', '.join(outcomes)}.", code="UNKNOWN_OUTCOME")
    return outcome


def _client_of(ref: str) -> dict[str, str]:
    """A secret shaped as Stripe's, the same every time; it opens nothing."""
    if not _is_embedded(ref):
        return {}
    mixed = sha256(ref.encode()).hexdigest()
    return {"ui": EMBEDDED, "client_secret": f"cs_test_{mixed[:40]}_secret_{mixed[40:]}"}


def _is_embedded(ref: str) -> bool:
    return ref.endswith(f".{EMBEDDED}")


def _ref(charge: Charge) -> str:
    if charge.provider_ref is None:
        raise GatewayRefused("The sandbox has not seen this payment.")
    return charge.provider_ref


def _outcome(ref: str) -> str:
    return ref.split(".")[2]


def _chosen_at(ref: str) -> datetime:
    return datetime.fromtimestamp(int(ref.split(".")[3]) / 1000, UTC)
