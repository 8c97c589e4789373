"""Tokens (2.2) and the proof in a callback (7). Only HS256 is believed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from ...errors import Unauthenticated
from .envelope import UNAUTHORIZED

ACCESS_KEY, SECRET_KEY = "wgt_ak_", "wgt_sk_"
USER_TOKEN_LIFE = timedelta(days=7)
WIDGET_TOKEN_LIFE = timedelta(minutes=10)
PROOF_LIFE = timedelta(minutes=5)
PROOF_EARLY = timedelta(seconds=5)
PROOF_TYPE = "callback+jwt"
"""Said in a proof's header, so that whoever gets to see one does not hold a widget's token."""
LONGEST_TOKEN = 8192
SIGNATURE_HEADER = "X-IPOS-Signature"
_ALGORITHM = "HS256"
_FARTHEST = 2**53
"""Seconds; a moment beyond is as far."""


@dataclass(frozen=True, slots=True)
class User:
    """Whom a user token speaks for."""

    user_id: str
    username: str = ""
    short_name: str = ""
    email: str = ""
    avatar: str = ""
    device_id: str = ""
    widget_session_id: str = ""


def new_access_key() -> str:
    return ACCESS_KEY + secrets.token_hex(13)[:25]


def new_secret_key() -> str:
    return SECRET_KEY + secrets.token_hex(29)[:57]


def issuer_of(token: str) -> str:
    """The ``iss`` that a token claims, unproven; empty for none. Raises `Unauthenticated`."""
    if len(token) > LONGEST_TOKEN:
        raise _refused()
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _refused() from None
    return issuer if isinstance(issuer, str) else ""


def end_of(token: str) -> datetime | None:
    """When a token says that it ends, unproven; None when it does not, or cannot be read."""
    try:
        ends = jwt.decode(token, options={"verify_signature": False}).get("exp")
        return datetime.fromtimestamp(ends, UTC) if type(ends) is int else None
    except (jwt.PyJWTError, ValueError, OverflowError, OSError, RecursionError):
        return None


def is_widget_token(token: str) -> bool:
    """A token whose ``iss`` is an access key is a widget's, any other a user's (2.2)."""
    return issuer_of(token).startswith(ACCESS_KEY)


def issue_widget_token(
    access_key: str, secret_key: str, now: datetime, life: timedelta = WIDGET_TOKEN_LIFE
) -> str:
    """What 3.1 answers, and what a developer mints alone."""
    claims = {"iss": access_key, "iat": now, "exp": now + life}
    return jwt.encode(claims, secret_key, _ALGORITHM)


def verify_widget_token(token: str, secret_of: Callable[[str], str | None], now: datetime) -> str:
    """The access key that the token is proven to be of. Raises `Unauthenticated`.

    ``secret_of`` gives the secret key of an access key. A token without ``exp`` does not expire.
    """
    access_key = issuer_of(token)
    secret = secret_of(access_key)
    claims = _verified(token, secret or secrets.token_hex(29), now)
    is_proof = jwt.get_unverified_header(token).get("typ") == PROOF_TYPE
    if secret is None or claims.get("iss") != access_key or is_proof:
        raise _refused()
    return access_key


def issue_user_token(user: User, secret: str, now: datetime) -> str:
    """A user's token, good for seven days (2.2)."""
    claims = {
        "user_id": user.user_id,
        "username": user.username,
        "usernameShorted": user.short_name,
        "email": user.email,
        "avatar": user.avatar,
        "device_id": user.device_id,
        "widget_session_id": user.widget_session_id,
        "iat": now,
        "exp": now + USER_TOKEN_LIFE,
    }
    return jwt.encode(claims, secret, _ALGORITHM)


def verify_user_token(token: str, secret: str, now: datetime) -> User:
    """Whom the token speaks for. Raises `Unauthenticated`."""
    claims = _verified(token, secret, now)
    texts = {name: claims.get(name) for name in _USER_CLAIMS}
    if not isinstance(texts["user_id"], str) or not texts["user_id"]:
        raise _refused()
    return User(**{ours: _text(texts[theirs]) for theirs, ours in _USER_CLAIMS.items()})


_USER_CLAIMS: Mapping[str, str] = {
    "user_id": "user_id",
    "username": "username",
    "usernameShorted": "short_name",
    "email": "email",
    "avatar": "avatar",
    "device_id": "device_id",
    "widget_session_id": "widget_session_id",
}


def prove(access_key: str, secret_key: str, now: datetime) -> str:
    """``jwt_verify``: who sent a callback, from 5 s ago for 5 minutes (7). Make it per attempt."""
    claims = {
        "iss": access_key,
        "exp": now + PROOF_LIFE,
        "nbf": now - PROOF_EARLY,
        "iat": now,
    }
    return jwt.encode(claims, secret_key, _ALGORITHM, headers={"typ": PROOF_TYPE})


def verify_proof(proof: str, access_key: str, secret_key: str, now: datetime) -> None:
    """Raises `Unauthenticated` unless ``jwt_verify`` is this widget's, now (7)."""
    claims = _verified(proof, secret_key, now)
    if not hmac.compare_digest(_text(claims.get("iss")).encode(), access_key.encode()):
        raise _refused()
    if "exp" not in claims:
        raise _refused()


def sign_body(secret_key: str, body: bytes) -> str:
    """``X-IPOS-Signature``: covers the body, which ``jwt_verify`` does not (7)."""
    return "sha256=" + hmac.new(secret_key.encode(), body, hashlib.sha256).hexdigest()


def verify_body(secret_key: str, body: bytes, signature: str) -> None:
    """Raises `Unauthenticated` unless the signature is that of the body."""
    made = sign_body(secret_key, body)
    if not hmac.compare_digest(made.encode(), signature.encode("utf-8", "replace")):
        raise _refused()


def _verified(token: str, secret: str, now: datetime) -> dict[str, Any]:
    """The claims, proven with HS256 and in their time at ``now``."""
    if len(token) > LONGEST_TOKEN:
        raise _refused()
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[_ALGORITHM],
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False,
                     "verify_aud": False},
        )  # fmt: skip
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _refused() from None
    at = now.timestamp()
    if at >= _moment(claims, "exp", at + 1) or at < _moment(claims, "nbf", at):
        raise _refused()
    return claims


def _moment(claims: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = claims.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise _refused()
    return float(max(-_FARTHEST, min(value, _FARTHEST)))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _refused() -> Unauthenticated:
    return Unauthenticated(UNAUTHORIZED, code="UNAUTHORIZED")
