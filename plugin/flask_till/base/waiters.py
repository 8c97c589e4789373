"""Who waits in this process, how many may, and when all must go.

A websocket or a long poll holds a worker's thread, so there is a cap. A server that is told to
end waits for its requests: whoever waits here is woken and let go as soon as that is seen.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ..errors import Unavailable
from .bell import Ear

T = TypeVar("T")
LOOK_EVERY = 0.1
"""Seconds between two looks at whether the server is ending, while somebody waits."""


class PollLater(Unavailable):
    """As many wait already as there is room for, or the server is ending."""

    code = "POLL_LATER"


class Waiters:
    """Places to wait in: ``most`` in this process, ``per_key`` for one basket or one order."""

    def __init__(self, most: int, *, per_key: int) -> None:
        self._most = most
        self._most_per_key = per_key
        self._ears: set[Ear] = set()
        self._per_key: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._watch: threading.Thread | None = None

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def wait_for(
        self, look: Callable[[], T | None], key: str, ear: Ear, seconds: float, *, every: float
    ) -> T | None:
        """What ``look`` finds, as soon as it finds something; None when the time is over.

        It looks when the ear hears something, and every few seconds, for a ring may be lost.
        Raises `PollLater` when there is no place; returns None at once when the server is ending.
        """
        ends = time.monotonic() + seconds
        with self.place(key, ear):
            while (found := look()) is None and (left := ends - time.monotonic()) > 0:
                ear.wait(min(left, every))
                if self.stopping:
                    return None
        return found

    @contextmanager
    def place(self, key: str, ear: Ear) -> Iterator[None]:
        """Hold one place while waiting with that ear; raises `PollLater` when there is none."""
        self._enter(key, ear)
        try:
            yield
        finally:
            with self._lock:
                self._ears.discard(ear)
                self._per_key[key] -= 1
                self._per_key += Counter()  # forgets the zeros

    def _enter(self, key: str, ear: Ear) -> None:
        with self._lock:
            full = len(self._ears) >= self._most or self._per_key[key] >= self._most_per_key
            if full or self.stopping:
                raise PollLater("Too many wait at once; ask again shortly.", retry_after=2)
            self._ears.add(ear)
            self._per_key[key] += 1
            if self._watch is None or not self._watch.is_alive():
                self._watch = threading.Thread(target=self._look, name="till-waiters", daemon=True)
                self._watch.start()

    def _look(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            if server_is_ending():
                return self.stop()
            with self._lock:
                if not self._ears:
                    self._watch = None
                    return None
        return None

    def close(self) -> None:
        """Let everybody go, and return when they have left (or after two seconds)."""
        self.stop()
        patience = time.monotonic() + 2
        while self._ears and time.monotonic() < patience:
            time.sleep(0.005)

    def stop(self) -> None:
        """Wake everybody; from now on nobody waits here."""
        self._stop.set()
        with self._lock:
            ears = list(self._ears)
        for ear in ears:
            ear.wake()


def server_is_ending() -> bool:
    """Whether gunicorn has told this worker to end.

    Its worker answers SIGTERM with a method of its own and clears ``alive``. Looking at that
    needs no hook in the server's configuration and no signal handler of ours in its place.
    """
    worker = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return getattr(worker, "alive", True) is False
