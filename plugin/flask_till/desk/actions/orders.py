"""Creating orders and moving them from state to state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, update

from ...base.database import Work
from ...base.outbox import Receiver
from ...base.prepared import Prepared, Upsert
from ...errors import Conflict
from ..merchant import Merchant
from ..order import (
    CANCELLED,
    ENDED_UNPAID,
    EVENT_OF,
    EXPIRED,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    Order,
    OrderDraft,
    fingerprint_of,
    members,
    step,
)
from ..payment import ACTIVE
from ..snapshot import to_data
from ..tables import orders, outbox
from . import boxo_payments, ipos_orders
from .late_looks import plan_late_looks
from .reading import find_order, lock_order, order_from, read_order
from .receivers import with_accounts
from .wallet_payments import DIALECT as WALLET
from .wallet_payments import follow as follow_in_wallet

TOPIC = "order:"
FOLLOWERS: Mapping[str, Callable[[Work, Order], None]] = {
    "boxo": boxo_payments.follow,
    "ipos": ipos_orders.follow,
    WALLET: follow_in_wallet,
}
"""By dialect: what goes where an order goes, in the same transaction."""
_MOVE = Prepared(
    update(orders).where(orders.c.id == bindparam("moved"), orders.c.version == bindparam("seen"))
)
_CREATE = Upsert(orders, lambda insert: insert.on_conflict_do_nothing().returning(*orders.c))
NO_LATE_LOOKS: Mapping[str, timedelta] = {}


def create_order(
    work: Work, merchant: Merchant, draft: OrderDraft, *, tell: bool = True
) -> tuple[Order, bool]:
    """The order and whether it is new.

    The same external id with the same draft gives the first order back; with another draft it
    is a `Conflict` (EXTERNAL_ID_TAKEN), and so is an id that the partner chose and that is taken
    (ORDER_EXISTS). The unique constraint decides, not a look beforehand.
    ``tell`` False is for a merchant that made it himself and gets it as the answer.
    """
    draft.check()
    row = work.execute(_CREATE, _values(work, merchant, draft)).first()
    if row is None:
        return _earlier(work, merchant, draft), False
    order = order_from(row)
    record_event(work, order, "order.created", tell=tell)
    return order, True


def _earlier(work: Work, merchant: Merchant, draft: OrderDraft) -> Order:
    earlier = find_order(work, merchant.id, draft.external_id)
    if draft.id is not None:
        raise Conflict(f"There is an order {draft.id} already.", code="ORDER_EXISTS")
    assert earlier is not None
    row = work.execute(orders.select().where(orders.c.id == earlier.id)).one()
    if row.fingerprint != fingerprint_of(draft):
        raise Conflict(
            f"external_id {draft.external_id!r} names an order with other contents.",
            code="EXTERNAL_ID_TAKEN",
            remedy="Use a new external_id for a new order.",
        )
    return earlier


def _values(work: Work, merchant: Merchant, draft: OrderDraft) -> dict[str, Any]:
    return {
        "id": draft.id or work.new_id("ord"),
        "merchant_id": merchant.id,
        "external_id": draft.external_id,
        "fingerprint": fingerprint_of(draft),
        "dialect": draft.dialect,
        "status": PENDING,
        "version": 1,
        "amount": draft.amount.minor,
        "refunded": 0,
        "currency": draft.amount.currency,
        "lines": [members(line) for line in draft.lines],
        "adjustments": [members(one) for one in draft.adjustments],
        "shares": [members(one) for one in with_accounts(work, merchant.id, draft.shares)],
        "description": draft.description,
        "locale": draft.locale,
        "redirect_url": draft.redirect_url,
        "opener_origin": draft.opener_origin,
        "methods": None if draft.methods is None else list(draft.methods),
        "late_money": draft.late_money,
        "shopper": dict(draft.shopper),
        "metadata": dict(draft.metadata),
        "live": merchant.live,
        "created_at": work.now,
        "expires_at": work.now + timedelta(seconds=draft.expires_in),
        "payer": draft.payer,
        "final_sale": draft.final_sale,
    }


def move_order(work: Work, order: Order, happening: str, **changes: Any) -> Order:
    """Take one step of the transition table and tell everybody. Raises `Conflict` if it is none.

    The update is conditional on the version that the caller saw; a lost race is a `Conflict`
    (ORDER_CHANGED), to be read again.
    """
    status = step(order.status, happening)
    done = work.execute(
        _MOVE,
        {
            "moved": order.id,
            "seen": order.version,
            "status": status,
            "version": order.version + 1,
            **changes,
        },
    )
    if not done.rowcount:
        raise Conflict("The order changed meanwhile.", code="ORDER_CHANGED", remedy="Try again.")
    moved = read_order(work, order.id)
    record_event(work, moved, EVENT_OF[status])
    return moved


def end_order(
    work: Work,
    order_id: str,
    happening: str,
    *,
    late_looks: Mapping[str, timedelta] = NO_LATE_LOOKS,
    merchant_id: str | None = None,
) -> Order:
    """Cancel or expire an open order whose payments are all stopped.

    Already ended that way: the order as it is. An active payment is a `Conflict`
    (PAYMENT_IN_PROGRESS): whoever asks must stop it at its gateway first, unless it `goes_on`.
    ``late_looks`` says how long after the end each gateway is asked once more for money whose
    news was lost.
    """
    order = lock_order(work, order_id, merchant_id=merchant_id)
    target = {"cancel": CANCELLED, "expire": EXPIRED}[happening]
    if order.status == target or (happening == "expire" and not order.is_due(work.now)):
        return order
    if order.status in ENDED_UNPAID or not order.is_open:
        step(order.status, happening)
    under_way = order.payment is not None and order.payment.status in ACTIVE
    if under_way and not goes_on(order, happening):
        raise Conflict("A payment is under way.", code="PAYMENT_IN_PROGRESS")
    ended = move_order(work, order, happening, ended_at=work.now)
    plan_late_looks(work, order_id, late_looks)
    return ended


def goes_on(order: Order, happening: str) -> bool:
    """Whether its payment is left alone for a while although the order ends: late money is welcome
    when only the time is over, and a provider has it."""
    begun = order.payment is None or order.payment.provider_ref is not None
    return happening == "expire" and order.late_money == "accept" and begun


def make_final(work: Work, order_id: str, *, merchant_id: str | None = None) -> Order:
    """From now on nothing of a paid order goes back. Raises `Conflict` (ORDER_STATE)."""
    order = lock_order(work, order_id, merchant_id=merchant_id)
    if order.status not in (PAID, PARTIALLY_REFUNDED):
        raise Conflict(f"The order is {order.status}, not paid.", code="ORDER_STATE")
    work.execute(update(orders).where(orders.c.id == order_id).values(final_sale=True))
    return read_order(work, order_id)


def record_event(work: Work, order: Order, kind: str, *, tell: bool = True) -> None:
    """Put what happened into the outbox, with the whole order as it is now, and ring the bell.

    Who is told, and what else goes where the order goes, is a matter of its dialect.
    """
    receivers = [Receiver(order.dialect, order.merchant_id)] if tell else []
    outbox.record(work, subject=order.id, kind=kind, data=to_data(order), receivers=receivers)
    if order.dialect in FOLLOWERS:
        FOLLOWERS[order.dialect](work, order)
    work.ring(TOPIC + order.id)
