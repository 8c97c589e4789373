"""Shares of paid orders: owed in the transaction that captures the money, passed on by the relay.

The events of one transfer and of its reversals have one subject and one courier, so they are
carried one after the other. Every change holds the lock of the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update

from ...base.database import Work
from ...base.outbox import Receiver
from ...errors import Conflict, NotFound
from ...money import Money
from ..ledger import pass_on
from ..order import Order, Payment
from ..tables import outbox, payments, refunds, reversals, transfers
from ..transfer import NO_ACCOUNT, REFUNDED_BEFORE, Reversal, Transfer, split_refund
from .posting import post
from .reading import lock_order, payment_from

JOB = "transfer"
PASS_ON, TAKE_BACK = "transfer.requested", "transfer.reversal"


# --- owing ------------------------------------------------------------------------------------


def owe_transfers(work: Work, order: Order, payment: Payment) -> None:
    """A transfer for each share, in the transaction that captures the order's money."""
    for place, share in enumerate(order.shares):
        transfer_id = work.new_id("shr")
        named = share.account is not None
        work.execute(
            insert(transfers).values(
                id=transfer_id,
                order_id=order.id,
                place=place,
                payment_id=payment.id,
                receiver=share.receiver,
                account=share.account,
                amount=share.amount,
                currency=payment.amount.currency,
                status="pending" if named else "withheld",
                attempt=1,
                reason=None if named else NO_ACCOUNT,
                created_at=work.now,
                done_at=None if named else work.now,
            )
        )
        if named:
            _record(work, transfer_id, PASS_ON, {"transfer_id": transfer_id}, payment.gateway)


def owe_reversals(work: Work, order_id: str, refund_id: str, posting: Mapping[str, int]) -> None:
    """What a refund takes back of each share, as it was posted; under the order's lock."""
    rows = {row.id: row for row in work.execute(_of_order(order_id)).all()}
    taken = _taken_back(work, order_id)
    left = [
        (row.id, row.receiver, Money.of_minor(row.amount - taken.get(row.id, 0), row.currency))
        for row in rows.values()
    ]
    for transfer_id, amount in split_refund(posting, left):
        _owe_reversal(work, _transfer(rows[transfer_id]), refund_id, amount)


def _owe_reversal(work: Work, transfer: Transfer, refund_id: str, amount: Money) -> None:
    reversal_id = work.new_id("rev")
    work.execute(
        insert(reversals).values(
            id=reversal_id,
            transfer_id=transfer.id,
            refund_id=refund_id,
            amount=amount.minor,
            status="pending" if transfer.is_out else "withheld",
            attempt=1,
            created_at=work.now,
            done_at=None if transfer.is_out else work.now,
        )
    )
    if transfer.is_out:
        gateway = payment_behind(work, transfer).gateway
        _record(work, transfer.id, TAKE_BACK, {"reversal_id": reversal_id}, gateway)


def _record(work: Work, transfer_id: str, kind: str, data: dict[str, str], gateway: str) -> None:
    receivers = [Receiver(JOB, gateway)]
    outbox.record(
        work, subject=f"transfer:{transfer_id}", kind=kind, data=data, receivers=receivers
    )


# --- passing on -------------------------------------------------------------------------------


def begin_transfer(work: Work, transfer_id: str) -> Transfer:
    """Fix what of a pending transfer is sent: the share less what was refunded until now.

    Nothing left of it: it is withheld. A repeat, and one that is over, is given back as it is.
    """
    transfer = lock_transfer(work, transfer_id)
    if transfer.status != "pending" or transfer.sent is not None:
        return transfer
    query = select(func.coalesce(func.sum(reversals.c.amount), 0)).where(
        reversals.c.transfer_id == transfer_id, reversals.c.status == "withheld"
    )
    left = transfer.amount.minor - int(work.execute(query).scalar_one())
    if not left:
        return withhold_transfer(work, transfer_id, REFUNDED_BEFORE)
    work.execute(update(transfers).where(transfers.c.id == transfer_id).values(sent=left))
    return read_transfer(work, transfer_id)


def complete_transfer(work: Work, transfer_id: str, provider_ref: str) -> Transfer:
    """Book what the gateway passed on, once; a repeat changes nothing."""
    transfer = lock_transfer(work, transfer_id)
    if transfer.status == "pending" and transfer.sent is not None:
        _end(work, transfers, transfer_id, "succeeded", provider_ref=provider_ref)
        _post(work, transfer, "transfer", transfer.sent)
    return read_transfer(work, transfer_id)


def refuse_transfer(work: Work, transfer_id: str, reason: str) -> Transfer:
    """The gateway said no, so nothing was passed on; an operator may have it tried again."""
    return _fail(work, transfer_id, "failed", reason)


def withhold_transfer(work: Work, transfer_id: str, reason: str) -> Transfer:
    """Nothing is to be passed on."""
    return _fail(work, transfer_id, "withheld", reason)


def _fail(work: Work, transfer_id: str, status: str, reason: str) -> Transfer:
    if lock_transfer(work, transfer_id).status == "pending":
        _end(work, transfers, transfer_id, status, sent=None, reason=reason[:250])
    return read_transfer(work, transfer_id)


# --- taking back ------------------------------------------------------------------------------


def begin_reversal(work: Work, reversal_id: str) -> tuple[Reversal, Transfer]:
    """A reversal and its transfer; of one that was never passed on nothing is taken back."""
    reversal = read_reversal(work, reversal_id)
    transfer = lock_transfer(work, reversal.transfer_id)
    if transfer.status in ("failed", "withheld") and _is_pending(work, reversal_id):
        _end(work, reversals, reversal_id, "withheld")
    return read_reversal(work, reversal_id), transfer


def complete_reversal(work: Work, reversal_id: str, provider_ref: str) -> None:
    """Book what came back, once."""
    reversal = read_reversal(work, reversal_id)
    transfer = lock_transfer(work, reversal.transfer_id)
    if _is_pending(work, reversal_id):
        _end(work, reversals, reversal_id, "succeeded", provider_ref=provider_ref)
        _post(work, transfer, "reversal", -reversal.amount)


def refuse_reversal(work: Work, reversal_id: str, reason: str) -> None:
    """The gateway said no: the receiver owes it, and the ledger says so."""
    lock_transfer(work, read_reversal(work, reversal_id).transfer_id)
    if _is_pending(work, reversal_id):
        _end(work, reversals, reversal_id, "failed", reason=reason[:250])


def _is_pending(work: Work, reversal_id: str) -> bool:
    """Asked under the order's lock, unlike what was read to find the order."""
    return read_reversal(work, reversal_id).status == "pending"


# --- again ------------------------------------------------------------------------------------


def retry_transfer(work: Work, transfer_id: str, *, account: str | None = None) -> Transfer:
    """Have a transfer that was refused, withheld or given up tried again, to another account if
    one is given.

    Raises `NotFound`, and `Conflict` (TRANSFER_STATE) when it succeeded or may have.
    """
    transfer = lock_transfer(work, transfer_id)
    account = account or transfer.account
    if transfer.status == "succeeded" or account is None:
        why = "names no account" if account is None else "has succeeded"
        raise Conflict(f"The transfer {why}.", code="TRANSFER_STATE")
    if transfer.status == "pending" and account != transfer.account:
        raise Conflict("It may have gone to the other account.", code="TRANSFER_STATE")
    if transfer.status != "pending":
        again = {"status": "pending", "attempt": transfer.attempt + 1, "account": account}
        _reopen(work, transfers, transfer_id, again)
    _carry_again(work, transfer, PASS_ON, {"transfer_id": transfer_id})
    return read_transfer(work, transfer_id)


def retry_reversal(work: Work, reversal_id: str) -> Reversal:
    """Have what was refused or given up taken back after all. Raises as `retry_transfer`."""
    reversal = read_reversal(work, reversal_id)
    transfer = lock_transfer(work, reversal.transfer_id)
    reversal = read_reversal(work, reversal_id)
    if reversal.status not in ("pending", "failed"):
        raise Conflict(f"The reversal {reversal.status}.", code="TRANSFER_STATE")
    if reversal.status == "failed":
        again = {"status": "pending", "attempt": reversal.attempt + 1}
        _reopen(work, reversals, reversal_id, again)
    _carry_again(work, transfer, TAKE_BACK, {"reversal_id": reversal_id})
    return read_reversal(work, reversal_id)


def _reopen(work: Work, table: Any, own_id: str, values: dict[str, Any]) -> None:
    work.execute(
        update(table).where(table.c.id == own_id).values(reason=None, done_at=None, **values)
    )


def _carry_again(work: Work, transfer: Transfer, kind: str, data: dict[str, str]) -> None:
    """The same event once more, before what came after it; a new one if it had none."""
    events = outbox.events
    query = select(events.c.id, events.c.data).where(
        events.c.subject == f"transfer:{transfer.id}", events.c.kind == kind
    )
    for row in work.execute(query).all():
        if row.data == data:
            outbox.replay(work, row.id)
            return
    _record(work, transfer.id, kind, data, payment_behind(work, transfer).gateway)


# --- reading ----------------------------------------------------------------------------------


def read_transfer(work: Work, transfer_id: str) -> Transfer:
    row = work.execute(select(transfers).where(transfers.c.id == transfer_id)).first()
    if row is None:
        raise NotFound("There is no such transfer.", code="TRANSFER_NOT_FOUND")
    return _transfer(row)


def lock_transfer(work: Work, transfer_id: str) -> Transfer:
    """As `read_transfer`, and nothing about its order changes before this transaction ends."""
    lock_order(work, read_transfer(work, transfer_id).order_id)
    return read_transfer(work, transfer_id)


def read_reversal(work: Work, reversal_id: str) -> Reversal:
    query = (
        select(reversals, transfers.c.currency)
        .join(transfers, transfers.c.id == reversals.c.transfer_id)
        .where(reversals.c.id == reversal_id)
    )
    row = work.execute(query).first()
    if row is None:
        raise NotFound("There is no such reversal.", code="TRANSFER_NOT_FOUND")
    return _reversal(row)


def list_transfers(
    work: Work, *, status: str | None = None, order_id: str | None = None, limit: int = 50
) -> list[Transfer]:
    """The newest first."""
    query = select(transfers).order_by(transfers.c.created_at.desc(), transfers.c.id).limit(limit)
    if status is not None:
        query = query.where(transfers.c.status == status)
    if order_id is not None:
        query = query.where(transfers.c.order_id == order_id)
    return [_transfer(row) for row in work.execute(query).all()]


def list_reversals(
    work: Work, *, status: str | None = None, order_id: str | None = None, limit: int = 50
) -> list[tuple[Reversal, Transfer]]:
    """What refunds take back, each with its transfer; the newest first."""
    query = (
        select(reversals, transfers.c.currency)
        .join(transfers, transfers.c.id == reversals.c.transfer_id)
        .order_by(reversals.c.created_at.desc(), reversals.c.id)
        .limit(limit)
    )
    if status is not None:
        query = query.where(reversals.c.status == status)
    if order_id is not None:
        query = query.where(transfers.c.order_id == order_id)
    found = [_reversal(row) for row in work.execute(query).all()]
    return [(one, read_transfer(work, one.transfer_id)) for one in found]


def payment_behind(work: Work, transfer: Transfer) -> Payment:
    """The payment that the shared money came with."""
    query = select(payments).where(payments.c.id == transfer.payment_id)
    return payment_from(work.execute(query).one())


def _of_order(order_id: str) -> Any:
    return select(transfers).where(transfers.c.order_id == order_id).order_by(transfers.c.place)


def _taken_back(work: Work, order_id: str) -> dict[str, int]:
    """transfer id -> what refunds took back of it so far, in whatever state that is."""
    query = (
        select(reversals.c.transfer_id, func.sum(reversals.c.amount).label("total"))
        .join(refunds, refunds.c.id == reversals.c.refund_id)
        .where(refunds.c.order_id == order_id)
        .group_by(reversals.c.transfer_id)
    )
    return {row.transfer_id: int(row.total) for row in work.execute(query).all()}


def _end(work: Work, table: Any, own_id: str, status: str, **values: Any) -> None:
    work.execute(
        update(table).where(table.c.id == own_id).values(status=status, done_at=work.now, **values)
    )


def _post(work: Work, transfer: Transfer, kind: str, amount: Money) -> None:
    post(
        work,
        order_id=transfer.order_id,
        kind=kind,
        currency=amount.currency,
        posting=pass_on(payment_behind(work, transfer).gateway, transfer.receiver, amount),
    )


def _transfer(row: Any) -> Transfer:
    return Transfer(
        id=row.id,
        order_id=row.order_id,
        payment_id=row.payment_id,
        receiver=row.receiver,
        account=row.account,
        amount=Money.of_minor(row.amount, row.currency),
        sent=None if row.sent is None else Money.of_minor(row.sent, row.currency),
        status=row.status,
        attempt=row.attempt,
        provider_ref=row.provider_ref,
        reason=row.reason,
        created_at=row.created_at,
    )


def _reversal(row: Any) -> Reversal:
    return Reversal(
        id=row.id,
        transfer_id=row.transfer_id,
        refund_id=row.refund_id,
        amount=Money.of_minor(row.amount, row.currency),
        status=row.status,
        attempt=row.attempt,
        reason=row.reason,
        created_at=row.created_at,
    )
