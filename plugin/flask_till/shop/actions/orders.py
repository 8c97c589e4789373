"""Placing an order, and applying what its desk tells. One verb, one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from ...base.database import Work
from ...errors import Conflict, InvalidRequest, OutOfStock, TooMany
from ...money import Money
from ..basket import DEAREST_TOTAL, Basket
from ..catalog import Shelf
from ..order import (
    CAPTURED,
    ENDED_UNPAID,
    EXPIRED,
    FAILED,
    OPEN,
    PLACING,
    RESUME_WITHIN,
    UNANSWERED,
    DeskSnapshot,
    Order,
    OrderLine,
    OrderPromotion,
    check_snapshot,
    happenings,
    next_status,
)
from ..tables import OPEN_ORDER, baskets, inbox, order_lines, orders, outbox
from .basket import LISTENERS, basket_topic, read_basket, take_out
from .promotions import release_promotions, use_promotions
from .reading import (
    find_order,
    latest_order,
    open_order,
    order_of,
    orders_of,
    overdue,
    read_order,
    stale_placing,
)

__all__ = [
    "Placed",
    "apply_desk_order",
    "bind_desk_order",
    "fail_order",
    "find_order",
    "forget_order",
    "latest_order",
    "open_order",
    "order_of",
    "order_topic",
    "orders_of",
    "overdue",
    "place_order",
    "read_order",
    "release_order",
    "stale_placing",
]

LOST_RACES = 8


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


def order_topic(order_id: str) -> str:
    """What the bell rings when this order changed; its basket's topic rings too."""
    return f"order:{order_id}"


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
    earlier = latest_order(work, basket_id)
    if earlier is not None and earlier.is_open:
        if earlier.basket_version != version or earlier.desk != desk:
            raise Conflict("An earlier order of this basket is open.", code="ORDER_OPEN")
        return Placed(earlier, "open")
    basket = read_basket(work, shelf, basket_id)
    contents = _freeze(basket)
    if earlier is not None and _is_alike(work, earlier, basket, contents, desk):
        _place_again(work, earlier)
        placed, how = earlier.id, "again"
    else:
        if asked_by is not None and most_open:
            _refuse_too_many(work, asked_by, most_open)
        placed, how = order_id or work.new_id("ord"), "new"
        request = {
            "locale": locale,
            "origin": origin,
            "redirect_url": redirect_url,
            "asked_by": asked_by,
            "live": live,
        }
        _store(work, placed, basket, contents, desk, shopper or basket_id, request)
    codes = [promotion.code for promotion in contents.promotions]
    use_promotions(work, placed, codes, shelf.promotions, shopper or basket_id)
    # Last, so that a catalog that keeps its own books has nothing to take back if we refuse.
    quantities = {line.product_id: line.quantity for line in contents.lines}
    shelf.catalog.reserve(placed, quantities, work)
    order = read_order(work, placed)
    _ring(work, order)
    return Placed(order, how)


def bind_desk_order(work: Work, shelf: Shelf, desk: str, told: DeskSnapshot) -> Order:
    """Note the desk's order for an order that we placed, unless a callback was quicker.

    Raises `Conflict` (ORDER_SUPERSEDED) when the order was given up meanwhile.
    """
    apply_desk_order(work, shelf, desk, None, told)
    order = read_order(work, told.external_id)
    if order.status == FAILED:
        raise Conflict("The basket changed meanwhile; check out again.", code="ORDER_SUPERSEDED")
    return order


def fail_order(work: Work, shelf: Shelf, order_id: str, reason: str) -> bool:
    """Give up an order that is still being placed. False when it is not, or no longer.

    ``reason`` is a code; after `UNANSWERED` the same basket goes on with this order.
    """
    order = read_order(work, order_id)
    if order.status != PLACING or not _move(work, order, status=FAILED, reason=reason):
        return False
    release_order(work, shelf, order.id)
    _ring(work, order)
    return True


def forget_order(work: Work, shelf: Shelf, order_id: str) -> bool:
    """End an open order that its desk no longer knows. False when it is not open any more."""
    order = read_order(work, order_id)
    changes = {"status": EXPIRED, "reason": "DESK_FORGOT", "ended_at": work.now}
    if not order.is_open or not _move(work, order, **changes):
        return False
    _follow(work, shelf, order, EXPIRED, order.refunded)
    return True


def release_order(work: Work, shelf: Shelf, order_id: str) -> None:
    """Put back what is set aside for an order that was never stored."""
    release_promotions(work, order_id)
    shelf.catalog.release(order_id, work)


def apply_desk_order(
    work: Work, shelf: Shelf, desk: str, event_id: str | None, told: DeskSnapshot
) -> bool:
    """Bring an order up to what its desk tells. False when that, or the event, is no news.

    Raises `NotFound` (ORDER_NOT_FOUND), and `Conflict` (ORDER_MISMATCH, ORDER_STATE) for a
    message that cannot be true of this order: it changes nothing.
    """
    order = read_order(work, told.external_id)
    check_snapshot(order, desk, told)
    if event_id is not None and not _first_time(work, desk, event_id, order.id):
        return False
    for _ in range(LOST_RACES):
        status = next_status(order, told)
        if status is None:
            return False
        if _move(work, order, **_told(work, order, status, told)):
            _follow(work, shelf, order, status, told.refunded)
            return True
        order = read_order(work, order.id)
        check_snapshot(order, desk, told)
    raise Conflict("The order changes too quickly.", code="ORDER_CHANGED", remedy="Send it again.")


def _lock(work: Work, basket_id: str | None) -> int | None:
    if basket_id is None:
        return None
    row = select(baskets.c.version).where(baskets.c.id == basket_id).with_for_update()
    version: int | None = work.execute(row).scalar()
    return version


def _refuse_too_many(work: Work, asked_by: str, most: int) -> None:
    """Unpaid orders hold stock: nobody empties the shop with orders that are never paid."""
    mine = select(func.count()).select_from(orders).where(orders.c.asked_by == asked_by, OPEN_ORDER)
    if work.execute(mine).scalar_one() >= most:
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


def _place_again(work: Work, order: Order) -> None:
    if not _move(work, order, status=PLACING, reason=None, placed_at=work.now):
        raise Conflict("The order changed meanwhile.", code="ORDER_CHANGED", remedy="Try again.")


def _store(
    work: Work,
    order_id: str,
    basket: Basket,
    contents: _Contents,
    desk: str,
    shopper: str,
    request: dict[str, Any],
) -> None:
    discount = contents.total - basket.subtotal
    work.execute(
        insert(orders),
        {
            "id": order_id,
            "basket_id": basket.id,
            "basket_version": basket.version,
            "status": PLACING,
            "version": 1,
            "shopper": shopper,
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
    )
    work.execute(
        insert(order_lines),
        [
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
            for place, line in enumerate(contents.lines, 1)
        ],
    )


def _first_time(work: Work, desk: str, event_id: str, order_id: str) -> bool:
    row = {"desk": desk, "event_id": event_id, "order_id": order_id, "at": work.now}
    return work.insert_once(inbox, row)


def _told(work: Work, order: Order, status: str, told: DeskSnapshot) -> dict[str, Any]:
    captured, ended = status in CAPTURED, status in ENDED_UNPAID
    return {
        "status": status,
        "desk_order_id": told.desk_order_id,
        "desk_version": told.version,
        "order_url": told.order_url or order.order_url,
        "live": told.live,
        "refunded": told.refunded.minor,
        "expires_at": told.expires_at or order.expires_at,
        "paid_at": (order.paid_at or told.paid_at or work.now) if captured else None,
        "ended_at": (told.ended_at or order.ended_at or work.now) if ended else None,
    }


def _move(work: Work, order: Order, **changes: Any) -> bool:
    """Change the order if it is still at the version that we saw."""
    changed = work.execute(
        update(orders)
        .where(orders.c.id == order.id, orders.c.version == order.version)
        .values(version=order.version + 1, **changes)
    )
    return bool(changed.rowcount)


def _follow(work: Work, shelf: Shelf, before: Order, status: str, refunded: Money) -> None:
    """All that a new status brings with it, in the same transaction."""
    keeps = status in OPEN or status in CAPTURED - {"refunded"}
    if before.is_open and not keeps:
        release_order(work, shelf, before.id)
    elif before.status in ENDED_UNPAID and keeps:
        _hold_again(work, shelf, before)
    events = happenings(before, status, refunded)
    if "order_paid" in events:
        take_out(work, before.basket_id, before.quantities, [one.code for one in before.promotions])
    for kind in events:
        _record(work, before, kind, status)
    _ring(work, before)


def _hold_again(work: Work, shelf: Shelf, order: Order) -> None:
    """Money came for an order whose goods were free again: take them back if they are left."""
    codes = [one.code for one in order.promotions if one.code in shelf.promotions]
    try:
        with work.connection.begin_nested():
            use_promotions(work, order.id, codes, shelf.promotions, order.shopper)
            shelf.catalog.reserve(order.id, order.quantities, work)
    except Conflict as short:
        work.execute(update(orders).where(orders.c.id == order.id).values(reason=short.code))


def _record(work: Work, order: Order, kind: str, status: str) -> None:
    outbox.record(
        work,
        subject=order.id,
        kind=kind,
        data={"order_id": order.id, "basket_id": order.basket_id, "status": status},
        receivers=[LISTENERS],
    )


def _ring(work: Work, order: Order) -> None:
    work.ring(basket_topic(order.basket_id))
    work.ring(order_topic(order.id))


def _empty() -> Conflict:
    return Conflict("The basket is empty.", code="BASKET_EMPTY")
