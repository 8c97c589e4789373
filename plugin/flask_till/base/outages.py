"""When a database does not answer: told apart from our own mistakes in talking to it."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from ..errors import Unavailable

SQLITE = ("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")
"""Beginnings of the names of errors that the disk, or another process, is to blame for."""
POSTGRESQL = ("08", "53", "57")
"""Classes of SQLSTATE: connection, resources, operator intervention."""

KINDS = (DBAPIError, NoFreeConnection, sqlite3.Error, OSError)
"""Errors that may be an outage."""


def is_outage(error: BaseException) -> bool:
    """Whether trying again later may help, with nothing changed in this program."""
    if isinstance(error, NoFreeConnection):
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorname", None) or "").startswith(SQLITE)
    if type(cause).__module__.startswith("psycopg") and type(cause).__name__ == "OperationalError":
        return True  # it never got as far as a SQLSTATE
    return str(getattr(cause, "sqlstate", None) or "").startswith(POSTGRESQL)


class AsUnavailable:
    """``with`` it: raises `Unavailable` (STORAGE_UNAVAILABLE) in place of an outage."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, KINDS) and is_outage(error):
            raise Unavailable(
                "The database does not answer.", code="STORAGE_UNAVAILABLE"
            ) from error
