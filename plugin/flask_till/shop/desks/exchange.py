"""One exchange with a desk: bounded in time and size, and its failures in our words.

What all desk clients have in common. None of it knows a protocol.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

import httpx

from ...base.logs import logger
from ...errors import InvalidRequest, MoneyError, RequestError, SettingsError, Unavailable

log = logger(__name__)

CONNECT, TOTAL = 3.0, 10.0
"""Seconds to reach the desk, and for a whole exchange with it."""
IN_CALLBACK = 7.0
"""Seconds to ask whether a callback is true, while who called waits for 10."""
LARGEST_ANSWER = 1024 * 1024
LONGEST_TEXT = 500
NO_HEADERS: Mapping[str, str] = {}
_ADDRESS = re.compile(r"https?://[^\s\\/?#@]+([/?#][^\s\\]*)?\Z")

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; ``retry_after`` is that header, as it is."""

    status: int
    body: bytes
    retry_after: str = ""


class Exchange:
    """Sends requests to the desk at ``base_url``. Safe to share between threads.

    ``transport`` replaces the network: an ``httpx.WSGITransport`` for a desk in this process.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.base = base_url.rstrip("/")
        self._client = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(TOTAL, connect=CONNECT),
            follow_redirects=False,
            trust_env=False,
            # Nothing that is compressed can grow beyond what was agreed.
            headers={"user-agent": "flask-till", "accept-encoding": "identity", **headers},
        )

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
        *,
        within: float = TOTAL,
    ) -> Reply:
        """The desk's answer, whatever its status, in about ``within`` seconds.

        Raises `Unavailable` (DESK_UNAVAILABLE) when there is none, or a too long one: whether the
        desk acted is then unknown.
        """
        ends = time.monotonic() + within
        typed = headers if body is None else {"content-type": "application/json", **headers}
        try:
            with self._client.stream(
                method,
                f"{self.base}{path}",
                content=body,
                headers=dict(typed),
                timeout=httpx.Timeout(within, connect=min(CONNECT, within)),
            ) as answer:
                wait = answer.headers.get("retry-after", "")
                return Reply(answer.status_code, _content(answer, ends), wait)
        except httpx.HTTPError as error:
            raise unavailable(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        self._client.close()


def _content(answer: httpx.Response, ends: float) -> bytes:
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise httpx.DecodingError("the answer is compressed, although nobody asked for that")
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > LARGEST_ANSWER or time.monotonic() > ends:
            raise httpx.ReadError("the answer is too long, or too slow")
    return bytes(content)


def unavailable(why: str, *, retry_after: int = 2) -> Unavailable:
    """The error for a desk that gives no answer that can be used; ``why`` goes to the log."""
    log.warning("the desk is not available: %s", why[:LONGEST_TEXT])
    return Unavailable(
        "The order desk does not answer just now.",
        code="DESK_UNAVAILABLE",
        retry_after=retry_after,
    )


def understood(read: Callable[P, T], *given: P.args, **more: P.kwargs) -> T:
    """What ``read`` makes of an answer. One that cannot be read is `Unavailable`: the desk may
    have done what was asked."""
    try:
        return read(*given, **more)
    except (RequestError, MoneyError) as error:
        raise unavailable(f"its answer is not understood: {error.message}") from error


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 time in UTC. Raises `InvalidRequest`."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest(f"{text[:40]!r} is not a time.") from None


def utc_now() -> datetime:
    return datetime.now(UTC)


def check_money(desk: str, *, live: bool, live_only: bool) -> None:
    """Raises `SettingsError` when the shop wants real money and the desk takes none."""
    if live_only and not live:
        raise SettingsError(
            f"{desk}(live=False) takes no real money.",
            remedy="Name a platform that does, or set TILL_TEST_ORDERS.",
        )


def is_address(text: str, longest: int = 2048) -> bool:
    """Whether it is an absolute http(s) URL, without credentials, of at most that length."""
    return len(text) <= longest and _ADDRESS.match(text) is not None


def require_address(what: str, text: str, longest: int = 2048) -> str:
    """The URL of a desk's settings, without a final slash. Raises `SettingsError`."""
    if not is_address(text, longest):
        raise SettingsError(
            f"{what} {text[:200]!r} is no address.",
            remedy="Give a whole URL, such as https://pay.example.com/ipos.",
        )
    return text.rstrip("/")
