"""A database with one small table, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
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
