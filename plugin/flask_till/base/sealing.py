"""Secrets at rest: hashed when we only compare them, encrypted when we must use them."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ..errors import SettingsError


def new_secret(prefix: str = "") -> str:
    """A new secret of 192 random bits in URL-safe letters, behind the prefix."""
    return prefix + secrets.token_urlsafe(24)


def digest(secret: str) -> str:
    """The hash under which a random secret is stored and found."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Seal:
    """Encrypts with the newest key, opens with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_fernet_key(key)) for key in keys])

    def close(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises `SettingsError` when none of the keys fits any more."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SettingsError(
                "A stored secret cannot be opened with the present keys.",
                remedy="Put the old key back as the last of TILL_SECRET_KEYS.",
            ) from None


def _fernet_key(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"till-seal:" + key.encode()).digest())
