"""Payments of orders that were placed in the wallet, as their shops may see them (2.12)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from ...base.database import Work
from ...errors import NotFound
from ...money import Money
from ..tables import orders, payments
from ..tables.wallet import wallet_orders


@dataclass(frozen=True, slots=True)
class Transaction:
    """One payment attempt; ``order_status`` says what became of its money since."""

    id: str
    order_id: str
    merchant_order_id: str | None
    method: str
    status: str
    kept: bool
    order_status: str
    amount: Money
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """None means any. Amounts in minor units, both ends included; ``until`` is excluded."""

    transaction_id: str | None = None
    merchant_order_id: str | None = None
    currency: str | None = None
    amount_from: int | None = None
    amount_to: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    statuses: Collection[str] | None = None
    order_statuses: Collection[str] | None = None
    methods: Collection[str] | None = None
    other_methods_than: Collection[str] | None = None
    newest_first: bool = True


def page_of_transactions(
    work: Work, merchant_id: str, wanted: TransactionFilter, *, page_index: int, page_size: int
) -> tuple[list[Transaction], int]:
    """A page of the merchant's, and how many there are in all."""
    query = _filtered(_of_merchant(merchant_id), wanted)
    total = work.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    order = payments.c.created_at.desc() if wanted.newest_first else payments.c.created_at
    rows = work.execute(
        query.order_by(order, payments.c.id).limit(page_size).offset(page_index * page_size)
    ).all()
    return [_transaction_from(row) for row in rows], int(total)


def read_transaction(work: Work, merchant_id: str, transaction_id: str) -> Transaction:
    """Raises `NotFound` (NOT_FOUND): also for another shop's."""
    query = _of_merchant(merchant_id).where(payments.c.id == transaction_id)
    row = work.execute(query).first()
    if row is None:
        raise NotFound("There is no such transaction.")
    return _transaction_from(row)


def _of_merchant(merchant_id: str) -> Select[Any]:
    return (
        select(
            payments,
            wallet_orders.c.merchant_order_id,
            orders.c.status.label("order_status"),
        )
        .join(orders, orders.c.id == payments.c.order_id)
        .join(wallet_orders, wallet_orders.c.order_id == orders.c.id)
        .where(wallet_orders.c.merchant_id == merchant_id)
    )


def _filtered(query: Select[Any], wanted: TransactionFilter) -> Select[Any]:
    conditions: list[tuple[Any, Callable[[Any], Any]]] = [
        (wanted.transaction_id, payments.c.id.__eq__),
        (wanted.merchant_order_id, wallet_orders.c.merchant_order_id.__eq__),
        (wanted.currency, payments.c.currency.__eq__),
        (wanted.amount_from, payments.c.amount.__ge__),
        (wanted.amount_to, payments.c.amount.__le__),
        (wanted.since, payments.c.created_at.__ge__),
        (wanted.until, payments.c.created_at.__lt__),
        (wanted.statuses, payments.c.status.in_),
        (wanted.order_statuses, orders.c.status.in_),
        (wanted.methods, payments.c.method.in_),
        (wanted.other_methods_than, payments.c.method.not_in),
    ]
    for value, condition in conditions:
        if value is not None:
            query = query.where(condition(value))
    return query


def _transaction_from(row: Any) -> Transaction:
    return Transaction(
        id=row.id,
        order_id=row.order_id,
        merchant_order_id=row.merchant_order_id,
        method=row.method,
        status=row.status,
        kept=row.kept,
        order_status=row.order_status,
        amount=Money.of_minor(row.amount, row.currency),
        created_at=row.created_at,
    )
