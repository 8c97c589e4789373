"""Asking once more: a payment of an ended order whose news may have been lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from ...base.database import Work
from ...base.outbox import Receiver
from ..order import GRACE
from ..payment import ACTIVE
from ..tables import outbox, payments

JOB = "late_look"


def plan_late_looks(work: Work, order_id: str, waits: Mapping[str, timedelta]) -> None:
    """Have each gateway in ``waits`` asked, that long from now, about this order's payments; a
    payment that goes on although the order ended, when its time is over, too.

    Called once for an order, in the transaction in which it ends.
    """
    begun = work.execute(
        select(payments.c.id, payments.c.gateway, payments.c.status).where(
            payments.c.order_id == order_id,
            payments.c.provider_ref.is_not(None),
            payments.c.status != "succeeded",
        )
    ).all()
    for row in begun:
        wait = GRACE if row.status in ACTIVE else waits.get(row.gateway)
        if wait is not None:
            outbox.record(
                work,
                subject=f"payment:{row.id}",
                kind="payment.late_look",
                data={"payment_id": row.id},
                receivers=[Receiver(JOB, row.gateway)],
                not_before=work.now + wait,
            )
