"""A miniapp wants a payment: one for each of its orders, however often it asks (3.1).

The unique index over open payments decides which of several callers makes it. At an outside host
the payment is reserved first, asked for outside of any transaction, and becomes an order of ours
once the host has named it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from ...base.database import Work
from ...errors import Conflict
from ..boxo_payment import ASKING, BoxoPayment, Wanted
from ..merchant import Merchant
from ..order import Order, OrderDraft
from ..tables.boxo import boxo_payments
from .boxo_payments import find_open, read_payment
from .orders import create_order
from .reading import read_order


@dataclass(frozen=True, slots=True)
class Opened:
    """The payment, new or the one that there was; ``order`` once there is one.

    ``is_ours``: whoever asked for it now has to ask the outside host.
    """

    payment: BoxoPayment
    order: Order | None
    is_new: bool
    is_ours: bool = False


def open_built_in(
    work: Work, merchant: Merchant, draft: OrderDraft, wanted: Wanted
) -> Opened | None:
    """A payment at this desk's own host app, with its order; the draft names both.

    None when the earlier one ended just now: ask once more.
    """
    assert draft.id is not None
    if not _reserve(work, wanted, draft.id):
        return _earlier(work, wanted)
    order, _ = create_order(work, merchant, draft, tell=False)
    _name(work, draft.id, draft.id)
    return Opened(read_payment(work, draft.id), order, is_new=True)


def reserve_outside(work: Work, wanted: Wanted, payment_id: str) -> Opened | None:
    """A place for a payment at an outside host, to be asked for by whoever got ``is_ours``.

    A place that somebody took and never filled is given to the next one after a while.
    """
    if _reserve(work, wanted, payment_id):
        return Opened(read_payment(work, payment_id), None, is_new=True, is_ours=True)
    earlier = _earlier(work, wanted)
    if earlier is None or earlier.order is not None:
        return earlier
    if not _give_up(work, earlier.payment) or not _reserve(work, wanted, payment_id):
        return earlier
    return Opened(read_payment(work, payment_id), None, is_new=True, is_ours=True)


def _give_up(work: Work, payment: BoxoPayment) -> bool:
    """Nobody was told of it and whoever asks for it has had his time: it is as if it never was."""
    gone = work.execute(
        delete(boxo_payments).where(
            boxo_payments.c.id == payment.id,
            boxo_payments.c.order_id.is_(None),
            boxo_payments.c.asked_at <= work.now - ASKING,
        )
    )
    return bool(gone.rowcount)


def name_outside(
    work: Work, merchant: Merchant, draft: OrderDraft, order_payment_id: str
) -> Opened:
    """The host has named the payment: now it has an order.

    Raises `Conflict` (PAYMENT_ID_TAKEN) for an id that the host gave another payment, `NotFound`
    when somebody else asks for it by now.
    """
    assert draft.id is not None
    payment = read_payment(work, draft.id)
    if payment.order_id is not None:
        return Opened(payment, read_order(work, draft.id), is_new=False)
    taken = select(boxo_payments.c.id).where(
        boxo_payments.c.client_id == payment.client_id,
        boxo_payments.c.order_payment_id == order_payment_id,
    )
    if work.execute(taken).first() is not None:
        raise Conflict("The host gave that id before.", code="PAYMENT_ID_TAKEN")
    order, _ = create_order(work, merchant, draft, tell=False)
    _name(work, draft.id, order_payment_id)
    return Opened(read_payment(work, draft.id), order, is_new=True)


def release(work: Work, payment_id: str, asked_at: datetime) -> None:
    """The host would not have it: the place is free, unless somebody else asks for it by now."""
    work.execute(
        delete(boxo_payments).where(
            boxo_payments.c.id == payment_id,
            boxo_payments.c.order_id.is_(None),
            boxo_payments.c.asked_at == asked_at,
        )
    )


def _reserve(work: Work, wanted: Wanted, payment_id: str) -> bool:
    return work.insert_once(
        boxo_payments,
        {
            "id": payment_id,
            "app_id": wanted.app_id,
            "client_id": wanted.client_id,
            "miniapp_order_id": wanted.miniapp_order_id,
            "hostapp_user_id": wanted.hostapp_user_id,
            "amount": wanted.amount.minor,
            "currency": wanted.amount.currency,
            "details": dict(wanted.details),
            "custom_attributes": wanted.custom_attributes,
            "is_open": True,
            "asked_at": work.now,
            "created_at": work.now,
        },
    )


def _earlier(work: Work, wanted: Wanted) -> Opened | None:
    assert wanted.miniapp_order_id is not None
    found = find_open(work, wanted.app_id, wanted.client_id, wanted.miniapp_order_id)
    if found is None:
        return None
    order = None if found.order_id is None else read_order(work, found.order_id)
    return Opened(found, order, is_new=False)


def _name(work: Work, payment_id: str, order_payment_id: str) -> None:
    work.execute(
        update(boxo_payments)
        .where(boxo_payments.c.id == payment_id)
        .values(order_id=payment_id, order_payment_id=order_payment_id)
    )
