"""What Stripe's objects say about the money, as `Evidence`. Pure: plain dicts in, values out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from flask_till.desk.gateways import Evidence
from flask_till.errors import MoneyError
from flask_till.money import Money

from .amounts import from_stripe

Status = Literal["requires_action", "processing", "succeeded", "failed", "cancelled"]

_OF_INTENT: Final[dict[str, Status]] = {
    # A declined card leaves the intent open: the shopper may try another one on the same page.
    "requires_payment_method": "requires_action",
    "requires_confirmation": "requires_action",
    "requires_action": "requires_action",
    "requires_capture": "processing",
    "processing": "processing",
    "succeeded": "succeeded",
    "canceled": "cancelled",
}


class Unexpected(ValueError):
    """An object that is not shaped as Stripe shapes it."""


@dataclass(frozen=True)
class Witness:
    """Who tells us: our account, and the event that brought the object, if one did."""

    account: str
    event_id: str | None = None

    def of_intent(self, intent: dict[str, Any]) -> Evidence:
        """What a PaymentIntent says. Raises `Unexpected`."""
        return self._evidence(
            intent,
            status=_intent_status(intent),
            received=_whole(intent, "amount_received"),
            method=_method(intent),
            reason=_reason(intent),
        )

    def of_session(self, session: dict[str, Any], kind: str | None = None) -> Evidence:
        """What a Checkout Session says; its PaymentIntent is the better witness when expanded.

        ``kind`` is the event's type: a failed asynchronous payment can be told only by that.
        Raises `Unexpected`.
        """
        intent = session.get("payment_intent")
        if isinstance(intent, dict):
            return self._of_expanded(session, intent)
        status = _session_status(session)
        if kind == "checkout.session.async_payment_failed" and status == "processing":
            status = "failed"
        received = _whole(session, "amount_total") if status == "succeeded" else 0
        return self._evidence(session, status=status, received=received)

    def _of_expanded(self, session: dict[str, Any], intent: dict[str, Any]) -> Evidence:
        status = _intent_status(intent)
        over = session.get("status") != "open"
        if over and status == "requires_action":
            # Nobody can pay in a session that is over, whatever its intent waits for.
            status = "cancelled" if session.get("status") == "expired" else "failed"
        return self._evidence(
            session,
            status=status,
            received=_whole(intent, "amount_received"),
            method=_method(intent),
            reason=_reason(intent),
            currency=_words(intent, "currency"),
        )

    def _evidence(
        self,
        thing: dict[str, Any],
        *,
        status: Status,
        received: int,
        method: str | None = None,
        reason: str | None = None,
        currency: str | None = None,
    ) -> Evidence:
        livemode = thing.get("livemode")
        if not isinstance(livemode, bool):
            raise Unexpected("livemode")
        return Evidence(
            gateway="stripe",
            account=self.account,
            provider_ref=_words(thing, "id"),
            event_id=self.event_id,
            status=status,
            amount=_money(received, currency or _words(thing, "currency")),
            livemode=livemode,
            method=method,
            reason=reason,
        )


def amount_of(thing: dict[str, Any]) -> Money:
    """The ``amount`` and ``currency`` of any of Stripe's objects. Raises `Unexpected`."""
    return _money(_whole(thing, "amount"), _words(thing, "currency"))


def _intent_status(intent: dict[str, Any]) -> Status:
    status = intent.get("status")
    if not isinstance(status, str) or status not in _OF_INTENT:
        raise Unexpected("status")
    return _OF_INTENT[status]


def _session_status(session: dict[str, Any]) -> Status:
    status = session.get("status")
    if status == "complete":
        return "succeeded" if session.get("payment_status") == "paid" else "processing"
    if status == "expired":
        return "cancelled"
    if status == "open":
        return "requires_action"
    raise Unexpected("status")


def _method(intent: dict[str, Any]) -> str | None:
    """``apple_pay``, ``google_pay``, ``card``, ``sepa_debit``...; None when not told."""
    charge = intent.get("latest_charge")
    details = charge.get("payment_method_details") if isinstance(charge, dict) else None
    if not isinstance(details, dict):
        return None
    kind = details.get("type")
    card = details.get("card")
    wallet = card.get("wallet") if isinstance(card, dict) else None
    if isinstance(wallet, dict) and isinstance(wallet.get("type"), str):
        kind = wallet["type"]
    return kind if isinstance(kind, str) else None


def _reason(intent: dict[str, Any]) -> str | None:
    error = intent.get("last_payment_error")
    if isinstance(error, dict):
        found = error.get("decline_code") or error.get("code")
        return found if isinstance(found, str) else "declined"
    found = intent.get("cancellation_reason")
    return found if isinstance(found, str) else None


def _whole(thing: dict[str, Any], member: str) -> int:
    value = thing.get(member)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unexpected(member)
    return value


def _words(thing: dict[str, Any], member: str) -> str:
    value = thing.get(member)
    if not isinstance(value, str) or not value:
        raise Unexpected(member)
    return value


def _money(amount: int, currency: str) -> Money:
    try:
        return from_stripe(amount, currency)
    except MoneyError as error:
        raise Unexpected(str(error)) from error
