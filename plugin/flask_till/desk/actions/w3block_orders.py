"""Orders of the W3block protocol beside the desk's: placed, followed and found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update

from ...base.columns import MILLISECOND
from ...base.database import Work
from ..order import (
    CANCELLED,
    ENDED_UNPAID,
    EXPIRED,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    PROCESSING,
    REFUNDED,
    Order,
)
from ..tables.products import product_sales as sales
from ..tables.w3block import w3_buyers, w3_companies, w3_orders, w3_parts
from ..w3block_company import WAITING, Placed, PlacedLine
from ..w3block_parts import together
from . import coupons, product_sales, w3block_moves, w3block_news, w3block_parts
from .reading import read_order


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
    """What the order is in this protocol; the desk's own orders, its legs, are there already."""
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
            lines=[_line_data(line) for line in placed.lines],
            coupon=placed.coupon,
            utm=dict(placed.utm),
            utm_campaign=placed.utm.get("utm_campaign"),
            success_url=placed.success_url,
            state=placed.state,
            unsettled=False,
            updated_at=work.now,
            created_at=work.now,
        )
    )
    w3block_parts.keep_parts(work, placed.order_id, placed.parts)


def lock_placed(work: Work, order_id: str) -> Any:
    """Its row, which nobody else changes before this transaction ends; None without one."""
    this = select(w3_orders).where(w3_orders.c.order_id == order_id)
    return work.execute(this.with_for_update()).first()


def change_placed(work: Work, row: Any, **values: Any) -> None:
    """Other values for a locked row; ``updated_at`` grows also within a millisecond."""
    moment = max(work.now, row.updated_at + MILLISECOND)
    this = w3_orders.c.order_id == row.order_id
    work.execute(update(w3_orders).where(this).values(updated_at=moment, **values))


def follow(work: Work, leg: Order) -> None:
    """Go where the desk's orders go: pieces are sold or let go, delivery begins or is called off.

    Before `keep_placed` there is nothing that could follow.
    """
    order_id = w3block_parts.order_of_leg(work, leg.id)
    row = None if order_id is None else lock_placed(work, order_id)
    if row is None:
        return
    if leg.status == PAID:
        w3block_parts.keep_way(work, leg, row.company_id)
    legs = w3block_parts.legs_of(work, row.order_id)
    state = together(row.state, legs)
    changed = _changed(work, row, state) if state != row.state else {}
    if state in ENDED_UNPAID:
        changed["unsettled"] = any(one.is_to_stop or one.is_to_give_back for one in legs)
    change_placed(work, row, state=state, **changed)
    tell_of(work, row.order_id)


def _changed(work: Work, row: Any, state: str) -> dict[str, Any]:
    """What follows for the whole from its new state."""
    changed: dict[str, Any] = {}
    if state == PAID:
        product_sales.sell(work, row.order_id)
        awaited = {"delivery": WAITING, "deliver_at": work.now + _delay(work, row)}
        changed = {} if row.word else awaited
    if state in ENDED_UNPAID or state == REFUNDED:
        changed = {"word": None}
        w3block_moves.let_go(work, row.order_id)
        coupons.give_back(work, row.order_id)
    return changed


def lead_to(work: Work, order_id: str, success_url: str) -> None:
    """Where the pages of its parts lead from now on, when they are paid."""
    row = lock_placed(work, order_id)
    if row is not None:
        change_placed(work, row, success_url=success_url)
        w3block_parts.redirect_legs(work, order_id, success_url)


def tell_of(work: Work, order_id: str) -> None:
    """Have hooks told where the order is now; its row is locked, or new."""
    placed = find_placed(work, order_id)
    assert placed is not None
    w3block_news.tell(work, read_order(work, order_id), placed)


def _delay(work: Work, row: Any) -> timedelta:
    """How long delivery waits: the longest that one of its methods asks for."""
    delays = select(w3_companies.c.delays).where(w3_companies.c.id == row.company_id)
    known = work.execute(delays).scalar_one()
    methods = [part.method or "" for part in w3block_parts.parts_of(work, row.order_id)]
    return timedelta(seconds=max(known.get(method, 0) for method in methods))


def find_placed(work: Work, order_id: str) -> Placed | None:
    row = work.execute(select(w3_orders).where(w3_orders.c.order_id == order_id)).first()
    return None if row is None else _placed(work, row)


def find_delivered_by(work: Work, company_id: str, deliver_id: str) -> Placed | None:
    """By the six letters of its receipt."""
    row = work.execute(
        select(w3_orders).where(
            w3_orders.c.company_id == company_id, w3_orders.c.deliver_id == deliver_id
        )
    ).first()
    return None if row is None else _placed(work, row)


_IN = w3_orders.c.state
WORDS: dict[str, Any] = {
    "pending": _IN == PENDING,
    "confirming_payment": _IN == PROCESSING,
    "waiting_delivery": (_IN == PAID) & (w3_orders.c.delivery == "waiting"),
    "delivering": (_IN == PAID) & (w3_orders.c.delivery == "moving"),
    "concluded": (_IN == PAID) & (w3_orders.c.delivery == "moved"),
    "failed": (_IN == PAID) & (w3_orders.c.delivery == "stuck"),
    "cancelled": _IN.in_((CANCELLED, REFUNDED)),
    "partially_cancelled": _IN == PARTIALLY_REFUNDED,
    "expired": _IN == EXPIRED,
}
"""What a status of this protocol is among the states; an own word goes before all of these."""


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
    paid: Mapping[str, str | None] | None = None,
    **equal: str | None,
) -> tuple[list[str], int]:
    """Ids of a company's orders, and how many there are in all.

    ``created`` from then until before then; ``equal`` are columns and what they must be, if given,
    ``paid`` likewise those of a part.
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
    part = [w3_parts.c[name] == value for name, value in (paid or {}).items() if value is not None]
    if part:
        wanted.append(w3_orders.c.order_id.in_(select(w3_parts.c.order_id).where(*part)))
    total = work.execute(select(func.count()).select_from(w3_orders).where(*wanted)).scalar_one()
    columns = (w3_orders.c.created_at, w3_orders.c.order_id)
    ordered = [one.desc() if newest_first else one.asc() for one in columns]
    query = select(w3_orders.c.order_id).where(*wanted).order_by(*ordered)
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


def _placed(work: Work, row: Any) -> Placed:
    return Placed(
        order_id=row.order_id,
        company_id=row.company_id,
        buyer=row.buyer,
        deliver_id=row.deliver_id,
        wallet=row.wallet,
        destination_user_id=row.destination_user_id,
        address_id=row.address_id,
        likeness=row.likeness,
        parts=w3block_parts.parts_of(work, row.order_id),
        lines=tuple(_line(one) for one in row.lines),
        coupon=row.coupon,
        utm=row.utm,
        success_url=row.success_url,
        state=row.state,
        word=row.word,
        deliver_at=row.deliver_at,
        delivery=row.delivery,
        fail_reason=row.fail_reason,
        updated_at=row.updated_at,
    )
