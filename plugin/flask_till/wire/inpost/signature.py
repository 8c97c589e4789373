"""The wallet's signature on each request to a shop (3.1).

Verify the bytes that were received, before anything is parsed: a re-encoded body differs. Method,
path and query are not covered, so a captured request can be replayed on another path inside the
window; event ids protect against that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from ...errors import BadSignature
from .keys import TrustedKey, key_hash, public_text
from .values import read_moment, write_moment

SIGNATURE = "x-signature"
TIMESTAMP = "x-signature-timestamp"
KEY_VERSION = "x-public-key-ver"
KEY_HASH = "x-public-key-hash"
HEADERS = (SIGNATURE, TIMESTAMP, KEY_VERSION, KEY_HASH)

WINDOW = timedelta(seconds=240)
"""How far a timestamp may be from now, either way; exactly this far is still accepted (7.6)."""

_VERSION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST_HEADER = 2048

FindKey = Callable[[str], TrustedKey | None]
"""The key of exactly this version. It may refresh a cached list once before it says None."""


def digest(body: bytes) -> str:
    """base64 of the SHA-256 of the raw body; of nothing when there is none."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def signed_text(body: bytes, merchant_external_id: str, version: str, timestamp: str) -> str:
    """What is signed: base64 of digest, merchant, key version and timestamp, with commas."""
    text = f"{digest(body)},{merchant_external_id},{version},{timestamp}"
    return base64.b64encode(text.encode("ascii")).decode("ascii")


def sign(
    private_key: RSAPrivateKey,
    merchant_external_id: str,
    version: str,
    at: datetime,
    body: bytes,
) -> dict[str, str]:
    """The four headers of a request with this body; ``b""`` for none."""
    timestamp = write_moment(at)
    message = signed_text(body, merchant_external_id, version, timestamp).encode("ascii")
    signature = private_key.sign(message, PKCS1v15(), SHA256())
    return {
        SIGNATURE: base64.b64encode(signature).decode("ascii"),
        TIMESTAMP: timestamp,
        KEY_VERSION: version,
        KEY_HASH: key_hash(public_text(private_key)),
    }


def verify(headers: Mapping[str, str], body: bytes, find_key: FindKey, now: datetime) -> datetime:
    """When the request was signed, if it was signed by the wallet.

    Checked in this order: all four headers there, key of that version known, hash of the key,
    signature over the received bytes, timestamp within 240 s of ``now``. Header names may be in
    any case. Raises `BadSignature` for anything else at all, whatever ``find_key`` raises included.
    """
    try:
        return _verified(headers, body, find_key, now)
    except BadSignature:
        raise
    except Exception:  # noqa: BLE001 - what a stranger sends must never be a 500
        raise BadSignature("The signature cannot be checked.") from None


def _verified(
    headers: Mapping[str, str], body: bytes, find_key: FindKey, now: datetime
) -> datetime:
    given = _four(headers)
    version, timestamp = given[KEY_VERSION], given[TIMESTAMP]
    key = find_key(version) if _VERSION.fullmatch(version) else None
    if key is None or key.version != version:
        raise BadSignature("The key that signed is not known.")
    if not hmac.compare_digest(key.hash.encode(), given[KEY_HASH].encode()):
        raise BadSignature("The key that signed is another one.")
    message = signed_text(body, key.merchant_external_id, version, timestamp)
    key.rsa.verify(_decoded(given[SIGNATURE]), message.encode("ascii"), PKCS1v15(), SHA256())
    at = read_moment(timestamp)
    if abs(now - at) > WINDOW:
        raise BadSignature("The signature is too old, or from the future.")
    return at


def _four(headers: Mapping[str, str]) -> dict[str, str]:
    found = [(name.lower(), value) for name, value in headers.items() if name.lower() in HEADERS]
    given = dict(found)
    if len(found) != len(HEADERS) or len(given) != len(HEADERS):
        raise BadSignature("The four signature headers must each be there once.")
    if any(len(value) > _LONGEST_HEADER for value in given.values()):
        raise BadSignature("A signature header is too long.")
    return given


def _decoded(text: str) -> bytes:
    """Only the one canonical spelling: else some one-byte changes would still fit."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode("ascii") != text:
        raise BadSignature("The signature is not canonical base64.")
    return raw
