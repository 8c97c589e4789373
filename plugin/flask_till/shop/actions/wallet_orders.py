"""Orders that a wallet places and pays: one per binding, told of by events (contract 3.8-3.10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, NotFound
from ..basket import Basket
from ..binding import OF_THE_WALLET
from ..catalog import Shelf
from ..notices import NOT_FROM_HERE, TOO_LATE
from ..order import CANCELLED, PAID, PENDING, WALLET, Order
from ..tables import orders, outbox, wallet_events, wallet_orders
from ..wallet_order import (
    PAY,
    REJECT,
    NotCreated,
    NotUpdated,
    OrderTold,
    Sale,
    WalletOrder,
    costs_the_same,
    effect_of,
)
from .basket import LISTENERS, take_out, tell_wallet
from .binding import lock_binding, order_binding
from .orders import Heard, always, ring_for, settle_order
from .placing import store_lines
from .promotions import use_promotions
from .reading import find_order
from .telling import basket_for_wallet
from .wallet_goods import carriage_json, goods_json, wallet_order

_BY_ID = Prepared(select(wallet_orders).where(wallet_orders.c.order_id == bindparam("id")))
_LOCK_ORDER = Prepared(
    select(orders.c.version).where(orders.c.id == bindparam("id")).with_for_update()
)
_KEEP = Prepared(update(wallet_orders).where(wallet_orders.c.order_id == bindparam("kept")))


class BasketMoved(Conflict):
    """The basket is not the one that was judged; judge again."""

    code = "BASKET_MOVED"


def place_wallet_order(
    work: Work,
    shelf: Shelf,
    sale: Sale,
    *,
    locale: str,
    by: datetime,
    heard: Heard = always,
) -> str:
    """Make the one order of the binding; returns its id, or that of the order it has already.

    ``by`` is when the wallet stops waiting: an order after that could not be paid (6). Raises
    `NotFound` (BASKET_NOT_FOUND), `NotCreated`, `OutOfStock`, `Conflict` (PROMOTION_USED_UP) and
    `BasketMoved`.
    """
    binding = lock_binding(work, sale.wanted.binding_id)
    if binding.order_id is not None:
        return binding.order_id
    if binding.status not in OF_THE_WALLET:
        raise NotCreated(NOT_FROM_HERE)
    if work.now > by:
        raise NotCreated(TOO_LATE)
    basket, _, _ = basket_for_wallet(work, shelf, binding.basket_id, locale)
    if not costs_the_same(basket, sale.basket):
        raise BasketMoved("The basket changed meanwhile.")
    order_id = work.new_id("ord")
    if not order_binding(work, binding, order_id):
        raise BasketMoved("The binding changed meanwhile.")
    _store(work, order_id, basket, sale, locale)
    codes = [one.code for one in basket.promotions if one.applied and one.amount]
    use_promotions(work, order_id, codes, shelf.promotions, binding.basket_id)
    quantities = {good.product.id: good.quantity for good in sale.goods}
    take_out(work, binding.basket_id, quantities, codes)
    # Last, so that a catalog that keeps its own books has nothing to take back if we refuse.
    shelf.catalog.reserve(order_id, quantities, work)
    _tell(work, order_id, binding.basket_id, heard)
    return order_id


def read_wallet_order(work: Work, order_id: str) -> tuple[Order, WalletOrder]:
    """The order, and what the wallet said of it. Raises `NotFound` (ORDER_NOT_FOUND)."""
    found = find_wallet_order(work, order_id)
    if found is None:
        raise NotFound("There is no such order.", code="ORDER_NOT_FOUND")
    return found


def find_wallet_order(work: Work, order_id: str) -> tuple[Order, WalletOrder] | None:
    """The same; None for an unknown one, and for one that no wallet placed."""
    row = work.execute(_BY_ID, {"id": order_id}).first()
    order = None if row is None else find_order(work, order_id)
    if row is None or order is None:
        return None
    return order, wallet_order(row, order.total.currency)


def apply_order_event(
    work: Work, shelf: Shelf, order_id: str, told: OrderTold, *, heard: Heard = always
) -> bool:
    """What the wallet tells of an order (3.10). False when it is a repeat or changes no status.

    Raises `NotFound` (ORDER_NOT_FOUND) and `NotUpdated`.
    """
    order, kept = _locked(work, order_id)
    if told.phone is not None and told.phone != kept.phone:
        raise NotUpdated("The phone number is not that of the order.")
    seen = {"subject": order_id, "event_id": told.event_id, "at": work.now}
    if not work.insert_once(wallet_events, seen):
        return False
    effect = effect_of(told, order, completed=kept.completed_at is not None)
    _keep_payment(work, kept, told)
    if effect == PAY:
        return settle_order(work, shelf, order, PAID, heard=heard)
    if effect == REJECT:
        return settle_order(work, shelf, order, CANCELLED, reason="REJECTED", heard=heard)
    return False


def describe_order(work: Work, order_id: str, text: str) -> str:
    """Tell the shopper a text about the order (2.10); returns the event's id.

    Raises `NotFound` (ORDER_NOT_FOUND), as the next two.
    """
    _change(work, order_id, status_text=text)
    return tell_wallet(work, order_id, "order_event", {"text": text})


def ship_order(
    work: Work,
    order_id: str,
    parcels: Sequence[str],
    *,
    text: str | None = None,
    delivery: Mapping[str, Any] | None = None,
) -> str:
    """Tell the parcel numbers, all of them each time, and what changed of the delivery (2.10)."""
    changes: dict[str, Any] = {"parcels": list(parcels)}
    _change(work, order_id, **changes, **({} if text is None else {"status_text": text}))
    news = {"parcels": list(parcels), "text": text, "delivery": delivery and dict(delivery)}
    told = {name: value for name, value in news.items() if value is not None}
    return tell_wallet(work, order_id, "order_event", told)


def complete_order(work: Work, order_id: str, *, text: str | None = None) -> str:
    """The order was finished in the shop: nobody pays or rejects it in the wallet any more (1.9).

    Raises `Conflict` (ORDER_STATE) for one that the wallet paid, or that was given up (2.10).
    """
    order, kept = _locked(work, order_id)
    if order.status != PENDING:
        raise Conflict(f"{order.number} is {order.status} already.", code="ORDER_STATE")
    said = {} if text is None else {"status_text": text}
    _change(work, order_id, completed_at=kept.completed_at or work.now, **said)
    news = {"completed": True} | ({} if text is None else {"text": text})
    return tell_wallet(work, order_id, "order_event", news)


def _locked(work: Work, order_id: str) -> tuple[Order, WalletOrder]:
    read_wallet_order(work, order_id)
    work.execute(_LOCK_ORDER, {"id": order_id})
    return read_wallet_order(work, order_id)


def _change(work: Work, order_id: str, **changes: Any) -> None:
    order, _ = _locked(work, order_id)
    work.execute(_KEEP, {"kept": order_id, "updated_at": work.now, **changes})
    ring_for(work, order)


def _keep_payment(work: Work, kept: WalletOrder, told: OrderTold) -> None:
    """The type may differ from that of the order: a retry with another method (3.10)."""
    payment = {
        "payment_id": told.payment_id or kept.payment_id,
        "payment_reference": told.payment_reference or kept.payment_reference,
        "payment_type": told.payment_type or kept.payment_type,
    }
    work.execute(_KEEP, {"kept": kept.order_id, "updated_at": work.now, **payment})


def _store(work: Work, order_id: str, basket: Basket, sale: Sale, locale: str) -> None:
    work.execute(insert(orders).values(_order_row(work, order_id, basket, sale, locale)))
    store_lines(work, order_id, (line for line in basket.lines if line.quantity))
    wanted = sale.wanted
    work.execute(
        insert(wallet_orders).values(
            order_id=order_id,
            binding_id=wanted.binding_id,
            account=dict(wanted.account),
            delivery=carriage_json(sale, work.now),
            invoice=None if wanted.invoice is None else dict(wanted.invoice),
            consents=[list(one) for one in wanted.consents],
            parameters=[list(one) for one in wanted.parameters],
            goods=goods_json(sale.goods),
            comments=wanted.comments,
            payment_type=wanted.payment_type,
            parcels=[],
            created_at=work.now,
            updated_at=work.now,
        )
    )


def _order_row(
    work: Work, order_id: str, basket: Basket, sale: Sale, locale: str
) -> dict[str, Any]:
    return {
        "id": order_id,
        "basket_id": basket.id,
        "basket_version": basket.version,
        "status": PENDING,
        "version": 1,
        "shopper": basket.id,
        "currency": basket.currency,
        "subtotal": basket.subtotal.minor,
        "discount": basket.discount.minor,
        "delivery": sale.delivery_cost.minor,
        "total": sale.total.minor,
        "refunded": 0,
        "promotions": [
            {"code": one.code, "label": one.label, "amount": one.amount.minor}
            for one in basket.promotions
            if one.applied and one.amount
        ],
        "desk": WALLET,
        "desk_version": 0,
        "locale": locale,
        "created_at": work.now,
        "placed_at": work.now,
    }


def _tell(work: Work, order_id: str, basket_id: str, heard: Heard) -> None:
    order = find_order(work, order_id)
    assert order is not None
    receivers = [LISTENERS] if heard("order_placed") else []
    outbox.record(
        work,
        subject=order_id,
        kind="order_placed",
        data={"order_id": order_id, "basket_id": basket_id, "status": PENDING},
        receivers=receivers,
    )
    ring_for(work, order)
