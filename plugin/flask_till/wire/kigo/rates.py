"""How often one may call (10), guess (5), and the headers that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LIMIT, REMAINING, RESET = "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"
ORDERS_A_SECOND, ORDERS_AT_ONCE = 50, 100
"""Order calls of one partner: in the long run, and in a burst (10)."""
STRANGERS_A_SECOND = 5
"""Calls of one address without a token (10)."""
WRONG_CODES, WRONG_CODES_WINDOW = 10, 600
"""Wrong codes of one address or account within so many seconds; the next is 429 (5)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left to a caller; ``reset`` in seconds from now (10)."""

    limit: int
    remaining: int
    reset: int

    def to_headers(self) -> dict[str, str]:
        values = {LIMIT: self.limit, REMAINING: self.remaining, RESET: self.reset}
        return {name: str(max(0, value)) for name, value in values.items()}

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Rate | None:
        """What a server says is left, header names in any case; None when it does not say."""
        told = {name.lower(): value for name, value in headers.items()}
        texts = [told.get(name.lower(), "") for name in (LIMIT, REMAINING, RESET)]
        if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
            return None
        return cls(*map(int, texts))
