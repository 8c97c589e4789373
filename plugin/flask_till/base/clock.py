"""Time and ids, handed in from outside so that a test can own them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, aware and in UTC."""

NewId = Callable[[str], str]
"""Makes an id with the given prefix: ``new_id("ord")`` is ``ord_`` and 128 random bits."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def random_id(prefix: str) -> str:
    """A new id: the prefix, an underscore and 128 bits in URL-safe letters."""
    return f"{prefix}_{secrets.token_hex(16)}"
