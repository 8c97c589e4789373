"""One call to the wallet: with a token, bounded in time, refused in our own errors (2.1, 2.2)."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from typing import TypeVar
from urllib.parse import quote, urlencode

import httpx

from ....base.http import Answer, Outbound
from ....errors import RequestError
from ....wire.inpost.error_codes import UNLINKING, Refusal, WalletCode
from ....wire.inpost.message import Message
from ...wallet import AlreadyLinked, NotLinked, WalletRefused
from .access import Access, unavailable

HURRIED, PATIENT = 3.0, 10.0
"""Seconds for a call that a shopper's page waits for, and for any other."""
PLUGIN_HEADER, PLUGIN = "inpay-plugin-version", "flask-till"
_NOW_NOT = (408, 425, 429)
_CODE = re.compile("[A-Z][A-Z0-9_]{0,63}")
LONGEST_TEXT = 500

M = TypeVar("M", bound=Message)


class Connection:
    """Asks the API at ``base_url``. Safe to share between threads."""

    def __init__(self, outbound: Outbound, base_url: str, access: Access) -> None:
        self._outbound = outbound
        self._base = base_url.rstrip("/")
        self._access = access

    def ask(
        self,
        method: str,
        path: str,
        *,
        good: Collection[int] = (200,),
        message: Message | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        within: float = PATIENT,
    ) -> Answer:
        """The answer, if its status is a ``good`` one.

        On 401 the token is renewed once and the request sent once more (2.1). Raises
        `WalletRefused` with the wallet's code, or `Unavailable` (WALLET_UNAVAILABLE).
        """
        ends = time.monotonic() + within
        url = f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")
        content = b"" if message is None else message.to_bytes()
        own = {} if message is None else {"content-type": "application/json"}

        def send(token: str) -> Answer:
            given = {"authorization": f"Bearer {token}", **own, **(headers or {})}
            return self._send(method, url, content, given, ends)

        token = self._access.token(within)
        answer = send(token)
        if answer.status == 401:
            answer = send(self._access.token(_left(ends), refused=token))
        if answer.status not in good:
            raise _refusal(answer)
        return answer

    def _send(
        self, method: str, url: str, content: bytes, headers: dict[str, str], ends: float
    ) -> Answer:
        always = {"accept": "application/json", PLUGIN_HEADER: PLUGIN}
        try:
            return self._outbound.send(
                method, url, content=content, headers=always | headers, within=_left(ends)
            )
        except httpx.HTTPError as error:
            raise unavailable(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        self._outbound.close()


def understood(kind: type[M], answer: Answer) -> M:
    """The message of an answer. What cannot be read is `Unavailable`: it may have been done."""
    try:
        return kind.read(answer.body)
    except RequestError as error:
        raise unavailable(f"its answer is not understood: {error.message}") from error


def path(*parts: str) -> str:
    """A path of parts that may hold anything, a slash too."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _left(ends: float) -> float:
    return max(0.05, ends - time.monotonic())


def _refusal(answer: Answer) -> RequestError:
    """What the wallet's answer means (2.2): the code counts, not the number."""
    if answer.status >= 500 or answer.status in _NOW_NOT or answer.status < 400:
        return unavailable(f"it answers {answer.status}", retry_after=_retry_after(answer))
    told = Refusal.read(answer.status, answer.body)
    if told is None or not _CODE.fullmatch(told.code):
        return WalletRefused(f"The wallet answers {answer.status}.", code=f"HTTP_{answer.status}")
    kind = WalletRefused
    if told.code in UNLINKING:
        kind = NotLinked
    elif told.code == WalletCode.BASKET_IS_BINDED:
        kind = AlreadyLinked
    return kind(told.message[:LONGEST_TEXT] or "The wallet refuses.", code=told.code)


def _retry_after(answer: Answer) -> int:
    text = answer.headers.get("retry-after", "")
    return min(int(text), 3600) if text.isascii() and text.isdigit() and len(text) < 9 else 2
