"""The parts that an order of the W3block protocol is paid in, and the desk's orders for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import exists, insert, select, update

from ...base.database import Work
from ..order import Order
from ..tables import orders, refunds
from ..tables.w3block import w3_companies, w3_orders, w3_parts
from ..w3block_company import BankAccount, PlacedPart, Sums
from ..w3block_parts import Leg, way_of
from .w3block_companies import bank_from, read_company


def keep_parts(work: Work, order_id: str, parts: Sequence[PlacedPart]) -> None:
    """In their order; the legs are there already, and so is the whole."""
    for place, part in enumerate(parts):
        values = asdict(part)
        sums = values.pop("sums")
        work.execute(insert(w3_parts).values(order_id=order_id, place=place, **values, **sums))


def parts_of(work: Work, order_id: str) -> tuple[PlacedPart, ...]:
    query = select(w3_parts).where(w3_parts.c.order_id == order_id).order_by(w3_parts.c.place)
    return tuple(_part(row) for row in work.execute(query).all())


def order_of_leg(work: Work, leg_id: str) -> str | None:
    """The whole that a leg is of."""
    query = select(w3_parts.c.order_id).where(w3_parts.c.leg_id == leg_id)
    found: str | None = work.execute(query).scalar()
    return found


def legs_of(work: Work, order_id: str) -> list[Leg]:
    """As they are now, in their order."""
    asked = exists().where(refunds.c.order_id == orders.c.id, refunds.c.cause == "asked")
    query = (
        select(orders.c.id, orders.c.status, orders.c.amount, asked.label("asked_back"))
        .select_from(w3_parts.join(orders, orders.c.id == w3_parts.c.leg_id))
        .where(w3_parts.c.order_id == order_id)
        .order_by(w3_parts.c.place)
    )
    rows = work.execute(query).all()
    return [Leg(row.id, row.status, row.amount, bool(row.asked_back)) for row in rows]


def change_way(work: Work, leg_id: str, *, method: str | None, provider: str) -> None:
    """That part is paid another way from now on."""
    this = w3_parts.c.leg_id == leg_id
    work.execute(update(w3_parts).where(this).values(method=method, provider=provider))


def redirect_legs(work: Work, order_id: str, url: str) -> None:
    """Where the pages of all its legs lead."""
    legs = select(w3_parts.c.leg_id).where(w3_parts.c.order_id == order_id)
    work.execute(update(orders).where(orders.c.id.in_(legs)).values(redirect_url=url))


def keep_way(work: Work, leg: Order, company_id: str) -> None:
    """Its money came in: how it was paid is how it was paid, wherever that was chosen."""
    row = work.execute(select(w3_parts).where(w3_parts.c.leg_id == leg.id)).one()
    method, provider = way_of(_part(row), leg.payment, read_company(work, company_id))
    change_way(work, leg.id, method=method, provider=provider)


def bank_of_leg(work: Work, leg_id: str) -> tuple[BankAccount, str] | None:
    """Where its money is to be sent by hand, and the order that it is for."""
    query = (
        select(w3_companies.c.bank, w3_orders.c.deliver_id)
        .select_from(w3_parts.join(w3_orders).join(w3_companies))
        .where(w3_parts.c.leg_id == leg_id)
    )
    row = work.execute(query).first()
    bank = None if row is None else bank_from(row.bank)
    return None if row is None or bank is None else (bank, row.deliver_id)


def _part(row: Any) -> PlacedPart:
    return PlacedPart(
        leg_id=row.leg_id,
        currency_id=row.currency_id,
        amount_type=row.amount_type,
        amount=row.amount,
        method=row.method,
        provider=row.provider,
        total=row.total,
        sums=Sums(
            row.basket, row.original_basket, row.service_fee, row.original_service_fee, row.gas
        ),
    )
