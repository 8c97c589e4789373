"""Who waits in this process, how many may, and when all must go.

A websocket or a long poll holds a worker's thread, so there is a cap. A server that is told to
end waits for its requests: whoever waits here is woken and let go as soon as that is seen.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from ...base.bell import Ear
from ...errors import Unavailable

LOOK_EVERY = 0.1
"""Seconds between two looks at whether the server is ending, while somebody waits."""
MEND_EVERY = 5.0
"""Seconds between two questions to the desk about one order, while somebody waits for it."""
PER_BASKET = 8
"""Waiters of one basket; a browser needs one."""


class PollLater(Unavailable):
    """As many wait already as the worker has room for, or the server is ending."""

    code = "POLL_LATER"


class Waiters:
    def __init__(self, most: int) -> None:
        self._most = most
        self._ears: set[Ear] = set()
        self._per_basket: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._watch: threading.Thread | None = None

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    @contextmanager
    def place(self, basket_id: str, ear: Ear) -> Iterator[None]:
        """Hold one place while waiting with that ear; raises `PollLater` when there is none."""
        self._enter(basket_id, ear)
        try:
            yield
        finally:
            with self._lock:
                self._ears.discard(ear)
                self._per_basket[basket_id] -= 1
                self._per_basket += Counter()  # forgets the zeros

    def _enter(self, basket_id: str, ear: Ear) -> None:
        with self._lock:
            full = len(self._ears) >= self._most or self._per_basket[basket_id] >= PER_BASKET
            if full or self.stopping:
                raise PollLater("Too many wait at once; ask again shortly.", retry_after=2)
            self._ears.add(ear)
            self._per_basket[basket_id] += 1
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


class Mender:
    """Says when the desk may be asked about a basket's order: not too often, whoever waits."""

    def __init__(self) -> None:
        self._asked: dict[str, float] = {}
        self._lock = threading.Lock()

    def may_ask(self, basket_id: str) -> bool:
        now = time.monotonic()
        with self._lock:
            if now - self._asked.get(basket_id, -MEND_EVERY) < MEND_EVERY:
                return False
            recent = {key: at for key, at in self._asked.items() if now - at < MEND_EVERY}
            self._asked = {**recent, basket_id: now}
            return True


def server_is_ending() -> bool:
    """Whether gunicorn has told this worker to end.

    Its worker answers SIGTERM with a method of its own and clears ``alive``. Looking at that
    needs no hook in the server's configuration and no signal handler of ours in its place.
    """
    worker = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return getattr(worker, "alive", True) is False
