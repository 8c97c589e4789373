"""Reading orders back from their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import NotFound
from ...money import Money
from ..order import (
    LATE_MONEY,
    PLACING,
    WALLET,
    Order,
    OrderLine,
    OrderPromotion,
    order_number,
)
from ..tables import OPEN_ORDER, WATCHED_ORDER, order_lines, orders

AFTER_EXPIRY = timedelta(seconds=15)
"""How long a desk has to tell of an expiry by itself."""

_LINES = (
    select(order_lines)
    .where(order_lines.c.order_id.in_(bindparam("ids", expanding=True)))
    .order_by(order_lines.c.order_id, order_lines.c.place)
)
_OF_ONE = Prepared(
    select(order_lines)
    .where(order_lines.c.order_id == bindparam("id"))
    .order_by(order_lines.c.place)
)
_BY_ID = Prepared(select(orders).where(orders.c.id == bindparam("id")))
_OF_BASKET = Prepared(
    select(orders)
    .where(orders.c.basket_id == bindparam("basket"))
    .order_by(orders.c.seq.desc())
    .limit(bindparam("most"))
)
_OF_DESK = Prepared(
    select(orders)
    .where(orders.c.basket_id == bindparam("basket"), orders.c.desk != WALLET)
    .order_by(orders.c.seq.desc())
    .limit(1)
)
_AT_DESK = Prepared(
    select(orders).where(
        orders.c.desk == bindparam("at"), orders.c.desk_order_id == bindparam("desk_order")
    )
)
_OPEN = Prepared(select(orders).where(orders.c.basket_id == bindparam("basket"), OPEN_ORDER))


def find_order(work: Work, order_id: str) -> Order | None:
    """The order with this id."""
    return _first(work, _BY_ID, {"id": order_id})


def read_order(work: Work, order_id: str) -> Order:
    """The order with this id. Raises `NotFound` (ORDER_NOT_FOUND)."""
    order = find_order(work, order_id)
    if order is None:
        raise NotFound("There is no such order.", code="ORDER_NOT_FOUND")
    return order


def order_at_desk(work: Work, desk: str, desk_order_id: str) -> Order | None:
    """The order that the desk knows by that id."""
    return _first(work, _AT_DESK, {"at": desk, "desk_order": desk_order_id})


def open_order(work: Work, basket_id: str) -> Order | None:
    """The one order of the basket that may still be paid."""
    return _first(work, _OPEN, {"basket": basket_id})


def latest_order(work: Work, basket_id: str | None) -> Order | None:
    """The basket's newest order."""
    return _first(work, _OF_BASKET, {"basket": basket_id, "most": 1})


def latest_desk_order(work: Work, basket_id: str) -> Order | None:
    """The basket's newest order that did not come from a wallet."""
    return _first(work, _OF_DESK, {"basket": basket_id})


def orders_of(work: Work, basket_id: str | None, *, most: int = 50) -> list[Order]:
    """The orders made from a basket, newest first."""
    return _orders(work, work.execute(_OF_BASKET, {"basket": basket_id, "most": most}).all())


def order_of(work: Work, basket_id: str | None, order_id: str) -> Order | None:
    """The order, if it was made from this basket."""
    order = find_order(work, order_id)
    return order if order is not None and order.basket_id == basket_id else None


def stale_placing(work: Work, older_than: timedelta, *, most: int = 100) -> list[Order]:
    """Orders that are being placed for longer than that: what placed them is gone."""
    rows = select(orders).where(
        orders.c.status == PLACING, orders.c.placed_at <= work.now - older_than, OPEN_ORDER
    )
    return _orders(work, work.execute(rows.order_by(orders.c.placed_at).limit(most)).all())


def overdue(work: Work, *, most: int = 100) -> list[Order]:
    """Open orders whose time is over, although nobody told us how they ended."""
    rows = select(orders).where(
        OPEN_ORDER, orders.c.status != PLACING, orders.c.expires_at <= work.now - AFTER_EXPIRY
    )
    return _orders(work, work.execute(rows.order_by(orders.c.expires_at).limit(most)).all())


def watched(work: Work, *, most: int = 100) -> list[Order]:
    """Orders that ended unpaid here, and whose money can have come late: time for a last look."""
    over = orders.c.expires_at <= work.now - LATE_MONEY
    rows = select(orders).where(WATCHED_ORDER, over)
    return _orders(work, work.execute(rows.order_by(orders.c.expires_at).limit(most)).all())


def _first(work: Work, statement: Any, parameters: dict[str, Any]) -> Order | None:
    row = work.execute(statement, parameters).first()
    if row is None:
        return None
    return order_from(row, _lines(row, work.execute(_OF_ONE, {"id": row.id})))


def _orders(work: Work, rows: Any) -> list[Order]:
    if not rows:
        return []
    by_order: dict[str, list[Any]] = defaultdict(list)
    for line in work.execute(_LINES, {"ids": [row.id for row in rows]}):
        by_order[line.order_id].append(line)
    return [order_from(row, _lines(row, by_order[row.id])) for row in rows]


def _lines(order: Any, rows: Iterable[Any]) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            row.product_id,
            row.name,
            row.quantity,
            Money.of_minor(row.unit_price, order.currency),
            row.image,
            row.url,
        )
        for row in rows
    )


def order_from(row: Any, lines: tuple[OrderLine, ...]) -> Order:
    """The order of a whole row of `orders`."""

    def money(minor: int) -> Money:
        return Money.of_minor(minor, row.currency)

    return Order(
        id=row.id,
        number=order_number(row.seq),
        status=row.status,
        version=row.version,
        basket_id=row.basket_id,
        basket_version=row.basket_version,
        shopper=row.shopper,
        lines=lines,
        promotions=tuple(
            OrderPromotion(one["code"], one["label"], money(one["amount"]))
            for one in row.promotions
        ),
        subtotal=money(row.subtotal),
        discount=money(row.discount),
        delivery=money(row.delivery),
        total=money(row.total),
        fees=money(row.fees),
        refunded=money(row.refunded),
        desk=row.desk,
        desk_order_id=row.desk_order_id,
        desk_version=row.desk_version,
        order_url=row.order_url,
        live=row.live,
        locale=row.locale,
        origin=row.origin,
        redirect_url=row.redirect_url,
        reason=row.reason,
        created_at=row.created_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        ended_at=row.ended_at,
    )
