"""Who may look at an order page: a token that works once becomes a session of one browser."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, insert, select, update

from ...base.columns import Utc
from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Gone, NotFound
from ..tables import page_sessions, page_tokens

TOKEN_LIFE = timedelta(seconds=60)
SESSION_LIFE = timedelta(days=30)
_STORE = Prepared(insert(page_tokens))
_MAY_VIEW = Prepared(
    select(page_sessions.c.order_id).where(
        page_sessions.c.digest == bindparam("session"),
        page_sessions.c.order_id == bindparam("order"),
        page_sessions.c.revoked_at.is_(None),
        page_sessions.c.expires_at > bindparam("now", type_=Utc()),
    )
)


def store_token(work: Work, order_id: str, digest: str) -> None:
    """A token that opens the page of this order once, within 60 seconds. Only its hash is kept."""
    row = {"digest": digest, "order_id": order_id, "expires_at": work.now + TOKEN_LIFE}
    work.execute(_STORE, row)


def redeem_token(work: Work, order_id: str, token: str, session: str) -> bool:
    """Exchange a token for a session (both as digests). True when it worked.

    A second use revokes the session of the first and answers False: somebody read the address.
    Raises `NotFound` for a token that this order never had, `Gone` for one that is too old.
    """
    used = work.execute(
        update(page_tokens)
        .where(
            page_tokens.c.digest == token,
            page_tokens.c.order_id == order_id,
            page_tokens.c.used_at.is_(None),
            page_tokens.c.expires_at > work.now,
        )
        .values(used_at=work.now, session=session)
    )
    if not used.rowcount:
        return _refuse(work, order_id, token)
    work.execute(
        insert(page_sessions).values(
            digest=session, order_id=order_id, expires_at=work.now + SESSION_LIFE
        )
    )
    return True


def spend_token(work: Work, order_id: str, token: str) -> None:
    """Use a token (as digest) up without a session: its bearer is in already. No-op when used."""
    work.execute(
        update(page_tokens)
        .where(
            page_tokens.c.digest == token,
            page_tokens.c.order_id == order_id,
            page_tokens.c.used_at.is_(None),
        )
        .values(used_at=work.now)
    )


def _refuse(work: Work, order_id: str, token: str) -> bool:
    row = work.execute(
        select(page_tokens).where(page_tokens.c.digest == token, page_tokens.c.order_id == order_id)
    ).first()
    if row is None:
        raise NotFound("This order has no such token.", code="TOKEN_UNKNOWN")
    if row.used_at is None:
        raise Gone("The token is older than 60 seconds.", code="TOKEN_EXPIRED")
    work.execute(
        update(page_sessions)
        .where(page_sessions.c.digest == row.session, page_sessions.c.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )
    return False


def may_view(work: Work, order_id: str, session: str) -> bool:
    """Whether the session (as digest) was made for this order and still holds."""
    names = {"session": session, "order": order_id, "now": work.now}
    return work.execute(_MAY_VIEW, names).first() is not None
