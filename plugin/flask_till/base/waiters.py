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


class Crowded(PollLater):
    """There is room, but not for one more of this address."""


class Waiters:
    """Places to wait in: ``most`` in this process, ``per_key`` for one basket or one order.

    ``per_address`` are those that one caller may hold; 0 for any number.
    """

    def __init__(self, most: int, *, per_key: int, per_address: int = 0) -> None:
        self._most = most
        self._most_per_key = per_key
        self._most_per_address = per_address or most
        self._ears: set[Ear] = set()
        self._held: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._watch: threading.Thread | None = None

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def wait_for(
        self,
        look: Callable[[], T | None],
        key: str,
        ear: Ear,
        seconds: float,
        *,
        every: float,
        address: str = "",
    ) -> T | None:
        """What ``look`` finds, as soon as it finds something; None when the time is over.

        It looks when the ear hears something, and every few seconds, for a ring may be lost.
        Raises `PollLater` when there is no place; returns None at once when the server is ending.
        """
        ends = time.monotonic() + seconds
        with self.place(key, ear, address=address):
            while (found := look()) is None and (left := ends - time.monotonic()) > 0:
                ear.wait(min(left, every))
                if self.stopping:
                    return None
        return found

    @contextmanager
    def place(self, key: str, ear: Ear, *, address: str = "") -> Iterator[None]:
        """Hold one place while waiting with that ear; raises `PollLater` when there is none."""
        counted = (("key", key), ("address", address))
        self._enter(ear, *counted)
        try:
            yield
        finally:
            with self._lock:
                self._ears.discard(ear)
                for one in counted:
                    self._held[one] -= 1
                    if not self._held[one]:
                        del self._held[one]

    def _enter(self, ear: Ear, key: tuple[str, str], address: tuple[str, str]) -> None:
        with self._lock:
            full = len(self._ears) >= self._most or self._held[key] >= self._most_per_key
            if full or self.stopping:
                raise PollLater("Too many wait at once; ask again shortly.", retry_after=2)
            if self._held[address] >= self._most_per_address:
                raise Crowded("Too many of you wait at once; ask again shortly.", retry_after=2)
            self._ears.add(ear)
            self._held.update((key, address))
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
