"""Databases that have a half's tables from the start: made once, then copied for each test."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from flask_till.base.migrations import Migrations


def migrate(url: str, migrations: Migrations) -> None:
    """What ``flask till db upgrade`` does; an empty database is replaced by a copy."""
    if url.startswith("sqlite"):
        path = Path(str(make_url(url).database))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_sqlite(migrations), path)
    elif _is_empty(url):
        _copy_postgres(url, _postgres(_named(url, "postgres"), migrations))
    else:  # of a desk that starts again, or with the tables of the other half
        _upgrade(url, migrations)


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="till-ready-made-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def _sqlite(migrations: Migrations) -> Path:
    path = _folder() / f"{migrations.version_table}.db"
    _upgrade(f"sqlite:///{path}", migrations)
    return path


@cache
def _postgres(control: str, migrations: Migrations) -> str:
    name = f"ready_made_{migrations.version_table}_{os.getpid()}"
    _say(control, f"create database {name} strategy file_copy")
    _upgrade(_named(control, name), migrations)
    return name


def _copy_postgres(url: str, template: str) -> None:
    name = make_url(url).database
    create = f"create database {name} template {template} strategy file_copy"
    _say(_named(url, "postgres"), f"drop database {name}", create)


def _is_empty(url: str) -> bool:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        tables = "select count(*) from pg_tables where schemaname = 'public'"
        many: int = connection.exec_driver_sql(tables).scalar_one()
    engine.dispose()
    return not many


def _upgrade(url: str, migrations: Migrations) -> None:
    engine = create_engine(url, poolclass=NullPool)
    migrations.upgrade(engine)
    engine.dispose()


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _say(url: str, *statements: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
