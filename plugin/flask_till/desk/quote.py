"""Quotes: a signed promise of an amount, good for a short time.

Whoever was promised something carries the quote; the desk keeps nothing of it. A quote says what
it was made for, so that it cannot be moved to another buyer, basket or purpose.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import Gone, InvalidRequest

EARLY = timedelta(seconds=1)
"""How far it may be ahead of now: a clock that was set back a little."""
LONGEST = 2048
"""Characters of a quote."""
SHORTEST_SECRET = 16
"""Bytes."""
_VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def derive_secrets(keys: Sequence[str], purpose: str) -> list[bytes]:
    """What quotes of that purpose are signed with, one secret for each of the desk's keys."""
    return [hmac.new(key.encode(), purpose.encode(), hashlib.sha256).digest() for key in keys]


def sign_quote(
    purpose: str, promise: Mapping[str, str], secrets: Sequence[bytes], now: datetime
) -> str:
    """What is promised, and that it was now, signed with the first secret.

    Raises `ValueError` for no secret, and for one under 16 bytes.
    """
    said = {"v": _VERSION, **promise, "iat": (now - _EPOCH) // _MICROSECOND}
    text = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode())
    payload = text.rstrip(b"=").decode()
    return f"{payload}.{_mac(purpose, payload, _checked(secrets)[0])}"


def read_quote(
    quote: str,
    purpose: str,
    secrets: Sequence[bytes],
    now: datetime,
    *,
    bound: Mapping[str, str],
    life: timedelta,
) -> Mapping[str, str]:
    """What was promised for ``bound`` at most ``life`` before ``now``, by any of the secrets.

    Raises `InvalidRequest` (QUOTE_INVALID) for a forged one and for one that was made for
    something else, `Gone` (QUOTE_EXPIRED) for one that is too old: exactly ``life`` still passes.
    """
    said = _proven(quote, purpose, _checked(secrets))
    if said.get("v") != _VERSION or any(said.get(name) != one for name, one in bound.items()):
        raise _invalid()
    age = now - (_EPOCH + said["iat"] * _MICROSECOND)
    if age < -EARLY:
        raise _invalid()
    if age > life:
        raise Gone("The quote is too old: ask for a new one.", code="QUOTE_EXPIRED")
    return said


def _proven(quote: str, purpose: str, secrets: Sequence[bytes]) -> dict[str, Any]:
    """What the desk itself signed; nothing else is decoded."""
    payload, _, mac = quote.partition(".")
    if len(quote) > LONGEST or not quote.isascii():
        raise _invalid()
    fits = [hmac.compare_digest(_mac(purpose, payload, secret), mac) for secret in secrets]
    if not any(fits):
        raise _invalid()
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return said


def _mac(purpose: str, payload: str, secret: bytes) -> str:
    made = hmac.new(secret, f"{purpose}\n{payload}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _checked(secrets: Sequence[bytes]) -> Sequence[bytes]:
    if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise ValueError(f"a secret of {SHORTEST_SECRET} bytes or more is needed")
    return secrets


def _invalid() -> InvalidRequest:
    return InvalidRequest("The quote is not one of this desk for this.", code="QUOTE_INVALID")
