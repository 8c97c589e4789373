"""Rewards of IPOS orders: pools, what they are bound to, and when rewards are let go for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from ...base.database import Work
from ...errors import Conflict
from ..ipos_portal import Placed, Pool, Scope
from ..order import EVENT_OF, PENDING, Order, Share, members
from ..payment import ACTIVE
from ..tables import orders
from ..tables.ipos import ipos_pools
from .ipos_orders import change_placed, read_placed
from .orders import make_final, record_event
from .reading import lock_order, read_order
from .receivers import with_accounts


def add_pool(work: Work, pool: Pool) -> Pool:
    """Rewards of an IP. Raises `Conflict` (POOL_EXISTS) when its id or token is taken."""
    if not work.insert_once(ipos_pools, members(pool)):
        raise Conflict("That pool or its token exists.", code="POOL_EXISTS")
    return pool


def find_pool(work: Work, token: str) -> Pool | None:
    row = work.execute(select(ipos_pools).where(ipos_pools.c.token == token)).first()
    return None if row is None else _pool(row)


def list_pools(work: Work) -> list[Pool]:
    rows = work.execute(select(ipos_pools).order_by(ipos_pools.c.id)).all()
    return [_pool(row) for row in rows]


def bind_pool(work: Work, order_id: str, scope: Scope, pool: Pool) -> None:
    """The order counts for that pool's rewards; once.

    Raises `NotFound` outside of the scope, `Conflict` (POOL_BOUND) when it has one already or its
    rewards were let go.
    """
    order, placed = _locked(work, order_id, scope)
    if placed.pool is not None or placed.rewards_released_at is not None:
        raise Conflict("The order has a reward pool already.", code="POOL_BOUND")
    change_placed(work, placed, order.version, pool_id=pool.id)


def release_rewards(work: Work, order_id: str, scope: Scope) -> None:
    """Rewards are let go: from now on nothing of the order goes back.

    Raises `NotFound`, `Conflict` (ORDER_STATE) when it is not paid, was released before, or a
    refund is on its way.
    """
    order, placed = _locked(work, order_id, scope)
    on_its_way = any(one.status == "pending" for one in order.refunds)
    if placed.rewards_released_at is not None or on_its_way:
        raise Conflict("The rewards cannot be released now.", code="ORDER_STATE")
    make_final(work, order_id)
    change_placed(work, placed, order.version, rewards_released_at=work.now)


def share_anew(
    work: Work, order_id: str, scope: Scope, shares: Sequence[Share], terms: dict[str, Any]
) -> None:
    """Other shares for an order that nobody has begun to pay.

    Raises `NotFound`, `Conflict` (ORDER_STATE).
    """
    order, placed = _locked(work, order_id, scope)
    begun = order.payment is not None and order.payment.status in ACTIVE
    if order.status != PENDING or order.is_due(work.now) or begun:
        raise Conflict("The order is not pending.", code="ORDER_STATE")
    version = order.version + 1
    owed = with_accounts(work, order.merchant_id, shares)
    work.execute(
        update(orders)
        .where(orders.c.id == order_id, orders.c.version == order.version)
        .values(shares=[members(share) for share in owed], version=version)
    )
    change_placed(work, placed, version, terms=terms)
    record_event(work, read_order(work, order_id), EVENT_OF[PENDING])


def _pool(row: Any) -> Pool:
    return Pool(**row._mapping)


def _locked(work: Work, order_id: str, scope: Scope) -> tuple[Order, Placed]:
    read_placed(work, order_id, scope)
    order = lock_order(work, order_id)
    # Read behind the lock: what is changed here is changed of what it is now.
    return order, read_placed(work, order_id, scope)
