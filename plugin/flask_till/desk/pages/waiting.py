"""Who waits for news on an order page, and how often a gateway is asked for some.

A waiting request holds a worker's thread, so few may wait; the others are answered at once and
ask again. Who waits looks around twice a second, so that a server which ends is not held up.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ...base.bell import Ear

MOST = 16
"""Requests that wait at once in a process."""
PER_ORDER = 3
LOOK_AROUND = 0.5
READ_EVERY = 2.0
"""Seconds after which the order is read though no bell rang: a ring may be lost."""


class Waiters:
    """Places for waiting requests."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._waiting: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, order_id: str) -> Iterator[bool]:
        """True when there is a place to wait in; it is free again on leaving."""
        with self._lock:
            free = self._waiting.total() < self._most and self._waiting[order_id] < PER_ORDER
            if free:
                self._waiting[order_id] += 1
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._waiting[order_id] -= 1
                    self._waiting += Counter()  # forgets the zeros


def wait_until(happened: Callable[[], bool], ear: Ear, seconds: float) -> None:
    """Return when it happened, when the time is up, or when the server is ending."""
    end = time.monotonic() + seconds
    read_at = 0.0
    while not _server_is_ending():
        now = time.monotonic()
        if now >= read_at:
            if happened():
                return
            read_at = now + READ_EVERY
        if now >= end:
            return
        if ear.wait(min(LOOK_AROUND, end - now)):
            read_at = 0.0


def _server_is_ending() -> bool:
    # gunicorn's worker answers SIGTERM with a method of its own and clears ``alive``.
    worker = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return getattr(worker, "alive", True) is False


class Pace:
    """Lets something be done for one order only so often, within this process.

    ``now`` gives seconds that only grow.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def may(self, order_id: str, seconds: float) -> bool:
        """True at most once in that many seconds."""
        now = self._now()
        with self._lock:
            if self._next.get(order_id, 0.0) > now:
                return False
            self._next = {key: at for key, at in self._next.items() if at > now}
            self._next[order_id] = now + seconds
            return True
