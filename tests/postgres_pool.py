"""PostgreSQL databases that tests take and give back: emptied for the next one, not made anew.

To make, copy and drop a database costs a second of a busy disk, to empty one the hundredth of it.
Each is renamed when it comes back, so that a thread that outlived its test never finds it again,
and one that a test left with other tables than it had is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from flask_till.base.migrations import Migrations

MOST_USES = 100
"""After so many tests a database is dropped: emptied tables keep the place of what was deleted."""
CATALOGUES = (
    "pg_attrdef pg_attribute pg_class pg_constraint pg_default_acl pg_event_trigger pg_extension"
    " pg_index pg_largeobject_metadata pg_namespace pg_policy pg_proc pg_rewrite pg_sequence"
    " pg_trigger pg_type"
).split()
"""Where every change of a database's structure leaves rows that are newer than all others."""
SETTINGS = (
    "select 'settings', count(*), 0 from pg_db_role_setting where setdatabase ="
    " (select oid from pg_database where datname = current_database())"
)
TABLES = (
    "select oid::regclass::text from pg_class"
    " where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1"
)
_numbers = count(1)


@dataclass
class Database:
    name: str
    halves: AbstractSet[Migrations]
    uses: int = 0


@dataclass
class Kind:
    """What all databases with the same halves' tables have in common, and those not in use."""

    template: str
    empty: str
    """Deletes what the migrations have not put there; triggers and foreign keys sleep."""
    look: str
    """Asks for what is told by `as_made` unless the structure, or a row of a migration, differs."""
    as_made: list[Any]
    idle: list[Database] = field(default_factory=list)


class PostgresPool:
    """The databases of one server."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._control = psycopg.connect(server, autocommit=True)
        self._kinds: dict[AbstractSet[Migrations], Kind] = {}
        self._taken: dict[str, Database] = {}

    def take(self) -> str:
        """The SQLAlchemy URL of an empty database."""
        database = self._pick(frozenset())
        url = self._url(database.name)
        self._taken[url] = database
        taken_from[url] = self
        return url

    def migrate(self, url: str, migrations: Migrations) -> None:
        """Put one that has the tables in the empty one's place; another one is upgraded."""
        empty = self._taken[url]
        if empty.halves or not self._is_as_made(empty):
            upgrade(url, migrations)
            return
        ready, name = self._pick(frozenset([migrations])), empty.name
        if not (self._rename(empty, _new_name()) and self._rename(ready, name)):
            raise RuntimeError(f"somebody is connected to {name} all the time")
        self._kinds[empty.halves].idle.append(empty)
        self._taken[url] = ready

    def give_back(self, url: str) -> None:
        """Whoever is still connected is thrown out, and never finds it again."""
        del taken_from[url]
        self._keep(self._taken.pop(url))

    def close(self) -> None:
        self._control.close()

    def _pick(self, halves: AbstractSet[Migrations]) -> Database:
        if halves not in self._kinds:
            self._kinds[halves] = self._new_kind(halves)
        kind = self._kinds[halves]
        if kind.idle:
            return kind.idle.pop()
        database = Database(_new_name(), halves)
        self._create(database.name, kind.template)
        return database

    def _keep(self, database: Database) -> None:
        database.uses += 1
        kind = self._kinds[database.halves]
        is_fit = (
            database.uses < MOST_USES
            and self._rename(database, _new_name())
            and self._is_as_made(database, kind.empty)
        )
        if is_fit:
            kind.idle.append(database)
        else:
            self._control.execute(f"drop database {database.name} with (force)")

    def _rename(self, database: Database, name: str) -> bool:
        """Nobody is connected any more; False when somebody connects again and again."""
        throw_out = (
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = %s"
        )
        for _ in range(200):
            if self._control.execute(throw_out, [database.name]).fetchone() == (0,):
                break
            time.sleep(0.002)
        try:
            self._control.execute(f"alter database {database.name} rename to {name}")
        except psycopg.errors.ObjectInUse:
            return False
        database.name = name
        return True

    def _is_as_made(self, database: Database, first: str = "") -> bool:
        """Whether it is as its kind is made, once that statement was done."""
        kind = self._kinds[database.halves]
        try:
            with self._connect(database.name) as connection:
                connection.execute(first)
                return connection.execute(kind.look).fetchall() == kind.as_made
        except psycopg.Error:  # such as a table that is gone
            return False

    def _new_kind(self, halves: AbstractSet[Migrations]) -> Kind:
        template = _new_name()
        self._create(template, "template1")
        for migrations in halves:
            upgrade(self._url(template), migrations)
        with self._connect(template) as connection:
            tables = {table for (table,) in connection.execute(TABLES)}
            filled = {one for one in tables if connection.execute(f"table {one}").fetchone()}
            empty = "".join(f"delete from {table};" for table in sorted(tables - filled))
            look = " union all ".join(
                f"select '{table}', count(*), sum(xmin::text::bigint) from {table}"
                for table in [*CATALOGUES, *sorted(filled)]
            )
            look = f"{look} union all {SETTINGS} order by 1"
            return Kind(
                template,
                "set session_replication_role = replica;"
                f"{empty} select setval(seqrelid, seqstart, false) from pg_sequence",
                look,
                connection.execute(look).fetchall(),
            )

    def _create(self, name: str, template: str) -> None:
        self._control.execute(f"create database {name} template {template} strategy file_copy")

    def _connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self._server.replace("/postgres?", f"/{name}?"))

    def _url(self, name: str) -> str:
        url = self._server.replace("postgresql://", "postgresql+psycopg://")
        return url.replace("/postgres?", f"/{name}?")


taken_from: dict[str, PostgresPool] = {}
"""By URL."""


def upgrade(url: str, migrations: Migrations) -> None:
    engine = create_engine(url, poolclass=NullPool)
    migrations.upgrade(engine)
    engine.dispose()


def _new_name() -> str:
    return f"till_{next(_numbers)}"
