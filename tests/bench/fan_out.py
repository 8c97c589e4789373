"""Channel fan-out: from a change of a basket until the last of its sockets heard of it.

Both on gunicorn's gevent worker. The limit is a plain flask-sock server that makes one durable
commit and sends the same bytes. Eight sockets are as many as one basket may have in a process.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from . import limit
from .basket import BODY, JSON, new_cookies
from .load import connect, exchange, request
from .server import serve
from .sockets import Listener, wait_for_all
from .table import Row, in_turn, paired

SOCKETS = 8
OTHERS = 25
"""Baskets with as many sockets each, to which nothing happens."""
CHANGES = 40


class Crowd:
    """The sockets of one basket on one server, and what changes the basket."""

    def __init__(self, stack: ExitStack, port: int, path: str, cookie: str) -> None:
        self._stack, self._path, self._cookie, self._port = stack, path, cookie, port
        self._connection = stack.enter_context(connect(port))
        self.change = b""
        self.listeners = [self._listen(cookie) for _ in range(SOCKETS)]
        wait_for_all(self.listeners, 1)

    def _listen(self, cookie: str) -> Listener:
        listener = Listener(self._port, self._path, cookie)
        self._stack.callback(listener.close)
        return listener

    def surround(self, cookies: list[str]) -> None:
        """Have sockets of other baskets listen too."""
        others = [self._listen(cookie) for cookie in cookies for _ in range(SOCKETS)]
        wait_for_all(others, 1)

    def spread(self) -> float:
        """Milliseconds from sending a change until all have heard it."""
        frames = len(self.listeners[0].heard) + 1
        began = time.perf_counter()
        self._connection.sendall(self.change)
        ended = wait_for_all(self.listeners, frames)
        status, answer = exchange(self._connection, b"")
        assert status == 200, answer
        return (ended - began) * 1000


def run() -> Iterator[Row]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours_at = stack.enter_context(serve("tests.bench.shop:serve_shop()", folder, kind="gevent"))
        bare_at = stack.enter_context(serve("tests.bench.sockets_limit:app", folder, kind="gevent"))
        mine, *my_others = new_cookies(ours_at, 1 + OTHERS)
        theirs, *their_others = (limit.cookie(f"basket-{n}") for n in range(1 + OTHERS))
        ours = Crowd(stack, ours_at, "/till/channel", mine)
        bare = Crowd(stack, bare_at, "/listen", theirs)
        ours.change = request("POST", "/till/iziAddToCart", body=BODY, cookie=mine, **JSON)
        ours.spread()
        frame = ours.listeners[0].heard[-1]
        assert json.loads(frame)["type"] == "basket"
        bare.change = request("POST", "/say", body=frame, cookie=theirs)
        yield from _rows(f"{SOCKETS} sockets on one basket", ours, bare)
        ours.surround(my_others)
        bare.surround(their_others)
        yield from _rows(f"the same among {OTHERS * SOCKETS} of others", ours, bare)


def _rows(what: str, ours: Crowd, bare: Crowd) -> Iterator[Row]:
    pairs = in_turn(ours.spread, bare.spread, CHANGES)
    yield paired(f"channel, {what}", pairs, most=None)
    slow = [sorted(times)[-max(1, CHANGES // 20)] for times in zip(*pairs, strict=True)]
    yield paired(f"channel, {what}: p95", [(slow[0], slow[1])], most=None)
