"""Placing an order: what the basket shows is frozen, and its goods are set aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, InvalidRequest, OutOfStock, TooMany
from ...money import Money
from ..basket import DEAREST_TOTAL, Basket, BasketLine
from ..catalog import Shelf
from ..order import (
    FAILED,
    PLACING,
    RESUME_WITHIN,
    UNANSWERED,
    Order,
    OrderLine,
    OrderPromotion,
)
from ..tables import OPEN_ORDER, baskets, order_lines, orders
from .basket import read_basket
from .orders import move_order, ring_for
from .promotions import use_promotions
from .reading import latest_desk_order, order_from

_LOCK = Prepared(
    select(baskets.c.version).where(baskets.c.id == bindparam("basket")).with_for_update()
)
_UNPAID = Prepared(
    select(func.count())
    .select_from(orders)
    .where(orders.c.asked_by == bindparam("caller"), OPEN_ORDER)
)
_STORE = Prepared(insert(orders).returning(*orders.c))
_STORE_LINES = Prepared(insert(order_lines))


@dataclass(frozen=True, slots=True)
class Placed:
    """A basket's order, and how we came by it: ``new``, placed ``again``, or ``open`` already."""

    order: Order
    how: str


@dataclass(frozen=True, slots=True)
class _Contents:
    """What an order freezes of a basket."""

    lines: tuple[OrderLine, ...]
    promotions: tuple[OrderPromotion, ...]
    total: Money


def place_order(
    work: Work,
    shelf: Shelf,
    basket_id: str | None,
    *,
    desk: str,
    order_id: str | None = None,
    locale: str = "en",
    origin: str | None = None,
    redirect_url: str | None = None,
    shopper: str | None = None,
    asked_by: str | None = None,
    most_open: int = 0,
    live: bool | None = None,
) -> Placed:
    """Freeze the basket as an order, its stock set aside and its promotions counted.

    One version of a basket has one open order, however often it is placed. ``order_id`` is the
    id of a new one, so that a caller knows it even when the transaction does not come back;
    ``shopper`` is whose uses of a promotion count, the basket's unless it is given; ``asked_by``
    who may have ``most_open`` unpaid orders (0: any number). ``live`` is what the desk must say of
    it; None believes what it says first.

    Raises `Conflict`: BASKET_EMPTY, OUT_OF_STOCK, NOTHING_TO_PAY, PROMOTION_USED_UP, or ORDER_OPEN
    when an order of another version is open; `TooMany` (TOO_MANY_ORDERS).
    """
    version = _lock(work, basket_id)
    if basket_id is None or version is None:
        raise _empty()
    earlier = latest_desk_order(work, basket_id)
    if earlier is not None and earlier.is_open:
        if earlier.basket_version != version or earlier.desk != desk:
            raise Conflict("An earlier order of this basket is open.", code="ORDER_OPEN")
        return Placed(earlier, "open")
    basket = read_basket(work, shelf, basket_id)
    contents = _freeze(basket)
    if earlier is not None and _is_alike(work, earlier, basket, contents, desk):
        order, how = _place_again(work, earlier), "again"
    else:
        if asked_by is not None and most_open:
            _refuse_too_many(work, asked_by, most_open)
        request = {
            "id": order_id or work.new_id("ord"),
            "shopper": shopper or basket_id,
            "locale": locale,
            "origin": origin,
            "redirect_url": redirect_url,
            "asked_by": asked_by,
            "live": live,
        }
        order, how = _store(work, basket, contents, desk, request), "new"
    codes = [promotion.code for promotion in contents.promotions]
    use_promotions(work, order.id, codes, shelf.promotions, shopper or basket_id)
    # Last, so that a catalog that keeps its own books has nothing to take back if we refuse.
    quantities = {line.product_id: line.quantity for line in contents.lines}
    shelf.catalog.reserve(order.id, quantities, work)
    ring_for(work, order)
    return Placed(order, how)


def _lock(work: Work, basket_id: str | None) -> int | None:
    if basket_id is None:
        return None
    version: int | None = work.execute(_LOCK, {"basket": basket_id}).scalar()
    return version


def _refuse_too_many(work: Work, asked_by: str, most: int) -> None:
    """Unpaid orders hold stock: nobody empties the shop with orders that are never paid."""
    if work.execute(_UNPAID, {"caller": asked_by}).scalar_one() >= most:
        raise TooMany(
            "Too many orders wait for their money; pay one, or wait until they expire.",
            code="TOO_MANY_ORDERS",
            retry_after=60,
        )


def _freeze(basket: Basket) -> _Contents:
    if not basket.lines:
        raise _empty()
    if not basket.available:
        gone = next(line for line in basket.lines if not line.available)
        raise OutOfStock(f"Only {gone.max_quantity} of {gone.name} can be had.")
    if basket.total.minor <= 0:
        raise Conflict("There is nothing to pay for this basket.", code="NOTHING_TO_PAY")
    if basket.total.minor > DEAREST_TOTAL:
        raise InvalidRequest("That is more than one order can come to.", code="INVALID_QUANTITY")
    return _Contents(
        tuple(
            OrderLine(
                line.product_id, line.name, line.quantity, line.unit_price, line.image, line.url
            )
            for line in basket.lines
        ),
        tuple(
            OrderPromotion(promotion.code, promotion.label, promotion.amount)
            for promotion in basket.promotions
            if promotion.applied and promotion.amount
        ),
        basket.total,
    )


def _is_alike(work: Work, last: Order, basket: Basket, contents: _Contents, desk: str) -> bool:
    """Whether this is the unanswered order of this very basket: the desk may know its id."""
    return (
        last.status == FAILED
        and last.reason == UNANSWERED
        and last.desk == desk
        and last.basket_version == basket.version
        and work.now - last.created_at < RESUME_WITHIN
        and _Contents(last.lines, last.promotions, last.total) == contents
    )


def _place_again(work: Work, order: Order) -> Order:
    moved = move_order(work, order, status=PLACING, reason=None, placed_at=work.now)
    if moved is None:
        raise Conflict("The order changed meanwhile.", code="ORDER_CHANGED", remedy="Try again.")
    return moved


def _store(
    work: Work, basket: Basket, contents: _Contents, desk: str, request: dict[str, Any]
) -> Order:
    discount = contents.total - basket.subtotal
    row = work.execute(
        _STORE,
        {
            "basket_id": basket.id,
            "basket_version": basket.version,
            "status": PLACING,
            "version": 1,
            "currency": basket.currency,
            "subtotal": basket.subtotal.minor,
            "discount": discount.minor,
            "total": contents.total.minor,
            "refunded": 0,
            "promotions": [
                {"code": one.code, "label": one.label, "amount": one.amount.minor}
                for one in contents.promotions
            ],
            "desk": desk,
            "desk_version": 0,
            "created_at": work.now,
            "placed_at": work.now,
            **request,
        },
    ).one()
    store_lines(work, row.id, contents.lines)
    return order_from(row, contents.lines)


def store_lines(work: Work, order_id: str, lines: Iterable[OrderLine | BasketLine]) -> None:
    """Keep what an order is of, as it is now."""
    rows = [
        {
            "order_id": order_id,
            "place": place,
            "product_id": line.product_id,
            "name": line.name,
            "quantity": line.quantity,
            "unit_price": line.unit_price.minor,
            "image": line.image,
            "url": line.url,
        }
        for place, line in enumerate(lines, 1)
    ]
    work.execute(_STORE_LINES, rows)


def _empty() -> Conflict:
    return Conflict("The basket is empty.", code="BASKET_EMPTY")
