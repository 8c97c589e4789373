"""What must always be true of the stored data, as read-only queries that find what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import text

from .database import Work

MOST_ROWS = 20
"""Rows shown of one broken invariant."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """``query`` selects what breaks the sentence.

    ``{version}`` and ``{status}`` in it are those of the order in an event ``e``. What no query
    can add up, numbers beyond 64 bits, is found by a function instead.
    """

    name: str
    sentence: str
    query: str | Callable[[Work], Iterable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Breach:
    """Rows that break an invariant, at most 20 of them."""

    invariant: Invariant
    rows: list[Mapping[str, Any]]


def find_breaches(work: Work, invariants: Iterable[Invariant]) -> list[Breach]:
    """Ask every query; empty when all hold."""
    breaches = []
    for invariant in invariants:
        rows = list(islice(_ask(work, invariant.query), MOST_ROWS))
        if rows:
            breaches.append(Breach(invariant, [dict(row) for row in rows]))
    return breaches


def _ask(
    work: Work, query: str | Callable[[Work], Iterable[Mapping[str, Any]]]
) -> Iterable[Mapping[str, Any]]:
    if isinstance(query, str):
        found = work.execute(text(_spoken(work, query))).mappings().fetchmany(MOST_ROWS)
        return [dict(row) for row in found]
    return query(work)


def _spoken(work: Work, query: str) -> str:
    """The two databases read JSON in different words."""
    if work.connection.dialect.name == "sqlite":
        version, status = (f"json_extract(e.data, '$.{name}')" for name in ("version", "status"))
    else:
        version, status = (
            f"json_extract_path_text(cast(e.data as json), '{name}')"
            for name in ("version", "status")
        )
        version = f"cast({version} as bigint)"
    return query.replace("{version}", version).replace("{status}", status)
