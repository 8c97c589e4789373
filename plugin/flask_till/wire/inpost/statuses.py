"""Order and payment status, and which may follow which (1.2, 1.8, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class OrderStatus(StrEnum):
    """The status of an order (4.5): set by the wallet, by the shop, by either."""

    ORDER_PROCESSING = "ORDER_PROCESSING"
    ORDER_COMPLETED = "ORDER_COMPLETED"
    ORDER_REJECTED = "ORDER_REJECTED"


class PaymentStatus(StrEnum):
    """The status of a payment (4.5); a shop acts on ``AUTHORIZED`` only."""

    UNPAID = "UNPAID"
    STARTED = "STARTED"
    PENDING = "PENDING"
    AUTHORIZED = "AUTHORIZED"
    DECLINED = "DECLINED"
    ERROR = "ERROR"
    COD = "COD"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"


class Party(StrEnum):
    """Who asks for a change."""

    SHOP = "shop"
    WALLET = "wallet"


_P = PaymentStatus
_ENDED_BADLY = frozenset({_P.DECLINED, _P.ERROR, _P.FAILED})

PAYMENT_MOVES: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    _P.UNPAID: frozenset({_P.STARTED, _P.AUTHORIZED, _P.COD, _P.CANCELLED}),
    _P.STARTED: frozenset({_P.PENDING, _P.AUTHORIZED, _P.COD, _P.CANCELLED}) | _ENDED_BADLY,
    _P.PENDING: frozenset({_P.AUTHORIZED, _P.CANCELLED}) | _ENDED_BADLY,
    _P.DECLINED: frozenset({_P.STARTED, _P.CANCELLED}),
    _P.ERROR: frozenset({_P.STARTED, _P.CANCELLED}),
    _P.FAILED: frozenset({_P.STARTED, _P.CANCELLED}),
    _P.AUTHORIZED: frozenset({_P.COMPLETED, _P.REFUNDED}),
    _P.COD: frozenset({_P.COMPLETED, _P.CANCELLED}),
    _P.COMPLETED: frozenset({_P.REFUNDED}),
    _P.CANCELLED: frozenset(),
    _P.REFUNDED: frozenset(),
}
"""What may follow in the wallet (1.8). A declined payment may be tried again; a free order and
cash on delivery count as paid at once."""

PAID = frozenset({_P.AUTHORIZED, _P.COD, _P.COMPLETED})
"""An order with one of these is paid (1.8)."""


def payment_may_become(now: PaymentStatus, then: PaymentStatus) -> bool:
    """Whether the change is allowed; a repeat is."""
    return now == then or then in PAYMENT_MOVES[now]


def order_may_become(
    now: OrderStatus | None, then: OrderStatus, by: Party, *, paid: bool = False
) -> bool:
    """Whether ``by`` may change an order so (1.2, 1.9, 2.10, 4.5); a repeat is allowed.

    ``now`` is None for an order that was just made. Nobody rejects or completes what was paid in
    the app, and what was rejected or completed stays so. A refused change by the shop is
    ``STATUS_ORDER_ERROR``, one by the wallet ``ORDER_NOT_UPDATE``.
    """
    if now == then:
        return True
    if now in {OrderStatus.ORDER_REJECTED, OrderStatus.ORDER_COMPLETED}:
        return False
    if then == OrderStatus.ORDER_PROCESSING:
        return by == Party.WALLET
    return not paid and (then == OrderStatus.ORDER_REJECTED or by == Party.SHOP)
