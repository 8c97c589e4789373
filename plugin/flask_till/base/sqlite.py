"""One SQLite file: how it is opened, and transactions that cost little.

Connections stay open and are used over and over. `BEGIN` and `COMMIT` go straight to the driver:
through SQLAlchemy's pool and transaction objects they cost more than the statements between them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

PRAGMAS = ("journal_mode=wal", "synchronous=full", "foreign_keys=on")
BUSY_SECONDS = 10


def open_engine(url: URL) -> Engine:
    """An engine for the file, whose folder is made if it is not there; opens nothing yet."""
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=-1,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction guessing is off: we say BEGIN ourselves.
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"pragma {pragma}")

    return engine


class Connections:
    """Open connections, and transactions on them; as many as were ever needed at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: list[Connection] = []
        self._all: list[Connection] = []

    def reading(self) -> AbstractContextManager[Connection]:
        """One snapshot; rolled back at the end."""
        return self._transaction("begin", "rollback")

    def writing(self) -> AbstractContextManager[Connection]:
        """Committed at the end, or rolled back on an error."""
        return self._transaction("begin immediate", "commit")

    @contextmanager
    def _transaction(self, begin: str, end: str) -> Iterator[Connection]:
        connection = self._take()
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # by its engine
        driver.execute(begin)
        try:
            yield connection
            driver.execute(end)
        except BaseException:  # a commit that failed leaves the transaction open, too
            driver.rollback()
            raise
        finally:
            self._idle.append(connection)

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
            self._all.append(connection)
            return connection

    def close(self) -> None:
        for connection in self._all:
            connection.close()
