"""The keys that sign our calls to shops: two are live at a time, the newest signs (3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from ...base.database import Work
from ...errors import Conflict, NotFound
from ..tables.wallet import signing_keys

MOST_LIVE = 2


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key as it is kept; ``sealed`` is its private half."""

    version: str
    sealed: str
    created_at: datetime
    retired_at: datetime | None


def list_keys(work: Work) -> list[KeptKey]:
    """All there ever were, newest first."""
    rows = work.execute(select(signing_keys)).all()
    kept = [KeptKey(row.version, row.private_key, row.created_at, row.retired_at) for row in rows]
    return sorted(kept, key=lambda one: int(one.version), reverse=True)


def live_keys(work: Work) -> list[KeptKey]:
    """Those that shops may trust, newest first."""
    return _live(list_keys(work))


def _live(keys: list[KeptKey]) -> list[KeptKey]:
    return [one for one in keys if one.retired_at is None]


def add_first_key(work: Work, sealed: str) -> list[KeptKey]:
    """Keep this key unless there is a live one already; the live ones, newest first."""
    known = list_keys(work)
    return _live(known) or _added(work, sealed, known)


def rotate_keys(work: Work, sealed: str) -> list[KeptKey]:
    """From now on this key signs; of the earlier ones only the newest stays live."""
    return _added(work, sealed, list_keys(work))


def _added(work: Work, sealed: str, known: list[KeptKey]) -> list[KeptKey]:
    """The version follows from what the caller saw, so that of two at once only one is kept."""
    version = str(int(known[0].version) + 1 if known else 1)
    values = {"version": version, "private_key": sealed, "created_at": work.now}
    if work.insert_once(signing_keys, values):
        for old in live_keys(work)[MOST_LIVE:]:
            _retire(work, old.version)
    return live_keys(work)


def retire_key(work: Work, version: str) -> list[KeptKey]:
    """Publish it no more. Raises `NotFound`, `Conflict` (LAST_KEY) for the only live one."""
    live = live_keys(work)
    if version not in {one.version for one in live}:
        raise NotFound(f"There is no live key {version}.", code="PUBLIC_KEY_NOT_FOUND")
    if len(live) == 1:
        raise Conflict(
            "That is the only key there is.", code="LAST_KEY", remedy="Rotate the keys first."
        )
    _retire(work, version)
    return live_keys(work)


def _retire(work: Work, version: str) -> None:
    work.execute(
        update(signing_keys).where(signing_keys.c.version == version).values(retired_at=work.now)
    )
