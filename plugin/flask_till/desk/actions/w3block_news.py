"""Telling a company's hooks of its orders: once for each change, in the change's transaction."""

from __future__ import annotations

from sqlalchemy import select, update

from ...base.database import Work
from ...base.outbox import Receiver
from ...errors import Conflict
from ..order import Order
from ..tables import outbox
from ..tables.w3block import w3_hooks, w3_orders
from ..w3block_company import DIALECT, Placed
from ..w3block_hook import CREATED, SUBJECT, snapshot, word_of


def tell(work: Work, order: Order, placed: Placed) -> None:
    """Record that the order came to the status that it has, unless that was told last.

    To be called with its row of `w3_orders` locked, after whatever may have changed the status.
    """
    word, this = word_of(placed), w3_orders.c.order_id == order.id
    told = work.execute(select(w3_orders.c.told).where(this)).scalar_one()
    if told == word:
        return
    work.execute(update(w3_orders).where(this).values(told=word))
    outbox.record(
        work,
        subject=SUBJECT + order.id,
        kind=CREATED if told is None else f"order.{word}",
        data=snapshot(order, placed),
        receivers=_receivers(work, placed.company_id),
    )


def tell_again(work: Work, order_id: str, status: str) -> None:
    """Send the last event of that status once more, to the hooks that are on now.

    Raises `Conflict` (ORDER_STATE) when the order never had that status.
    """
    events = outbox.events
    query = select(events).where(events.c.subject == SUBJECT + order_id)
    rows = work.execute(query.order_by(events.c.seq.desc())).all()
    event = next((row for row in rows if row.data["status"] == status), None)
    if event is None:
        raise Conflict("The order did not come to that status.", code="ORDER_STATE")
    receivers = _receivers(work, event.data["company_id"])
    outbox.send_again(work, event.id, event.subject, event.seq, receivers)


def _receivers(work: Work, company_id: str) -> list[Receiver]:
    """The hooks that are on at this moment."""
    query = select(w3_hooks.c.id).where(
        w3_hooks.c.company_id == company_id, w3_hooks.c.disabled_at.is_(None)
    )
    ids = work.execute(query.order_by(w3_hooks.c.created_at, w3_hooks.c.id)).scalars()
    return [Receiver(DIALECT, hook_id) for hook_id in ids]
