"""How the shop's server shows who it is: a tenant token, or three headers (2.1)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from ....errors import RequestError, Unavailable
from ....wire.w3block.access import Refreshed, RefreshToken, SignInTenant, TenantKey, bearer
from ....wire.w3block.message import Message
from ....wire.w3block.tokens import expiry_of
from ..exchange import Exchange, understood, utc_now
from .answers import body_of

SPARE = timedelta(minutes=5)
"""A token that ends sooner than this is renewed first."""
SIGN_IN, REFRESH = "/auth/signin/tenant", "/auth/refresh-token"


class WithHeaders:
    """The three headers, with every call."""

    def __init__(self, key: TenantKey) -> None:
        self._key = key

    def headers(self) -> Mapping[str, str]:
        return self._key.headers()

    def refused(self, headers: Mapping[str, str]) -> bool:
        """Whether the call is worth another try: never, there are no other headers."""
        return False


class WithToken:
    """Signs in when a token is first needed, and renews it shortly before its end.

    Safe to share between threads: one of them signs in, the others wait for it.
    """

    def __init__(
        self, exchange: Exchange, key: TenantKey, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._exchange, self._key, self._clock = exchange, key, clock
        self._tokens: Refreshed | None = None
        self._lock = threading.Lock()

    def headers(self) -> Mapping[str, str]:
        """Raises `RequestError` when the platform does not let us in."""
        with self._lock:
            if self._tokens is None or self._ends_soon(self._tokens.token):
                self._tokens = self._renewed()
            return bearer(self._tokens.token)

    def refused(self, headers: Mapping[str, str]) -> bool:
        """These headers were answered with 401: the token is dropped, and a new one may do."""
        with self._lock:
            if self._tokens is not None and bearer(self._tokens.token) == headers:
                self._tokens = None
        return True

    def _ends_soon(self, token: str) -> bool:
        ends = expiry_of(token)
        return ends is not None and datetime.fromtimestamp(ends, UTC) - SPARE <= self._clock()

    def _renewed(self) -> Refreshed:
        if self._tokens is not None:
            asked = RefreshToken(refresh_token=self._tokens.refresh_token)
            try:
                return self._ask(REFRESH, asked)
            except Unavailable:
                raise
            except RequestError:
                pass  # too old, or used already by another process: sign in
        key = self._key
        return self._ask(
            SIGN_IN, SignInTenant(key=key.key, secret=key.secret, tenant_id=key.tenant_id)
        )

    def _ask(self, path: str, asked: Message) -> Refreshed:
        return understood(
            Refreshed.read, body_of(self._exchange.send("POST", path, asked.to_bytes()))
        )
