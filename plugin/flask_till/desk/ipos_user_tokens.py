"""Tokens that speak for a user of the IPOS protocol (2.2): made by the desk, shown by browsers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from ..errors import Unauthenticated
from ..wire.ipos import tokens
from .ipos_portal import User

_PURPOSE = b"till-ipos-user-token"


class UserTokens:
    """Signed with the first of the desk's keys, believed with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._secrets = [_derived(key) for key in keys]

    def issue(self, user: User, session_id: str, now: datetime) -> str:
        """Good for seven days; with a session, only in its widget and while it lasts."""
        claims = tokens.User(
            user_id=user.id,
            username=user.username,
            short_name=user.short_name,
            email=user.email or "",
            avatar=user.avatar,
            widget_session_id=session_id,
        )
        return tokens.issue_user_token(claims, self._secrets[0], now)

    def read(self, token: str, now: datetime) -> tokens.User:
        """What it claims, proven; not whether the user still may. Raises `Unauthenticated`."""
        for secret in self._secrets[:-1]:
            try:
                return tokens.verify_user_token(token, secret, now)
            except Unauthenticated:
                continue
        return tokens.verify_user_token(token, self._secrets[-1], now)


def _derived(key: str) -> str:
    """A key of its own for each purpose: what one signs is worth nothing for another."""
    return hmac.new(key.encode(), _PURPOSE, hashlib.sha256).hexdigest()
