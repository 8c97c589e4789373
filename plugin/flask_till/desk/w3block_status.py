"""What an order of ours is called in the W3block protocol (6): there is a word for each."""

from __future__ import annotations

from ..wire.w3block.statuses import OrderStatus
from .order import (
    CANCELLED,
    EXPIRED,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    PROCESSING,
    REFUNDED,
    Order,
)
from .w3block_company import DELIVERED, MOVING, STUCK, WAITING, Placed

OF_ORDER = {
    PENDING: OrderStatus.PENDING,
    PROCESSING: OrderStatus.CONFIRMING_PAYMENT,
    CANCELLED: OrderStatus.CANCELLED,
    EXPIRED: OrderStatus.EXPIRED,
    PARTIALLY_REFUNDED: OrderStatus.PARTIALLY_CANCELLED,
    REFUNDED: OrderStatus.CANCELLED,
}
OF_DELIVERY = {
    None: OrderStatus.WAITING_DELIVERY,
    WAITING: OrderStatus.WAITING_DELIVERY,
    MOVING: OrderStatus.DELIVERING,
    DELIVERED: OrderStatus.CONCLUDED,
    STUCK: OrderStatus.FAILED,
}
"""Of an order that is paid."""


def status_of(order: Order, placed: Placed) -> OrderStatus:
    """A word of its own goes before what follows from the order and its delivery."""
    if placed.word is not None:
        return OrderStatus(placed.word)
    return OF_DELIVERY[placed.delivery] if order.status == PAID else OF_ORDER[order.status]
