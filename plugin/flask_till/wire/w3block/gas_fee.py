"""The gas fee signature: a quote of the platform, good for 40 seconds (3.1).

It is opaque to clients and bound to company, buyer, currency, amount and basket; not to a coupon
or a payment method. It may be used again within its time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ...errors import RequestError
from .amounts import read_amount, write_amount
from .error_codes import W3blockCode, refusal

LIFE = timedelta(seconds=40)
"""Exactly this old still passes (3.1)."""

ASK_AGAIN = timedelta(seconds=20)
"""How often a storefront asks for a preview while the buyer decides (1, 10)."""

EARLY = timedelta(seconds=1)
"""How far it may be ahead of now: a clock that was set back a little."""

LONGEST_SIGNATURE = 2048
SHORTEST_SECRET = 16
_VERSION = 1
_PURPOSE = b"w3block gas fee\n"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a quote is for; ``items`` is the digest of `likeness.items_digest`."""

    company_id: str
    user_id: str
    currency_id: str
    items: str


def sign_gas_fee(bound: Bound, gas: Decimal, secrets: Sequence[bytes], now: datetime) -> str:
    """The signature of a preview's gas fee, with the first secret; ``gas`` in that currency.

    Raises `ValueError` for no secret, for one under 16 bytes and for what is no amount.
    """
    said = {
        "v": _VERSION,
        "companyId": bound.company_id,
        "userId": bound.user_id,
        "currencyId": bound.currency_id,
        "gas": write_amount(read_amount(write_amount(gas))),
        "items": bound.items,
        "iat": (now - _EPOCH) // _MICROSECOND,
    }
    text = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode())
    payload = text.rstrip(b"=").decode()
    return f"{payload}.{_mac(payload, _checked(secrets)[0])}"


def read_gas_fee(signature: str, bound: Bound, secrets: Sequence[bytes], now: datetime) -> Decimal:
    """The gas fee that was quoted for this, at most 40 s before ``now``, by any of the secrets.

    Raises `RequestError` 400: ``gas-fee-signature-invalid`` for a forged one and for one of
    another company, buyer, currency or basket, else ``gas-fee-signature-expired`` when too old.
    """
    said = _proven(signature, _checked(secrets))
    if said.get("v") != _VERSION or _bound(said) != bound:
        raise _invalid()
    age = now - (_EPOCH + said["iat"] * _MICROSECOND)
    if age < -EARLY:
        raise _invalid()
    if age > LIFE:
        raise refusal(
            W3blockCode.GAS_FEE_SIGNATURE_EXPIRED, "The gas fee is too old: ask for a preview."
        )
    return read_amount(said["gas"])


def _bound(said: dict[str, Any]) -> Bound:
    return Bound(said["companyId"], said["userId"], said["currencyId"], said["items"])


def _proven(signature: str, secrets: Sequence[bytes]) -> dict[str, Any]:
    """What the platform itself signed; nothing else is decoded."""
    payload, _, mac = signature.partition(".")
    if len(signature) > LONGEST_SIGNATURE or not signature.isascii():
        raise _invalid()
    fits = [hmac.compare_digest(_mac(payload, secret), mac) for secret in secrets]
    if not any(fits):
        raise _invalid()
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return said


def _mac(payload: str, secret: bytes) -> str:
    made = hmac.new(secret, _PURPOSE + payload.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _checked(secrets: Sequence[bytes]) -> Sequence[bytes]:
    if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise ValueError(f"a secret of {SHORTEST_SECRET} bytes or more is needed")
    return secrets


def _invalid() -> RequestError:
    return refusal(
        W3blockCode.GAS_FEE_SIGNATURE_INVALID, "The gas fee is not the one of this order's preview."
    )
