"""Who is signed in to a host app that this desk plays: a signed cookie, nothing is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from ..base.clock import Clock
from ..settings import DeskSettings
from ..web.this_machine import is_this_machine

COOKIE = "till_host_user"
LIFE = 12 * 3600
"""Seconds."""
PLACE = "/boxo/hostapp"
"""Where the cookie is sent to, below the desk's address: the pages on which the user confirms."""
_SALT = "till-host-user"


class SetsCookies(Protocol):
    def set_cookie(
        self,
        key: str,
        value: str = "",
        *,
        max_age: int,
        path: str,
        secure: bool,
        httponly: bool,
        samesite: str,
        partitioned: bool,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class HostUser:
    """A host app's user, by the host's own reference."""

    client_id: str
    user_reference: str


class HostSessions:
    """Signed with the newest key, read with any of them; ``address`` is the desk's own."""

    def __init__(
        self, settings: DeskSettings, clock: Clock, base_address: Callable[[], str]
    ) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock().timestamp())

        self._settings = settings
        self._base_address = base_address
        self._serializer = URLSafeTimedSerializer(
            [*reversed(settings.secret_keys)],
            salt=_SALT,
            signer=Signer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign_in(self, response: SetsCookies, client_id: str, user_reference: str) -> None:
        """Give the cookie to this browser, for 12 hours. It works in a frame of the host, too."""
        at = urlsplit(self._base_address())
        secure = self._is_secure(at.scheme, at.netloc)
        response.set_cookie(
            COOKIE,
            str(self._serializer.dumps([client_id, user_reference])),
            max_age=LIFE,
            path=f"{at.path.rstrip('/')}{PLACE}",
            httponly=True,
            secure=secure,
            samesite="None" if secure else "Lax",
            partitioned=secure,
        )

    def user_of(self, cookies: Mapping[str, str]) -> HostUser | None:
        """Who is signed in; None without a cookie that is good now."""
        try:
            client_id, user_reference = self._serializer.loads(
                cookies.get(COOKIE, ""), max_age=LIFE
            )
        except (BadSignature, ValueError, TypeError):
            return None
        return HostUser(str(client_id), str(user_reference))

    def _is_secure(self, scheme: str, netloc: str) -> bool:
        if self._settings.cookie_secure is not None:
            return self._settings.cookie_secure
        plain = self._settings.in_development and scheme == "http"
        return not plain or is_this_machine(netloc)
