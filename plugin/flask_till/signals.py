"""What a shop can listen to, as blinker signals. The sender is always the Flask app.

Each is sent once, after the change was committed, in an application context and outside the
shopper's request, so that a slow listener delays nobody. A listener that raises is tried again.
Payload: ``order`` (`flask_till.shop.order.Order`, without its claims) or ``basket_id`` and
``version``.
"""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

basket_changed = _signals.signal("till-basket-changed")
"""A basket has a new version: ``basket_id``, ``version``. Sent only while somebody listens."""

order_placed = _signals.signal("till-order-placed")
"""An order exists at the desk and waits for its money: ``order``."""

order_paid = _signals.signal("till-order-paid")
"""The money is there; deliver the goods: ``order``."""

order_cancelled = _signals.signal("till-order-cancelled")
"""The order ended unpaid because somebody cancelled it; its stock is free again: ``order``."""

order_expired = _signals.signal("till-order-expired")
"""The order ended unpaid because its time was over; its stock is free again: ``order``."""

order_refunded = _signals.signal("till-order-refunded")
"""Some or all of the money went back; ``order.refunded`` says how much: ``order``."""

claim_failed = _signals.signal("till-claim-failed")
"""Goods of a paid order could not be handed over as a claim, or not be taken back when the money
went back: ``order``, ``claim_id``, ``reason``. Neither code nor link is in it."""

ALL = {
    "basket_changed": basket_changed,
    "order_placed": order_placed,
    "order_paid": order_paid,
    "order_cancelled": order_cancelled,
    "order_expired": order_expired,
    "order_refunded": order_refunded,
    "claim_failed": claim_failed,
}

__all__ = [
    "ALL",
    "basket_changed",
    "claim_failed",
    "order_cancelled",
    "order_expired",
    "order_paid",
    "order_placed",
    "order_refunded",
]
