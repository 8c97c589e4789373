"""Orders that shoppers place in the wallet: asked for, made by the shop, paid at our own desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from ...base.database import Work
from ...base.outbox import Receiver
from ...errors import Conflict, NotFound
from ..linked_basket import (
    BOUND,
    FAILED,
    PAID,
    PLACING,
    PROCESSING,
    REJECTED,
    LinkedBasket,
    WalletOrder,
)
from ..order import OrderDraft
from ..tables import outbox
from ..tables.wallet import wallet_orders
from ..wallet_port import CASH_ON_DELIVERY, FREE_ORDER, Asked, PlacedOrder
from .basket_edits import ask_again, count_waiting, hurry, require_open
from .linked_baskets import lock_basket, order_basket
from .merchants import read_merchant
from .orders import create_order
from .shoppers import touch
from .wallet_payments import AUTHORIZED, COURIER

PLACE, ORDER_PAID, ORDER_REJECT = "order_place", "order_paid", "order_reject"
ORDER_RECLAIM = "order_reclaim"
ORDER_LOOK = "order_look"
PAID_AT_ONCE = frozenset({CASH_ON_DELIVERY, FREE_ORDER})
"""Ways to pay that need no gateway: the order counts as paid when it is made (1.8)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as the shopper placed it. ``return_url`` is where its order page leads back to."""

    asked: Asked
    locale: str
    return_url: str | None
    seen_version: int


# --- placing ----------------------------------------------------------------------------------


def place_order(work: Work, basket_id: str, shopper_id: str, wish: Wish) -> WalletOrder:
    """Keep the order and have the shop asked for it. One basket gives one order (7.13).

    Raises `NotFound`, `Conflict` as `require_open`, or BASKET_CHANGED, EDIT_WAITING,
    ORDER_EXISTS.
    """
    basket = lock_basket(work, basket_id, shopper_id=shopper_id)
    require_open(work, basket)
    if basket.version != wish.seen_version:
        raise Conflict("The basket changed.", code="BASKET_CHANGED", remedy="Look at it again.")
    if count_waiting(work, basket_id):
        raise Conflict("The shop has not answered a change yet.", code="EDIT_WAITING")
    order_id = work.new_id("wor")
    if not work.insert_once(wallet_orders, _values(work, order_id, basket, wish)):
        raise Conflict("This basket is being ordered already.", code="ORDER_EXISTS")
    _tell(work, basket, PLACE, order_id)
    touch(work, shopper_id)
    return read_wallet_order(work, order_id)


def _values(work: Work, order_id: str, basket: LinkedBasket, wish: Wish) -> dict[str, Any]:
    request = {
        "message": dict(wish.asked.request),
        "offer": wish.asked.offer,
        "payment": wish.asked.payment,
        "total": wish.asked.total.minor,
        "currency": wish.asked.total.currency,
        "locale": wish.locale,
        "return_url": wish.return_url,
    }
    return {
        "id": order_id,
        "linked_basket_id": basket.id,
        "merchant_id": basket.merchant_id,
        "shopper_id": basket.shopper_id,
        "request": request,
        "status": PLACING,
        "payment_status": "UNPAID",
        "parcels": [],
        "delivery_changes": {},
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
    }


def is_placing(work: Work, basket_id: str) -> bool:
    """Whether a shop is being asked for an order of this basket."""
    query = select(wallet_orders.c.id).where(
        wallet_orders.c.linked_basket_id == basket_id, wallet_orders.c.status == PLACING
    )
    return work.execute(query).first() is not None


def note_asked(work: Work, order_id: str) -> None:
    """The create is about to be sent: from now on the shop may have made the order."""
    work.execute(
        update(wallet_orders)
        .where(wallet_orders.c.id == order_id, wallet_orders.c.asked_at.is_(None))
        .values(asked_at=work.now)
    )


# --- what the shop made of it -----------------------------------------------------------------


def take_order(work: Work, order_id: str, placed: PlacedOrder, draft: OrderDraft) -> WalletOrder:
    """The shop made the order that was asked for; now it can be paid. A repeat changes nothing.

    The desk's order is made in the same transaction; cash on delivery and free orders need none,
    they are paid. Raises `Conflict` when the basket is the shopper's no more.
    """
    basket, order = _lock(work, order_id)
    if order.status != PLACING:
        return order
    order_basket(work, basket.id)
    changes = _made(placed)
    if order.request["payment"] in PAID_AT_ONCE:
        changes |= {"status": PAID, "payment_status": AUTHORIZED}
        _tell(work, basket, ORDER_PAID, order_id)
    else:
        made, _ = create_order(work, read_merchant(work, order.merchant_id), draft)
        changes |= {"status": PROCESSING, "order_id": made.id}
    return _change(work, order, **changes)


def refuse_placed(
    work: Work, order_id: str, placed: PlacedOrder, reason: str, text: str
) -> WalletOrder:
    """The shop made an order that nobody asked for: it is told that it is rejected (3.10)."""
    basket, order = _lock(work, order_id)
    if order.status != PLACING:
        return order
    if basket.status == BOUND:
        order_basket(work, basket.id)
    _tell(work, basket, ORDER_REJECT, order_id)
    changes = _made(placed) | {"status_text": text}
    return _change(
        work, order, status=REJECTED, payment_status="CANCELLED", reason=reason, **changes
    )


def fail_order(
    work: Work, order_id: str, reason: str, text: str, *, look: bool = True
) -> WalletOrder:
    """The shop made no order, as far as we know: the basket may be tried again.

    With ``look`` the basket is read anew, since shops say there why not (6).
    """
    basket, order = _lock(work, order_id)
    if order.status != PLACING:
        return order
    failed = _change(work, order, status=FAILED, reason=reason[:64], status_text=text[:1000])
    if look:
        ask_again(work, basket.id)
    return failed


def look_for_order(work: Work, basket_id: str) -> None:
    """The shop has an order of the basket. If it may be one that we gave up waiting for, it is
    asked for it once more: nobody will pay that order, and the shop holds goods for it (6)."""
    basket = lock_basket(work, basket_id)
    of_basket = wallet_orders.c.linked_basket_id == basket_id
    kept = work.execute(select(wallet_orders).where(of_basket)).all()
    lost = [one for one in kept if one.status == FAILED and one.asked_at is not None]
    if lost and all(one.status == FAILED for one in kept):
        _tell(work, basket, ORDER_RECLAIM, max(lost, key=lambda one: one.created_at).id)


def reclaim_order(work: Work, order_id: str, placed: PlacedOrder) -> None:
    """The order that was given up exists: the shop is told that it is rejected (3.10)."""
    basket, order = _lock(work, order_id)
    if order.status != FAILED or order.merchant_order_id is not None:
        return
    _tell(work, basket, ORDER_REJECT, order_id)
    _change(work, order, status=REJECTED, payment_status="CANCELLED", **_made(placed))


def _made(placed: PlacedOrder) -> dict[str, Any]:
    return {
        "merchant_order_id": placed.order_id,
        "number": placed.number,
        "content": dict(placed.content),
        "status_text": placed.status_text,
        "parcels": list(placed.parcels),
    }


def is_order_id_taken(work: Work, order: WalletOrder, merchant_order_id: str) -> bool:
    """Whether the shop calls another order of this wallet by that id."""
    query = select(wallet_orders.c.id).where(
        wallet_orders.c.merchant_id == order.merchant_id,
        wallet_orders.c.merchant_order_id == merchant_order_id,
        wallet_orders.c.id != order.id,
    )
    return work.execute(query).first() is not None


# --- later ------------------------------------------------------------------------------------


def note_reply(
    work: Work, order_id: str, status_text: str | None, parcels: tuple[str, ...] | None
) -> None:
    """What the shop says of its order, asked (3.9) or told (3.10)."""
    _, order = _lock(work, order_id)
    told: dict[str, Any] = {}
    if status_text:
        told["status_text"] = status_text
    if parcels is not None:
        told["parcels"] = list(parcels)
    if any(told[name] != _as_kept(order, name) for name in told):
        _change(work, order, **told)


def _as_kept(order: WalletOrder, name: str) -> Any:
    return list(order.parcels) if name == "parcels" else order.status_text


def ask_shop(work: Work, order_id: str, shopper_id: str) -> None:
    """Have the order read from the shop (3.9), once at a time. Raises `NotFound`."""
    order = read_wallet_order(work, order_id, shopper_id=shopper_id)
    basket = lock_basket(work, order.linked_basket_id)
    subject = f"look:{order_id}"
    if order.merchant_order_id is not None and not hurry(work, subject):
        _tell(work, basket, ORDER_LOOK, order_id, subject)


def note_trouble(work: Work, order_id: str, reason: str) -> None:
    """The shop would not hear that the order is paid: somebody has to look at it."""
    _, order = _lock(work, order_id)
    _change(work, order, reason=reason[:64])


def _change(work: Work, order: WalletOrder, **values: Any) -> WalletOrder:
    work.execute(
        update(wallet_orders)
        .where(wallet_orders.c.id == order.id)
        .values(version=wallet_orders.c.version + 1, updated_at=work.now, **values)
    )
    touch(work, order.shopper_id)
    return read_wallet_order(work, order.id)


def _tell(
    work: Work, basket: LinkedBasket, kind: str, order_id: str, subject: str | None = None
) -> None:
    outbox.record(
        work,
        subject=subject or basket.id,
        kind=kind,
        data={"basket_id": basket.id, "wallet_order_id": order_id},
        receivers=[Receiver(COURIER, basket.merchant_id)],
    )


# --- reading ----------------------------------------------------------------------------------


def _lock(work: Work, order_id: str) -> tuple[LinkedBasket, WalletOrder]:
    """The basket's row is the lock of its orders."""
    basket = lock_basket(work, read_wallet_order(work, order_id).linked_basket_id)
    return basket, read_wallet_order(work, order_id)


def read_wallet_order(work: Work, order_id: str, *, shopper_id: str | None = None) -> WalletOrder:
    """Raises `NotFound` (ORDER_NOT_FOUND): also for another shopper's."""
    row = work.execute(select(wallet_orders).where(wallet_orders.c.id == order_id)).first()
    if row is None or shopper_id not in (None, row.shopper_id):
        raise NotFound("There is no such order.", code="ORDER_NOT_FOUND")
    return wallet_order_from(row)


def order_paid_by(work: Work, desk_order_id: str) -> WalletOrder | None:
    """The wallet order that this order of the desk pays for."""
    row = work.execute(
        select(wallet_orders).where(wallet_orders.c.order_id == desk_order_id)
    ).first()
    return None if row is None else wallet_order_from(row)


def wallet_orders_of(work: Work, shopper_id: str) -> list[WalletOrder]:
    """Newest first."""
    query = (
        select(wallet_orders)
        .where(wallet_orders.c.shopper_id == shopper_id)
        .order_by(wallet_orders.c.created_at.desc(), wallet_orders.c.id.desc())
        .limit(100)
    )
    return [wallet_order_from(row) for row in work.execute(query).all()]


def wallet_order_from(row: Any) -> WalletOrder:
    content: Mapping[str, Any] | None = row.content
    return WalletOrder(
        id=row.id,
        linked_basket_id=row.linked_basket_id,
        order_id=row.order_id,
        merchant_id=row.merchant_id,
        merchant_order_id=row.merchant_order_id,
        number=row.number,
        shopper_id=row.shopper_id,
        request=row.request,
        content=content,
        status=row.status,
        payment_status=row.payment_status,
        status_text=row.status_text,
        parcels=tuple(row.parcels),
        reason=row.reason,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        delivery_changes=row.delivery_changes,
        asked_at=row.asked_at,
    )
