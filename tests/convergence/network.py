"""A network that does what the test says: it loses, doubles, delays, holds and lets things happen.

Each way is a WSGI application in front of the other side's: the caller's httpx sees its answers,
or the time-outs that a real network would have given it.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import httpx
from werkzeug.test import run_wsgi_app

from tests.conftest import StillClock

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PASS, LOST, ANSWER_LOST, TWICE = "pass", "lost", "answer lost", "twice"
LATE, TWIN, BEFORE, AFTER, BROKEN = "late", "twin", "before", "after", "broken"
FATES = (LOST, ANSWER_LOST, TWICE, LATE, TWIN, BEFORE, AFTER, BROKEN)
"""``late``: the caller hears nothing, the request arrives when the test says so. ``twin``: it
arrives now, and once more later. ``before`` and ``after``: something else happens between the
call and its arrival, or between its arrival and the answer. ``broken``: a proxy answers 502."""
UNTROUBLED = ("/openid-connect/", "/signing-keys/")
"""Calls that only fail when the way is closed: nothing of interest depends on them."""
TIME_OUT = 10


@dataclass
class Letter:
    """One request as it was sent."""

    environ: dict[str, Any]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.environ['REQUEST_METHOD']} {self.environ['PATH_INFO']}"

    @property
    def event_id(self) -> str | None:
        """Of a wallet's wish to add a product."""
        if not self.line.endswith("/event") or b"RELATED_PRODUCTS" not in self.body:
            return None
        return str(json.loads(self.body)["event_id"])


class Way:
    """From one side to the other. ``meanwhile`` are things that may happen during a call."""

    def __init__(self, name: str, clock: StillClock) -> None:
        self.name = name
        self.application: WSGIApplication | None = None
        self.fates: deque[str] = deque()
        self.late: list[Letter] = []
        self.is_closed = False
        self.was_late = False
        self.meanwhile: deque[Callable[[], object]] = deque()
        self.added: set[str] = set()
        """Event ids of additions that were answered with 200, whether or not that arrived."""
        self.seen: list[str] = []
        self._clock = clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        letter = _letter(environ)
        fate = self._fate(letter)
        self.seen.append(f"{fate}: {letter.line}")
        if fate == LATE:
            self.late.append(letter)
        if fate in (LOST, LATE):
            raise self._timed_out(letter)
        if fate == BROKEN:
            start_response("502 Bad Gateway", [("Content-Type", "text/html")])
            return [b"<h1>502</h1>"]
        if fate == BEFORE:
            self._happen()
        answer = self.deliver(letter)
        if fate == AFTER:
            self._happen()
        if fate == TWICE:
            answer = self.deliver(letter)
        if fate == TWIN:
            self.late.append(letter)
        if fate == ANSWER_LOST:
            raise self._timed_out(letter)
        status, headers, body = answer
        start_response(status, headers)
        return [body]

    def deliver(self, letter: Letter) -> tuple[str, list[tuple[str, str]], bytes]:
        """Hand it over as it was sent, whenever that was."""
        assert self.application is not None
        environ = {**letter.environ, "wsgi.input": BytesIO(letter.body)}
        chunks, status, headers = run_wsgi_app(self.application, environ, buffered=True)
        assert not status.startswith("500"), f"{letter.line} is answered {status}"
        if status.startswith("200") and (event_id := letter.event_id):
            self.added.add(event_id)
        return status, list(headers), b"".join(chunks)

    def deliver_late(self, place: int) -> None:
        """One of those that are late arrives after all; nobody waits for its answer."""
        if self.late:
            letter = self.late.pop(place % len(self.late))
            self.was_late = True
            self.seen.append(f"arrives: {letter.line}")
            self.deliver(letter)

    def _fate(self, letter: Letter) -> str:
        if self.is_closed:
            return LOST
        if any(part in letter.line for part in UNTROUBLED):
            return PASS
        return self.fates.popleft() if self.fates else PASS

    def _happen(self) -> None:
        if self.meanwhile:
            self.meanwhile.popleft()()

    def _timed_out(self, letter: Letter) -> httpx.ReadTimeout:
        self._clock.advance(TIME_OUT)
        return httpx.ReadTimeout(f"{letter.line}: no answer")


def _letter(environ: WSGIEnvironment) -> Letter:
    body = environ["wsgi.input"].read()
    kept = {name: environ[name] for name in environ if name != "wsgi.input"}
    return Letter({**kept, "CONTENT_LENGTH": str(len(body))}, body)
