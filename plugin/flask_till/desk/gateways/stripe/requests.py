"""What we ask of Stripe, as parameters. Pure, and the same every time for the same charge.

Stripe compares a repeated request with the first one of its idempotency key, so nothing here may
depend on the clock alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from flask_till.desk.gateways import Charge
from flask_till.money import Money

from .amounts import to_stripe

PAYMENT: Final = "till_payment"
"""Metadata member that marks an object as ours and names the payment."""

FLOW: Final = "till_flow"
REFUND: Final = "till_refund"
SHARE: Final = "till_share"
REVERSAL: Final = "till_reversal"
_ORDER: Final = "till_order"
_OURS: Final = 3

_SHORTEST_SESSION = timedelta(minutes=31)
_LONGEST_SESSION = timedelta(hours=23, minutes=30)
"""Stripe takes 30 minutes to 24 hours from its own now; the margin is for two clocks."""

_LANGUAGES = frozenset(
    """
    bg cs da de el en es et fi fil fr hr hu id it ja ko lt lv ms mt nb nl pl pt ro ru sk sl sv
    th tr vi zh
    """.split()
)


def intent(charge: Charge) -> dict[str, Any]:
    """Parameters of a PaymentIntent. Raises `GatewayRefused` for an amount Stripe cannot take."""
    return {
        "amount": to_stripe(charge.amount),
        "currency": charge.amount.currency.lower(),
        "automatic_payment_methods": {"enabled": True},
        "description": _description(charge),
        "metadata": _metadata(charge, "elements"),
        "transfer_group": charge.order_id,
    }


def session(charge: Charge, now: datetime) -> dict[str, Any]:
    """Parameters of a hosted Checkout Session. Raises `GatewayRefused` like `intent`."""
    metadata = _metadata(charge, "checkout")
    price = {
        "currency": charge.amount.currency.lower(),
        "unit_amount": to_stripe(charge.amount),
        "product_data": {"name": _description(charge)[:250]},
    }
    params: dict[str, Any] = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [{"price_data": price, "quantity": 1}],
        "success_url": charge.return_url,
        "cancel_url": charge.return_url,
        "client_reference_id": charge.order_id,
        "locale": _language(charge.locale),
        "metadata": metadata,
        "payment_intent_data": {
            "description": _description(charge),
            "metadata": metadata,
            "transfer_group": charge.order_id,
        },
        # What was shown is charged: Stripe must not offer the shopper another currency.
        "adaptive_pricing": {"enabled": False},
    }
    ends = charge.expires_at + _SHORTEST_SESSION
    if ends - now <= _LONGEST_SESSION:
        # The order's own, shorter life is kept by expiring the session, not by this.
        params["expires_at"] = int(ends.timestamp())
    return params


def refund(refund_id: str, intent_id: str, amount: Money) -> dict[str, Any]:
    return {
        "payment_intent": intent_id,
        "amount": to_stripe(amount),
        "metadata": {REFUND: refund_id},
    }


def transfer(share_id: str, order_id: str, to: str, amount: Money, paid_by: str) -> dict[str, Any]:
    """Parameters that pass a share of a charge on to a connected account."""
    return {
        "amount": to_stripe(amount),
        "currency": amount.currency.lower(),
        "destination": to,
        "source_transaction": paid_by,
        "transfer_group": order_id,
        "metadata": {SHARE: share_id, _ORDER: order_id},
    }


def reversal(reversal_id: str, amount: Money) -> dict[str, Any]:
    return {"amount": to_stripe(amount), "metadata": {REVERSAL: reversal_id}}


def _description(charge: Charge) -> str:
    return (charge.description or f"Order {charge.order_id}")[:500]


def _metadata(charge: Charge, flow: str) -> dict[str, str]:
    """Ours first, then as much of the merchant's as Stripe has room for."""
    ours = {PAYMENT: charge.payment_id, _ORDER: charge.order_id, FLOW: flow}
    theirs = {
        name: value
        for name, value in charge.metadata.items()
        if 0 < len(name) <= 40 and len(value) <= 500
    }
    kept = dict(list(theirs.items())[: 50 - _OURS])
    return kept | ours


def _language(locale: str) -> str:
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in _LANGUAGES else "auto"
