"""Claims: opening one, finding it by its secret, and each way in which it ends.

Whichever end comes first is the only one: each is one conditional update.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, or_, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, NotFound
from ..claim import (
    CANCELLED,
    CLAIMED,
    EXPIRED,
    UNCLAIMED,
    Claim,
    Secret,
    check_holder,
    check_redeemable,
    check_withdrawable,
    last_end,
)
from ..tables.claims import claims

TRIES = 3
"""Of the secrets that are tried, should one be taken."""

_OF_ID = Prepared(select(claims).where(claims.c.id == bindparam("claim")))


def open_claim(
    work: Work,
    claim_id: str,
    new_secret: Callable[[], Secret],
    *,
    bound_to: str | None = None,
    expires_at: datetime | None = None,
) -> Claim:
    """A new claim under that id. Raises `Conflict` (CLAIM_EXISTS) when no secret is free."""
    for _ in range(TRIES):
        secret = new_secret()
        row = {
            "id": claim_id,
            "digest": secret.digest,
            "sealed": secret.sealed,
            "status": UNCLAIMED,
            "bound_to": bound_to,
            "expires_at": expires_at,
            "created_at": work.now,
        }
        if work.insert_once(claims, row):
            return read_claim(work, claim_id)
    raise Conflict("Every secret that was tried is taken.", code="CLAIM_EXISTS")


def drop_claim(work: Work, claim_id: str) -> None:
    """Take back one that was opened in this very transaction, and is not needed."""
    work.execute(delete(claims).where(claims.c.id == claim_id, claims.c.status == UNCLAIMED))


def find_claim(work: Work, digests: Sequence[str]) -> Claim | None:
    """The claim of a secret, by its digest with each key that still holds."""
    row = work.execute(select(claims).where(claims.c.digest.in_(digests))).first()
    return None if row is None else claim_from(row, row.id)


def read_claim(work: Work, claim_id: str) -> Claim:
    """Raises `NotFound` (CLAIM_NOT_FOUND)."""
    row = work.execute(_OF_ID, {"claim": claim_id}).first()
    if row is None:
        raise NotFound("There is no such claim.", code="CLAIM_NOT_FOUND")
    return claim_from(row, row.id)


def redeem(work: Work, claim: Claim, holder: str) -> bool:
    """True when it is the holder's from now on, False when it was that already.

    Raises `Forbidden` (CLAIM_BOUND), `Conflict` or `Gone`, see `check_redeemable`.
    """
    check_holder(claim, holder)
    values = {"status": CLAIMED, "redeemed_by": holder, "redeemed_at": work.now}
    if end(work, claim.id, **values):
        return True
    now = read_claim(work, claim.id)
    if now.redeemed_by != holder:
        check_redeemable(now.status_at(work.now))
    return False


def withdraw(work: Work, claim_id: str) -> None:
    """Raises `Conflict`, see `check_withdrawable`."""
    if not end(work, claim_id, status=CANCELLED):
        check_withdrawable(read_claim(work, claim_id).status_at(work.now))


def expire(work: Work, claim_id: str) -> bool:
    """Write down that its time is over; False when something else came first, or it is not."""
    ended = work.execute(
        update(claims)
        .where(
            claims.c.id == claim_id,
            claims.c.status == UNCLAIMED,
            claims.c.expires_at <= last_end(work.now),
        )
        .values(status=EXPIRED, ended_at=work.now)
    )
    return bool(ended.rowcount)


def end(work: Work, claim_id: str, **values: Any) -> bool:
    """The one way out of unclaimed before the time is over; False when it is too late for it."""
    ended = work.execute(
        update(claims)
        .where(
            claims.c.id == claim_id,
            claims.c.status == UNCLAIMED,
            or_(claims.c.expires_at.is_(None), claims.c.expires_at > last_end(work.now)),
        )
        .values(**values, ended_at=work.now)
    )
    return bool(ended.rowcount)


def stands(status: str, now: datetime) -> Any:
    """The condition that a claim has that status at that moment, as `Claim.status_at` has it."""
    is_open = claims.c.status == UNCLAIMED
    over = and_(is_open, claims.c.expires_at <= last_end(now))
    if status == EXPIRED:
        return or_(claims.c.status == EXPIRED, over)
    if status == UNCLAIMED:
        later = or_(claims.c.expires_at.is_(None), claims.c.expires_at > last_end(now))
        return and_(is_open, later)
    return claims.c.status == status


def claim_from(row: Any, claim_id: str) -> Claim:
    return Claim(
        id=claim_id,
        status=row.status,
        sealed=row.sealed,
        bound_to=row.bound_to,
        redeemed_by=row.redeemed_by,
        redeemed_at=row.redeemed_at,
        expires_at=row.expires_at,
    )
