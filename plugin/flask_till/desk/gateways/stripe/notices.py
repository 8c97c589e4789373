"""What an event means to the desk: evidence about a payment, news of a refund, or neither."""

from __future__ import annotations

from typing import Any, Final

from flask_till.desk.gateways import Notice, RefundNotice
from flask_till.errors import Unreadable

from .evidence import Unexpected, Witness
from .requests import CHANNEL, FLOW, PAYMENT, REFUND

_INTENT: Final = frozenset(
    f"payment_intent.{state}"
    for state in ("succeeded", "processing", "payment_failed", "requires_action", "canceled")
)
_SESSION: Final = frozenset(
    f"checkout.session.{state}"
    for state in ("completed", "expired", "async_payment_succeeded", "async_payment_failed")
)
_REFUND: Final = frozenset(
    ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
)
_INVOICE: Final = "invoice.paid"
REFUND_STATUS: Final = {
    "succeeded": "succeeded",
    "pending": "pending",
    "requires_action": "pending",
    "failed": "failed",
    "canceled": "failed",
}
_SECRET: Final = frozenset({"client_secret"})


def notice_of(event: dict[str, Any], account: str, channel: str) -> Notice:
    """The notice in an event that is already verified.

    Objects that are not this desk's (an account may serve other desks and other software, and
    people with a dashboard) and intents that a session speaks for are no news. Raises
    `Unreadable` for an object of an unknown shape.
    """
    kind, thing = event["type"], event["data"]["object"]
    witness = Witness(account, event["id"])
    evidence = refund = payment_id = None
    metadata = _ours(thing, channel)
    try:
        if kind in _INTENT and metadata.get(FLOW) == "elements":
            evidence = witness.of_intent(thing)
        elif kind in _SESSION and metadata.get(FLOW) == "checkout":
            evidence = witness.of_session(thing, kind)
        elif kind in _REFUND and REFUND in metadata:
            refund = _refund(thing)
        elif kind == _INVOICE:
            # An invoice does not name the session that the payment is bound to.
            payment_id = metadata.get(PAYMENT)
    except Unexpected as error:
        raise Unreadable(f"The {kind} event has no readable {error}.") from error
    return Notice(
        event_id=event["id"],
        kind=kind,
        evidence=evidence,
        refund=refund,
        raw=_masked(event),
        payment_id=payment_id,
    )


def _ours(thing: dict[str, Any], channel: str) -> dict[str, str]:
    """The metadata of an object that this desk made; nothing of one that it did not make."""
    metadata = thing.get("metadata")
    if not isinstance(metadata, dict) or metadata.get(CHANNEL) != channel:
        return {}
    made = isinstance(metadata.get(PAYMENT), str) or isinstance(metadata.get(REFUND), str)
    return metadata if made else {}


def _refund(thing: dict[str, Any]) -> RefundNotice:
    reference, status = thing.get("id"), thing.get("status")
    if not isinstance(reference, str) or status not in REFUND_STATUS:
        raise Unexpected("refund")
    reason = thing.get("failure_reason")
    return RefundNotice(
        provider_ref=reference,
        status=REFUND_STATUS[status],
        refund_id=thing["metadata"][REFUND],
        reason=reason if isinstance(reason, str) else None,
    )


def _masked(value: Any) -> Any:
    """The event without secrets: it is stored, and shown to operators."""
    if isinstance(value, dict):
        return {k: "***" if k in _SECRET else _masked(part) for k, part in value.items()}
    return [_masked(part) for part in value] if isinstance(value, list) else value
