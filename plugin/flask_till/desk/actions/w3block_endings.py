"""What is left to do when an order ended and some of its legs have not, or hold money."""

from __future__ import annotations

from sqlalchemy import select, update

from ...base.database import Work
from ...errors import Conflict
from ..order import ENDED_UNPAID, PROCESSING, Refund
from ..tables.w3block import w3_orders
from .reading import lock_order
from .refunds import request_refund
from .w3block_orders import change_placed, lock_placed, tell_of
from .w3block_parts import legs_of

MOST_AT_ONCE = 50
CALLED_OFF, NOT_ALL_PAID = "cancelled by the company", "the order was not paid as a whole"


def unsettled_orders(work: Work) -> list[str]:
    """Ids of orders that ended and have legs to stop or to give back."""
    query = select(w3_orders.c.order_id).where(w3_orders.c.unsettled == True)  # noqa: E712 - SQL
    return list(work.execute(query.order_by(w3_orders.c.order_id).limit(MOST_AT_ONCE)).scalars())


def is_unsettled(work: Work, order_id: str) -> bool:
    query = select(w3_orders.c.unsettled).where(w3_orders.c.order_id == order_id)
    return bool(work.execute(query).scalar())


def owe_leg(work: Work, order_id: str, leg_id: str) -> Refund | None:
    """Reserve the return of all that a leg took; None when that was done before, once and for all.

    The leg is locked before it is looked at: of two at once one comes too late.
    """
    lock_order(work, leg_id)
    leg = next(one for one in legs_of(work, order_id) if one.id == leg_id)
    if not leg.is_to_give_back:
        return None
    query = select(w3_orders.c.state).where(w3_orders.c.order_id == order_id)
    reason = NOT_ALL_PAID if work.execute(query).scalar() in ENDED_UNPAID else CALLED_OFF
    return request_refund(work, leg_id, None, reason=reason, merchant_id=None)


def call_off_under_way(work: Work, order_id: str) -> None:
    """Money that no gateway can stop any more is to go back as soon as it is there.

    Raises `Conflict` (ORDER_STATE) when none is under way, or that was said before.
    """
    row = lock_placed(work, order_id)
    if row is None or row.state != PROCESSING or row.word is not None:
        raise Conflict("That is not possible in the order's status.", code="ORDER_STATE")
    change_placed(work, row, word="cancelling", unsettled=True)
    tell_of(work, order_id)


def note_settled(work: Work, order_id: str) -> None:
    """Nothing is left to do, unless a leg is still open or got money meanwhile."""
    lock_placed(work, order_id)
    if any(one.is_to_stop or one.is_to_give_back for one in legs_of(work, order_id)):
        return
    this = w3_orders.c.order_id == order_id
    work.execute(update(w3_orders).where(this).values(unsettled=False))
