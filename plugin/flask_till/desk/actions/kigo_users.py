"""Users of Kigo partners: their accounts, refresh tokens and single sign-on sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, insert, select, update

from ...base.database import Work
from ...errors import Forbidden
from ..claim import last_end
from ..kigo_partner import Account, KigoOrder, SsoSession
from ..tables.claims import holders
from ..tables.kigo import (
    kigo_accounts,
    kigo_families,
    kigo_partners,
    kigo_refresh_tokens,
    kigo_sso_sessions,
)
from .product_tokens import add_holder

# --- accounts ---------------------------------------------------------------------------------


def ensure_account(
    work: Work, partner_id: str, external_user_id: str, *, email: str | None = None
) -> Account:
    """The user with that id at the partner, made when there is none; a new ``email`` is kept."""
    account = _ensure(work, partner_id, external_user_id=external_user_id)
    if email is not None:
        values = {"email": email}
        work.execute(update(kigo_accounts).where(kigo_accounts.c.id == account.id).values(**values))
    return account


def account_of_shopper(work: Work, partner_id: str, shopper_id: str) -> Account:
    """Of somebody whom the partner did not vouch for, but who signed in with a phone."""
    return _ensure(work, partner_id, shopper_id=shopper_id)


def find_account(work: Work, account_id: str) -> Account | None:
    """None also while its partner is switched off."""
    row = work.execute(
        select(kigo_accounts)
        .join(kigo_partners, kigo_partners.c.id == kigo_accounts.c.partner_id)
        .where(kigo_accounts.c.id == account_id, kigo_partners.c.is_on == 1)
    ).first()
    return None if row is None else _account(row)


def find_user(work: Work, partner_id: str, **named: str) -> Account | None:
    """The account with that ``external_user_id`` or ``shopper_id`` at a partner."""
    (column, value), *_ = named.items()
    query = select(kigo_accounts).where(
        kigo_accounts.c.partner_id == partner_id, kigo_accounts.c[column] == value
    )
    row = work.execute(query).first()
    return None if row is None else _account(row)


def holder_of(
    work: Work, order: KigoOrder, *, account_id: str = "", shopper_id: str = ""
) -> str | None:
    """Whose token the order's code is or would be, for who comes as that account or shopper.

    One person may be both: an account whose tokens are in a shopper's wallet is that shopper's.
    """
    shopper = shopper_id or shopper_of(work, account_id)
    for named in filter(None, (order.claim.redeemed_by, order.claim.bound_to)):
        if named == account_id or (shopper and shopper_of(work, named) == shopper):
            return named
    if account_id:
        return account_id
    found = find_user(work, order.partner_id, shopper_id=shopper_id)
    return None if found is None else found.id


def shopper_of(work: Work, holder: str) -> str | None:
    """In whose wallet the holder's tokens are shown."""
    found = work.execute(select(holders.c.shopper_id).where(holders.c.id == holder)).scalar()
    return None if found is None else str(found)


def _ensure(work: Work, partner_id: str, **named: str) -> Account:
    found = find_user(work, partner_id, **named)
    if found is not None:
        return found
    holder = add_holder(work, shopper_id=named.get("shopper_id"))
    row = {"id": holder, "partner_id": partner_id, "created_at": work.now, **named}
    if not work.insert_once(kigo_accounts, row):  # another request was faster
        work.execute(delete(holders).where(holders.c.id == holder))
    made = find_user(work, partner_id, **named)
    assert made is not None
    return made


# --- refresh tokens ---------------------------------------------------------------------------


def open_family(work: Work, account_id: str, token: str, *, expires_at: datetime) -> str:
    """A user session begins with this refresh token, by its digest; returns the family."""
    family = str(uuid4())
    work.execute(insert(kigo_families).values(id=family, account_id=account_id))
    _keep(work, family, token, expires_at)
    return family


def rotate(
    work: Work, token: str, new_token: str, *, expires_at: datetime
) -> tuple[Account, str] | None:
    """Use a refresh token, by its digest, and put another in its place: whose, and the family.

    None when it is no good. Use of a dead one ends its family; that has to be committed, so this
    returns and does not raise (3.3). Raises `Forbidden`, and uses nothing up, while the partner is
    switched off.
    """
    row = work.execute(
        update(kigo_refresh_tokens)
        .where(kigo_refresh_tokens.c.digest == token, kigo_refresh_tokens.c.used_at.is_(None))
        .values(used_at=work.now)
        .returning(kigo_refresh_tokens)
    ).first()
    if row is None:
        _end_family_of(work, token)
        return None
    account = account_of_family(work, row.family)
    if account is None or row.expires_at <= last_end(work.now):
        return None
    if find_account(work, account.id) is None:
        raise Forbidden("The partner is switched off.", code="PARTNER_OFF")
    _keep(work, row.family, new_token, expires_at)
    return account, row.family


def account_of_family(work: Work, family: str) -> Account | None:
    """Whose session it is; None when that has ended."""
    row = work.execute(
        select(kigo_accounts)
        .join(kigo_families, kigo_families.c.account_id == kigo_accounts.c.id)
        .where(kigo_families.c.id == family, kigo_families.c.ended_at.is_(None))
    ).first()
    return None if row is None else _account(row)


def _end_family_of(work: Work, token: str) -> None:
    family = select(kigo_refresh_tokens.c.family).where(kigo_refresh_tokens.c.digest == token)
    work.execute(
        update(kigo_families)
        .where(kigo_families.c.id == family.scalar_subquery(), kigo_families.c.ended_at.is_(None))
        .values(ended_at=work.now)
    )


def _keep(work: Work, family: str, token: str, expires_at: datetime) -> None:
    row = {"digest": token, "family": family, "expires_at": expires_at}
    work.execute(insert(kigo_refresh_tokens).values(**row))


# --- single sign-on ---------------------------------------------------------------------------


def open_sso(
    work: Work,
    account_id: str,
    session: str,
    *,
    external_program_id: str | None,
    is_single_use: bool,
    expires_at: datetime,
) -> None:
    """A partner vouches for a user, in a session known by its digest (5.1)."""
    row = {
        "digest": session,
        "account_id": account_id,
        "external_program_id": external_program_id,
        "is_single_use": is_single_use,
        "expires_at": expires_at,
    }
    work.execute(insert(kigo_sso_sessions).values(**row))


def find_sso(work: Work, session: str) -> SsoSession | None:
    """The session, while it holds and its partner is on; looking does not spend it (9.6)."""
    row = work.execute(_sso(session)).first()
    if row is None or row.spent_at is not None or row.expires_at <= last_end(work.now):
        return None
    return SsoSession(_account(row), row.external_program_id, row.is_single_use)


def enter_sso(work: Work, session: str) -> SsoSession | None:
    """Sign in by the session: one for a single use is spent by that, once. None: it is over."""
    found = find_sso(work, session)
    if found is None or not found.is_single_use:
        return found
    spent = work.execute(
        update(kigo_sso_sessions)
        .where(kigo_sso_sessions.c.digest == session, kigo_sso_sessions.c.spent_at.is_(None))
        .values(spent_at=work.now)
    )
    return found if spent.rowcount else None


def vouched_for(work: Work, session: str) -> str | None:
    """Whose session that is or was, spent or not; None when it is over by the clock."""
    row = work.execute(_sso(session)).first()
    return None if row is None or row.expires_at <= last_end(work.now) else str(row.id)


def _sso(session: str) -> Any:
    account = kigo_accounts.c
    return (
        select(kigo_sso_sessions, account.id, account.partner_id, account.external_user_id)
        .join(kigo_accounts, account.id == kigo_sso_sessions.c.account_id)
        .join(kigo_partners, kigo_partners.c.id == account.partner_id)
        .where(kigo_sso_sessions.c.digest == session, kigo_partners.c.is_on == 1)
    )


def _account(row: Any) -> Account:
    return Account(row.id, row.partner_id, row.external_user_id)
