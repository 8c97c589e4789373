"""Migrations by Alembic, one line of versions for each half's own tables.

On SQLite the first use brings the file up to date by itself. On PostgreSQL the operator runs
``flask till db upgrade``, and a database that is behind is refused with that remedy.
"""

from __future__ import annotations

from importlib.resources import files
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from ..errors import SettingsError
from .database import Database

# Alembic keeps the present migration in module globals: one at a time in a process.
_one_at_a_time = Lock()
_ALONE = {"sqlite": "begin immediate", "postgresql": "select pg_advisory_xact_lock(7455)"}
"""How processes that start together take turns."""


class Migrations:
    """The versions under ``<package>/migrations``, recorded in ``<prefix>version``."""

    def __init__(self, package: str, metadata: MetaData, prefix: str) -> None:
        self._folder = str(files(package) / "migrations")
        self.metadata = metadata
        self.version_table = f"{prefix}version"

    def attach(self, database: Database) -> None:
        """Have the database brought up to date, or checked, before its first use."""
        database.before_first_use = self._ready

    def _ready(self, engine: Engine) -> None:
        if self.current(engine) == self.head():
            return
        if engine.dialect.name != "sqlite":
            raise SettingsError(
                f"The tables of {self.version_table!r} are not up to date.",
                remedy="Run `flask till db upgrade`.",
            )
        self.upgrade(engine)

    def head(self) -> str | None:
        return ScriptDirectory.from_config(self._config()).get_current_head()

    def current(self, engine: Engine) -> str | None:
        """The version that the tables have, None when there are none yet."""
        with engine.connect() as connection:
            return MigrationContext.configure(
                connection, opts={"version_table": self.version_table}
            ).get_current_revision()

    def upgrade(self, engine: Engine) -> None:
        """Bring the tables to the newest version; processes that start together take turns."""
        with _one_at_a_time, engine.connect() as connection, connection.begin():
            connection.exec_driver_sql(_ALONE[engine.dialect.name])
            command.upgrade(self._config(connection), "head")

    def revise(self, engine: Engine, message: str) -> None:
        """Write a new version file, numbered, from the difference between tables and database."""
        versions = ScriptDirectory.from_config(self._config()).walk_revisions()
        number = f"{len(list(versions)) + 1:04}"
        with engine.connect() as connection:
            command.revision(self._config(connection), message, autogenerate=True, rev_id=number)

    def differences(self, engine: Engine) -> list[Any]:
        """What the version files would still have to change; empty when they are complete."""
        from alembic.autogenerate import compare_metadata

        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={"version_table": self.version_table, "include_name": self._is_ours},
            )
            return list(compare_metadata(context, self.metadata))

    def _is_ours(self, name: str | None, kind: str, parents: Any) -> bool:
        return kind != "table" or name in self.metadata.tables

    def _config(self, connection: Connection | None = None) -> Config:
        config = Config()
        config.set_main_option("script_location", self._folder.replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes.update(connection=connection, migrations=self)
        return config


def run(context: Any) -> None:
    """Called by each half's ``migrations/env.py`` with ``alembic.context``."""
    attributes = context.config.attributes
    migrations: Migrations = attributes["migrations"]
    context.configure(
        connection=attributes["connection"],
        target_metadata=migrations.metadata,
        version_table=migrations.version_table,
        include_name=migrations._is_ours,
        transactional_ddl=False,
        user_module_prefix="columns.",
    )
    context.run_migrations()


def replace_check(table: str, name: str, before: str, after: str) -> None:
    """Within a migration: let that check of a table ask for something else."""
    from alembic import op

    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, after)
        return
    # SQLite cannot alter a check. Building the table anew would need its foreign keys switched
    # off, which no transaction can do; to rewrite the text is the documented way for checks.
    version = op.get_bind().exec_driver_sql("pragma schema_version").scalar_one()
    op.execute("pragma writable_schema = on")
    op.execute(
        f"update sqlite_schema set sql = replace(sql, 'CHECK ({before})', 'CHECK ({after})')"  # noqa: S608 - of migrations
        f" where type = 'table' and name = '{table}'"
    )
    op.execute(f"pragma schema_version = {version + 1}")
    op.execute("pragma writable_schema = off")
