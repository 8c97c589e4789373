"""Who calls (3): a partner, a user, or a stranger who has yet to prove something."""

from __future__ import annotations

import hmac

from flask import request

from ....base.sealing import digest
from ....errors import Unauthenticated
from ....web.body import raw_body
from ....web.callers import caller, limit_caller
from ....wire.kigo import tokens
from ....wire.kigo.error_codes import KigoCode, refusal
from ....wire.kigo.message import LARGEST_BODY
from ....wire.kigo.tokens import Grant, Level
from ...actions.kigo_partners import find_partner
from ...actions.kigo_users import account_of_family
from ...kigo_partner import Account, Partner
from .answers import tell_rate
from .front import PARTNER, STRANGER, USER, Front

NOBODY = digest("nobody has this key")
"""What is compared with when there is no such partner: it takes as long (3.1)."""


def stranger(front: Front) -> None:
    """Count a call without a token. Raises `TooMany` (10)."""
    raw_body(LARGEST_BODY)
    try:
        limit_caller(front.parts.limits, STRANGER)
    finally:
        tell_rate(front.parts.limits.standing(STRANGER, caller()))


def partner_of_key(front: Front, partner_id: str) -> Partner:
    """The partner whose ``x-api-key`` this is. Raises `Unauthenticated`: unknown is wrong (3.1)."""
    key = digest(tokens.read_api_key(request.headers.get(tokens.API_KEY)))
    found = front.database.read(find_partner, partner_id)
    fits = hmac.compare_digest(key, NOBODY if found is None else found.api_key)
    if found is None or not fits or not found.is_on:
        raise _nobody()
    front.parts.remember_address()
    return found


def partner(front: Front) -> Partner:
    """The partner of a partner token.

    Raises `Unauthenticated`, `Forbidden` for a user token, `TooMany` (10).
    """
    grant = _granted(front, Level.PARTNER)
    found = _partner_of(front, grant)
    limits = front.parts.limits
    try:
        limits.require(PARTNER, found.id)
    finally:
        tell_rate(limits.standing(PARTNER, found.id))
    front.parts.remember_address()
    return found


def user(front: Front) -> Account:
    """The account of a user token whose family has not ended. Raises as `partner`."""
    grant = _granted(front, Level.USER)
    found = front.database.read(account_of_family, grant.family)
    if found is None or found.id != grant.account_id:
        raise _counted(front, _nobody())
    _partner_of(front, grant)
    front.parts.limits.require(USER, found.id)
    return found


def _granted(front: Front, level: Level) -> Grant:
    raw_body(LARGEST_BODY)
    now = int(front.now().timestamp())
    try:
        token = tokens.read_bearer(request.headers.get(tokens.AUTHORIZATION))
        grant = tokens.verify(token, front.parts.settings.secret_keys, now)
    except Unauthenticated as error:
        raise _counted(front, error) from None
    return tokens.require(grant, level)


def _partner_of(front: Front, grant: Grant) -> Partner:
    """Raises `Unauthenticated` when it is switched off, or has another key by now."""
    found = front.database.read(find_partner, grant.partner_id)
    if found is None or not found.is_on:
        raise _counted(front, _nobody())
    if grant.level == Level.PARTNER and not hmac.compare_digest(grant.mark, found.mark):
        raise _counted(front, _nobody())
    return found


def _counted(front: Front, error: Unauthenticated) -> Unauthenticated:
    """Who shows no good token is a stranger; a token that is over is an honest mistake."""
    if error.code != KigoCode.TOKEN_EXPIRED:
        limit_caller(front.parts.limits, STRANGER)
    return error


def _nobody() -> Unauthenticated:
    error = refusal(KigoCode.UNAUTHORIZED, "There is no such partner, key or token.")
    assert isinstance(error, Unauthenticated)
    return error
