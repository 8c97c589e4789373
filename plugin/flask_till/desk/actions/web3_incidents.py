"""Incidents of chains: what a person has to look at, and what passes by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from ...base.database import Work
from ...errors import NotFound
from ..tables.web3 import web3_incidents

NODES, STALE = "nodes", "stale"
PASSING = (NODES, STALE)
"""These end by themselves when what they tell of is over; a person closes all others."""
TAKEN_BACK, LOST, SHRUNK, FORGED = "final_taken_back", "deposit_lost", "shrunk", "forged"
"""A final block is not there any more; money that had counted went with it; less arrived than was
sent; nodes told of a transfer that its own receipt does not know."""


@dataclass(frozen=True, slots=True)
class Incident:
    """``subject`` is what it is about: one incident of a kind for each."""

    id: str
    chain_id: int
    kind: str
    subject: str
    words: str
    at: datetime
    closed_at: datetime | None = None


def open_incident(work: Work, chain_id: int, kind: str, subject: str, words: str) -> None:
    """Tell of it. One that is open already is left as it is, a closed one is opened anew."""
    told = {"chain_id": chain_id, "words": words, "at": work.now, "closed_at": None}
    same = web3_incidents.c.kind == kind, web3_incidents.c.subject == subject
    again = update(web3_incidents).where(*same, web3_incidents.c.closed_at.is_not(None))
    if work.execute(again.values(**told)).rowcount:
        return
    new = {"id": work.new_id("inc"), "kind": kind, "subject": subject, **told}
    work.insert_once(web3_incidents, new)


def end_incident(work: Work, kind: str, subject: str) -> None:
    """It is over, if it was there."""
    same = web3_incidents.c.kind == kind, web3_incidents.c.subject == subject
    work.execute(
        update(web3_incidents)
        .where(*same, web3_incidents.c.closed_at.is_(None))
        .values(closed_at=work.now)
    )


def close_incident(work: Work, incident_id: str) -> Incident:
    """A person has looked at it. Raises `NotFound` (INCIDENT_NOT_FOUND)."""
    this = web3_incidents.c.id == incident_id
    work.execute(
        update(web3_incidents)
        .where(this, web3_incidents.c.closed_at.is_(None))
        .values(closed_at=work.now)
    )
    row = work.execute(select(web3_incidents).where(this)).first()
    if row is None:
        raise NotFound("There is no such incident.", code="INCIDENT_NOT_FOUND")
    return _incident(row)


def list_incidents(
    work: Work, *, chain_id: int | None = None, closed: bool = False, limit: int = 50
) -> list[Incident]:
    """The newest first; those that are closed only when asked for."""
    query = select(web3_incidents).order_by(web3_incidents.c.at.desc(), web3_incidents.c.id)
    if chain_id is not None:
        query = query.where(web3_incidents.c.chain_id == chain_id)
    if not closed:
        query = query.where(web3_incidents.c.closed_at.is_(None))
    return [_incident(row) for row in work.execute(query.limit(limit)).all()]


def open_kinds(work: Work, chain_id: int) -> frozenset[str]:
    """Which kinds of incidents of a chain are open."""
    query = select(web3_incidents.c.kind).where(
        web3_incidents.c.chain_id == chain_id, web3_incidents.c.closed_at.is_(None)
    )
    return frozenset(work.execute(query.distinct()).scalars())


def _incident(row: Any) -> Incident:
    return Incident(**{name: getattr(row, name) for name in Incident.__dataclass_fields__})
