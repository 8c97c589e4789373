"""What a half does outside of its requests: the relay carries its outbox, the sweep tidies up.

Nothing runs before the first request, and a forked child starts its own threads.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from .logs import logger
from .relay import Relay

log = logger(__name__)


class Loop(Protocol):
    """A thread of its own that goes on until it is told to stop."""

    def start(self) -> None:
        """Begin, or go on; harmless when it runs."""

    def stop(self) -> None: ...


class Background:
    """The threads of one shop or one desk in this process.

    ``sweep`` is called again and again, with ``every`` seconds between two calls; ``beside`` are
    loops that run as long as it does.
    """

    def __init__(
        self,
        relay: Relay,
        sweep: Callable[[], object],
        *,
        every: float,
        enabled: bool,
        beside: Callable[[], Sequence[Loop]] = tuple,
    ) -> None:
        self.relay = relay
        self._beside = beside
        self._running: Sequence[Loop] = ()
        self._sweep = sweep
        self._every = every
        self._enabled = enabled
        self._ended = threading.Event()
        self._sweeper: threading.Thread | None = None
        self._lock = threading.Lock()
        self._pid = 0

    def wake(self) -> None:
        """Start what should run and does not yet; costs nothing when it does."""
        if self._enabled and self._pid != os.getpid():
            with self._lock:
                if self._pid != os.getpid():
                    self._pid = os.getpid()
                    self.start()

    def start(self) -> None:
        """Start the threads, enabled or not; harmless when they run already."""
        self.relay.start()
        if self._sweeper is None or not self._sweeper.is_alive():
            self._ended.clear()
            self._sweeper = threading.Thread(target=self._run, name="till-sweeper", daemon=True)
            self._sweeper.start()
        self._running = self._running or self._beside()
        for loop in self._running:
            loop.start()
        atexit.register(self.stop)

    def _run(self) -> None:
        while True:
            try:
                self._sweep()
            except Exception:
                log.exception("the sweep failed; it comes again")
            if self._ended.wait(self._every):
                return

    def stop(self) -> None:
        """End the threads; what is under way is finished, what waits is kept by the outbox."""
        atexit.unregister(self.stop)
        with self._lock:
            sweeper, self._sweeper, self._pid = self._sweeper, None, 0
        self._ended.set()
        for loop in self._running:
            loop.stop()
        if sweeper is not None and sweeper is not threading.current_thread():
            sweeper.join(timeout=20)
        self.relay.stop()
