"""Databases that have a half's tables from the start: made once, then used by many tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from flask_till.base.migrations import Migrations


def migrate(url: str, migrations: Migrations) -> None:
    """What ``flask till db upgrade`` does; a ready-made one takes an empty database's place."""
    if not url.startswith("sqlite"):
        _postgres(url, migrations)
        return
    path = Path(str(make_url(url).database))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_sqlite(migrations), path)


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="till-ready-made-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def _sqlite(migrations: Migrations) -> Path:
    path = _folder() / f"{migrations.version_table}.db"
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    migrations.upgrade(engine)
    engine.dispose()
    return path


def _postgres(url: str, migrations: Migrations) -> None:
    from tests import postgres_pool

    if pool := postgres_pool.taken_from.get(url):
        pool.migrate(url, migrations)
    else:
        postgres_pool.upgrade(url, migrations)
