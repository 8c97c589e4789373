"""Events and their deliveries: one row per event and receiver, written with the change itself.

Events of one subject (an order, a basket) are numbered without gaps, and a receiver gets them in
that order: number n+1 is not tried before n is delivered or given up. A delivery is claimed with
a lease and a fencing number, so that a worker that was paused cannot finish what another took over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from .columns import Json, Utc, Whole
from .database import Work
from .prepared import Prepared

LEASE = timedelta(seconds=60)
BELL_TOPIC = "outbox"
NOBODY: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told, and by which courier: ``Receiver("callback", "mer_1")``."""

    courier: str
    address: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one receiver; ``fence`` proves that we still hold it."""

    id: str
    event_id: str
    subject: str
    seq: int
    kind: str
    data: Any
    created_at: datetime
    receiver: Receiver
    tries: int
    fence: int


class Outbox:
    """The three tables of one half, under its prefix, and the statements on them."""

    def __init__(self, metadata: MetaData, prefix: str) -> None:
        self.events = _events(metadata, prefix)
        self.deliveries = _deliveries(metadata, prefix)
        self.attempts = _attempts(metadata, prefix)
        self._build()

    def _build(self) -> None:
        """The statements of every order and delivery."""
        events, rows = self.events, self.deliveries
        following = select(func.coalesce(func.max(events.c.seq), 0) + 1).where(
            events.c.subject == bindparam("of")
        )
        self._new_event = Prepared(
            insert(events).values(seq=following.scalar_subquery()).returning(events.c.seq)
        )
        self._new_delivery = Prepared(insert(rows))
        self._new_attempt = Prepared(insert(self.attempts))
        self._hold = Prepared(
            update(rows).where(rows.c.id == bindparam("held"), rows.c.fence == bindparam("seen"))
        )
        self._earliest = Prepared(
            select(func.min(func.coalesce(rows.c.lease_until, rows.c.next_at), type_=Utc())).where(
                rows.c.state == "waiting"
            )
        )
        self._due = Prepared(_due(rows, events))

    def record(
        self,
        work: Work,
        *,
        subject: str,
        kind: str,
        data: Any,
        receivers: Sequence[Receiver],
        not_before: datetime | None = None,
    ) -> str:
        """Store an event and a delivery for each receiver; returns the event's id.

        Nothing is delivered before ``not_before``. Call it in the transaction of the change,
        after the subject's row was written: that row's lock keeps the numbers without gaps.
        """
        event_id = work.new_id("evt")
        event = {"id": event_id, "subject": subject, "kind": kind, "data": data}
        more = {"created_at": work.now, "of": subject}
        seq = work.execute(self._new_event, event | more).scalar_one()
        self.send(work, event_id, subject, seq, receivers, not_before=not_before)
        return event_id

    def send(
        self,
        work: Work,
        event_id: str,
        subject: str,
        seq: int,
        receivers: Sequence[Receiver],
        *,
        not_before: datetime | None = None,
    ) -> None:
        """Store a delivery of the event for each of the receivers, who have none yet."""
        if receivers:
            rows = _waiting(work, event_id, subject, seq, receivers, not_before or work.now)
            work.execute(self._new_delivery, rows)
            work.ring(BELL_TOPIC)

    def claim(
        self,
        work: Work,
        *,
        limit: int,
        busy: Mapping[str, int] = NOBODY,
        per_address: int | None = None,
    ) -> list[Delivery]:
        """Lease up to ``limit`` deliveries that are due.

        With ``per_address`` no address gets more than that many at once, those included that
        ``busy`` says are under way to it.
        """
        under_way = Counter(busy)
        full = [] if per_address is None else [a for a, n in busy.items() if n >= per_address]
        due = work.execute(self._due, {"now": work.now, "most": limit, "full": full}).all()
        claimed = []
        for row in due:
            if per_address is not None and under_way[row.address] >= per_address:
                continue
            taken = work.execute(
                self._hold,
                {
                    "held": row.id,
                    "seen": row.fence,
                    "fence": row.fence + 1,
                    "lease_until": work.now + LEASE,
                    "tries": row.tries + 1,
                },
            )
            if taken.rowcount:
                under_way[row.address] += 1
                claimed.append(_delivery(row))
        return claimed

    def next_due(self, work: Work) -> datetime | None:
        """When the earliest waiting delivery is due; None when nothing waits."""
        found: datetime | None = work.execute(self._earliest).scalar_one()
        return found

    def finish(
        self,
        work: Work,
        delivery: Delivery,
        *,
        state: str,
        outcome: str,
        status: int | None,
        detail: str,
        next_at: datetime | None,
        took_ms: int,
    ) -> bool:
        """Record one attempt. False, and nothing changed, when another worker took it over."""
        kept = work.execute(
            self._hold,
            {
                "held": delivery.id,
                "seen": delivery.fence,
                "state": state,
                "lease_until": None,
                "next_at": next_at or work.now,
                "done_at": None if state == "waiting" else work.now,
            },
        )
        if not kept.rowcount:
            return False
        work.execute(
            self._new_attempt,
            {
                "id": work.new_id("att"),
                "delivery_id": delivery.id,
                "at": work.now,
                "outcome": outcome,
                "status": status,
                "detail": detail[:2000],
                "took_ms": took_ms,
            },
        )
        return True

    def disable(self, work: Work, receiver: Receiver) -> None:
        """The receiver is gone for good: its waiting deliveries rest, visible and replayable."""
        rows = self.deliveries
        work.execute(
            update(rows)
            .where(
                rows.c.courier == receiver.courier,
                rows.c.address == receiver.address,
                rows.c.state == "waiting",
            )
            .values(state="disabled", done_at=work.now, lease_until=None)
        )

    def replay(self, work: Work, event_id: str) -> int:
        """Send an event again to all its receivers; returns how many deliveries that are."""
        return len(self._again(work, event_id))

    def send_again(
        self, work: Work, event_id: str, subject: str, seq: int, receivers: Sequence[Receiver]
    ) -> None:
        """Send an event to these once more, or for the first time, and to nobody else."""
        told = [one for to in receivers for one in self._again(work, event_id, to)]
        unheard = [to for to in receivers if to not in told]
        self.send(work, event_id, subject, seq, unheard)

    def _again(self, work: Work, event_id: str, to: Receiver | None = None) -> list[Receiver]:
        """Have the event's deliveries wait anew, or the one to that receiver; whose they are."""
        rows = self.deliveries
        again = update(rows).where(rows.c.event_id == event_id)
        if to is not None:
            again = again.where(rows.c.courier == to.courier, rows.c.address == to.address)
        done = work.execute(
            again.values(
                state="waiting",
                next_at=work.now,
                done_at=None,
                lease_until=None,
                tries=0,
                fence=rows.c.fence + 1,  # who is at it now may not call it done
            ).returning(rows.c.courier, rows.c.address)
        )
        work.ring(BELL_TOPIC)
        return [Receiver(row.courier, row.address) for row in done.all()]

    def receivers_of(self, work: Work, subject: str) -> Any:
        """Deliveries of a subject with their events, oldest first (for people to look at)."""
        rows, events = self.deliveries, self.events
        return work.execute(
            select(events, rows.c.state, rows.c.tries, rows.c.address)
            .join(rows, rows.c.event_id == events.c.id, isouter=True)
            .where(events.c.subject == subject)
            .order_by(events.c.seq)
        ).all()


def _due(rows: Table, events: Table) -> Any:
    """What may be carried now: due, not leased, not to a full address, and nothing before it."""
    earlier, now = rows.alias("earlier"), bindparam("now", type_=Utc())
    blocked = (
        select(earlier.c.id)
        .where(
            earlier.c.subject == rows.c.subject,
            earlier.c.courier == rows.c.courier,
            earlier.c.address == rows.c.address,
            earlier.c.state == "waiting",
            earlier.c.seq < rows.c.seq,
        )
        .exists()
    )
    return (
        select(rows, events.c.kind, events.c.data, events.c.created_at)
        .join(events, events.c.id == rows.c.event_id)
        .where(
            rows.c.state == "waiting",
            rows.c.next_at <= now,
            or_(rows.c.lease_until.is_(None), rows.c.lease_until <= now),
            rows.c.address.not_in(bindparam("full", expanding=True)),
            ~blocked,
        )
        .order_by(rows.c.next_at)
        .limit(bindparam("most"))
        .with_for_update(of=rows, skip_locked=True)
    )


def _waiting(
    work: Work,
    event_id: str,
    subject: str,
    seq: int,
    receivers: Sequence[Receiver],
    next_at: datetime,
) -> list[dict[str, Any]]:
    return [
        {
            "id": work.new_id("dlv"),
            "event_id": event_id,
            "subject": subject,
            "seq": seq,
            "courier": receiver.courier,
            "address": receiver.address,
            "state": "waiting",
            "tries": 0,
            "fence": 0,
            "next_at": next_at,
        }
        for receiver in receivers
    ]


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        event_id=row.event_id,
        subject=row.subject,
        seq=row.seq,
        kind=row.kind,
        data=row.data,
        created_at=row.created_at,
        receiver=Receiver(row.courier, row.address),
        tries=row.tries + 1,
        fence=row.fence + 1,
    )


def _events(metadata: MetaData, prefix: str) -> Table:
    return Table(
        f"{prefix}events",
        metadata,
        Column("id", Text, primary_key=True),
        Column("subject", Text, nullable=False),
        Column("seq", Whole, nullable=False),
        Column("kind", Text, nullable=False),
        Column("data", Json, nullable=False),
        Column("created_at", Utc, nullable=False),
        UniqueConstraint("subject", "seq"),
        sqlite_strict=True,
    )


def _deliveries(metadata: MetaData, prefix: str) -> Table:
    name = f"{prefix}deliveries"
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("event_id", Text, ForeignKey(f"{prefix}events.id"), nullable=False),
        Column("subject", Text, nullable=False),
        Column("seq", Whole, nullable=False),
        Column("courier", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("tries", Whole, nullable=False),
        Column("fence", Whole, nullable=False),
        Column("next_at", Utc, nullable=False),
        Column("lease_until", Utc),
        Column("done_at", Utc),
        CheckConstraint("state in ('waiting', 'done', 'dead', 'disabled')", name=f"{name}_state"),
        UniqueConstraint("event_id", "courier", "address"),
        Index(f"{name}_due", "state", "next_at"),
        Index(f"{name}_order", "subject", "courier", "address", "seq"),
        sqlite_strict=True,
    )


def _attempts(metadata: MetaData, prefix: str) -> Table:
    return Table(
        f"{prefix}attempts",
        metadata,
        Column("id", Text, primary_key=True),
        Column(
            "delivery_id", Text, ForeignKey(f"{prefix}deliveries.id"), nullable=False, index=True
        ),
        Column("at", Utc, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("status", Whole),
        Column("detail", Text, nullable=False),
        Column("took_ms", Whole, nullable=False),
        sqlite_strict=True,
    )
