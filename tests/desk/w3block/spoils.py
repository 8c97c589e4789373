"""What breaks each invariant of products and W3block orders."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, update

from flask_till.desk.tables import outbox
from flask_till.desk.tables.claims import product_tokens
from flask_till.desk.tables.products import coupons, product_sales
from flask_till.desk.tables.w3block import w3_orders, w3_parts
from flask_till.desk.w3block_hook import SUBJECT


def _told(work: Any, of: str, **values: Any) -> None:
    """Hooks were told something else."""
    of_hooks = outbox.events.c.subject.like(f"{SUBJECT}%"), outbox.events.c.kind == of
    work.execute(update(outbox.events).where(*of_hooks).values(**values))


def _leave_out(work: Any) -> None:
    """As if nobody had been told that delivery began."""
    _told(work, "order.delivering", subject="forgotten", seq=1)
    _told(work, "order.concluded", seq=3)


W3BLOCK_SPOILS: dict[str, Callable[[Any], Any]] = {
    "pieces-taken": lambda work: work.execute(
        update(product_tokens).values(
            state="for_sale", order_id=None, place=None, holder=None, held_at=None
        )
    ),
    "pieces-of-live-orders": lambda work: work.execute(
        update(product_sales).values(state="reserved")
    ),
    "pieces-of-products": lambda work: work.execute(
        update(product_tokens).values(product_id="none")
    ),
    "coupon-uses": lambda work: work.execute(update(coupons).values(uses=7)),
    "w3block-placed": lambda work: work.execute(delete(w3_parts)),
    "w3block-charged": lambda work: work.execute(update(w3_parts).values(total=Decimal("90.34"))),
    "w3block-covered": lambda work: work.execute(update(w3_parts).values(gas=Decimal("0.36"))),
    "w3block-state": lambda work: work.execute(update(w3_orders).values(state="processing")),
    "w3block-wound-up": lambda work: work.execute(update(w3_orders).values(state="expired")),
    "w3block-delivered": lambda work: work.execute(update(w3_orders).values(delivery="waiting")),
    "w3block-told": lambda work: _told(work, "order.concluded", data={"status": "failed"}),
    "w3block-told-once": lambda work: _told(work, "order.created", kind="order.pending"),
    "w3block-told-each": _leave_out,
    "w3block-delivery-paid": lambda work: work.execute(update(w3_orders).values(word="cancelled")),
}
