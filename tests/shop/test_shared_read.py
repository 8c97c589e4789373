"""One read for all who ask at the same time."""

from __future__ import annotations

import threading
from collections.abc import Collection

import pytest

from flask_till.shop.routes.shared_read import MOST_AT_ONCE, SharedRead


def test_those_who_wait_are_answered_by_one_read() -> None:
    reads: list[int] = []
    reading, go_on = threading.Event(), threading.Event()

    def read(keys: Collection[str]) -> dict[str, str]:
        reads.append(len(keys))
        reading.set()
        go_on.wait(5)
        return {key: key.upper() for key in keys if key != "nobody"}

    together = SharedRead(read)
    answers: dict[str, str | None] = {}

    def ask(key: str) -> None:
        answers[key] = together.ask(key)

    first = threading.Thread(target=ask, args=("first",))
    first.start()
    reading.wait(5)
    others = [threading.Thread(target=ask, args=(f"k{n}",)) for n in range(50)]
    others.append(threading.Thread(target=ask, args=("nobody",)))
    for other in others:
        other.start()
    while len(together._waiting) < 51:
        threading.Event().wait(0.005)
    go_on.set()
    for thread in (first, *others):
        thread.join(5)
    assert reads == [1, 51]
    assert answers.pop("nobody") is None
    assert answers == {key: key.upper() for key in ("first", *(f"k{n}" for n in range(50)))}


def test_an_error_reaches_everybody_who_asked_and_nobody_else() -> None:
    broken = True

    def read(keys: Collection[str]) -> dict[str, int]:
        if broken:
            raise OSError("the database is gone")
        return dict.fromkeys(keys, 1)

    together = SharedRead(read)
    for _ in range(2):
        with pytest.raises(OSError, match="gone"):
            together.ask("a")
    broken = False
    assert together.ask("a") == 1


def test_a_crowd_is_read_in_portions() -> None:
    reads: list[int] = []

    def read(keys: Collection[str]) -> dict[str, int]:
        reads.append(len(keys))
        return dict.fromkeys(keys, 1)

    together = SharedRead(read)
    threads = [
        threading.Thread(target=together.ask, args=(f"k{n}",)) for n in range(MOST_AT_ONCE + 1)
    ]
    with together._turn:
        for thread in threads:
            thread.start()
        while len(together._waiting) <= MOST_AT_ONCE:
            threading.Event().wait(0.005)
    for thread in threads:
        thread.join(5)
    assert reads == [MOST_AT_ONCE, 1]
