"""Storage: one engine, and one durable transaction for each verb.

``write(action, ...)`` runs ``action(work, ...)`` and returns its result only after the commit.
On SQLite the writers of one process that wait together share a commit, each behind a savepoint
of its own, and processes take turns through a file lock: a commit costs a disk flush, and
SQLite's own busy wait sleeps instead of queueing. An action must therefore not rely on the
thread that it runs in, and must not cross the network.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

from sqlalchemy import Connection, CursorResult, Engine, Table, create_engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable

from ..errors import SettingsError
from . import sqlite
from .bell import Bell, MemoryBell, PostgresBell, SqliteBell
from .clock import Clock, NewId, random_id, system_clock
from .outages import AsUnavailable
from .prepared import Found, Parameters, Prepared, Upsert
from .turns import Turns

P = ParamSpec("P")
T = TypeVar("T")

SERIALIZATION_FAILURES = {"40001", "40P01"}
TRIES = 6


_NOW = select(func.now())


@cache
def _insert_once(table: Table) -> Upsert:
    key = next(iter(table.primary_key))
    return Upsert(table, lambda insert: insert.on_conflict_do_nothing().returning(key))


class Work:
    """One transaction, with its moment and its source of ids."""

    __slots__ = ("_has_clock", "_new_id", "connection", "now", "topics")

    def __init__(
        self, connection: Connection, now: datetime, new_id: NewId, *, has_clock: bool = False
    ) -> None:
        self.connection = connection
        self.now = now
        self._new_id = new_id
        self._has_clock = has_clock
        self.topics: set[str] = set()

    def database_now(self) -> datetime:
        """The moment on the clock that all machines of a desk share: the database's, UTC.

        That of this transaction on PostgreSQL; a file has no other clock than its machine. For
        what one machine promises to the second and another one judges.
        """
        if not self._has_clock:
            return self.now
        moment: datetime = self.connection.execute(_NOW).scalar_one()
        return moment.astimezone(UTC)

    def new_id(self, prefix: str) -> str:
        return self._new_id(prefix)

    @overload
    def execute(self, statement: Prepared, parameters: Parameters | None = None) -> Found: ...
    @overload
    def execute(
        self, statement: Executable, parameters: Parameters | None = None
    ) -> CursorResult[Any]: ...
    def execute(self, statement: Any, parameters: Any = None) -> Any:
        if isinstance(statement, Prepared):
            return statement.run(self.connection, parameters)
        return self.connection.execute(statement, parameters)

    def insert_once(self, table: Table, values: Mapping[str, Any]) -> bool:
        """Insert a row unless a unique constraint holds it off; True when it is new."""
        return self.execute(_insert_once(table), values).first() is not None

    def ring(self, topic: str) -> None:
        """Wake those who wait for ``topic``, once this transaction is committed."""
        self.topics.add(topic)


class Database:
    """A SQLite file or a PostgreSQL database, named by an SQLAlchemy URL.

    Raises `SettingsError` for any other kind. Opens nothing before its first use, and opens
    anew in a forked child.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock = system_clock,
        new_id: NewId = random_id,
        bell: Bell | None = None,
    ) -> None:
        self.url = _normalise(url)
        self.dialect = self.url.get_backend_name()
        self.clock = clock
        self._has_clock = self.dialect == "postgresql" and clock is system_clock
        self.new_id = new_id
        self.bell: Bell = bell or self._own_bell()
        self._engine: Engine | None = None
        self._sqlite: sqlite.Connections | None = None
        self._pid = 0
        self._lock = threading.Lock()
        self._turns = Turns(f"{self.url.database}-turn") if self.dialect == "sqlite" else None
        self.before_first_use: Callable[[Engine], None] | None = None

    def _own_bell(self) -> Bell:
        if self.dialect == "sqlite":
            return SqliteBell(str(self.url.database))
        if self.dialect == "postgresql":
            dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
            return PostgresBell(dsn)
        return MemoryBell()

    @property
    def engine(self) -> Engine:
        if self._engine is None or self._pid != os.getpid():
            with self._lock:
                if self._engine is None or self._pid != os.getpid():
                    self._open()
        assert self._engine is not None
        return self._engine

    def _open(self) -> None:
        if self._engine is not None:  # we are a forked child: the parent's sockets are not ours
            self._engine.dispose(close=False)
        on_sqlite = self.dialect == "sqlite"
        engine = sqlite.open_engine(self.url) if on_sqlite else _postgres(self.url)
        if self.before_first_use is not None:
            try:
                self.before_first_use(engine)
            except BaseException:
                engine.dispose()
                raise
        self._sqlite = sqlite.Connections(engine) if on_sqlite else None
        self._engine, self._pid = engine, os.getpid()

    def write(
        self, action: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run the action in one durable transaction; its errors roll it back and come out here.

        Raises `Unavailable` when the database does not answer: then nothing was done, or the
        answer to the commit was lost.
        """
        job = partial(self._act, action, args, kwargs)
        topics: set[str]
        with AsUnavailable():
            if self._turns is not None:
                result, topics = self._turns.take(job, self._sqlite_turn)
            else:
                result, topics = self._retry(job)
        if topics:
            self.bell.ring(topics)
        return result

    def read(
        self, query: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run the query on one consistent snapshot; nothing that it writes is kept.

        Raises `Unavailable` when the database does not answer.
        """
        with AsUnavailable(), self._snapshot() as connection:
            return query(self._work(connection), *args, **kwargs)

    def _work(self, connection: Connection) -> Work:
        return Work(connection, self.clock(), self.new_id, has_clock=self._has_clock)

    def _snapshot(self) -> AbstractContextManager[Connection]:
        engine = self.engine
        if (connections := self._connections) is not None:
            return connections.reading()
        # PostgreSQL's default would let each statement see another moment.
        return engine.connect().execution_options(isolation_level="REPEATABLE READ")

    def _act(
        self, action: Callable[..., T], args: Any, kwargs: Any, connection: Connection
    ) -> tuple[T, set[str]]:
        work = self._work(connection)
        result = action(work, *args, **kwargs)
        if work.topics:
            self.bell.announce(connection, work.topics)
        return result, work.topics

    @property
    def _connections(self) -> sqlite.Connections | None:
        """Those of SQLite, opened anew if they were closed just now; None on PostgreSQL."""
        while (found := self._sqlite) is None and self.dialect == "sqlite":
            assert self.engine is not None
        return found

    def _sqlite_turn(self) -> AbstractContextManager[Connection]:
        assert self.engine is not None
        connections = self._connections
        assert connections is not None
        return connections.writing()

    def _retry(self, job: Callable[[Connection], T]) -> T:
        for left in reversed(range(TRIES)):
            try:
                with self.engine.begin() as connection:
                    return job(connection)
            except DBAPIError as error:
                if not left or getattr(error.orig, "sqlstate", None) not in SERIALIZATION_FAILURES:
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close every connection; the next use opens them again."""
        self.bell.close()
        with self._lock:  # whoever opens it anew at this moment keeps what is new
            engine, connections = self._engine, self._sqlite
            self._engine = self._sqlite = None
        if connections is not None:
            connections.close()
        if self._turns is not None:
            self._turns.close()
        if engine is not None:
            engine.dispose()


def _normalise(url: str) -> Any:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if (
        parsed.get_backend_name() != "sqlite"
        or not parsed.database
        or ":memory:" in parsed.database
    ):
        raise SettingsError(
            f"{parsed.render_as_string()} is neither a SQLite file nor a PostgreSQL database.",
            remedy='Use "sqlite:////path/to/till.db" or "postgresql://user@host/name".',
        )
    return parsed


def _postgres(url: Any) -> Engine:
    try:
        import psycopg  # noqa: F401  # only to say early what is missing
    except ImportError:
        raise SettingsError(
            "PostgreSQL needs a driver.", remedy="Install flask-till[postgres]."
        ) from None
    return create_engine(url, pool_size=16, max_overflow=16, pool_pre_ping=True)
