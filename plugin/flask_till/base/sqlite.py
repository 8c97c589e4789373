"""One SQLite file: how it is opened, and transactions that cost little.

Connections stay open and are used over and over. `BEGIN` and `COMMIT` go straight to the driver:
through SQLAlchemy's pool and transaction objects they cost more than the statements between them.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
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
        self._closed = False

    def reading(self) -> Transaction:
        """One snapshot; rolled back at the end."""
        return Transaction(self, "begin", "rollback")

    def writing(self) -> Transaction:
        """Committed at the end, or rolled back on an error."""
        return Transaction(self, "begin immediate", "commit")

    def take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()

    def give_back(self, connection: Connection) -> None:
        self._idle.append(connection)
        if self._closed:
            self._close_idle()

    def close(self) -> None:
        """Those in use by another thread are closed when it is done: SQLite does not check."""
        self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        with suppress(IndexError):
            while True:
                connection = self._idle.pop()
                connection.detach()
                connection.close()


class Transaction:
    """``with`` it: one transaction on a connection that is not in use."""

    __slots__ = ("_begin", "_connection", "_connections", "_driver", "_end")

    def __init__(self, connections: Connections, begin: str, end: str) -> None:
        self._connections = connections
        self._begin, self._end = begin, end

    def __enter__(self) -> Connection:
        self._connection = self._connections.take()
        driver: Any = self._connection.connection.dbapi_connection
        self._driver: sqlite3.Connection = driver
        try:
            driver.execute(self._begin)
        except BaseException:
            self._connections.give_back(self._connection)
            raise
        return self._connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            if error is None:
                self._driver.execute(self._end)
        except BaseException as failure:  # a commit that failed leaves the transaction open
            error = failure
            raise
        finally:
            if error is not None:
                self._driver.rollback()
            self._connections.give_back(self._connection)
