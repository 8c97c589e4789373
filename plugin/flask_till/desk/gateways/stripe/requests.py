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

CHANNEL: Final = "channel"
"""Which desk it is of: one account may serve several, and each is told of all."""

FLOW: Final = "till_flow"
REFUND: Final = "till_refund"
SHARE: Final = "till_share"
REVERSAL: Final = "till_reversal"
_ORDER: Final = "order_id"
_OURS: Final = 4

SHORTEST_SESSION: Final = timedelta(minutes=30)
_LONGER: Final = timedelta(minutes=31)
_LONGEST_SESSION: Final = timedelta(hours=23, minutes=30)
_TWO_CLOCKS: Final = timedelta(seconds=20)
"""Stripe takes 30 minutes to 24 hours from its own now, which may not be ours."""

Params = dict[str, Any]

_LANGUAGES = frozenset(
    """
    bg cs da de el en es et fi fil fr hr hu id it ja ko lt lv ms mt nb nl pl pt ro ru sk sl sv
    th tr vi zh
    """.split()
)


def intent(charge: Charge, channel: str) -> Params:
    """Parameters of a PaymentIntent. Raises `GatewayRefused` for an amount Stripe cannot take."""
    return {
        "amount": to_stripe(charge.amount),
        "currency": charge.amount.currency.lower(),
        "automatic_payment_methods": {"enabled": True},
        "description": _description(charge),
        "metadata": _metadata(charge, channel, "elements"),
        "transfer_group": charge.order_id,
    }


def hosted(charge: Charge, channel: str, ends: datetime | None) -> Params:
    """Parameters of a Checkout Session on Stripe's page. Raises `GatewayRefused` like `intent`."""
    back = {"success_url": charge.return_url, "cancel_url": charge.return_url}
    return _session(charge, channel, ends) | {"ui_mode": "hosted_page"} | back


def embedded(charge: Charge, channel: str, ends: datetime | None, *, invoice: bool) -> Params:
    """Parameters of a Checkout Session inside a page of ours or a partner's.

    With ``invoice`` Stripe makes a paid invoice of it, which it charges for.
    """
    params = _session(charge, channel, ends)
    params |= {"ui_mode": "embedded_page", "return_url": _with_session_id(charge.return_url)}
    if invoice:
        data = {"metadata": params["metadata"]}
        params["invoice_creation"] = {"enabled": True, "invoice_data": data}
    return params


def hosted_ends(charge: Charge, now: datetime) -> list[datetime | None]:
    """When Stripe should end the session: the right answer now, then what was right before.

    None is Stripe's own longest. The order's own, shorter life is kept by expiring the session.
    """
    ends = charge.expires_at + _LONGER
    return [ends, None] if ends - now <= _LONGEST_SESSION else [None, ends]


def embedded_ends(charge: Charge, now: datetime) -> list[datetime | None]:
    """As `hosted_ends`; just when no money is taken any more, where Stripe lets it."""
    left = charge.expires_at - now
    exact, longer = charge.expires_at, charge.expires_at + _LONGER
    if left > _LONGEST_SESSION:
        return [None, exact, longer]
    if left < SHORTEST_SESSION + _TWO_CLOCKS:
        return [longer, exact, None]
    return [exact, longer, None]


def _session(charge: Charge, channel: str, ends: datetime | None) -> Params:
    metadata = _metadata(charge, channel, "checkout")
    price = {
        "currency": charge.amount.currency.lower(),
        "unit_amount": to_stripe(charge.amount),
        "product_data": {"name": _description(charge)[:250]},
    }
    params: Params = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
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
    if ends is not None:
        params["expires_at"] = int(ends.timestamp())
    return params


def refund(refund_id: str, intent_id: str, amount: Money, channel: str) -> Params:
    return {
        "payment_intent": intent_id,
        "amount": to_stripe(amount),
        "metadata": {REFUND: refund_id, CHANNEL: channel},
    }


def transfer(share_id: str, order_id: str, to: str, amount: Money, paid_by: str) -> Params:
    """Parameters that pass a share of a charge on to a connected account."""
    return {
        "amount": to_stripe(amount),
        "currency": amount.currency.lower(),
        "destination": to,
        "source_transaction": paid_by,
        "transfer_group": order_id,
        "metadata": {SHARE: share_id, _ORDER: order_id},
    }


def reversal(reversal_id: str, amount: Money) -> Params:
    return {"amount": to_stripe(amount), "metadata": {REVERSAL: reversal_id}}


def _description(charge: Charge) -> str:
    return (charge.description or f"Order {charge.order_id}")[:500]


def _metadata(charge: Charge, channel: str, flow: str) -> dict[str, str]:
    """Ours first, then as much of the merchant's as Stripe has room for."""
    ours = {
        PAYMENT: charge.payment_id,
        _ORDER: charge.order_id,
        CHANNEL: channel,
        FLOW: flow,
    }
    theirs = {
        name: value
        for name, value in charge.metadata.items()
        if 0 < len(name) <= 40 and len(value) <= 500
    }
    kept = dict(list(theirs.items())[: 50 - _OURS])
    return kept | ours


def _with_session_id(url: str) -> str:
    """The address with a place for the session's id; Stripe knows it by its bare braces."""
    address, mark, fragment = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}session_id={{CHECKOUT_SESSION_ID}}{mark}{fragment}"


def _language(locale: str) -> str:
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in _LANGUAGES else "auto"
