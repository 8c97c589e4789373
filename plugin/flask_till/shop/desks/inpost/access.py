"""The token that lets a shop in: kept until shortly before it ends, renewed by one (2.1)."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

import httpx

from ....base.http import Answer, Outbound
from ....base.logs import logger
from ....errors import RequestError, Unavailable
from ....wire.inpost.access import GRANT, Token, TokenRefusal
from ..held_token import Held, HeldToken

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


class Access(HeldToken):
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
        super().__init__(self._renewed, now, unavailable)

    def _renewed(self, within: float) -> Held:
        asked_at = self._now()
        token = self._told(within)
        life = min(float(token.expires_in), LONGEST_LIFE)
        return Held(token.access_token, asked_at + life - min(SPARE, life / 5))

    def _told(self, within: float) -> Token:
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
