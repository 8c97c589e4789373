"""Tokens for users and tenants, and those that renew them (2.1). Only RS256 is believed.

A token says in its header what it is for, so that one that renews never opens a route.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from ...errors import RequestError
from .access import LONGEST_TOKEN, Identity, Kind, unauthorized
from .keys import ALGORITHM, key_id

TOKEN_LIFE = timedelta(hours=24)
REFRESH_LIFE = timedelta(days=7)
SHORTEST_LIFE = timedelta(seconds=5000)
"""Clients drop a token that does not live longer than this (2.1)."""

EARLY = timedelta(seconds=5)
"""How far ``iat`` may lie ahead: clocks of two machines."""

_ACCESS, _REFRESH = "JWT", "refresh+jwt"
_LATEST = 2**40
_LIBRARY_CLOCK: Any = {
    "verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False,
    "verify_iss": False, "verify_sub": False, "verify_jti": False,
}  # fmt: skip
"""PyJWT would look at its own clock; the times and the parties are checked here."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a refresh token says; ``token_id`` is its ``jti``, to be used once."""

    sub: str
    tenant_id: str
    kind: Kind
    token_id: str


def issue_token(
    identity: Identity, key: RSAPrivateKey, now: datetime, life: timedelta = TOKEN_LIFE
) -> str:
    """A token for ``life``. Raises `ValueError` for a life that clients take for over (2.1)."""
    claims = identity.to_data() | _times(now, life)
    return _signed(claims, key, _ACCESS)


def issue_refresh_token(
    renewal: Renewal, key: RSAPrivateKey, now: datetime, life: timedelta = REFRESH_LIFE
) -> str:
    """A token that renews; as `issue_token`."""
    claims = {
        "sub": renewal.sub,
        "iss": renewal.tenant_id,
        "aud": [renewal.tenant_id],
        "tenantId": renewal.tenant_id,
        "type": str(renewal.kind),
        "jti": renewal.token_id,
    }
    return _signed(claims | _times(now, life), key, _REFRESH)


def verify_token(token: str, keys: Mapping[str, RSAPublicKey], now: datetime) -> Identity:
    """Whom the token speaks for; ``keys`` by ``kid``. Raises `Unauthenticated`, and only that.

    `Identity.require` then says whether that is enough for a route of a company.
    """
    try:
        return Identity.of_data(_verified(token, keys, now, _ACCESS))
    except RequestError:
        raise unauthorized() from None


def verify_refresh_token(token: str, keys: Mapping[str, RSAPublicKey], now: datetime) -> Renewal:
    """What the token renews. Raises `Unauthenticated`, and only that."""
    claims = _verified(token, keys, now, _REFRESH)
    token_id = claims.get("jti")
    try:
        identity = Identity.of_data(claims | {"roles": []})
    except RequestError:
        raise unauthorized() from None
    if not isinstance(token_id, str) or not token_id:
        raise unauthorized()
    return Renewal(identity.sub, identity.tenant_id, identity.type, token_id)


def expiry_of(token: str) -> int | None:
    """When a token ends, in seconds since 1970, unproven: for a client that holds it (2.1)."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except Exception:  # noqa: BLE001 - what a stranger sends must never be a 500
        return None
    return _moment(claims.get("exp"))


def _times(now: datetime, life: timedelta) -> dict[str, int]:
    if life <= SHORTEST_LIFE:
        raise ValueError(f"a token must live longer than {SHORTEST_LIFE.total_seconds():.0f} s")
    issued = int(now.timestamp())
    return {"iat": issued, "exp": issued + int(life.total_seconds())}


def _signed(claims: dict[str, Any], key: RSAPrivateKey, purpose: str) -> str:
    headers = {"kid": key_id(key.public_key()), "typ": purpose}
    return jwt.encode(claims, key, ALGORITHM, headers=headers)


def _verified(
    token: str, keys: Mapping[str, RSAPublicKey], now: datetime, purpose: str
) -> dict[str, Any]:
    """The claims, proven with RS256 by exactly the key that the token names, and in their time."""
    try:
        claims = _proven(token, keys, purpose)
    except Exception:  # noqa: BLE001 - what a stranger sends must never be a 500
        raise unauthorized() from None
    at, ends, issued = now.timestamp(), _moment(claims.get("exp")), _moment(claims.get("iat"))
    if ends is None or issued is None:
        raise unauthorized()
    if at >= ends or issued > at + EARLY.total_seconds():
        raise unauthorized()
    return claims


def _proven(token: str, keys: Mapping[str, RSAPublicKey], purpose: str) -> dict[str, Any]:
    header = jwt.get_unverified_header(token) if len(token) <= LONGEST_TOKEN else {}
    if header.keys() != {"alg", "kid", "typ"}:
        raise unauthorized()
    if (header["alg"], header["typ"]) != (ALGORITHM, purpose) or not _is_canonical(token):
        raise unauthorized()
    claims: dict[str, Any] = jwt.decode(
        token, keys[header["kid"]], algorithms=[ALGORITHM], options=_LIBRARY_CLOCK
    )
    return claims


def _is_canonical(token: str) -> bool:
    """Only the one spelling of a signature: others decode to the same bytes."""
    signature = token.rpartition(".")[2].encode("ascii")
    raw = base64.urlsafe_b64decode(signature + b"=" * (-len(signature) % 4))
    return base64.urlsafe_b64encode(raw).rstrip(b"=") == signature


def _moment(value: object) -> int | None:
    return value if type(value) is int and 0 < value < _LATEST else None
