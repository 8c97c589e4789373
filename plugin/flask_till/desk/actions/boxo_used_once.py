"""What holds once and not again: nonces of signed calls (2.2), and authorization codes (6)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from ...base.database import Work
from ...errors import Conflict, Gone, NotFound
from ..tables.boxo import boxo_auth_codes, boxo_nonces

NONCE_LIFE = timedelta(seconds=601)
"""A timestamp may be 300 s ahead, and is then accepted for 600 s."""
CODE_LIFE = timedelta(minutes=5)
KEPT = timedelta(days=1)
"""How long a code that is over is remembered, to tell a late one from an invented one."""


def use_nonce(work: Work, partner: str, nonce: str) -> None:
    """Raises `Conflict` (NONCE_USED) the second time; forgets those that are over."""
    work.execute(delete(boxo_nonces).where(boxo_nonces.c.expires_at <= work.now))
    row = {"partner": partner, "nonce": nonce, "expires_at": work.now + NONCE_LIFE}
    if not work.insert_once(boxo_nonces, row):
        raise Conflict("That nonce was used before.", code="NONCE_USED")


def add_auth_code(work: Work, client_id: str, user_reference: str, digest: str) -> None:
    """A code of that host's user, good once within five minutes; only its digest is kept."""
    codes = boxo_auth_codes
    work.execute(delete(codes).where(codes.c.expires_at <= work.now - KEPT))
    work.execute(
        insert(codes).values(
            digest=digest,
            client_id=client_id,
            user_reference=user_reference,
            expires_at=work.now + CODE_LIFE,
        )
    )


def use_auth_code(
    work: Work, client_id: str, digest: str, user_reference: str | None = None
) -> str:
    """The user that the code was issued for; with ``user_reference`` it must be that one.

    Raises `NotFound` for a code that is unknown, used, or another host's, `Gone` for a late one.
    """
    codes = boxo_auth_codes
    mine = (codes.c.digest == digest, codes.c.client_id == client_id, codes.c.used_at.is_(None))
    row = work.execute(select(codes).where(*mine)).first()
    if row is None or user_reference not in (None, row.user_reference):
        raise NotFound("There is no such code.", code="INVALID_AUTH_CODE")
    if row.expires_at <= work.now:
        raise Gone("The code is too old.", code="EXPIRED_AUTH_CODE")
    # Of two at once only one may use it.
    used = work.execute(update(codes).where(*mine).values(used_at=work.now))
    if not used.rowcount:
        raise NotFound("The code was used before.", code="INVALID_AUTH_CODE")
    return str(row.user_reference)
