"""Shoppers, the codes that they sign in with, and their sessions."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from ...base.database import Work
from ...errors import NotFound, TooMany
from ..linked_basket import Shopper, topic_of
from ..tables.wallet import shoppers, sign_in_codes, wallet_sessions

CODE_LIFE = timedelta(minutes=10)
CODE_PACE = timedelta(seconds=60)
"""A new code for the same phone at most this often."""
MOST_TRIES = 5
"""Wrong codes after which the right one is no good either."""
SESSION_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Phone:
    country_prefix: str
    phone: str

    def __str__(self) -> str:
        return self.country_prefix + self.phone


def touch(work: Work, shopper_id: str | None) -> None:
    """Something that this shopper's wallet shows has changed: a new version, and the bell.

    Call it last in an action: the shopper's row is then locked behind all others.
    """
    if shopper_id is None:
        return
    work.execute(
        update(shoppers).where(shoppers.c.id == shopper_id).values(version=shoppers.c.version + 1)
    )
    work.ring(topic_of(shopper_id))


def read_shopper(work: Work, shopper_id: str) -> Shopper:
    """Raises `NotFound` (SHOPPER_NOT_FOUND)."""
    row = work.execute(select(shoppers).where(shoppers.c.id == shopper_id)).first()
    if row is None:
        raise NotFound("There is no such shopper.", code="SHOPPER_NOT_FOUND")
    return shopper_from(row)


def shopper_by_phone(work: Work, country_prefix: str, phone: str) -> Shopper | None:
    """Whose number it is; None for one that never signed in."""
    row = work.execute(
        select(shoppers).where(
            shoppers.c.country_prefix == country_prefix, shoppers.c.phone == phone
        )
    ).first()
    return None if row is None else shopper_from(row)


def ensure_shopper(work: Work, country_prefix: str, phone: str) -> Shopper:
    """The shopper of a number, made now if there was none."""
    work.insert_once(
        shoppers,
        {
            "id": work.new_id("shp"),
            "country_prefix": country_prefix,
            "phone": phone,
            "profile": {},
            "version": 1,
            "created_at": work.now,
        },
    )
    found = shopper_by_phone(work, country_prefix, phone)
    assert found is not None
    return found


def change_shopper(work: Work, shopper_id: str, **values: Any) -> Shopper:
    """Change ``name``, ``surname``, ``mail`` or ``profile``."""
    work.execute(update(shoppers).where(shoppers.c.id == shopper_id).values(**values))
    touch(work, shopper_id)
    return read_shopper(work, shopper_id)


def version_of(work: Work, shopper_id: str) -> int:
    """Raises `NotFound` (SHOPPER_NOT_FOUND)."""
    found = work.execute(
        select(shoppers.c.version).where(shoppers.c.id == shopper_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such shopper.", code="SHOPPER_NOT_FOUND")
    return int(found)


# --- codes ------------------------------------------------------------------------------------


def store_code(work: Work, phone: Phone, code_digest: str) -> datetime:
    """A fresh code (as digest) in place of an earlier one; returns the end of its life.

    Raises `TooMany` within a minute of the last one, whether the number is known or not.
    """
    expires_at = work.now + CODE_LIFE
    fresh = {
        "digest": code_digest, "tries": 0, "sent_at": work.now, "expires_at": expires_at,
    }  # fmt: skip
    key = {"country_prefix": phone.country_prefix, "phone": phone.phone}
    if work.insert_once(sign_in_codes, key | fresh):
        return expires_at
    replaced = work.execute(
        update(sign_in_codes)
        .where(_code_of(phone), sign_in_codes.c.sent_at <= work.now - CODE_PACE)
        .values(**fresh)
    )
    if not replaced.rowcount:
        raise TooMany(
            "A code was sent a moment ago.", retry_after=_pause(work, phone), code="CODE_JUST_SENT"
        )
    return expires_at


def _pause(work: Work, phone: Phone) -> int:
    sent_at = work.execute(select(sign_in_codes.c.sent_at).where(_code_of(phone))).scalar_one()
    return max(1, int((sent_at + CODE_PACE - work.now).total_seconds()) + 1)


def try_code(work: Work, phone: Phone, code_digest: str, session_digest: str) -> Shopper | None:
    """Use a code (as digest) up for a session; None when it is not good.

    Every try is counted before it is compared, so that tries at once count as well. The session
    belongs to the number's shopper, who is made by the first one.
    """
    counted = work.execute(
        update(sign_in_codes)
        .where(
            _code_of(phone),
            sign_in_codes.c.tries < MOST_TRIES,
            sign_in_codes.c.expires_at > work.now,
        )
        .values(tries=sign_in_codes.c.tries + 1)
        .returning(sign_in_codes.c.digest)
    ).first()
    if counted is None or not hmac.compare_digest(counted.digest, code_digest):
        return None
    work.execute(delete(sign_in_codes).where(_code_of(phone)))
    shopper = ensure_shopper(work, phone.country_prefix, phone.phone)
    _open_session(work, shopper.id, session_digest)
    return shopper


def _code_of(phone: Phone) -> Any:
    return (sign_in_codes.c.country_prefix == phone.country_prefix) & (
        sign_in_codes.c.phone == phone.phone
    )


# --- sessions ---------------------------------------------------------------------------------


def _open_session(work: Work, shopper_id: str, session_digest: str) -> None:
    work.execute(
        delete(wallet_sessions).where(
            wallet_sessions.c.shopper_id == shopper_id, wallet_sessions.c.expires_at <= work.now
        )
    )
    work.execute(
        insert(wallet_sessions).values(
            digest=session_digest,
            shopper_id=shopper_id,
            created_at=work.now,
            expires_at=work.now + SESSION_LIFE,
        )
    )


def shopper_of_session(work: Work, session_digest: str) -> Shopper | None:
    """Whose session it is; None for one that is unknown or over."""
    row = work.execute(
        select(shoppers)
        .join(wallet_sessions, wallet_sessions.c.shopper_id == shoppers.c.id)
        .where(wallet_sessions.c.digest == session_digest, wallet_sessions.c.expires_at > work.now)
    ).first()
    return None if row is None else shopper_from(row)


def end_session(work: Work, session_digest: str) -> None:
    work.execute(delete(wallet_sessions).where(wallet_sessions.c.digest == session_digest))


def forget_old_codes(work: Work) -> None:
    """Codes and sessions whose time is over are of no use to anybody."""
    old = sign_in_codes.c.expires_at <= work.now
    work.execute(delete(sign_in_codes).where(old, sign_in_codes.c.sent_at <= work.now - CODE_PACE))
    work.execute(delete(wallet_sessions).where(wallet_sessions.c.expires_at <= work.now))


def shopper_from(row: Any) -> Shopper:
    profile: Mapping[str, Any] = row.profile
    return Shopper(
        id=row.id,
        country_prefix=row.country_prefix,
        phone=row.phone,
        name=row.name,
        surname=row.surname,
        mail=row.mail,
        profile=profile,
        version=row.version,
        created_at=row.created_at,
    )
