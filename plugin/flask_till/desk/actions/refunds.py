"""Money on its way back: reserved first, sent by the cashier, booked when it went."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from ...base.database import Work
from ...base.outbox import Receiver
from ...errors import Conflict, InvalidRequest, NotFound
from ...money import Money
from ..ledger import give_back
from ..order import CAPTURED, Order, Payment, Refund
from ..tables import outbox, payments, refunds
from .orders import move_order, record_event
from .posting import balances, post
from .reading import lock_order, payment_from, refund_from
from .transfers import owe_reversals

JOB = "refund"
"""The courier that sends a refund which nobody has sent yet."""
SENT_AT_ONCE = timedelta(seconds=15)
"""The cashier sends it itself; the job is for the case that it dies before it has."""
LOOK = "refund_look"
"""The courier that asks about a refund which a provider has taken and is not done with."""
FIRST_LOOK = timedelta(minutes=1)


def request_refund(
    work: Work,
    order_id: str,
    amount: Money | None,
    *,
    reason: str | None,
    merchant_id: str | None,
    refund_id: str | None = None,
) -> Refund:
    """Reserve a refund of a paid order. Without ``amount``, of all that is left.

    Whoever gives the ``refund_id`` may ask again: a refund that is there is given back. Raises
    `Conflict` (NOT_REFUNDABLE) when nothing is captured or left, `InvalidRequest`
    (REFUND_TOO_LARGE) when it is more than what is left.
    """
    order = lock_order(work, order_id, merchant_id=merchant_id)
    for earlier in order.refunds:
        if earlier.id == refund_id:
            return earlier
    left = order.refundable
    if order.status not in CAPTURED or not left:
        raise Conflict(
            f"The order is {order.status}; nothing can be refunded.", code="NOT_REFUNDABLE"
        )
    amount = left if amount is None else amount
    if amount > left:
        raise InvalidRequest(
            f"Only {left} {left.currency} can still be refunded.",
            code="REFUND_TOO_LARGE",
            fields={"amount": f"at most {left.minor}"},
        )
    assert order.payment is not None
    refund_id = refund_id or work.new_id("ref")
    return _reserve(
        work, order, order.payment, amount, "asked", reason, wait=SENT_AT_ONCE, refund_id=refund_id
    )


def owe_refund(work: Work, order: Order, payment: Payment, amount: Money, *, cause: str) -> Refund:
    """Reserve the return of money that no order may keep; the relay sends it."""
    return _reserve(
        work, order, payment, amount, cause, None, wait=timedelta(0), refund_id=work.new_id("ref")
    )


def _reserve(
    work: Work,
    order: Order,
    payment: Payment,
    amount: Money,
    cause: str,
    reason: str | None,
    *,
    wait: timedelta,
    refund_id: str,
) -> Refund:
    work.execute(
        refunds.insert().values(
            id=refund_id,
            order_id=order.id,
            payment_id=payment.id,
            amount=amount.minor,
            currency=amount.currency,
            status="pending",
            cause=cause,
            reason=reason,
            created_at=work.now,
        )
    )
    outbox.record(
        work,
        subject=f"refund:{refund_id}",
        kind="refund.requested",
        data={"refund_id": refund_id},
        receivers=[Receiver(JOB, payment.gateway)],
        not_before=work.now + wait,
    )
    return refund_from(work.execute(select(refunds).where(refunds.c.id == refund_id)).one())


def read_refund(work: Work, refund_id: str) -> tuple[Refund, Payment, str]:
    """The refund, the payment that it goes back from, and its order's id."""
    row = work.execute(select(refunds).where(refunds.c.id == refund_id)).first()
    if row is None:
        raise NotFound("There is no such refund.", code="REFUND_NOT_FOUND")
    paid = work.execute(select(payments).where(payments.c.id == row.payment_id)).one()
    return refund_from(row), payment_from(paid), row.order_id


def complete_refund(
    work: Work, refund_id: str, *, provider_ref: str, succeeded: bool, failure: str | None = None
) -> Order:
    """Book what the provider did with a refund, once; a repeat changes nothing."""
    _, _, order_id = read_refund(work, refund_id)
    order = lock_order(work, order_id)
    changed = work.execute(
        update(refunds)
        .where(refunds.c.id == refund_id, refunds.c.status == "pending")
        .values(
            status="succeeded" if succeeded else "failed",
            provider_ref=provider_ref,
            reason=func.coalesce(failure, refunds.c.reason),
            done_at=work.now,
        )
    )
    if not changed.rowcount:
        return order
    refund, payment, _ = read_refund(work, refund_id)
    if not succeeded:
        record_event(work, lock_order(work, order_id), "refund.failed")
        return order
    return _book(work, order, refund, payment)


def _book(work: Work, order: Order, refund: Refund, payment: Payment) -> Order:
    amount = Money.of_minor(refund.amount, payment.amount.currency)
    if refund.cause != "asked":
        posting = {f"gateway:{payment.gateway}": -amount.minor, "suspense": amount.minor}
        post(work, order_id=order.id, kind="return", currency=amount.currency, posting=posting)
        record_event(work, lock_order(work, order.id), "order.refunded")
        return order
    owed = balances(work, order.id, ("capture", "refund"))
    borne = give_back(owed, payment.gateway, amount)
    post(work, order_id=order.id, kind="refund", currency=amount.currency, posting=borne)
    owe_reversals(work, order.id, refund.id, borne)
    total = order.refunded + amount
    happening = "refund_all" if total == order.amount else "refund_part"
    return move_order(work, order, happening, refunded=total.minor)


def note_refund_sent(work: Work, refund_id: str, provider_ref: str) -> None:
    """The provider has it but is not done: its own news will find the refund by this id.

    News may be lost, so the relay asks about it, too.
    """
    noted = work.execute(
        update(refunds)
        .where(refunds.c.id == refund_id, refunds.c.provider_ref.is_(None))
        .values(provider_ref=provider_ref)
    )
    if noted.rowcount:
        _, payment, _ = read_refund(work, refund_id)
        outbox.record(
            work,
            subject=f"refund:{refund_id}",
            kind="refund.look",
            data={"refund_id": refund_id},
            receivers=[Receiver(LOOK, payment.gateway)],
            not_before=work.now + FIRST_LOOK,
        )


def sent_as(work: Work, refund_id: str) -> str | None:
    """The provider's id of a refund; None while no provider has taken it."""
    query = select(refunds.c.provider_ref).where(refunds.c.id == refund_id)
    found: str | None = work.execute(query).scalar_one()
    return found


def refund_of_ref(work: Work, provider_ref: str) -> str:
    """Our refund's id by the provider's; `NotFound` when there is none (yet)."""
    found = work.execute(
        select(refunds.c.id).where(refunds.c.provider_ref == provider_ref)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("No refund has that id.", code="REFUND_NOT_FOUND")
    return str(found)
