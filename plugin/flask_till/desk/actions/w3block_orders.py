"""Orders of the W3block protocol beside the desk's: placed, followed and found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update

from ...base.columns import MILLISECOND
from ...base.database import Work
from ..order import CANCELLED, ENDED_UNPAID, EXPIRED, PAID, PARTIALLY_REFUNDED, REFUNDED, Order
from ..tables import orders
from ..tables.products import product_sales as sales
from ..tables.w3block import w3_buyers, w3_companies, w3_orders
from ..w3block_company import WAITING, Placed, PlacedLine, Sums
from . import coupons, product_sales


def lock_buyer(work: Work, company_id: str, buyer: str) -> None:
    """Nobody else places an order of this buyer before this transaction ends."""
    work.insert_once(w3_buyers, {"company_id": company_id, "buyer": buyer})
    mine = w3_buyers.c.company_id == company_id, w3_buyers.c.buyer == buyer
    work.execute(select(w3_buyers).where(*mine).with_for_update()).all()


def similar_orders(
    work: Work, company_id: str, buyer: str, likeness: str, since: datetime
) -> list[str]:
    """Ids of this buyer's orders of that likeness that were placed then or later."""
    query = select(w3_orders.c.order_id).where(
        w3_orders.c.company_id == company_id,
        w3_orders.c.buyer == buyer,
        w3_orders.c.likeness == likeness,
        w3_orders.c.created_at >= since,
    )
    return list(work.execute(query).scalars())


def is_deliver_id_free(work: Work, deliver_id: str) -> bool:
    query = select(w3_orders.c.order_id).where(w3_orders.c.deliver_id == deliver_id)
    return work.execute(query).first() is None


def keep_placed(work: Work, placed: Placed) -> None:
    """What the order is in this protocol; the desk's own order is there already."""
    sums = asdict(placed.sums)
    work.execute(
        insert(w3_orders).values(
            order_id=placed.order_id,
            company_id=placed.company_id,
            buyer=placed.buyer,
            deliver_id=placed.deliver_id,
            wallet=placed.wallet,
            destination_user_id=placed.destination_user_id,
            address_id=placed.address_id,
            likeness=placed.likeness,
            currency_id=placed.currency_id,
            amount_type=placed.amount_type,
            amount=placed.amount,
            method=placed.method,
            provider=placed.provider,
            lines=[_line_data(line) for line in placed.lines],
            coupon=placed.coupon,
            utm=dict(placed.utm),
            utm_campaign=placed.utm.get("utm_campaign"),
            success_url=placed.success_url,
            updated_at=work.now,
            created_at=work.now,
            **sums,
        )
    )


def follow(work: Work, order: Order) -> None:
    """Go where the desk's order goes: pieces are sold or let go, delivery begins or is called off.

    Before `keep_placed` there is nothing that could follow.
    """
    row = work.execute(
        select(w3_orders).where(w3_orders.c.order_id == order.id).with_for_update()
    ).first()
    if row is None:
        return
    if order.status == PAID:
        product_sales.sell(work, order.id)
        _await_delivery(work, row)
    if order.status == REFUNDED:
        this = w3_orders.c.order_id == order.id
        work.execute(update(w3_orders).where(this).values(word=None))
    if order.status in ENDED_UNPAID or order.status == REFUNDED:
        product_sales.release(work, order.id)
        coupons.give_back(work, order.id)
    _touch(work, row)


def _await_delivery(work: Work, row: Any) -> None:
    delays = select(w3_companies.c.delays).where(w3_companies.c.id == row.company_id)
    delay = work.execute(delays).scalar_one().get(row.method or "", 0)
    at = work.now + timedelta(seconds=delay)
    this = w3_orders.c.order_id == row.order_id
    work.execute(update(w3_orders).where(this).values(delivery=WAITING, deliver_at=at))


def _touch(work: Work, row: Any) -> None:
    """``updated_at`` grows with each change, also of two within a millisecond."""
    moment = max(work.now, row.updated_at + MILLISECOND)
    this = w3_orders.c.order_id == row.order_id
    work.execute(update(w3_orders).where(this).values(updated_at=moment))


def change_way(work: Work, order_id: str, *, method: str, provider: str) -> None:
    """It is paid another way from now on."""
    row = work.execute(select(w3_orders).where(w3_orders.c.order_id == order_id)).one()
    this = w3_orders.c.order_id == order_id
    work.execute(update(w3_orders).where(this).values(method=method, provider=provider))
    _touch(work, row)


def find_placed(work: Work, order_id: str) -> Placed | None:
    row = work.execute(select(w3_orders).where(w3_orders.c.order_id == order_id)).first()
    return None if row is None else _placed(row)


def find_delivered_by(work: Work, company_id: str, deliver_id: str) -> Placed | None:
    """By the six letters of its receipt."""
    row = work.execute(
        select(w3_orders).where(
            w3_orders.c.company_id == company_id, w3_orders.c.deliver_id == deliver_id
        )
    ).first()
    return None if row is None else _placed(row)


WORDS: dict[str, Any] = {
    "pending": orders.c.status == "pending",
    "confirming_payment": orders.c.status == "processing",
    "waiting_delivery": (orders.c.status == PAID) & (w3_orders.c.delivery == "waiting"),
    "delivering": (orders.c.status == PAID) & (w3_orders.c.delivery == "moving"),
    "concluded": (orders.c.status == PAID) & (w3_orders.c.delivery == "moved"),
    "failed": (orders.c.status == PAID) & (w3_orders.c.delivery == "stuck"),
    "cancelled": orders.c.status.in_((CANCELLED, REFUNDED)),
    "partially_cancelled": orders.c.status == PARTIALLY_REFUNDED,
    "expired": orders.c.status == EXPIRED,
}
"""What a status of this protocol is among our orders; an own word goes before all of these."""


def list_placed(
    work: Work,
    company_id: str,
    *,
    words: Sequence[str] = (),
    created: tuple[datetime | None, datetime | None] = (None, None),
    newest_first: bool = True,
    offset: int = 0,
    limit: int = 10,
    product_id: str | None = None,
    **equal: str | None,
) -> tuple[list[str], int]:
    """Ids of a company's orders, and how many there are in all.

    ``created`` from then until before then; ``equal`` are columns and what they must be, if given.
    """
    wanted = [w3_orders.c.company_id == company_id]
    wanted += [w3_orders.c[name] == value for name, value in equal.items() if value is not None]
    if words:
        wanted.append(_has_word(words))
    if created[0] is not None:
        wanted.append(w3_orders.c.created_at >= created[0])
    if created[1] is not None:
        wanted.append(w3_orders.c.created_at < created[1])
    if product_id is not None:
        of_product = select(sales.c.order_id).where(sales.c.product_id == product_id)
        wanted.append(w3_orders.c.order_id.in_(of_product))
    joined = w3_orders.join(orders, orders.c.id == w3_orders.c.order_id)
    total = work.execute(select(func.count()).select_from(joined).where(*wanted)).scalar_one()
    columns = (w3_orders.c.created_at, w3_orders.c.order_id)
    ordered = [one.desc() if newest_first else one.asc() for one in columns]
    query = select(w3_orders.c.order_id).select_from(joined).where(*wanted).order_by(*ordered)
    return list(work.execute(query.offset(offset).limit(limit)).scalars()), int(total)


def _has_word(words: Sequence[str]) -> Any:
    plain = [WORDS[word] & w3_orders.c.word.is_(None) for word in words if word in WORDS]
    any_of = w3_orders.c.word.in_(words)
    for one in plain:
        any_of |= one
    return any_of


def _line_data(line: PlacedLine) -> dict[str, Any]:
    return asdict(line) | {
        "price": format(line.price, "f"),
        "original": format(line.original, "f"),
        "variant_ids": list(line.variant_ids),
        "images": [dict(image) for image in line.images],
    }


def _line(data: Any) -> PlacedLine:
    return PlacedLine(
        product_id=data["product_id"],
        name=data["name"],
        quantity=data["quantity"],
        price=Decimal(data["price"]),
        original=Decimal(data["original"]),
        variant_ids=tuple(data["variant_ids"]),
        images=tuple(data["images"]),
    )


def _placed(row: Any) -> Placed:
    return Placed(
        order_id=row.order_id,
        company_id=row.company_id,
        buyer=row.buyer,
        deliver_id=row.deliver_id,
        wallet=row.wallet,
        destination_user_id=row.destination_user_id,
        address_id=row.address_id,
        likeness=row.likeness,
        currency_id=row.currency_id,
        amount_type=row.amount_type,
        amount=row.amount,
        method=row.method,
        provider=row.provider,
        sums=Sums(
            row.basket, row.original_basket, row.service_fee, row.original_service_fee, row.gas
        ),
        lines=tuple(_line(one) for one in row.lines),
        coupon=row.coupon,
        utm=row.utm,
        success_url=row.success_url,
        word=row.word,
        deliver_at=row.deliver_at,
        delivery=row.delivery,
        fail_reason=row.fail_reason,
        updated_at=row.updated_at,
    )
