"""``insert ... on conflict``: both databases know it, SQLAlchemy spells it once for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from ...base.database import Work


class Upsert:
    """A statement on a table, built once per database so that its text is compiled once."""

    def __init__(self, table: Table, build: Callable[[Any], Any]) -> None:
        self._by_dialect = {
            "sqlite": build(sqlite.insert(table)),
            "postgresql": build(postgresql.insert(table)),
        }

    def on(self, work: Work) -> Any:
        return self._by_dialect[work.connection.dialect.name]
