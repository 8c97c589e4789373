"""One read for all who want to know at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")
MOST_AT_ONCE = 500


class _Question(Generic[V]):
    __slots__ = ("error", "found", "key", "settled")

    def __init__(self, key: str) -> None:
        self.key = key
        self.settled = False
        self.found: V | None = None
        self.error: BaseException | None = None


class SharedRead(Generic[V]):
    """Answers questions about keys; those that wait for their turn are asked in one read.

    Many look at once when a crowd comes, and when a bell that missed something wakes everybody:
    a thousand waiters cost two or three queries and not a thousand. An answer is never older
    than its question.
    """

    def __init__(self, read: Callable[[Collection[str]], Mapping[str, V]]) -> None:
        self._read = read
        self._waiting: list[_Question[V]] = []
        self._mutex = threading.Lock()
        self._turn = threading.Lock()

    def ask(self, key: str) -> V | None:
        question: _Question[V] = _Question(key)
        with self._mutex:
            self._waiting.append(question)
        with self._turn:
            while not question.settled:
                self._settle()
        if question.error is not None:
            raise question.error
        return question.found

    def _settle(self) -> None:
        with self._mutex:
            batch = self._waiting[:MOST_AT_ONCE]
            del self._waiting[:MOST_AT_ONCE]
        found: Mapping[str, V] = {}
        error: BaseException | None = None
        try:
            found = self._read({question.key for question in batch})
        except BaseException as raised:  # noqa: BLE001  # whoever asked raises it
            error = raised
        for question in batch:
            question.found, question.error = found.get(question.key), error
            question.settled = True
