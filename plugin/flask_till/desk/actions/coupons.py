"""Coupons: made by an operator, used by an order at most once, and given back with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from ...base.database import Work
from ...errors import Conflict
from ..coupon import RELEASED, USED, Coupon
from ..tables.products import coupon_uses, coupons
from .merchants import read_merchant


def add_coupon(work: Work, coupon: Coupon) -> Coupon:
    """Raises `NotFound` for its merchant, `Conflict` (COUPON_EXISTS) for its id or code."""
    read_merchant(work, coupon.merchant_id)
    values = {
        "id": coupon.id,
        "merchant_id": coupon.merchant_id,
        "code": coupon.code,
        "percent": coupon.percent,
        "starts_at": coupon.starts_at,
        "ends_at": coupon.ends_at,
        "least": {currency: format(amount, "f") for currency, amount in coupon.least.items()},
        "products": _listed(coupon.products),
        "methods": _listed(coupon.methods),
        "currencies": _listed(coupon.currencies),
        "max_uses": coupon.max_uses,
        "max_per_buyer": coupon.max_per_buyer,
        "uses": 0,
        "is_on": coupon.is_on,
        "created_at": work.now,
    }
    if not work.insert_once(coupons, values):
        raise Conflict(f"There is a coupon {coupon.code} already.", code="COUPON_EXISTS")
    return coupon


def find_coupon(work: Work, merchant_id: str, code: str) -> Coupon | None:
    """By its code, letter for letter."""
    row = work.execute(
        select(coupons).where(coupons.c.merchant_id == merchant_id, coupons.c.code == code)
    ).first()
    return None if row is None else _coupon(row)


def uses_of_buyer(work: Work, coupon_id: str, buyer: str) -> int:
    """How many orders of this buyer have it now."""
    query = select(func.count()).where(
        coupon_uses.c.coupon_id == coupon_id,
        coupon_uses.c.buyer == buyer,
        coupon_uses.c.state == USED,
    )
    return int(work.execute(query).scalar_one())


def use(work: Work, coupon: Coupon, *, order_id: str, buyer: str) -> None:
    """One use more, for this order. Raises `Conflict` (COUPON_USED_UP), also for this buyer."""
    room = or_(coupons.c.max_uses.is_(None), coupons.c.uses < coupons.c.max_uses)
    more = update(coupons).where(coupons.c.id == coupon.id, room)
    if not work.execute(more.values(uses=coupons.c.uses + 1)).rowcount:
        raise _used_up()
    # The coupon's row is ours now: nobody else counts this buyer's at the same time.
    most = coupon.max_per_buyer
    if most is not None and uses_of_buyer(work, coupon.id, buyer) >= most:
        raise _used_up()
    work.execute(
        insert(coupon_uses).values(
            order_id=order_id, coupon_id=coupon.id, buyer=buyer, state=USED, used_at=work.now
        )
    )


def give_back(work: Work, order_id: str) -> None:
    """The order ended badly: its coupon may be used again. A repeat does nothing."""
    ended = work.execute(
        update(coupon_uses)
        .where(coupon_uses.c.order_id == order_id, coupon_uses.c.state == USED)
        .values(state=RELEASED)
        .returning(coupon_uses.c.coupon_id)
    ).all()
    for row in ended:
        less = update(coupons).where(coupons.c.id == row.coupon_id)
        work.execute(less.values(uses=coupons.c.uses - 1))


def _used_up() -> Conflict:
    return Conflict("The coupon was used up meanwhile.", code="COUPON_USED_UP")


def _listed(words: tuple[str, ...] | None) -> list[str] | None:
    return None if words is None else list(words)


def _tuple(words: list[str] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(words)


def _coupon(row: Any) -> Coupon:
    return Coupon(
        id=row.id,
        merchant_id=row.merchant_id,
        code=row.code,
        percent=row.percent,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        least={currency: Decimal(text) for currency, text in row.least.items()},
        products=_tuple(row.products),
        methods=_tuple(row.methods),
        currencies=_tuple(row.currencies),
        max_uses=row.max_uses,
        max_per_buyer=row.max_per_buyer,
        uses=row.uses,
        is_on=row.is_on,
    )
