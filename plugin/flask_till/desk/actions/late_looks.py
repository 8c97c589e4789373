"""Asking once more: a payment of an ended order whose news may have been lost."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from ...base.database import Work
from ...base.outbox import Receiver
from ..tables import outbox

JOB = "late_look"


def plan_late_look(work: Work, payment_id: str, gateway: str, wait: timedelta) -> None:
    """Have the gateway asked about this payment after ``wait``; planned once per payment."""
    subject = f"payment:{payment_id}"
    events = outbox.events
    planned = work.execute(
        select(func.count()).select_from(events).where(events.c.subject == subject)
    ).scalar_one()
    if planned:
        return
    outbox.record(
        work,
        subject=subject,
        kind="payment.late_look",
        data={"payment_id": payment_id},
        receivers=[Receiver(JOB, gateway)],
        not_before=work.now + wait,
    )
