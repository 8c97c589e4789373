"""Secrets at rest: hashed when we only compare them, encrypted when we must use them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..errors import SettingsError

NONCE = 12
"""Bytes of randomness for each sealed text: two never share one under the same key."""


def new_secret(prefix: str = "") -> str:
    """A new secret of 192 random bits in URL-safe letters, behind the prefix."""
    return prefix + secrets.token_urlsafe(24)


def digest(secret: str) -> str:
    """The hash under which a random secret is stored and found."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Seal:
    """AES-256-GCM: encrypts with the newest key, opens with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._ciphers = [AESGCM(_cipher_key(key)) for key in keys]
        self._digest_keys = [_digest_key(key) for key in keys]

    def digests(self, secret: str, purpose: str) -> tuple[str, ...]:
        """The keyed hashes under which a short secret is stored (the first) and found (any).

        One that is too short for `digest`: without the key nobody can search for it.
        """
        text = f"{purpose}:{secret}".encode("utf-8", "surrogatepass")
        return tuple(hmac.new(key, text, hashlib.sha256).hexdigest() for key in self._digest_keys)

    def close(self, text: str) -> str:
        nonce = secrets.token_bytes(NONCE)
        sealed = self._ciphers[0].encrypt(nonce, text.encode(), None)
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str) -> str:
        """Raises `SettingsError` when none of the keys fits any more."""
        for cipher in self._ciphers:
            try:
                data = base64.urlsafe_b64decode(sealed)
                return cipher.decrypt(data[:NONCE], data[NONCE:], None).decode()
            except (InvalidTag, ValueError):
                continue
        raise SettingsError(
            "A stored secret cannot be opened with the present keys.",
            remedy="Put the old key back as the last of TILL_SECRET_KEYS.",
        )


def _cipher_key(key: str) -> bytes:
    return hashlib.sha256(b"till-seal:" + key.encode()).digest()


def _digest_key(key: str) -> bytes:
    return hashlib.sha256(b"till-digest:" + key.encode()).digest()
