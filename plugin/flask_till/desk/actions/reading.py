"""Reading orders back, with the payment that counts and their refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import NotFound
from ...money import Money
from ..order import Adjustment, Line, Order, Payment, Refund, Share
from ..payment import ACTIVE
from ..tables import orders, payments, refunds

# Built once: to build a statement costs more than to run it.
_by_id = select(orders).where(
    orders.c.id == bindparam("order_id"),
    # Asked here and not of the row: another merchant's order costs no more than none.
    orders.c.merchant_id == func.coalesce(bindparam("merchant_id"), orders.c.merchant_id),
)
_BY_ID, _LOCKED = Prepared(_by_id), Prepared(_by_id.with_for_update())
_BY_EXTERNAL_ID = Prepared(
    select(orders).where(
        orders.c.merchant_id == bindparam("merchant_id"),
        orders.c.external_id == bindparam("external_id"),
    )
)
_PAYMENT = Prepared(
    select(payments)
    .where(payments.c.order_id == bindparam("order_id"))
    .order_by(
        payments.c.kept.desc(),
        # Two attempts may begin in one millisecond; only one of them is under way.
        case((payments.c.status.in_(ACTIVE), 0), else_=1),
        payments.c.created_at.desc(),
        payments.c.id.desc(),
    )
    .limit(1)
)
_REFUNDS = Prepared(
    select(refunds)
    .where(refunds.c.order_id == bindparam("order_id"))
    .order_by(refunds.c.created_at, refunds.c.id)
)


def unknown_order() -> NotFound:
    return NotFound("There is no such order.", code="ORDER_NOT_FOUND")


def read_order(work: Work, order_id: str, *, merchant_id: str | None = None) -> Order:
    """The order, or `NotFound`: another merchant's order looks like none."""
    return _one(work, _BY_ID, order_id, merchant_id)


def find_order(work: Work, merchant_id: str, external_id: str) -> Order | None:
    names = {"merchant_id": merchant_id, "external_id": external_id}
    row = work.execute(_BY_EXTERNAL_ID, names).first()
    return None if row is None else _with_parts(work, row)


def lock_order(work: Work, order_id: str, *, merchant_id: str | None = None) -> Order:
    """As `read_order`, and nobody else changes it before this transaction ends."""
    return _one(work, _LOCKED, order_id, merchant_id)


def list_orders(
    work: Work,
    merchant_id: str,
    *,
    status: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 20,
) -> list[Order]:
    """Newest first; ``after`` is the (created_at, id) of the last one seen."""
    query = select(orders).where(orders.c.merchant_id == merchant_id)
    if status is not None:
        query = query.where(orders.c.status == status)
    if after is not None:
        moment, order_id = after
        query = query.where(
            or_(
                orders.c.created_at < moment,
                and_(orders.c.created_at == moment, orders.c.id < order_id),
            )
        )
    newest = query.order_by(orders.c.created_at.desc(), orders.c.id.desc()).limit(limit)
    return [_with_parts(work, row) for row in work.execute(newest).all()]


def due_orders(work: Work, limit: int = 50) -> list[str]:
    """Ids of open orders whose time is over."""
    query = (
        select(orders.c.id)
        .where(orders.c.status.in_(("pending", "processing")), orders.c.expires_at <= work.now)
        .order_by(orders.c.expires_at)
        .limit(limit)
    )
    return list(work.execute(query).scalars())


def quiet_payments(work: Work, since: datetime, limit: int = 20) -> list[str]:
    """Ids of orders whose active payment has had no news since then."""
    query = (
        select(payments.c.order_id)
        .where(
            payments.c.status.in_(("requires_action", "processing")), payments.c.updated_at <= since
        )
        .order_by(payments.c.updated_at)
        .limit(limit)
    )
    return list(work.execute(query).scalars())


def _one(work: Work, query: Prepared, order_id: str, merchant_id: str | None) -> Order:
    row = work.execute(query, {"order_id": order_id, "merchant_id": merchant_id}).first()
    if row is None:
        raise unknown_order()
    return _with_parts(work, row)


def _with_parts(work: Work, row: Any) -> Order:
    attempts = work.execute(_PAYMENT, {"order_id": row.id}).first()
    back = work.execute(_REFUNDS, {"order_id": row.id}).all()
    return order_from(row).with_parts(
        None if attempts is None else payment_from(attempts), tuple(refund_from(r) for r in back)
    )


def order_from(row: Any) -> Order:
    return Order(
        id=row.id,
        merchant_id=row.merchant_id,
        external_id=row.external_id,
        dialect=row.dialect,
        status=row.status,
        version=row.version,
        amount=Money.of_minor(row.amount, row.currency),
        refunded=Money.of_minor(row.refunded, row.currency),
        lines=tuple(Line(**line) for line in row.lines),
        adjustments=tuple(Adjustment(**one) for one in row.adjustments),
        shares=tuple(Share(**share) for share in row.shares),
        description=row.description,
        locale=row.locale,
        redirect_url=row.redirect_url,
        opener_origin=row.opener_origin,
        methods=None if row.methods is None else tuple(row.methods),
        late_money=row.late_money,
        shopper=row.shopper,
        metadata=row.metadata,
        live=row.live,
        created_at=row.created_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        ended_at=row.ended_at,
        payer=row.payer,
        final_sale=row.final_sale,
    )


def payment_from(row: Any) -> Payment:
    return Payment(
        id=row.id,
        gateway=row.gateway,
        account=row.account,
        method=row.method,
        status=row.status,
        amount=Money.of_minor(row.amount, row.currency),
        live=row.live,
        provider_ref=row.provider_ref,
        reason=row.reason,
        client=row.client,
    )


def refund_from(row: Any) -> Refund:
    return Refund(
        id=row.id,
        payment_id=row.payment_id,
        amount=row.amount,
        status=row.status,
        cause=row.cause,
        reason=row.reason,
        created_at=row.created_at,
    )
