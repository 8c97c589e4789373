"""Placing an order of the IPOS protocol: the desk's order and what it is there, in one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from ...base.columns import EPOCH, MILLISECOND
from ...base.database import Work
from ...errors import Conflict
from ..ipos_portal import Placed
from ..merchant import Merchant
from ..order import OrderDraft
from ..tables.ipos import ipos_orders
from .orders import create_order


@dataclass(frozen=True, slots=True)
class Placing:
    """What an app's user wants to buy: the desk's part, and that of this protocol."""

    merchant: Merchant
    draft: OrderDraft
    placed: Placed


def place_order(work: Work, wanted: Placing) -> str:
    """Returns the order's id. Raises `Conflict` (ORDER_EXISTS) when it is taken, by whomever."""
    order, is_new = create_order(work, wanted.merchant, wanted.draft, tell=False)
    if not is_new:
        raise Conflict(f"There is an order {order.id} already.", code="ORDER_EXISTS")
    work.execute(insert(ipos_orders).values(**_values(work, wanted.placed, order.version)))
    return order.id


def _values(work: Work, placed: Placed, version: int) -> dict[str, Any]:
    return {
        "order_id": placed.order_id,
        "widget_tag": placed.widget_tag,
        "app_id": placed.app_id,
        "user_id": placed.user_id,
        "ip_id": placed.ip_id,
        "callback_url": placed.callback_url,
        "terms": dict(placed.terms),
        "top_up": placed.top_up,
        "pool_id": None if placed.pool is None else placed.pool.id,
        "spent": {},
        "moments": {str(version): (work.now - EPOCH) // MILLISECOND},
        "updated_at": work.now,
        "created_at": work.now,
    }
