"""What providers told and nobody believed: genuine news that does not fit its payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ...base.database import Work
from ..tables import payments, provider_events


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One provider's event that changed nothing, and why. An operator decides what it means."""

    at: datetime
    gateway: str
    event_id: str
    kind: str
    order_id: str | None
    why: str


def list_quarantined(work: Work, *, limit: int = 50) -> list[Quarantined]:
    """The newest first."""
    told = provider_events
    query = (
        select(told, payments.c.order_id)
        .join(payments, payments.c.id == told.c.payment_id, isouter=True)
        .where(told.c.verdict == "quarantined")
        .order_by(told.c.at.desc(), told.c.event_id)
        .limit(limit)
    )
    return [
        Quarantined(row.at, row.gateway, row.event_id, row.kind, row.order_id, row.why)
        for row in work.execute(query)
    ]
