"""Handing over what was paid (6): begun once, called off or brought to an end, never both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from ...base.columns import MILLISECOND
from ...base.database import Work
from ...errors import Conflict
from ..tables.w3block import w3_orders, w3_users
from ..w3block_company import DELIVERED, MOVING, STUCK, WAITING
from . import coupons, product_sales

MOST_AT_ONCE = 50


def due_deliveries(work: Work) -> list[str]:
    """Ids of orders whose delay is over, and of those that somebody began and did not end."""
    due = w3_orders.c.delivery.in_((WAITING, MOVING)), w3_orders.c.deliver_at <= work.now
    query = select(w3_orders.c.order_id).where(*due, w3_orders.c.word.is_(None))
    return list(work.execute(query.order_by(w3_orders.c.deliver_at).limit(MOST_AT_ONCE)).scalars())


def begin_delivery(work: Work, order_id: str) -> str | None:
    """To whom it goes: the wallet that was named, else the buyer's own, else the buyer as such.

    None when it must not be delivered (any more, or yet).
    """
    row = _locked(work, order_id)
    if row is None or row.word is not None or row.deliver_at is None or row.deliver_at > work.now:
        return None
    if row.delivery not in (WAITING, MOVING):
        return None
    if row.delivery == WAITING:
        _change(work, row, delivery=MOVING)
    mine = select(w3_users.c.wallet).where(w3_users.c.id == row.buyer)
    return row.wallet or work.execute(mine).scalar() or f"user:{row.buyer}"


def end_delivery(work: Work, order_id: str, *, trouble: str | None = None) -> None:
    """All of it arrived; or did not, and why. A repeat does nothing."""
    row = _locked(work, order_id)
    if row is not None and row.delivery == MOVING:
        _change(work, row, delivery=STUCK if trouble else DELIVERED, fail_reason=trouble)


def force_delivery(work: Work, order_id: str) -> None:
    """Try again what did not arrive. Raises `Conflict` (ORDER_STATE) for anything else."""
    row = _locked(work, order_id)
    if row is None or row.word is not None or row.delivery != STUCK:
        raise _wrong()
    _change(work, row, delivery=WAITING, deliver_at=work.now, fail_reason=None)


def call_off(work: Work, order_id: str, *, is_free: bool) -> None:
    """What was paid and not handed over will not be; its money goes back, if there is any.

    Raises `Conflict` (ORDER_STATE) when it was begun, or called off before.
    """
    row = _locked(work, order_id)
    if row is None or row.word is not None or row.delivery not in (WAITING, STUCK):
        raise _wrong()
    _change(work, row, word="cancelled" if is_free else "cancelling")
    if is_free:
        product_sales.release(work, order_id)
        coupons.give_back(work, order_id)


def _locked(work: Work, order_id: str) -> Any:
    this = select(w3_orders).where(w3_orders.c.order_id == order_id)
    return work.execute(this.with_for_update()).first()


def _change(work: Work, row: Any, **values: Any) -> None:
    moment = max(work.now, row.updated_at + MILLISECOND)
    this = w3_orders.c.order_id == row.order_id
    work.execute(update(w3_orders).where(this).values(updated_at=moment, **values))


def _wrong() -> Conflict:
    return Conflict("That is not possible in the order's status.", code="ORDER_STATE")
