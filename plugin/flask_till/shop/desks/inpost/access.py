"""The token that lets a shop in: kept until shortly before it ends, renewed by one (2.1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from ....base.http import Answer, Outbound
from ....base.logs import logger
from ....errors import RequestError, Unavailable
from ....wire.inpost.access import GRANT, Token, TokenRefusal

log = logger(__name__)
SPARE = 30.0
"""Seconds before its end at which a token is used no more; a fifth of its life when that is less.
"""
LONGEST_LIFE = 86_400.0


def unavailable(why: str, *, retry_after: int = 2) -> Unavailable:
    """The error for a wallet that gives no answer that can be used; ``why`` goes to the log."""
    log.warning("the wallet is not available: %s", why)
    return Unavailable(
        "The wallet does not answer just now.", code="WALLET_UNAVAILABLE", retry_after=retry_after
    )


@dataclass(frozen=True, slots=True)
class _Held:
    text: str = field(repr=False)
    until: float


class Access:
    """Shared by all threads. ``now`` gives seconds that only grow."""

    def __init__(
        self,
        outbound: Outbound,
        token_url: str,
        client_id: str,
        client_secret: str,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outbound = outbound
        self._url = token_url
        self._form = {
            "grant_type": GRANT,
            "client_id": client_id,
            "client_secret": client_secret,
        }
        self._now = now
        self._held: _Held | None = None
        self._failures = 0
        self._renewing = threading.Lock()

    def token(self, within: float, *, refused: str | None = None) -> str:
        """A token that is good for a while yet, and another one than was ``refused``.

        It takes at most ``within`` seconds. Raises `Unavailable` (WALLET_UNAVAILABLE).
        """
        failures = self._failures
        if (held := self._good(refused)) is not None:
            return held
        ends = time.monotonic() + within
        if not self._renewing.acquire(timeout=within):
            raise unavailable("no token in time")
        try:
            if (held := self._good(refused)) is not None:
                return held
            if self._failures != failures:  # who went before us was refused: so would we be
                raise unavailable("no token")
            return self._renew(ends - time.monotonic())
        finally:
            self._renewing.release()

    def _good(self, refused: str | None) -> str | None:
        held = self._held
        if held is None or held.text == refused or self._now() >= held.until:
            return None
        return held.text

    def _renew(self, within: float) -> str:
        asked_at = self._now()
        try:
            token = self._ask(within)
        except RequestError:
            self._failures += 1
            raise
        life = min(float(token.expires_in), LONGEST_LIFE)
        self._held = _Held(token.access_token, asked_at + life - min(SPARE, life / 5))
        return token.access_token

    def _ask(self, within: float) -> Token:
        headers = {
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded",
        }
        try:
            answer = self._outbound.send(
                "POST",
                self._url,
                content=urlencode(self._form).encode(),
                headers=headers,
                within=within,
            )
        except httpx.HTTPError as error:
            raise unavailable(f"no token: {type(error).__name__}: {error}") from error
        if answer.status != 200:
            raise _refused(answer)
        try:
            return Token.read(answer.body)
        except RequestError as error:
            raise unavailable(f"the token is not understood: {error.message}") from error


def _refused(answer: Answer) -> Unavailable:
    try:
        why = TokenRefusal.read(answer.body).error
    except RequestError:
        why = ""
    if answer.status in (400, 401, 403):
        log.error(
            "the wallet gives this shop no token (%d %s); check TILL_INPOST_CLIENT_ID and"
            " TILL_INPOST_CLIENT_SECRET",
            answer.status,
            why,
        )
    return unavailable(f"no token: {answer.status} {why}")
