"""A wallet order goes where the desk order that pays for it goes, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from ...base.database import Work
from .. import order as desk
from ..linked_basket import PAID, PROCESSING, REJECTED
from ..tables.wallet import wallet_orders
from .shoppers import touch

DIALECT = COURIER = "inpost"
"""The dialect of desk orders that pay for wallet orders, and the courier that tells merchants."""

AUTHORIZED = "AUTHORIZED"
AFTER: Mapping[str, tuple[str, str]] = {
    desk.PENDING: (PROCESSING, "STARTED"),
    desk.PROCESSING: (PROCESSING, "PENDING"),
    desk.PAID: (PAID, AUTHORIZED),
    desk.PARTIALLY_REFUNDED: (PAID, AUTHORIZED),
    desk.REFUNDED: (PAID, "REFUNDED"),
    desk.CANCELLED: (REJECTED, "CANCELLED"),
    desk.EXPIRED: (REJECTED, "CANCELLED"),
}
"""Status and payment status (4.5) of a wallet order, by the status of its desk order. Total."""
REASON: Mapping[str, str] = {desk.EXPIRED: "EXPIRED"}


def follow(work: Work, order: desk.Order) -> None:
    """Called with every event of a desk order of this dialect. What the shop ended stays so."""
    status, payment_status = AFTER[order.status]
    changes: dict[str, Any] = {"status": status, "payment_status": payment_status}
    if order.status in REASON:
        changes["reason"] = REASON[order.status]
    _change(work, order.id, (PROCESSING, PAID), changes)


def note_decline(work: Work, order_id: str) -> None:
    """The shopper's bank said no; the order may be paid all the same (1.8)."""
    _change(work, order_id, (PROCESSING,), {"payment_status": "DECLINED"})


def _change(
    work: Work, order_id: str, while_it_is: tuple[str, ...], changes: Mapping[str, Any]
) -> None:
    changed = work.execute(
        update(wallet_orders)
        .where(wallet_orders.c.order_id == order_id, wallet_orders.c.status.in_(while_it_is))
        .values(**changes, version=wallet_orders.c.version + 1, updated_at=work.now)
        .returning(wallet_orders.c.shopper_id)
    ).first()
    if changed is not None:
        touch(work, changed.shopper_id)
