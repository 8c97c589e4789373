"""Statements of hot paths: compiled once, then handed straight to the driver.

SQLAlchemy looks a statement up anew at each execution and wraps what comes back; for the small
statements of a basket or an order that costs several times what the database needs to run them.
A prepared statement keeps its text, the types of its parameters and those of its columns.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound

Parameters = Mapping[str, Any] | list[dict[str, Any]]
Process = Callable[[Any], Any]


class Found:
    """What a statement brought: named tuples, and how many rows it touched."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        return self._rows

    def first(self) -> Any:
        """The first row, None without one."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row. Raises `NoResultFound` and `MultipleResultsFound`."""
        if not self._rows:
            raise NoResultFound("No row was found.")
        if len(self._rows) > 1:
            raise MultipleResultsFound("More than one row was found.")
        return self._rows[0]

    def scalar(self) -> Any:
        """The first column of the first row, None without one."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalars(self) -> list[Any]:
        return [row[0] for row in self._rows]


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement in one database's words.

    ``binds`` are the parameters as the driver wants them: name, processor, whether the caller
    gives it, and the value when it does not.
    """

    sql: str
    positional: bool
    binds: tuple[tuple[str, Process | None, bool, Any], ...]
    row: Callable[[Any], Any]
    columns: tuple[tuple[int, Process], ...]

    def arguments(self, given: Mapping[str, Any]) -> Any:
        values = [
            value if not is_given else given[name] if process is None else process(given[name])
            for name, process, is_given, value in self.binds
        ]
        if self.positional:
            return values
        return dict(zip([bind[0] for bind in self.binds], values, strict=True))

    def rows(self, raw: list[Any]) -> list[Any]:
        if not self.columns:
            return list(map(self.row, raw))
        return [self._row(values) for values in raw]

    def _row(self, values: Any) -> Any:
        values = list(values)
        for place, process in self.columns:
            values[place] = process(values[place])
        return self.row(values)


class Prepared:
    """A statement to keep at module level and give to `Work.execute`.

    Its text depends on the database and on which parameters are given, so it is made once for
    each of those. Whoever listens to the engine's statements hears these, too: SQLAlchemy then
    runs them, as it runs those with a list of unknown length among their parameters.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._texts: dict[tuple[str, ...], _Text | None] = {}

    def __repr__(self) -> str:
        return f"Prepared({self._statement})"

    def statement(self, dialect: str) -> Any:
        """The statement as SQLAlchemy has it."""
        return self._statement

    def run(self, connection: Connection, parameters: Parameters | None) -> Any:
        """The rows as `Found`, or SQLAlchemy's own result. Raises `DBAPIError`."""
        text = self._text(connection.dialect, parameters)
        if text is None or connection.engine.dispatch.before_cursor_execute:
            return connection.execute(self.statement(connection.dialect.name), parameters)
        driver: Any = connection.connection.dbapi_connection
        try:
            if isinstance(parameters, list):
                cursor = driver.cursor()
                cursor.executemany(text.sql, [text.arguments(one) for one in parameters])
            else:
                cursor = driver.execute(text.sql, text.arguments(parameters or {}))
            rows = text.rows(cursor.fetchall()) if cursor.description else []
        except connection.dialect.loaded_dbapi.Error as error:
            raise _wrapped(error, text.sql, connection) from error
        return Found(rows, cursor.rowcount)

    def _text(self, dialect: Dialect, parameters: Parameters | None) -> _Text | None:
        given = parameters[0] if isinstance(parameters, list) else parameters or ()
        key = (dialect.name, *given)
        try:
            return self._texts[key]
        except KeyError:
            text = _compiled(self.statement(dialect.name), dialect, key[1:])
            return self._texts.setdefault(key, text)


class Upsert(Prepared):
    """``insert ... on conflict``: both databases know it, SQLAlchemy spells it once for each."""

    def __init__(self, table: Table, build: Callable[[Any], Any]) -> None:
        super().__init__(None)
        self._by_dialect = {
            "sqlite": build(sqlite.insert(table)),
            "postgresql": build(postgresql.insert(table)),
        }

    def __repr__(self) -> str:
        return f"Upsert({self._by_dialect['sqlite']})"

    def statement(self, dialect: str) -> Any:
        return self._by_dialect[dialect]


def _compiled(statement: Any, dialect: Dialect, names: Sequence[str]) -> _Text | None:
    compiled: Any = statement.compile(
        dialect=dialect, column_keys=list(names) or None, for_executemany=True
    )
    if any(bind.required for bind in compiled.post_compile_params):
        return None
    state = compiled.construct_expanded_state(dict.fromkeys(names))
    order = state.positiontup if state.positiontup is not None else list(state.parameters)
    processors = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for bind, name in compiled.bind_names.items()
    } | dict(state.processors)
    return _Text(
        state.statement,
        state.positiontup is not None,
        tuple(_bind(name, processors.get(name), state.parameters, names) for name in order),
        *_columns(list(statement.exported_columns), dialect),
    )


def _bind(
    name: str, process: Process | None, values: Mapping[str, Any], names: Sequence[str]
) -> tuple[str, Process | None, bool, Any]:
    if name in names:
        return name, process, True, None
    value = values[name]
    return name, None, False, value if process is None else process(value)


def _columns(
    columns: list[Any], dialect: Dialect
) -> tuple[Callable[[Any], Any], tuple[tuple[int, Process], ...]]:
    """What makes a row, and the processors of those columns that need one."""
    row: Any = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]  # fields of a query
    processors = [
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
    ]
    return row._make, tuple((n, one) for n, one in enumerate(processors) if one is not None)


def _wrapped(error: Exception, sql: str, connection: Connection) -> BaseException:
    """The driver's error as SQLAlchemy raises it; without the parameters, some are secrets."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, None, None)  # type: ignore[arg-type]  # a driver's error
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
