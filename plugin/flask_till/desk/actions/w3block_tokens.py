"""Refresh tokens of the W3block protocol, each used once, and the keys that sign all tokens."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update

from ...base.database import Work
from ..tables.w3block import w3_keys, w3_refresh_tokens
from ..w3block_company import Renewable


@dataclass(frozen=True, slots=True)
class KeptKey:
    """``sealed`` is the private key; ``retired_at`` since when it signs nothing more."""

    kid: str
    sealed: str
    created_at: datetime
    retired_at: datetime | None


def keep_renewable(work: Work, renewable: Renewable) -> None:
    """``id`` is a digest: what is stored here opens nothing."""
    work.execute(insert(w3_refresh_tokens).values(**asdict(renewable)))


def renew(work: Work, token: str, following: str, life: timedelta) -> Renewable | None:
    """Use a token up, and keep the one that follows it; the former, or None when it is no good.

    A token that comes a second time was stolen, or whoever used it first stole it: all of its
    family are worth nothing from then on. Of two who use it at once one is first.
    """
    table = w3_refresh_tokens
    usable = table.c.used_at.is_(None), table.c.revoked_at.is_(None), table.c.expires_at > work.now
    done = work.execute(update(table).where(table.c.id == token, *usable).values(used_at=work.now))
    row = work.execute(select(table).where(table.c.id == token)).first()
    if row is None:
        return None
    if not done.rowcount:
        _revoke(work, row.family)
        return None
    former = Renewable(row.id, row.family, row.company_id, row.user_id, row.expires_at)
    keep_renewable(
        work,
        Renewable(following, row.family, row.company_id, row.user_id, work.now + life),
    )
    return former


def _revoke(work: Work, family: str) -> None:
    """Locked first: whoever renews one of them at this moment is waited for, and what follows on
    it is of the family too."""
    table, of_family = w3_refresh_tokens, w3_refresh_tokens.c.family == family
    work.execute(select(table.c.id).where(of_family).order_by(table.c.id).with_for_update()).all()
    live = of_family, table.c.revoked_at.is_(None)
    work.execute(update(table).where(*live).values(revoked_at=work.now))


def live_keys(work: Work, life: timedelta) -> list[KeptKey]:
    """Those that tokens in use may be signed with, newest first; the first one signs."""
    query = select(w3_keys).where(
        or_(w3_keys.c.retired_at.is_(None), w3_keys.c.retired_at > work.now - life)
    )
    rows = work.execute(query.order_by(w3_keys.c.created_at.desc(), w3_keys.c.kid)).all()
    kept = [KeptKey(row.kid, row.sealed, row.created_at, row.retired_at) for row in rows]
    return sorted(kept, key=lambda one: one.retired_at is not None)


def add_first_key(work: Work, kid: str, sealed: str) -> None:
    """Keep this key unless there is one that signs."""
    if work.execute(select(w3_keys.c.kid).where(w3_keys.c.retired_at.is_(None))).first() is None:
        _add(work, kid, sealed)


def rotate_keys(work: Work, kid: str, sealed: str) -> None:
    """From now on this key signs; those before it are published while their tokens live."""
    signing = w3_keys.c.retired_at.is_(None)
    work.execute(update(w3_keys).where(signing).values(retired_at=work.now))
    _add(work, kid, sealed)


def _add(work: Work, kid: str, sealed: str) -> None:
    work.execute(insert(w3_keys).values(kid=kid, sealed=sealed, created_at=work.now))
