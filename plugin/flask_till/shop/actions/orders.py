"""What becomes of an order once it is placed: bound, told of by its desk, given up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import bindparam, update

from ...base.database import Work
from ...base.outbox import Receiver
from ...base.prepared import Prepared
from ...errors import Conflict
from ...money import Money
from ..catalog import Shelf
from ..order import (
    CAPTURED,
    ENDED_UNPAID,
    EXPIRED,
    FAILED,
    MONEY_MAY_COME,
    NO_MONEY_CAME,
    OPEN,
    PLACING,
    REFUNDED,
    TRANSITIONS,
    DeskSnapshot,
    Order,
    check_snapshot,
    happenings,
    next_status,
)
from ..tables import inbox, orders, outbox
from .basket import LISTENERS, basket_topic, take_out
from .binding import realize
from .claims import unwant_claims, want_claims
from .promotions import release_promotions, use_promotions
from .reading import (
    find_order,
    latest_order,
    open_order,
    order_at_desk,
    order_from,
    order_of,
    orders_of,
    overdue,
    read_order,
    stale_placing,
    watched,
)

__all__ = [
    "apply_desk_order",
    "bind_desk_order",
    "end_watch",
    "fail_order",
    "find_order",
    "forget_order",
    "latest_order",
    "open_order",
    "order_of",
    "order_topic",
    "orders_of",
    "overdue",
    "read_order",
    "release_order",
    "stale_placing",
    "watched",
]

LOST_RACES = 8
_MOVE = Prepared(
    update(orders)
    .where(orders.c.id == bindparam("moved"), orders.c.version == bindparam("seen"))
    .returning(*orders.c)
)

Heard = Callable[[str], bool]
"""Whether anybody listens to the signal of that name."""


def always(_signal: str) -> bool:
    return True


def order_topic(order_id: str) -> str:
    """What the bell rings when this order changed; its basket's topic rings too."""
    return f"order:{order_id}"


def bind_desk_order(
    work: Work,
    shelf: Shelf,
    desk: str,
    told: DeskSnapshot,
    *,
    placed: Order | None = None,
    heard: Heard = always,
) -> Order:
    """Note the desk's order for an order that we placed, unless a callback was quicker.

    ``placed`` is that order as it was last seen, so that it need not be read once more. Raises
    `Conflict` (ORDER_SUPERSEDED) when the order was given up meanwhile.
    """
    order, _ = _apply(work, shelf, desk, None, told, heard, placed)
    if order.status == FAILED:
        raise Conflict("The basket changed meanwhile; check out again.", code="ORDER_SUPERSEDED")
    return order


def fail_order(work: Work, shelf: Shelf, order_id: str, reason: str) -> bool:
    """Give up an order that is still being placed. False when it is not, or no longer.

    ``reason`` is a code; after `UNANSWERED` the same basket goes on with this order.
    """
    order = read_order(work, order_id)
    if order.status != PLACING or not move_order(work, order, status=FAILED, reason=reason):
        return False
    release_order(work, shelf, order.id)
    ring_for(work, order)
    return True


def forget_order(work: Work, shelf: Shelf, order_id: str, *, heard: Heard = always) -> bool:
    """End an open order that its desk no longer knows. False when it is not open any more."""
    order = read_order(work, order_id)
    changes = {"status": EXPIRED, "reason": "DESK_FORGOT", "ended_at": work.now}
    if not order.is_open or not move_order(work, order, **changes):
        return False
    _follow(work, shelf, order, EXPIRED, order.refunded, heard)
    return True


def end_watch(work: Work, order_id: str) -> bool:
    """Note that no late money came for an order, after the last look at it. False if it did."""
    order = read_order(work, order_id)
    if order.reason != MONEY_MAY_COME or not order.was_given_up:
        return False
    return move_order(work, order, reason=NO_MONEY_CAME) is not None


def release_order(work: Work, shelf: Shelf, order_id: str) -> None:
    """Put back what is set aside for an order that was never stored."""
    release_promotions(work, order_id)
    shelf.catalog.release(order_id, work)


def apply_desk_order(
    work: Work,
    shelf: Shelf,
    desk: str,
    event_id: str | None,
    told: DeskSnapshot,
    *,
    heard: Heard = always,
) -> bool:
    """Bring an order up to what its desk tells. False when that, or the event, is no news.

    ``heard`` says of a signal whether anybody listens to it. Raises `NotFound`
    (ORDER_NOT_FOUND), and `Conflict` (ORDER_MISMATCH, ORDER_STATE) for a message that cannot be
    true of this order: it changes nothing.
    """
    return _apply(work, shelf, desk, event_id, told, heard)[1]


def _apply(
    work: Work,
    shelf: Shelf,
    desk: str,
    event_id: str | None,
    told: DeskSnapshot,
    heard: Heard,
    seen: Order | None = None,
) -> tuple[Order, bool]:
    order = seen or read_order(work, told.external_id)
    check_snapshot(order, desk, told)
    if told.amount is None and order.desk_order_id is None:
        _refuse_taken(work, desk, told)
    if event_id is not None and not _first_time(work, desk, event_id, order.id):
        return order, False
    for _ in range(LOST_RACES):
        status = next_status(order, told)
        if status is None and order is not seen:
            return order, False
        if status is not None:
            moved = move_order(work, order, **_told(work, order, status, told))
            if moved is not None:
                _follow(work, shelf, order, status, told.refunded_of(order), heard)
                return moved, True
        order = read_order(work, order.id)
        check_snapshot(order, desk, told)
    raise Conflict("The order changes too quickly.", code="ORDER_CHANGED", remedy="Send it again.")


def settle_order(
    work: Work,
    shelf: Shelf,
    order: Order,
    status: str,
    *,
    reason: str | None = None,
    heard: Heard = always,
) -> bool:
    """Bring an order that no desk of ours tells of to a status, with all that follows from it.

    False when it changed meanwhile. Raises `Conflict` (ORDER_STATE) for a step that no order takes.
    """
    if status not in TRANSITIONS[order.status]:
        raise Conflict(f"{order.number} is {order.status}, not {status}.", code="ORDER_STATE")
    moved = move_order(
        work,
        order,
        status=status,
        reason=reason,
        paid_at=(order.paid_at or work.now) if status in CAPTURED else None,
        ended_at=(order.ended_at or work.now) if status in ENDED_UNPAID else None,
    )
    if moved is None:
        return False
    _follow(work, shelf, order, status, order.refunded, heard)
    return True


def _refuse_taken(work: Work, desk: str, told: DeskSnapshot) -> None:
    """Where no amount is told, a payment made for one order must not come to pay another."""
    known = order_at_desk(work, desk, told.desk_order_id)
    if known is not None and known.id != told.external_id:
        raise Conflict(f"{told.desk_order_id} is that of {known.number}.", code="ORDER_MISMATCH")


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
        "reason": _reason(order, status, told),
        "refunded": told.refunded_of(order).minor,
        "fees": (order.fees if told.fees is None else told.fees).minor,
        "expires_at": told.expires_at or order.expires_at,
        "paid_at": (order.paid_at or told.paid_at or work.now) if captured else None,
        "ended_at": (told.ended_at or order.ended_at or work.now) if ended else None,
    }


def _reason(order: Order, status: str, told: DeskSnapshot) -> str | None:
    if status in ENDED_UNPAID and told.may_be_paid:
        return MONEY_MAY_COME
    return None if order.was_given_up else order.reason


def move_order(work: Work, order: Order, **changes: Any) -> Order | None:
    """Change the order if it is still at the version that we saw; None when it is not."""
    seen = {"moved": order.id, "seen": order.version, "version": order.version + 1}
    row = work.execute(_MOVE, seen | changes).first()
    return None if row is None else order_from(row, order.lines)


def _follow(
    work: Work, shelf: Shelf, before: Order, status: str, refunded: Money, heard: Heard
) -> None:
    """All that a new status brings with it, in the same transaction."""
    keeps = status in OPEN or status in CAPTURED - {"refunded"}
    if before.is_open and not keeps:
        release_order(work, shelf, before.id)
    elif before.status in ENDED_UNPAID and keeps:
        _hold_again(work, shelf, before)
    events = happenings(before, status, refunded)
    if "order_paid" in events and not before.is_of_wallet:
        codes = [one.code for one in before.promotions]
        linked = take_out(work, before.basket_id, before.quantities, codes)
        if linked is not None:
            realize(work, linked)
    for kind in events:
        _record(work, before, kind, status, [LISTENERS] if heard(kind) else [])
    if shelf.claims is not None:
        if "order_paid" in events:
            want_claims(work, shelf.claims, before)
        if status == REFUNDED:
            unwant_claims(work, before, heard)
    ring_for(work, before)


def _hold_again(work: Work, shelf: Shelf, order: Order) -> None:
    """Money came for an order whose goods were free again: take them back if they are left."""
    codes = [one.code for one in order.promotions if one.code in shelf.promotions]
    try:
        with work.connection.begin_nested():
            use_promotions(work, order.id, codes, shelf.promotions, order.shopper)
            shelf.catalog.reserve(order.id, order.quantities, work)
    except Conflict as short:
        work.execute(update(orders).where(orders.c.id == order.id).values(reason=short.code))


def _record(
    work: Work, order: Order, kind: str, status: str, receivers: Sequence[Receiver]
) -> None:
    outbox.record(
        work,
        subject=order.id,
        kind=kind,
        data={"order_id": order.id, "basket_id": order.basket_id, "status": status},
        receivers=receivers,
    )


def ring_for(work: Work, order: Order) -> None:
    work.ring(basket_topic(order.basket_id))
    work.ring(order_topic(order.id))
