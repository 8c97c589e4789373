"""How often one caller may do what only a mistaken or a malicious one does often."""

from __future__ import annotations

from collections.abc import Mapping

from limits import parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

MOST: Mapping[str, str] = {"wrong_key": "50/minute"}


class Limits:
    """Counts in memory, or in a Redis that several processes share."""

    def __init__(self, storage: str) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(storage))
        self._most = {name: parse(text) for name, text in MOST.items()}

    def hit(self, name: str, caller: str) -> bool:
        """Count one more; False when the caller is past the limit of that name."""
        return self._limiter.hit(self._most[name], "till_desk", name, caller)
