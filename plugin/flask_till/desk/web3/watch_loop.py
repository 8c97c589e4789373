"""The thread that follows a chain, at the pace of its blocks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from ...base.logs import logger
from ...chains import Chain
from .watching import Progress

log = logger(__name__)

SLOWEST = 60.0
"""Seconds between two tries while nodes, or the database, are away."""
LONGEST = 300.0
"""Seconds for which a node may ask to be left alone."""


class Follows(Protocol):
    """A `Watcher`, or one that does more with each step."""

    @property
    def chain(self) -> Chain: ...
    @property
    def progress(self) -> Progress | None: ...
    def step(self) -> bool: ...


Tell = Callable[[Chain, Progress], None]


class WatchLoop:
    """Steps a watcher until it is stopped. ``tell`` hears how each step ended, in the thread.

    ``pace`` is how often to look for a new block, in seconds; without it twice in each block.
    """

    def __init__(
        self, watcher: Follows, *, pace: float | None = None, tell: Tell | None = None
    ) -> None:
        self.watcher = watcher
        self._pace = pace or max(0.2, watcher.chain.block_seconds / 2)
        self._tell = tell
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._failures = 0

    def start(self) -> None:
        """Begin, or go on; harmless when it runs."""
        if self._thread is None or not self._thread.is_alive():
            self._ended.clear()
            name = f"till-watcher-{self.watcher.chain.id}"
            self._thread = threading.Thread(target=self.run, name=name, daemon=True)
            self._thread.start()

    def run(self) -> None:
        """Watch in this thread until `stop`."""
        while not self._ended.is_set():
            if not self._step():
                self._ended.wait(self._wait())

    def stop(self) -> None:
        """Finish the step under way and end."""
        self._ended.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=60)

    def _step(self) -> bool:
        try:
            more = self.watcher.step()
        except Exception:
            log.exception("the watcher of %s failed; it comes again", self.watcher.chain.name)
            self._failures += 1
            return False
        progress = self.watcher.progress
        if progress is not None:
            self._failures = self._failures + 1 if progress.error else 0
            if self._tell is not None:
                self._tell(self.watcher.chain, progress)
        return more

    def _wait(self) -> float:
        """Twice as long after each failure, and as long as a node asks for."""
        progress = self.watcher.progress
        asked = progress.retry_after if progress is not None else 0
        backed_off = self._pace * 2.0 ** min(self._failures, 12)
        return max(min(backed_off, max(SLOWEST, self._pace)), min(asked, LONGEST))
