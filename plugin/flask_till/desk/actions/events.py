"""Reading what happened to orders, and sending it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ...base.database import Work
from ...base.outbox import Receiver
from ...errors import NotFound
from ..order import Order
from ..snapshot import from_data
from ..tables import orders, outbox
from .reading import read_order


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an order, with the order as it was then."""

    id: str
    kind: str
    order_id: str
    seq: int
    created_at: datetime
    order: Order


def list_events(work: Work, order_id: str, *, merchant_id: str | None = None) -> list[Event]:
    """What happened to an order, oldest first; `NotFound` for another merchant's."""
    read_order(work, order_id, merchant_id=merchant_id)
    events = outbox.events
    rows = work.execute(
        select(events).where(events.c.subject == order_id).order_by(events.c.seq)
    ).all()
    return [_event(row) for row in rows]


def read_event(work: Work, event_id: str, *, merchant_id: str | None = None) -> Event:
    """One event of an order; `NotFound` (EVENT_NOT_FOUND) for an unknown or another merchant's."""
    events = outbox.events
    query = select(events).join(orders, orders.c.id == events.c.subject)
    query = query.where(events.c.id == event_id)
    if merchant_id is not None:
        query = query.where(orders.c.merchant_id == merchant_id)
    row = work.execute(query).first()
    if row is None:
        raise NotFound("There is no such event.", code="EVENT_NOT_FOUND")
    return _event(row)


def replay_event(work: Work, event_id: str, *, merchant_id: str | None = None) -> Event:
    """Send an event once more, whatever became of it before, or for the first time."""
    event = read_event(work, event_id, merchant_id=merchant_id)
    if not outbox.replay(work, event_id):
        receiver = Receiver(event.order.dialect, event.order.merchant_id)
        outbox.send(work, event.id, event.order_id, event.seq, [receiver])
    return event


def send_again(work: Work, event_id: str) -> Told:
    """As `replay_event`, for an event of any kind: a job of the desk's own is done once more."""
    told = show_event(work, event_id)
    outbox.replay(work, event_id)
    return told


def _event(row: Any) -> Event:
    return Event(
        id=row.id,
        kind=row.kind,
        order_id=row.subject,
        seq=row.seq,
        created_at=row.created_at,
        order=from_data(row.data),
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """An event's way to one receiver, for people to look at."""

    event_id: str
    subject: str
    seq: int
    kind: str
    created_at: datetime
    courier: str
    address: str
    state: str
    tries: int
    next_at: datetime


def list_deliveries(
    work: Work, *, state: str | None = None, subject: str | None = None, limit: int = 50
) -> list[Carried]:
    """Deliveries with their events, newest first; ``state`` is waiting, done, dead or disabled."""
    rows, events = outbox.deliveries, outbox.events
    query = select(rows, events.c.kind, events.c.created_at).join(
        events, events.c.id == rows.c.event_id
    )
    if state is not None:
        query = query.where(rows.c.state == state)
    if subject is not None:
        query = query.where(rows.c.subject == subject)
    newest = query.order_by(events.c.created_at.desc(), rows.c.seq.desc()).limit(limit)
    return [
        Carried(
            event_id=row.event_id,
            subject=row.subject,
            seq=row.seq,
            kind=row.kind,
            created_at=row.created_at,
            courier=row.courier,
            address=row.address,
            state=row.state,
            tries=row.tries,
            next_at=row.next_at,
        )
        for row in work.execute(newest).all()
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it lies in the outbox, and every attempt to deliver it."""

    id: str
    subject: str
    seq: int
    kind: str
    created_at: datetime
    data: Mapping[str, Any]
    deliveries: list[Carried]
    attempts: list[Mapping[str, Any]]


def show_event(work: Work, event_id: str) -> Told:
    """Everything about one event of any kind; `NotFound` (EVENT_NOT_FOUND)."""
    events, rows, tries = outbox.events, outbox.deliveries, outbox.attempts
    row = work.execute(select(events).where(events.c.id == event_id)).first()
    if row is None:
        raise NotFound("There is no such event.", code="EVENT_NOT_FOUND")
    attempts = work.execute(
        select(tries, rows.c.courier, rows.c.address)
        .join(rows, rows.c.id == tries.c.delivery_id)
        .where(rows.c.event_id == event_id)
        .order_by(tries.c.at, tries.c.id)
    ).all()
    deliveries = [
        one
        for one in list_deliveries(work, subject=row.subject, limit=1000)
        if one.event_id == row.id
    ]
    return Told(
        id=row.id,
        subject=row.subject,
        seq=row.seq,
        kind=row.kind,
        created_at=row.created_at,
        data=row.data,
        deliveries=deliveries,
        attempts=[dict(attempt._mapping) for attempt in attempts],
    )
