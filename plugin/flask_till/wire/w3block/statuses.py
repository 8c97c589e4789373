"""The life of an order (6), and the event that tells of each status (9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from ...errors import RequestError
from .error_codes import W3blockCode, refusal


class OrderStatus(StrEnum):
    """Where an order is in its life (6)."""

    PENDING = "pending"
    CONFIRMING_PAYMENT = "confirming_payment"
    WAITING_DELIVERY = "waiting_delivery"
    DELIVERING = "delivering"
    CONCLUDED = "concluded"
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    PARTIALLY_CANCELLED = "partially_cancelled"
    EXPIRED = "expired"


class Happening(StrEnum):
    """What moves an order on (6)."""

    PAYMENT_UNDER_WAY = "payment_under_way"
    PAYMENT_STOPPED = "payment_stopped"
    PAID = "paid"
    TIME_OVER = "time_over"
    CANCEL = "cancel"
    DELAY_OVER = "delay_over"
    TOKEN_MOVED = "token_moved"  # noqa: S105 - a word
    TOKEN_STUCK = "token_stuck"  # noqa: S105 - a word
    FORCE_DELIVER = "force_deliver"
    REFUNDED = "refunded"
    REFUNDED_IN_PART = "refunded_in_part"


_S, _H = OrderStatus, Happening

MOVES: Mapping[OrderStatus, Mapping[Happening, OrderStatus]] = {
    _S.PENDING: {
        _H.PAYMENT_UNDER_WAY: _S.CONFIRMING_PAYMENT,
        _H.PAID: _S.WAITING_DELIVERY,
        _H.TIME_OVER: _S.EXPIRED,
        _H.CANCEL: _S.CANCELLED,
    },
    _S.CONFIRMING_PAYMENT: {
        _H.PAYMENT_STOPPED: _S.PENDING,
        _H.PAID: _S.WAITING_DELIVERY,
        _H.CANCEL: _S.CANCELLING,
    },
    _S.WAITING_DELIVERY: {
        _H.DELAY_OVER: _S.DELIVERING,
        _H.CANCEL: _S.CANCELLING,
        _H.REFUNDED_IN_PART: _S.PARTIALLY_CANCELLED,
    },
    _S.DELIVERING: {_H.TOKEN_MOVED: _S.CONCLUDED, _H.TOKEN_STUCK: _S.FAILED},
    _S.FAILED: {
        _H.FORCE_DELIVER: _S.DELIVERING,
        _H.CANCEL: _S.CANCELLING,
        _H.REFUNDED_IN_PART: _S.PARTIALLY_CANCELLED,
    },
    _S.CANCELLING: {_H.REFUNDED: _S.CANCELLED},
    _S.PARTIALLY_CANCELLED: {
        _H.REFUNDED_IN_PART: _S.PARTIALLY_CANCELLED,
        _H.REFUNDED: _S.CANCELLED,
    },
    _S.CONCLUDED: {},
    _S.CANCELLED: {},
    _S.EXPIRED: {},
}
"""status -> what happens -> next status. What is not here cannot happen (6)."""

FINAL = frozenset({OrderStatus.CONCLUDED, OrderStatus.CANCELLED, OrderStatus.EXPIRED})
"""Nothing follows on these (6)."""

SUCCESS = frozenset({OrderStatus.WAITING_DELIVERY, OrderStatus.DELIVERING, OrderStatus.CONCLUDED})
"""What a storefront takes for "bought" (6)."""

ENDED_BADLY = frozenset({OrderStatus.FAILED, OrderStatus.CANCELLED, OrderStatus.EXPIRED})
"""An earlier order with one of these is not looked at for likeness (4)."""

PAYABLE = frozenset({OrderStatus.PENDING})
"""What can be paid, or paid anew (7)."""

CREATED = "order.created"

ORDER_LIFE = timedelta(minutes=9)
"""How long an order waits for money, unless its provider has a time of its own (10)."""

POLL_EVERY = timedelta(seconds=3)
"""How often a storefront asks for the status (6, 10)."""


def step(status: OrderStatus, happening: Happening) -> OrderStatus:
    """The next status. Raises `RequestError` 400 ``invalid-order-status`` when there is none."""
    try:
        return MOVES[status][happening]
    except KeyError:
        raise _wrong(status, W3blockCode.INVALID_ORDER_STATUS) from None


def first_status(*, is_free: bool) -> OrderStatus:
    """How an order starts: what costs nothing is paid at once (6)."""
    return OrderStatus.WAITING_DELIVERY if is_free else OrderStatus.PENDING


def check_payable(status: OrderStatus) -> None:
    """Raises `RequestError` 400 ``order-not-payable`` unless the order waits for money (7)."""
    if status not in PAYABLE:
        raise _wrong(status, W3blockCode.ORDER_NOT_PAYABLE)


def event_name(status: OrderStatus) -> str:
    """The event of a change to that status; `CREATED` tells of the order's beginning (9)."""
    return f"order.{status}"


def _wrong(status: OrderStatus, code: W3blockCode) -> RequestError:
    return refusal(code, f"The order is {status}.")
