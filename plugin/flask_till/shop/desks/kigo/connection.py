"""One call to Kigo: with a token, bounded in time, refused in our own errors (2, 3)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from ....base.logs import logger
from ....errors import RequestError
from ....wire.kigo import paths
from ....wire.kigo.error_codes import KigoCode, Refusal
from ....wire.kigo.message import Message
from ....wire.kigo.sessions import AskSession, PartnerToken
from ....wire.kigo.tokens import API_KEY, bearer
from ...claims import ClaimRefused
from ..exchange import LONGEST_TEXT, Exchange, Reply, unavailable, understood
from .access import keep_token

log = logger(__name__)
HURRIED, PATIENT = 3.0, 10.0
"""Seconds for a call that a shopper waits for, and for any other."""
_NOW_NOT = (408, 425, 429)
_NOT_YET = "check api_key and partner_id of KigoClaims"


class Connection:
    """Asks the API as one partner. Safe to share between threads."""

    def __init__(
        self, exchange: Exchange, api_key: str, partner_id: str, clock: Callable[[], datetime]
    ) -> None:
        self._exchange = exchange
        self._key = api_key
        self._partner_id = partner_id
        self._access = keep_token(self._ask_token, clock)

    def ask(
        self, method: str, path: str, message: Message | None = None, *, within: float = PATIENT
    ) -> Reply:
        """The answer, if it is a good one.

        On 401 the token is renewed once and the call sent once more (9.1). Raises `ClaimRefused`
        with Kigo's code, or `Unavailable`.
        """
        ends = time.monotonic() + within
        token = self._access.token(within)
        reply = self._send(method, path, message, bearer(token), ends)
        if reply.status == 401:
            token = self._access.token(_left(ends), refused=token)
            reply = self._send(method, path, message, bearer(token), ends)
        return _good(reply)

    def check(self) -> None:
        """Raises as `ask` when Kigo does not let this shop in."""
        self._ask_token(PATIENT)

    def close(self) -> None:
        self._exchange.close()

    def _ask_token(self, within: float) -> PartnerToken:
        asked = AskSession(partner_id=self._partner_id)
        ends = time.monotonic() + within
        reply = self._send("POST", paths.SESSION, asked, {API_KEY: self._key}, ends)
        return understood(PartnerToken.read, _good(reply).body)

    def _send(
        self,
        method: str,
        path: str,
        message: Message | None,
        headers: Mapping[str, str],
        ends: float,
    ) -> Reply:
        body = None if message is None else message.to_bytes()
        return self._exchange.send(method, path, body, headers, within=_left(ends))


def _left(ends: float) -> float:
    return max(0.05, ends - time.monotonic())


def _good(reply: Reply) -> Reply:
    if reply.status in (200, 201):
        return reply
    raise _refused(reply)


def _refused(reply: Reply) -> RequestError:
    """What the answer means (2). A key that is not known may be put right: that is retried."""
    told = Refusal.read(reply.status, reply.body, reply.retry_after)
    if reply.status == 401:
        log.error("Kigo does not know this shop (%s); %s", told.code, _NOT_YET)
        return unavailable(f"it answers 401 {told.code}")
    if reply.status >= 500 or reply.status in _NOW_NOT or reply.status < 400:
        return unavailable(f"it answers {reply.status}", retry_after=told.retry_after or 2)
    return ClaimRefused(told.message[:LONGEST_TEXT], code=_code(told))


def _code(told: Refusal) -> str:
    """Kigo's own code; that of the number where its body does not say more."""
    is_said = told.code != KigoCode.INVALID_REQUEST or told.status == 400
    return told.code if is_said else f"HTTP_{told.status}"
