"""A database with one small table, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Column, ForeignKey, MetaData, Table, Text

from flask_till.base.columns import Flag, Json, Utc, Whole
from flask_till.base.database import Database

metadata = MetaData()
notes = Table(
    "notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", Whole, nullable=False),
    Column("at", Utc),
    Column("data", Json),
    Column("flag", Flag),
    Column("after", Text, ForeignKey("notes.name")),
    CheckConstraint("number >= 0"),
    sqlite_strict=True,
)


@pytest.fixture
def database(database_url: str, clock: Any) -> Iterator[Database]:
    made = Database(database_url, clock=clock)
    metadata.create_all(made.engine)
    yield made
    made.close()


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """``at_once(do, n)`` calls ``do(number)`` in n threads that start together."""

    def together(do: Callable[[int], Any], many: int) -> list[Any]:
        gate = Barrier(many)

        def one(number: int) -> Any:
            gate.wait()
            return do(number)

        with ThreadPoolExecutor(many) as pool:
            return list(pool.map(one, range(many)))

    return together
