"""Tokens for partners and users, and single sign-on sessions (3, 5.1)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from flask import Response

from ....base.database import Work
from ....base.sealing import digest, new_secret
from ....errors import Forbidden
from ....wire.kigo import tokens
from ....wire.kigo.error_codes import KigoCode, refusal
from ....wire.kigo.sessions import (
    AskRefresh,
    AskSession,
    AskSsoSession,
    AskUserSession,
    PartnerToken,
    SsoSession,
    UserTokens,
)
from ....wire.kigo.tokens import Grant, Level
from ...actions import kigo_users
from ...actions.kigo_partners import ensure_program
from ...kigo_partner import Account
from . import admission
from .answers import json_body, say
from .front import Front


def session(front: Front) -> Response:
    """A partner token. None is stored, and others that the partner has go on (3.1)."""
    admission.stranger(front)
    asked = AskSession.of(json_body())
    partner = admission.partner_of_key(front, asked.partner_id)
    until = front.now() + timedelta(seconds=tokens.PARTNER_LIFE)
    grant = Grant(Level.PARTNER, partner.id, int(until.timestamp()), mark=partner.mark)
    return say(PartnerToken(access_token=_issued(front, grant), expires_at=until), 201)


def user_session(front: Front) -> Response:
    """Tokens of a user, made when there is none (3.2)."""
    partner = admission.partner(front)
    asked = AskUserSession.of(json_body())
    refresh_token = new_secret("kigo_refresh_")

    def begin(work: Work) -> tuple[Account, str]:
        account = kigo_users.ensure_account(
            work, partner.id, asked.external_user_id, email=asked.email
        )
        until = work.now + timedelta(seconds=tokens.REFRESH_LIFE)
        kept = digest(refresh_token)
        return account, kigo_users.open_family(work, account.id, kept, expires_at=until)

    return _user_tokens(front, *front.database.write(begin), refresh_token)


def refresh(front: Front) -> Response:
    """New tokens for a refresh token, which dies; a dead one ends all of its family (3.3)."""
    admission.stranger(front)
    asked = AskRefresh.of(json_body())
    refresh_token = new_secret("kigo_refresh_")
    until = front.now() + timedelta(seconds=tokens.REFRESH_LIFE)
    used = digest(asked.refresh_token)
    try:
        found = front.database.write(
            kigo_users.rotate, used, digest(refresh_token), expires_at=until
        )
    except Forbidden:
        found = None
    if found is None:
        raise refusal(KigoCode.UNAUTHORIZED, "The refresh token is not good any more.")
    return _user_tokens(front, *found, refresh_token)


def sso_session(front: Front) -> Response:
    """A session for the hub; user and program are made on the fly (5.1)."""
    partner = admission.partner(front)
    asked = AskSsoSession.of(json_body())
    session_id = str(uuid4())
    until = front.now() + timedelta(seconds=tokens.SSO_LIFE)

    def begin(work: Work) -> None:
        if asked.external_program_id is not None:
            ensure_program(work, partner.id, asked.external_program_id)
        account = kigo_users.ensure_account(
            work, partner.id, asked.external_user_id, email=asked.email
        )
        kigo_users.open_sso(
            work,
            account.id,
            digest(session_id),
            external_program_id=asked.external_program_id,
            is_single_use=asked.single_use,
            expires_at=until,
        )

    front.database.write(begin)
    return say(SsoSession(session_id=session_id, expires_at=until), 201)


def _user_tokens(front: Front, account: Account, family: str, refresh_token: str) -> Response:
    until = int(front.now().timestamp()) + tokens.USER_LIFE
    grant = Grant(Level.USER, account.partner_id, until, account.id, family)
    made = UserTokens(
        access_token=_issued(front, grant), refresh_token=refresh_token, account_id=account.id
    )
    return say(made, 201)


def _issued(front: Front, grant: Grant) -> str:
    return tokens.issue(grant, front.parts.settings.secret_keys[0])
