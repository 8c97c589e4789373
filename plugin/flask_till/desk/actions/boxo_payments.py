"""Payments between miniapps and host apps: read, and kept in step with their desk orders."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from ...base.database import Work
from ...errors import NotFound
from ...money import Money
from ..boxo_payment import IN_PROCESS, OUTCOMES, PAID, BoxoPayment, status_of
from ..order import Order
from ..tables.boxo import boxo_hosts, boxo_miniapps, boxo_payments

_READ = (
    select(
        boxo_payments,
        boxo_miniapps.c.name.label("miniapp_name"),
        boxo_hosts.c.name.label("host_name"),
        boxo_hosts.c.kind.label("host_kind"),
    )
    .join(boxo_miniapps, boxo_miniapps.c.app_id == boxo_payments.c.app_id)
    .join(boxo_hosts, boxo_hosts.c.client_id == boxo_payments.c.client_id)
)


def read_payment(work: Work, payment_id: str) -> BoxoPayment:
    """By our id, which is its desk order's. Raises `NotFound` (ORDER_NOT_FOUND)."""
    return _one(work, boxo_payments.c.id == payment_id)


def find_payment(work: Work, app_id: str, client_id: str, order_payment_id: str) -> BoxoPayment:
    """By the id on the wire. Raises `NotFound` (ORDER_NOT_FOUND), also for another pair's."""
    return _one(
        work,
        boxo_payments.c.client_id == client_id,
        boxo_payments.c.order_payment_id == order_payment_id,
        boxo_payments.c.app_id == app_id,
    )


def find_open(work: Work, app_id: str, client_id: str, miniapp_order_id: str) -> BoxoPayment | None:
    """The payment of a miniapp's order that is in process or paid."""
    row = work.execute(
        _READ.where(
            boxo_payments.c.app_id == app_id,
            boxo_payments.c.client_id == client_id,
            boxo_payments.c.miniapp_order_id == miniapp_order_id,
            boxo_payments.c.is_open == True,  # noqa: E712 - SQL
        )
    ).first()
    return None if row is None else payment_from(row)


def _one(work: Work, *where: Any) -> BoxoPayment:
    row = work.execute(_READ.where(*where)).first()
    if row is None:
        raise NotFound("There is no such payment.", code="ORDER_NOT_FOUND")
    return payment_from(row)


def note_outcome(work: Work, payment_id: str, outcome: str, reason: str | None = None) -> None:
    """What somebody decided: failed or cancelled, and why.

    It shows once the desk order has ended by it, in the same transaction; money wins over it.
    """
    assert outcome in OUTCOMES
    work.execute(
        update(boxo_payments)
        .where(boxo_payments.c.id == payment_id)
        .values(outcome=outcome, fail_reason=(reason or "")[:250] or None)
    )


def follow(work: Work, order: Order) -> None:
    """Called with every event of such an order: what failed may be asked for anew (3.1)."""
    is_open = status_of(order.status, None) in (IN_PROCESS, PAID)
    work.execute(
        update(boxo_payments)
        .where(boxo_payments.c.order_id == order.id, boxo_payments.c.is_open != is_open)
        .values(is_open=is_open)
    )


def payment_from(row: Any) -> BoxoPayment:
    return BoxoPayment(
        id=row.id,
        app_id=row.app_id,
        client_id=row.client_id,
        order_payment_id=row.order_payment_id,
        order_id=row.order_id,
        miniapp_order_id=row.miniapp_order_id,
        hostapp_user_id=row.hostapp_user_id,
        amount=Money.of_minor(row.amount, row.currency),
        details=row.details,
        custom_attributes=row.custom_attributes,
        outcome=row.outcome,
        fail_reason=row.fail_reason,
        is_open=row.is_open,
        asked_at=row.asked_at,
        miniapp_name=row.miniapp_name,
        host_name=row.host_name,
        host_kind=row.host_kind,
    )
