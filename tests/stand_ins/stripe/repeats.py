"""Idempotency as Stripe keeps it: a key, the parameters it came with, the answer it got."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from .refusals import Refusal

Answer = tuple[int, bytes]
_KEPT = 24 * 60 * 60


@dataclass
class _Repeat:
    endpoint: str
    params: str
    began: float
    answer: Answer | None = None


class Repeats:
    def __init__(self) -> None:
        self._kept: dict[str, _Repeat] = {}
        self._lock = threading.Lock()

    def claim(self, key: str, endpoint: str, params: str, now: float) -> Answer | None:
        """The stored answer of a repeat; None for a first time, which now holds the key."""
        if len(key) > 255:
            raise Refusal("Idempotency keys have at most 255 characters.")
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or now - kept.began > _KEPT:
                self._kept[key] = _Repeat(endpoint, params, now)
                return None
            if (kept.endpoint, kept.params) != (endpoint, params):
                raise Refusal(
                    "Keys for idempotent requests can only be used with the same parameters they "
                    "were first used with.",
                    kind="idempotency_error",
                )
            if kept.answer is None:
                raise Refusal(
                    "There is currently another in-progress request using this Idempotency Key.",
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                )
            return kept.answer

    def keep(self, key: str, answer: Answer) -> None:
        with self._lock:
            self._kept[key].answer = answer

    def release(self, key: str) -> None:
        """Forget a request that was refused before it began."""
        with self._lock:
            self._kept.pop(key, None)
