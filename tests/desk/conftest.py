"""A whole desk on each database, with a clock that stands still and a gateway on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk.the_desk import TheDesk


@pytest.fixture
def make_desk(
    new_database_url: Callable[[], str], clock: Any, tmp_path: Path
) -> Iterator[Callable[..., TheDesk]]:
    made: list[TheDesk] = []

    def make(url: str | None = None, **given: Any) -> TheDesk:
        made.append(
            TheDesk(url or new_database_url(), given.pop("clock", clock), tmp_path, **given)
        )
        return made[-1]

    yield make
    for one in made:
        one.audit()
        one.desk.close()


@pytest.fixture
def desk(make_desk: Callable[..., TheDesk]) -> TheDesk:
    """Runs on SQLite, then on PostgreSQL; every invariant is audited when the test is over."""
    return make_desk()


@pytest.fixture
def cut_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``cut_in(where, name, do)``: something else happens once, just before that is called.

    With ``after``, once that has answered.
    """

    def before(where: Any, name: str, do: Callable[[], Any], *, after: bool = False) -> None:
        real, done = getattr(where, name), []

        def cut(*given: Any, **named: Any) -> Any:
            first = not done
            done.append(True)
            if first and not after:
                do()
            answer = real(*given, **named)
            if first and after:
                do()
            return answer

        monkeypatch.setattr(where, name, cut)

    return before
