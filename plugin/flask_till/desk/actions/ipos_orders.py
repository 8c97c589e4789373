"""What orders are in the IPOS protocol: read, listed, and kept in step with the desk's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select, update

from ...base.columns import EPOCH, MILLISECOND
from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import NotFound
from ..ipos_portal import Placed, Pool, Scope
from ..order import CAPTURED, OPEN, PAID, Order
from ..tables import orders, payments
from ..tables.ipos import ipos_orders, ipos_pools
from .balances import spent_on, top_up
from .reading import read_order

DIALECT = "ipos"
"""The dialect of their orders, and the courier that tells widgets."""

_OF_ID = Prepared(
    select(ipos_orders, *(column.label(f"pool_{column.key}_") for column in ipos_pools.c))
    .join(ipos_pools, ipos_pools.c.id == ipos_orders.c.pool_id, isouter=True)
    .where(ipos_orders.c.order_id == bindparam("wanted"))
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders of a list: those in ``states``, and released or not, where that is said."""

    states: tuple[str, ...]
    released: bool | None = None


@dataclass(frozen=True, slots=True)
class Page:
    orders: list[tuple[Order, Placed]]
    total: int


def unknown_order() -> NotFound:
    return NotFound("Order not found", code="ORDER_NOT_FOUND")


def order_exists(work: Work, order_id: str) -> bool:
    """Whether any order has that id, whosever it is."""
    query = select(orders.c.id).where(orders.c.id == order_id)
    return work.execute(query).first() is not None


def find_placed(work: Work, order_id: str) -> Placed | None:
    row = work.execute(_OF_ID, {"wanted": order_id}).first()
    return None if row is None else _placed(row)


def read_placed(work: Work, order_id: str, scope: Scope) -> Placed:
    """Raises `NotFound`: what is not in the scope looks like nothing."""
    found = find_placed(work, order_id)
    if found is None or not found.is_of(scope):
        raise unknown_order()
    return found


def read_both(work: Work, order_id: str) -> tuple[Order, Placed]:
    """The desk's order and what it is in this protocol, at one moment. Raises `NotFound`."""
    found = find_placed(work, order_id)
    if found is None:
        raise unknown_order()
    return read_order(work, order_id), found


# --- lists ------------------------------------------------------------------------------------


def list_placed(work: Work, scope: Scope, wanted: Wanted, *, skip: int, most: int) -> Page:
    """Newest first."""
    joined = ipos_orders.join(orders, orders.c.id == ipos_orders.c.order_id)
    meant = and_(_in_scope(scope), orders.c.status.in_(wanted.states), _released(wanted.released))
    total = work.execute(select(func.count()).select_from(joined).where(meant)).scalar_one()
    query = (
        select(ipos_orders.c.order_id)
        .select_from(joined)
        .where(meant)
        .order_by(ipos_orders.c.created_at.desc(), ipos_orders.c.order_id.desc())
        .offset(skip)
        .limit(most)
    )
    ids = list(work.execute(query).scalars())
    return Page([read_both(work, order_id) for order_id in ids], int(total))


def due_without_payment(work: Work, scope: Scope, limit: int = 100) -> Sequence[str]:
    """Ids of open orders whose time is over and that no gateway has to be asked about."""
    tried = select(payments.c.id).where(payments.c.order_id == orders.c.id).exists()
    query = (
        select(orders.c.id)
        .join(ipos_orders, ipos_orders.c.order_id == orders.c.id)
        .where(_in_scope(scope), orders.c.status.in_(OPEN), orders.c.expires_at <= work.now, ~tried)
        .order_by(orders.c.expires_at)
        .limit(limit)
    )
    return list(work.execute(query).scalars())


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    if scope.widget_tag is not None:
        return ipos_orders.c.widget_tag == scope.widget_tag
    return ipos_orders.c.user_id == scope.user_id


def _released(released: bool | None) -> ColumnElement[bool]:
    if released is None:
        return ipos_orders.c.order_id.is_not(None)
    at = ipos_orders.c.rewards_released_at
    return at.is_not(None) if released else at.is_(None)


# --- in step ----------------------------------------------------------------------------------


def follow(work: Work, order: Order) -> None:
    """Called with every event of a desk order of this dialect, in the same transaction.

    What an order tops up is paid in once, when the order is paid.
    """
    placed = find_placed(work, order.id)
    if placed is None:
        return  # it is being placed just now
    changes: dict[str, Any] = {}
    if order.status in CAPTURED:
        changes["spent"] = dict(spent_on(work, order.id))
    change_placed(work, placed, order.version, **changes)
    if order.status == PAID and placed.top_up is not None and _tops_up_now(work, order.id):
        top_up(work, order, placed.top_up)


def change_placed(work: Work, placed: Placed, version: int, **values: Any) -> None:
    """Change an order of this protocol. ``updated_at`` is another one each time, and later."""
    at = later_than(placed.updated_at, work.now)
    moments = {**placed.moments, str(version): (at - EPOCH) // MILLISECOND}
    work.execute(
        update(ipos_orders)
        .where(ipos_orders.c.order_id == placed.order_id)
        .values(updated_at=at, moments=moments, **values)
    )


def later_than(before: datetime | None, now: datetime) -> datetime:
    """Now, or a millisecond after ``before`` when the clock has not moved since."""
    return now if before is None else max(now, before + MILLISECOND)


def _tops_up_now(work: Work, order_id: str) -> bool:
    claimed = work.execute(
        update(ipos_orders)
        .where(ipos_orders.c.order_id == order_id, ipos_orders.c.topped_up_at.is_(None))
        .values(topped_up_at=work.now)
    )
    return bool(claimed.rowcount)


def claim_paid_call(work: Work, order_id: str, call: str) -> bool:
    """Whether this request may say that it paid the order. Of several that pay one order at once
    the money is taken once, and one of them says so."""
    claimed = work.execute(
        update(ipos_orders)
        .where(ipos_orders.c.order_id == order_id, ipos_orders.c.paid_call.is_(None))
        .values(paid_call=call)
    )
    return bool(claimed.rowcount)


def _placed(row: Any) -> Placed:
    return Placed(
        order_id=row.order_id,
        widget_tag=row.widget_tag,
        app_id=row.app_id,
        user_id=row.user_id,
        ip_id=row.ip_id,
        callback_url=row.callback_url,
        terms=row.terms,
        top_up=row.top_up,
        pool=None if row.pool_id is None else _pool_of(row),
        spent=row.spent,
        rewards_released_at=row.rewards_released_at,
        updated_at=row.updated_at,
        moments=row.moments,
    )


def _pool_of(row: Any) -> Pool:
    return Pool(
        id=row.pool_id_,
        token=row.pool_token_,
        name=row.pool_name_,
        ip_id=row.pool_ip_id_,
        parent_ip_id=row.pool_parent_ip_id_,
        tokens_per_dollar=row.pool_tokens_per_dollar_,
    )
