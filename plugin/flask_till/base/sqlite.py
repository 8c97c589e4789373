"""One SQLite file: how it is opened, and transactions that cost little.

Each thread keeps a connection to read and one to write. `BEGIN` and `COMMIT` go straight to the
driver: through SQLAlchemy's pool and transaction objects they cost more than the statements
between them. SQLAlchemy itself sees one connection that is used over and over.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

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
    """The connections that the threads keep, and transactions on them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept = threading.local()
        self._all: WeakSet[Connection] = WeakSet()

    def reading(self) -> AbstractContextManager[Connection]:
        """One snapshot; rolled back at the end."""
        return self._transaction("begin", "rollback")

    def writing(self) -> AbstractContextManager[Connection]:
        """Committed at the end, or rolled back on an error."""
        return self._transaction("begin immediate", "commit")

    @contextmanager
    def _transaction(self, begin: str, end: str) -> Iterator[Connection]:
        # Whoever asks again before we are through finds nothing kept and gets another one.
        connection = self._kept.__dict__.pop(begin, None) or self._connect()
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # by its engine
        driver.execute(begin)
        try:
            yield connection
        except BaseException:
            driver.rollback()
            raise
        else:
            driver.execute(end)
        finally:
            self._kept.__dict__[begin] = connection

    def _connect(self) -> Connection:
        connection = self._engine.connect()
        self._all.add(connection)
        return connection

    def close(self) -> None:
        for connection in list(self._all):
            connection.close()
