"""Tokens that tell a miniapp who its user is (6): signed so that its own server can check them.

JWT by HS256; the key is the SHA-256 of the miniapp's ``secret_key``, as hex digits. ``sub`` is the
host's reference of the user, ``aud`` the miniapp, ``client_id`` the host app.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

import jwt

LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=30)
ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class Tokens:
    auth: str = field(repr=False)
    refresh: str = field(repr=False)


def issue(
    secret_key: str, app_id: str, client_id: str, user_reference: str, now: datetime
) -> Tokens:
    """One for an hour, and one for 30 days that is good for nothing else than a new one."""
    claims = {"sub": user_reference, "aud": app_id, "client_id": client_id, "iat": now}
    key = sha256(secret_key.encode()).hexdigest()

    def token(use: str, life: timedelta) -> str:
        return jwt.encode(claims | {"use": use, "exp": now + life}, key, ALGORITHM)

    return Tokens(token("auth", LIFE), token("refresh", REFRESH_LIFE))
