"""POST order/refund: the rules of 3.9, in their order."""

from __future__ import annotations

from flask import Response

from ....errors import Conflict, InvalidRequest, RequestError
from ....money import Money
from ....wire.ipos.orders import OrderStatus
from ....wire.ipos.requests import PaymentMethod, Refund
from ...actions.ipos_orders import read_both, read_placed
from ...ipos_portal import CURRENCY, REFUND_WINDOW, Placed
from ...order import Order
from .admission import admitted_developer
from .answers import body_of, order_id_of, say
from .front import Front
from .orders import fresh_data
from .words import WORDS, status_of

REFUNDABLE = (OrderStatus.COMPLETED, OrderStatus.PARTIAL_REFUNDED)


def refund(front: Front) -> Response:
    """An order of another widget is 404; everything else that does not fit is 400."""
    caller = admitted_developer(front)
    asked = body_of(Refund)
    order_id = order_id_of(asked.order_id)
    front.database.read(read_placed, order_id, caller.scope)
    order, placed = front.database.read(read_both, order_id)
    _require_refundable(front, order, placed)
    _require_amount(order, asked.refund_amount)
    amount = None
    if asked.refund_amount is not None:
        amount = Money.of_minor(asked.refund_amount, CURRENCY)
    try:
        front.cashier.refund(order_id, amount, reason=None, merchant_id=order.merchant_id)
    except InvalidRequest:
        raise _too_much() from None
    except Conflict:
        raise _cannot() from None
    return say(fresh_data(front, order_id))


def _require_refundable(front: Front, order: Order, placed: Placed) -> None:
    if status_of(order, placed) not in REFUNDABLE:
        raise _cannot()
    if placed.top_up is not None:
        raise RequestError("A credit top-up can not be refunded", code="NOT_REFUNDABLE")
    if order.final_sale:
        raise _cannot()
    assert order.paid_at is not None
    if front.now() - order.paid_at > REFUND_WINDOW:
        days = REFUND_WINDOW.days
        raise RequestError(f"This order was paid more than {days} days ago", code="TOO_LATE")


def _require_amount(order: Order, asked: int | None) -> None:
    if asked is not None and asked > order.refundable.minor:
        raise _too_much()
    assert order.payment is not None
    word = WORDS.get(order.payment.method)
    if word is None:
        raise RequestError("This payment method can not be refunded", code="NOT_REFUNDABLE")
    if word == PaymentMethod.WALLET and asked not in (None, order.amount.minor):
        raise RequestError(
            "A wallet payment can only be refunded as a whole", code="PARTIAL_REFUND"
        )


def _cannot() -> RequestError:
    return RequestError("This order can not be refunded", code="NOT_REFUNDABLE")


def _too_much() -> RequestError:
    return RequestError("Refund amount is more than what is left", code="REFUND_TOO_LARGE")
