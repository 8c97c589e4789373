"""A page that is open waits for news of its order: the bell rings, or it is read now and then."""

from __future__ import annotations

from collections.abc import Callable

from ...base.logs import logger
from ...base.waiters import PollLater
from ...web.callers import caller
from ..actions.orders import TOPIC
from ..counter import Counter
from ..order import Order

log = logger(__name__)

LONGEST_WAIT = 25
"""Seconds."""
TOP_UP_WAIT = 5.0
"""Seconds after which a page is answered that waits for a balance to be topped up."""
READ_EVERY = 2.0
"""Seconds after which a waiting page's order is read though no bell rang."""


def wait_for_news(desk: Counter, order: Order, read: Callable[[], Order], seconds: float) -> Order:
    """The order as soon as it moved, or as it is after that time, or when no place is free."""
    current = order

    def moved() -> Order | None:
        nonlocal current
        current = read()
        return current if standing(current) != standing(order) else None

    try:
        with desk.database.bell.listen(TOPIC + order.id) as ear:
            desk.waiters.wait_for(moved, order.id, ear, seconds, every=READ_EVERY, address=caller())
    except PollLater:
        log.debug("no place to wait for order %s", order.id)
    return current


def standing(order: Order) -> tuple[object, ...]:
    """All that moves about an order: its version, its payment and its refunds."""
    payment = order.payment and (order.payment.id, order.payment.status)
    return order.version, payment, *((refund.id, refund.status) for refund in order.refunds)


def read_seconds(text: str) -> float:
    """How long somebody wants to wait; nothing that is no number."""
    plain = text.isascii() and text.isdigit() and len(text) < 5
    return min(int(text), LONGEST_WAIT) if plain else 0
