"""What takes long to make and is as good used twice: databases with tables, keys, passwords."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache, partial
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool
from werkzeug.security import generate_password_hash

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


RSA_KEYS = 6
"""No test needs more of them that differ."""
_next_key = count()


@cache
def _rsa_key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _new_rsa_key(*, public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
    """One of a few, in turn; each took a tenth of a second to make."""
    assert (public_exponent, key_size) == (65537, 2048)
    return _rsa_key(next(_next_key) % RSA_KEYS)


def hurry(patch: pytest.MonkeyPatch) -> None:
    """Let keys be ready-made, and passwords be hashed as they are, only less often."""
    quickly = partial(generate_password_hash, method="scrypt:1024:8:1")
    patch.setattr("flask_till.desk.enrolment.w3block.generate_password_hash", quickly)
    for protocol in ("inpost", "w3block"):
        patch.setattr(f"flask_till.wire.{protocol}.keys.generate_private_key", _new_rsa_key)
