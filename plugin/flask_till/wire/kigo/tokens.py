"""Tokens: who calls, at which level, and until when (3, 8).

Callers see an opaque text. Ours are JWTs: only HS256 by a key made for this purpose is believed,
so a token that is over can be told (``token_expired``) from one that never was (``unauthorized``).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...errors import SettingsError
from .error_codes import KigoCode, refusal

AUTHORIZATION = "Authorization"
BEARER = "Bearer"
API_KEY = "x-api-key"
PARTNER_LIFE = 1800
"""Seconds a partner token lives (3)."""
USER_LIFE = 3600
"""Seconds a user token lives; clients rely on ``expires_in`` (3, 9.7)."""
REFRESH_LIFE = 31_536_000
"""Seconds a refresh token lives (3)."""
SSO_LIFE = 1800
"""Seconds an SSO session lives (3)."""
CLAIM_LIFE = 90 * 86_400
"""Seconds a claim code lives when its product says nothing else (8)."""
SKEW = 30
"""Seconds that clocks may differ, granted whenever the desk asks whether something is over (8)."""

_ALGORITHM, _ISSUER, _PURPOSE = "HS256", "kigo", b"till-kigo-token:"
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/=-]{1,8192}) *")
_API_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Level(StrEnum):
    """What a token is good for (3): orders and sessions, or the wallet."""

    PARTNER = "partner"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Grant:
    """Whom a token speaks for; ``expires_at`` in unix seconds.

    ``family`` is that of a user's refresh tokens, and ``mark`` whatever must not have changed
    since (e.g. of the API key): whoever verifies compares them with what is kept.
    """

    level: Level
    partner_id: str
    expires_at: int
    account_id: str = ""
    family: str = ""
    mark: str = field(default="", repr=False)


def issue(grant: Grant, secret: str) -> str:
    """A token for the grant. Raises `SettingsError` for an empty secret."""
    claims = {
        "iss": _ISSUER,
        "lvl": str(grant.level),
        "sub": grant.partner_id,
        "exp": grant.expires_at,
        "acc": grant.account_id,
        "fam": grant.family,
        "mrk": grant.mark,
    }
    return jwt.encode(claims, _key(secret), _ALGORITHM)


def verify(token: str, secrets: Sequence[str], now: int) -> Grant:
    """Whom the token speaks for, made with any of the secrets; ``now`` in unix seconds.

    Raises `Unauthenticated`: ``token_expired`` for one of ours that is over, ``unauthorized`` for
    anything else at all.
    """
    for secret in secrets:
        claims = _claims(token, _key(secret))
        if claims is not None:
            grant = _grant(claims)
            if now >= grant.expires_at + SKEW:
                raise refusal(KigoCode.TOKEN_EXPIRED, "The token is over; get a new one.")
            return grant
    raise _refused()


def require(grant: Grant, level: Level) -> Grant:
    """Raises `Forbidden` for a token of the other level (2)."""
    if grant.level != level:
        raise refusal(KigoCode.FORBIDDEN, f"This call takes a {level} token.")
    return grant


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token (3)."""
    return {AUTHORIZATION: f"{BEARER} {token}"}


def read_bearer(header: str | None) -> str:
    """The token of an ``Authorization`` header. Raises `Unauthenticated` (``unauthorized``)."""
    match = _BEARER.fullmatch(header or "")
    if match is None:
        raise _refused()
    return match[1]


def read_api_key(header: str | None) -> str:
    """The key of an ``x-api-key`` header (3.1). Raises `Unauthenticated` (``unauthorized``)."""
    if not _API_KEY.fullmatch(header or ""):
        raise _refused()
    return str(header)


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a session or a code has ended, the allowed skew included (8); None never ends."""
    return expires_at is not None and now >= expires_at + timedelta(seconds=SKEW)


def renew_at(asked_at: datetime, expires_in: int) -> datetime:
    """When a client gets a new token: a skew before the end, by its own clock alone (9.7).

    ``asked_at`` is when it sent the request, ``expires_in`` seconds.
    """
    return asked_at + timedelta(seconds=max(0, expires_in - SKEW))


def _key(secret: str) -> bytes:
    """A key for this purpose alone: a secret may serve others, and no token of theirs fits here."""
    if not secret:
        raise SettingsError("A secret for tokens must not be empty.")
    return hmac.digest(secret.encode(), _PURPOSE + _ISSUER.encode(), hashlib.sha256)


def _claims(token: str, key: bytes) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            options={"require": ["exp", "iss", "sub"], "verify_exp": False, "verify_iat": False,
                     "verify_nbf": False, "verify_aud": False},
        )  # fmt: skip
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None
    return found


class _Claims(BaseModel):
    """What one of our tokens says."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    lvl: Annotated[Level, Field(strict=False)]
    sub: str
    exp: int
    acc: str
    fam: str
    mrk: str


def _grant(claims: dict[str, Any]) -> Grant:
    try:
        told = _Claims.model_validate(claims)
    except ValidationError:
        raise _refused() from None
    return Grant(told.lvl, told.sub, told.exp, told.acc, told.fam, told.mrk)


def _refused() -> Exception:
    return refusal(KigoCode.UNAUTHORIZED, "There is no token, or one that is not known.")
