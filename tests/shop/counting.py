"""Counting what a request asks of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

CONTROL = ("begin", "commit", "rollback", "savepoint", "release", "pragma")


class Statements(list[str]):
    """The statements that read or write; ``transactions`` counts those that wrote."""

    transactions = 0


@contextmanager
def count_statements(app: Flask) -> Iterator[Statements]:
    database = app.extensions["till"].database
    engine = database.engine
    seen = Statements()

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.lower().lstrip().startswith(CONTROL):
            seen.append(statement)

    def write(*arguments: Any, **options: Any) -> Any:
        seen.transactions += 1
        return type(database).write(database, *arguments, **options)

    event.listen(engine, "before_cursor_execute", note)
    database.write = write
    yield seen
    del database.write
    event.remove(engine, "before_cursor_execute", note)
