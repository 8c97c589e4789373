"""What breaks each invariant of products and W3block orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, update

from flask_till.desk.tables.claims import product_tokens
from flask_till.desk.tables.products import coupons, product_sales
from flask_till.desk.tables.w3block import w3_orders

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
    "w3block-placed": lambda work: work.execute(delete(w3_orders)),
    "w3block-delivered": lambda work: work.execute(update(w3_orders).values(delivery="waiting")),
    "w3block-delivery-paid": lambda work: work.execute(update(w3_orders).values(word="cancelled")),
}
