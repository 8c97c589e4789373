"""How often something may be done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets something be done for one key only so often, within this process.

    ``now`` gives seconds that only grow.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def may(self, key: str, seconds: float) -> bool:
        """True at most once in that many seconds."""
        now = self._now()
        with self._lock:
            if self._next.get(key, 0.0) > now:
                return False
            self._next = {other: at for other, at in self._next.items() if at > now}
            self._next[key] = now + seconds
            return True
