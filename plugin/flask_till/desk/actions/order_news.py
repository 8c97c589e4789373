"""What a shop tells of an order that was placed in the wallet (2.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from ...base.database import Work
from ...errors import Conflict, NotFound
from ..linked_basket import BY_MERCHANT, COMPLETED, PROCESSING, REJECTED, WalletOrder
from ..tables.wallet import order_events, wallet_orders
from .linked_baskets import lock_basket
from .shoppers import touch
from .wallet_orders import wallet_order_from

ENDS = frozenset({COMPLETED, REJECTED})
"""What a shop may make of an order that is not paid in the wallet: then it cannot be (1.9)."""


@dataclass(frozen=True, slots=True)
class ShopNews:
    """One event. ``status`` is one of `ENDS`, or None; ``parcels`` is the whole list, or None.

    ``fingerprint`` is that of the whole event: the same id with other contents is another event.
    """

    event_id: str
    fingerprint: str
    status: str | None
    status_text: str | None
    parcels: tuple[str, ...] | None
    delivery: Mapping[str, Any] | None


def order_of_shop(work: Work, merchant_id: str, merchant_order_id: str) -> WalletOrder:
    """By the shop's own id. Raises `NotFound` (ORDER_NOT_FOUND), also for another shop's."""
    row = work.execute(
        select(wallet_orders).where(
            wallet_orders.c.merchant_id == merchant_id,
            wallet_orders.c.merchant_order_id == merchant_order_id,
        )
    ).first()
    if row is None:
        raise NotFound("There is no such order.", code="ORDER_NOT_FOUND")
    return wallet_order_from(row)


def hear_shop(work: Work, merchant_id: str, merchant_order_id: str, news: ShopNews) -> WalletOrder:
    """Take over what the shop says, once for each event.

    Raises `NotFound`, `Conflict` (STATUS_ORDER_ERROR) for a status that the order cannot get:
    nobody ends what was paid in the wallet, and what has ended stays so.
    """
    order = order_of_shop(work, merchant_id, merchant_order_id)
    lock_basket(work, order.linked_basket_id)
    order = order_of_shop(work, merchant_id, merchant_order_id)
    row = {
        "wallet_order_id": order.id,
        "event_id": news.event_id,
        "fingerprint": news.fingerprint,
        "at": work.now,
    }
    if not work.insert_once(order_events, row):
        return order
    changes = _changes(order, news)
    if not changes:
        return order
    work.execute(
        update(wallet_orders)
        .where(wallet_orders.c.id == order.id)
        .values(version=wallet_orders.c.version + 1, updated_at=work.now, **changes)
    )
    touch(work, order.shopper_id)
    return order_of_shop(work, merchant_id, merchant_order_id)


def _changes(order: WalletOrder, news: ShopNews) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if news.status is not None and news.status != order.status:
        if news.status not in ENDS or order.status != PROCESSING:
            raise Conflict(f"The order is {order.status}.", code="STATUS_ORDER_ERROR")
        changes |= {"status": news.status, "payment_status": "CANCELLED", "reason": BY_MERCHANT}
    if news.status_text is not None:
        changes["status_text"] = news.status_text
    if news.parcels is not None:
        changes["parcels"] = list(news.parcels)
    if news.delivery is not None:
        changes["delivery_changes"] = {**order.delivery_changes, **news.delivery}
    return changes


def page_of_orders(
    work: Work, merchant_id: str, *, page_index: int, page_size: int
) -> tuple[list[WalletOrder], int]:
    """A page of the orders that the merchant made for us, oldest first, and how many there are."""
    mine = (
        wallet_orders.c.merchant_id == merchant_id,
        wallet_orders.c.merchant_order_id.is_not(None),
    )
    total = work.execute(select(func.count()).select_from(wallet_orders).where(*mine)).scalar_one()
    query = (
        select(wallet_orders)
        .where(*mine)
        .order_by(wallet_orders.c.created_at, wallet_orders.c.id)
        .limit(page_size)
        .offset(page_index * page_size)
    )
    return [wallet_order_from(row) for row in work.execute(query).all()], total
