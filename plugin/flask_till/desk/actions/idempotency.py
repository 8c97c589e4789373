"""Answers that were given under an idempotency key, kept with the work that they tell of.

A row without an answer (``status`` 0) is work that was begun and may be taken up by whoever
repeats the request; it holds nobody up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import InvalidRequest
from ..tables import idempotency

BEGUN = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """Which request: a key counts for one merchant and endpoint; the fingerprint is its body's."""

    merchant_id: str
    endpoint: str
    key: str
    fingerprint: str


_SAME = (
    idempotency.c.merchant_id == bindparam("of"),
    idempotency.c.endpoint == bindparam("at"),
    idempotency.c.key == bindparam("by"),
)
_FIND = Prepared(select(idempotency).where(*_SAME))
_KEEP = Prepared(update(idempotency).where(*_SAME, idempotency.c.status == bindparam("begun")))


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was sent; ``body`` is sealed, for it may hold a token."""

    status: int
    body: str


def find_answer(work: Work, repeat: Repeat) -> Kept | None:
    """The answer given to this request, None when it was not answered yet.

    Raises `InvalidRequest` (IDEMPOTENCY_KEY_REUSED) when the key came with another body.
    """
    row = work.execute(_FIND, _names(repeat)).first()
    if row is None:
        return None
    if row.fingerprint != repeat.fingerprint:
        raise InvalidRequest(
            "This Idempotency-Key was used for another request.",
            code="IDEMPOTENCY_KEY_REUSED",
            remedy="Use a new key for a new request, and the same body with the same key.",
        )
    return None if row.status == BEGUN else Kept(row.status, row.body)


def begin_once(work: Work, repeat: Repeat) -> Kept | None:
    """Claim the key in the transaction of the work; returns the answer when there is one already.

    Whoever comes second waits for the first one's commit, then sees its answer.
    """
    mine = work.insert_once(
        idempotency,
        {
            "merchant_id": repeat.merchant_id,
            "endpoint": repeat.endpoint,
            "key": repeat.key,
            "fingerprint": repeat.fingerprint,
            "status": BEGUN,
            "body": "",
            "created_at": work.now,
        },
    )
    return None if mine else find_answer(work, repeat)


def keep_answer(work: Work, repeat: Repeat, answer: Kept) -> Kept:
    """Keep the answer of work that is done, unless another one was kept first: then that one."""
    return begin_once(work, repeat) or finish_once(work, repeat, answer)


def finish_once(work: Work, repeat: Repeat, answer: Kept) -> Kept:
    """As `keep_answer`, for a key that was claimed already."""
    kept = work.execute(
        _KEEP, _names(repeat) | {"begun": BEGUN, "status": answer.status, "body": answer.body}
    )
    return answer if kept.rowcount else find_answer(work, repeat) or answer


def _names(repeat: Repeat) -> dict[str, Any]:
    return {"of": repeat.merchant_id, "at": repeat.endpoint, "by": repeat.key}
