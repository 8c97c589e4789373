"""Attempts to pay: opening one, binding it to its provider's id, and believing evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ...base.database import Work
from ...errors import Conflict, NotFound, TooMany
from ...money import Money
from ..ledger import capture, suspend
from ..order import CAPTURED, PENDING, PROCESSING, Order, Payment
from ..payment import ACTIVE, MOST_ATTEMPTS, TRANSITIONS, Bound, mismatch
from ..tables import merchants, orders, payments, provider_events
from .orders import TOPIC, move_order
from .posting import post
from .reading import lock_order, payment_from
from .refunds import owe_refund
from .transfers import owe_transfers
from .wallet_payments import DIALECT as WALLET
from .wallet_payments import note_decline

DECLINED = ("requires_action", "failed")
"""With a reason, these mean that the bank said no; the first may be tried again."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What somebody says of a payment; the cashier makes it of a gateway's evidence."""

    gateway: str
    account: str
    provider_ref: str
    status: str
    amount: Money
    livemode: bool
    event_id: str | None = None
    reason: str | None = None
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """``verdict``: applied (something changed), ignored (nothing new) or quarantined."""

    order: Order
    verdict: str
    why: str | None = None
    is_enough: bool = False
    """Nothing more should be tried: it is paid, or was declined too often."""


def start_payment(
    work: Work,
    order_id: str,
    *,
    gateway: str,
    account: str,
    method: str,
    live: bool,
    limited: bool = True,
) -> Payment:
    """The attempt to carry on with: the active one of that method, or a new one.

    Raises `Conflict`: ORDER_STATE when it cannot be paid (any more), PAYMENT_IN_PROGRESS when
    another method is under way; `TooMany` past 5 attempts, if they are ``limited``.
    """
    order = lock_order(work, order_id)
    if order.status not in (PENDING, PROCESSING) or order.is_due(work.now):
        raise Conflict("The order cannot be paid any more.", code="ORDER_STATE")
    active = order.payment if order.payment and order.payment.status in ACTIVE else None
    if active is not None:
        if (active.gateway, active.method) == (gateway, method):
            return active
        raise Conflict("Another payment is under way.", code="PAYMENT_IN_PROGRESS")
    if limited:
        _limit_attempts(work, order_id)
    payment_id = work.new_id("pay")
    work.execute(
        insert(payments).values(
            id=payment_id,
            order_id=order_id,
            gateway=gateway,
            account=account,
            method=method,
            status="created",
            amount=order.amount.minor,
            currency=order.amount.currency,
            live=live,
            kept=False,
            client={},
            created_at=work.now,
            updated_at=work.now,
        )
    )
    return _payment(work, payment_id)


def _limit_attempts(work: Work, order_id: str) -> None:
    made = work.execute(
        select(func.count()).select_from(payments).where(payments.c.order_id == order_id)
    ).scalar_one()
    if max(made, _declines(work, order_id)) >= MOST_ATTEMPTS:
        raise TooMany("This order was tried too often.", code="TOO_MANY_ATTEMPTS", retry_after=3600)


def _declines(work: Work, order_id: str) -> int:
    """How often a provider told that the shopper's bank said no."""
    query = (
        select(func.count())
        .select_from(provider_events.join(payments, payments.c.id == provider_events.c.payment_id))
        .where(
            payments.c.order_id == order_id,
            provider_events.c.verdict == "applied",
            provider_events.c.kind.in_(DECLINED),
            provider_events.c.why.is_not(None),
        )
    )
    return int(work.execute(query).scalar_one())


def bind_payment(
    work: Work, payment_id: str, *, provider_ref: str, client: Mapping[str, Any]
) -> Payment:
    """Tie the attempt to its provider's id, once and for all. The id may pay no other order.

    Raises `Conflict` (PAYMENT_BOUND).
    """
    unbound = payments.c.id == payment_id, payments.c.provider_ref.is_(None)
    values = {"provider_ref": provider_ref, "client": dict(client), "updated_at": work.now}
    try:
        with work.connection.begin_nested():
            work.execute(update(payments).where(*unbound).values(**values))
    except IntegrityError:
        raise Conflict("That id is another payment's.", code="PAYMENT_BOUND") from None
    bound = _payment(work, payment_id)
    if bound.provider_ref != provider_ref:
        raise Conflict("The payment is bound to another one already.", code="PAYMENT_BOUND")
    return bound


def refuse_payment(work: Work, payment_id: str, reason: str) -> None:
    """The provider would not even open it: the attempt is over."""
    work.execute(
        update(payments)
        .where(payments.c.id == payment_id, payments.c.status.in_(ACTIVE))
        .values(status="failed", reason=reason[:250], updated_at=work.now)
    )


def note_asked(work: Work, order_id: str) -> None:
    """Its active payments were asked about just now, whatever came of it."""
    work.execute(
        update(payments)
        .where(payments.c.order_id == order_id, payments.c.status.in_(ACTIVE))
        .values(updated_at=work.now)
    )


def payments_of(work: Work, order_id: str) -> list[Payment]:
    """All attempts, oldest first."""
    query = (
        select(payments)
        .where(payments.c.order_id == order_id)
        .order_by(payments.c.created_at, payments.c.id)
    )
    return [payment_from(row) for row in work.execute(query).all()]


def payment_of_ref(work: Work, gateway: str, provider_ref: str) -> tuple[str, Payment]:
    """The order id and the payment bound to a provider's id; `NotFound` while there is none."""
    row = work.execute(
        select(payments).where(
            payments.c.gateway == gateway, payments.c.provider_ref == provider_ref
        )
    ).first()
    if row is None:
        raise NotFound("No payment is bound to that id.", code="PAYMENT_NOT_FOUND")
    return row.order_id, payment_from(row)


def played_payment(
    work: Work, gateways: Sequence[str], provider_ref: str, dialect: str
) -> tuple[str, Payment]:
    """As `payment_of_ref`, at one of these gateways, of a dialect's order without live money.

    Raises `NotFound` (PAYMENT_NOT_FOUND), also when the merchant went live since.
    """
    joined = payments.join(orders, orders.c.id == payments.c.order_id).join(
        merchants, merchants.c.id == orders.c.merchant_id
    )
    not_live = [table.c.live == 0 for table in (payments, orders, merchants)]
    row = work.execute(
        select(payments)
        .select_from(joined)
        .where(
            payments.c.gateway.in_(gateways),
            payments.c.provider_ref == provider_ref,
            orders.c.dialect == dialect,
            *not_live,
        )
    ).first()
    if row is None:
        raise NotFound("There is no such payment.", code="PAYMENT_NOT_FOUND")
    return row.order_id, payment_from(row)


def payment_by_id(work: Work, payment_id: str) -> tuple[str, Payment]:
    """The order id and the payment. Raises `NotFound` (PAYMENT_NOT_FOUND)."""
    row = work.execute(select(payments).where(payments.c.id == payment_id)).first()
    if row is None:
        raise NotFound("There is no such payment.", code="PAYMENT_NOT_FOUND")
    return row.order_id, payment_from(row)


def apply_evidence(work: Work, claimed: Claimed) -> Settled:
    """The one place where money becomes true. Idempotent; safe from return, webhook and poll.

    Raises `NotFound` while no payment is bound to the provider's id, so that the provider tries
    again. Evidence that does not fit its payment is kept as quarantined and changes nothing.
    """
    order_id, _ = payment_of_ref(work, claimed.gateway, claimed.provider_ref)
    order = lock_order(work, order_id)
    _, payment = payment_of_ref(work, claimed.gateway, claimed.provider_ref)
    why = mismatch(
        Bound(payment.account, payment.amount, payment.live),
        account=claimed.account,
        amount=claimed.amount,
        livemode=claimed.livemode,
        succeeded=claimed.status == "succeeded",
    )
    verdict = "quarantined" if why else "applied"
    if why is None and not _is_news(work, order, payment, claimed):
        verdict = "ignored"
    if not _note(work, claimed, payment.id, verdict, why or claimed.reason):
        return Settled(order, "ignored", "seen before")
    if verdict != "applied":
        return Settled(order, verdict, why)
    applied = _apply(work, order, payment, claimed)
    spent = claimed.status in DECLINED and _declines(work, order_id) >= MOST_ATTEMPTS
    return Settled(applied, "applied", is_enough=spent or claimed.status == "succeeded")


def _is_news(work: Work, order: Order, payment: Payment, claimed: Claimed) -> bool:
    """Whether it changes the payment. One attempt at a time is under way, and none of an order that
    is over; should money come of another one, that is news in any case."""
    if claimed.status == payment.status:
        return _is_another_decline(payment, claimed)
    if claimed.status not in TRANSITIONS[payment.status]:
        return False
    if claimed.status not in ACTIVE or payment.status in ACTIVE:
        return True
    others = (one for one in payments_of(work, order.id) if one.id != payment.id)
    return order.is_open and not any(one.status in ACTIVE for one in others)


def _is_another_decline(payment: Payment, claimed: Claimed) -> bool:
    """The bank said no again, and the payment may still be tried."""
    if claimed.status not in ACTIVE or claimed.reason is None:
        return False
    return claimed.event_id is not None or claimed.reason != payment.reason


def _note(work: Work, claimed: Claimed, payment_id: str, verdict: str, why: str | None) -> bool:
    """Keep the provider's event; False when this very event was kept before."""
    if claimed.event_id is None and verdict != "quarantined":
        return True
    asked = f"look:{claimed.provider_ref}:{claimed.status}:{claimed.amount.minor}"
    return work.insert_once(
        provider_events,
        {
            "gateway": claimed.gateway,
            "event_id": claimed.event_id or asked,
            "kind": claimed.status,
            "payment_id": payment_id,
            "verdict": verdict,
            "why": why,
            "data": dict(claimed.data or {}),
            "at": work.now,
        },
    )


def _apply(work: Work, order: Order, payment: Payment, claimed: Claimed) -> Order:
    work.execute(
        update(payments)
        .where(payments.c.id == payment.id)
        .values(status=claimed.status, reason=claimed.reason, updated_at=work.now)
    )
    work.ring(TOPIC + order.id)
    moved = _move(work, order, payment, claimed)
    declined = claimed.status in DECLINED and (claimed.reason or claimed.status == "failed")
    if declined and order.dialect == WALLET:
        note_decline(work, order.id)
    return moved


def _move(work: Work, order: Order, payment: Payment, claimed: Claimed) -> Order:
    if claimed.status == "succeeded":
        return _receive(work, order, payment)
    if claimed.status == "processing" and order.status == PENDING:
        return move_order(work, order, "payment_processing")
    if claimed.status != "processing" and order.status == PROCESSING:
        return move_order(work, order, "payment_stopped")
    return order


def _receive(work: Work, order: Order, payment: Payment) -> Order:
    """Money came in: keep it for an open order, else owe it back, exactly once."""
    if order.is_open:
        return _keep(work, order, payment, "payment_succeeded")
    if order.status not in CAPTURED and order.late_money == "accept":
        return _keep(work, order, payment, "accept_late_money")
    post(
        work,
        order_id=order.id,
        kind="suspend",
        currency=payment.amount.currency,
        posting=suspend(payment.gateway, payment.amount),
    )
    cause = "double" if order.status in CAPTURED else "late"
    owe_refund(work, order, payment, payment.amount, cause=cause)
    return order


def _keep(work: Work, order: Order, payment: Payment, happening: str) -> Order:
    work.execute(update(payments).where(payments.c.id == payment.id).values(kept=True))
    post(
        work,
        order_id=order.id,
        kind="capture",
        currency=payment.amount.currency,
        posting=capture(payment.gateway, order.merchant_id, payment.amount, order.shares),
    )
    owe_transfers(work, order, payment)
    return move_order(work, order, happening, paid_at=work.now, ended_at=None)


def _payment(work: Work, payment_id: str) -> Payment:
    return payment_from(work.execute(select(payments).where(payments.c.id == payment_id)).one())
