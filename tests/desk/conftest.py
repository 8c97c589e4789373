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
