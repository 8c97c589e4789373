"""Handing over what was paid (6): begun once, called off or brought to an end, never both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ...base.database import Work
from ...errors import Conflict
from ..tables.w3block import w3_orders
from ..w3block_company import DELIVERABLE, DELIVERED, MOVING, STUCK, WAITING
from . import coupons, w3block_moves
from .w3block_orders import change_placed, lock_placed, tell_of

MOST_AT_ONCE = 50


def due_deliveries(work: Work) -> list[str]:
    """Ids of orders whose delay is over, and of those that somebody began and did not end.

    Those that nobody began yet come first; what only a chain can bring further is left out.
    """
    due = w3_orders.c.delivery.in_((WAITING, MOVING)), w3_orders.c.deliver_at <= work.now
    paid = w3_orders.c.state.in_(DELIVERABLE), w3_orders.c.word.is_(None)
    waits = w3block_moves.is_waiting(w3_orders.c.order_id)
    query = select(w3_orders.c.order_id).where(*due, *paid, ~waits)
    ordered = query.order_by(w3_orders.c.delivery.desc(), w3_orders.c.deliver_at)
    return list(work.execute(ordered.limit(MOST_AT_ONCE)).scalars())


def begin_delivery(work: Work, order_id: str) -> str | None:
    """To whom it goes: the order's wallet, else whom it is for as such, else the buyer.

    None when it must not be delivered (any more, or yet).
    """
    row = lock_placed(work, order_id)
    if row is None or row.deliver_at is None or row.deliver_at > work.now:
        return None
    if not _is_wanted(row) or row.delivery not in (WAITING, MOVING):
        return None
    if row.delivery == WAITING:
        _change(work, row, delivery=MOVING)
    return row.wallet or f"user:{row.destination_user_id or row.buyer}"


def end_delivery(work: Work, order_id: str, *, trouble: str | None = None) -> None:
    """All of it arrived; or did not, and why. A repeat does nothing.

    Nothing is over as long as something may still arrive.
    """
    row = lock_placed(work, order_id)
    if row is not None and row.delivery == MOVING and not w3block_moves.in_flight(work, order_id):
        _change(work, row, delivery=STUCK if trouble else DELIVERED, fail_reason=trouble)


def force_delivery(work: Work, order_id: str) -> None:
    """Begin anew what did not arrive. Raises `Conflict` (ORDER_STATE) for anything else."""
    row = lock_placed(work, order_id)
    if row is None or not _is_wanted(row) or row.delivery != STUCK:
        raise _wrong()
    w3block_moves.give_up(work, order_id)
    _change(work, row, delivery=MOVING, deliver_at=work.now, fail_reason=None)


def call_off(work: Work, order_id: str, *, is_free: bool) -> None:
    """What was paid and not handed over will not be; its money is to go back, if there is any.

    Raises `Conflict` (ORDER_STATE) when it was begun, or called off before.
    """
    row = lock_placed(work, order_id)
    if row is None or not _is_wanted(row) or row.delivery not in (WAITING, STUCK):
        raise _wrong()
    word = "cancelled" if is_free else "cancelling"
    _change(work, row, word=word, unsettled=not is_free)
    w3block_moves.give_up(work, order_id)
    if is_free:
        w3block_moves.let_go(work, order_id)
        coupons.give_back(work, order_id)


def _is_wanted(row: Any) -> bool:
    """It is paid, not given back as a whole, and nobody called it off."""
    return row.word is None and row.state in DELIVERABLE


def _change(work: Work, row: Any, **values: Any) -> None:
    change_placed(work, row, **values)
    tell_of(work, row.order_id)


def _wrong() -> Conflict:
    return Conflict("That is not possible in the order's status.", code="ORDER_STATE")
