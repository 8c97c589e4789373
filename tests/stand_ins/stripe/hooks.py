"""Webhooks: signed as Stripe signs them; on time, late, doubled, out of order or never."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import httpx

from .books import Thing

Post = Callable[[str, bytes, dict[str, str]], int]
"""Delivers a body with headers to a URL and says with which status it was answered."""


def signature(body: bytes, secret: str, at: float) -> str:
    """The Stripe-Signature header for a body signed at that time."""
    signed = hmac.new(secret.encode(), b"%d.%s" % (int(at), body), hashlib.sha256).hexdigest()
    return f"t={int(at)},v1={signed},v0={'0' * 64}"


@dataclass(frozen=True)
class Endpoint:
    url: str
    secret: str
    kinds: frozenset[str] | None = None

    def wants(self, event: Thing) -> bool:
        return self.kinds is None or event["type"] in self.kinds


@dataclass(frozen=True)
class Delivered:
    event_id: str
    kind: str
    url: str
    status: int


def over_http(url: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        return httpx.post(url, content=body, headers=headers, timeout=10).status_code
    except httpx.HTTPError:
        return 0


class Hooks:
    """Sends events to the endpoints told to it.

    Events wait until `deliver` by default, so that a test chooses when, in which order and how
    often; after `start` they are sent by themselves, and again until they are taken.
    """

    def __init__(self, clock: Callable[[], float], post: Post = over_http) -> None:
        self.post = post
        self.waiting: list[Thing] = []
        self.delivered: list[Delivered] = []
        self._clock = clock
        self._endpoints: list[Endpoint] = []
        self._queue: queue.Queue[Thing | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    def send_to(self, url: str, secret: str, kinds: Iterable[str] | None = None) -> None:
        """Register an endpoint, for all kinds of event or for some."""
        self._endpoints.append(Endpoint(url, secret, frozenset(kinds) if kinds else None))

    def hear(self, event: Thing) -> None:
        if self._thread is None:
            self.waiting.append(event)
        else:
            self._queue.put(event)

    def deliver(
        self,
        *kinds: str,
        copies: int = 1,
        backwards: bool = False,
        late: float = 0,
    ) -> list[Delivered]:
        """Send what waits, all or only some kinds; a 2xx takes an event off the list.

        ``copies`` doubles them, ``backwards`` reorders them, ``late`` signs them that many
        seconds ago.
        """
        events = [event for event in self.waiting if not kinds or event["type"] in kinds]
        if backwards:
            events.reverse()
        made: list[Delivered] = []
        for event in events:
            answers = [self._send(event, late) for _ in range(copies)]
            if all(one.status // 100 == 2 for answer in answers for one in answer):
                self.waiting.remove(event)
            made += [one for answer in answers for one in answer]
        return made

    def drop(self, *kinds: str) -> list[Thing]:
        """Lose what waits, all or only some kinds."""
        lost = [event for event in self.waiting if not kinds or event["type"] in kinds]
        self.waiting = [event for event in self.waiting if event not in lost]
        return lost

    def signed(self, event: Thing, secret: str, late: float = 0) -> tuple[bytes, dict[str, str]]:
        """An event as it would cross the wire: body and headers."""
        body = json.dumps(event, indent=2).encode()
        header = signature(body, secret, self._clock() - late)
        return body, {"Content-Type": "application/json", "Stripe-Signature": header}

    def start(self, *, pause: float = 0.05, attempts: int = 20) -> None:
        """From now on send each event by itself; retry one that is not taken after ``pause`` s."""
        run = threading.Thread(target=self._run, args=(pause, attempts), daemon=True)
        self._thread = run
        run.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(10)
            self._thread = None

    def _run(self, pause: float, attempts: int) -> None:
        resting = threading.Event()
        while (event := self._queue.get()) is not None:
            for _ in range(attempts):
                if all(one.status // 100 == 2 for one in self._send(event, 0)):
                    break
                resting.wait(pause)

    def _send(self, event: Thing, late: float) -> list[Delivered]:
        made = []
        for endpoint in self._endpoints:
            if endpoint.wants(event):
                body, headers = self.signed(event, endpoint.secret, late)
                status = self.post(endpoint.url, body, headers)
                made.append(Delivered(event["id"], event["type"], endpoint.url, status))
        self.delivered += made
        return made
