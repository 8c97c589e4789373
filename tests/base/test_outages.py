"""A database that is away is a 503 that one may try again, and a mistake of ours is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from flask_till.base.database import Database, Work
from flask_till.errors import Unavailable


def ask(work: Work, question: str = "select 1") -> object:
    answer = work.execute(text(question))
    return answer.scalar() if answer.returns_rows else None


def test_a_server_that_is_not_there_is_unavailable():
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    for call in (database.read, database.write):
        with pytest.raises(Unavailable) as refusal:
            call(ask)
        assert (refusal.value.status, refusal.value.code) == (503, "STORAGE_UNAVAILABLE")
    database.close()


def test_a_server_that_hangs_up_is_unavailable_and_then_there_again(new_postgres_url):
    database = Database(new_postgres_url())
    with pytest.raises(Unavailable):
        database.write(ask, "select pg_terminate_backend(pg_backend_pid())")
    assert database.read(ask) == 1
    database.close()


def test_a_file_that_cannot_be_written_is_unavailable(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/full.db")
    database.write(ask, "create table filler (text text)")
    database.write(ask, "pragma max_page_count = 3")
    with pytest.raises(Unavailable):
        database.write(ask, "insert into filler select hex(zeroblob(100000))")
    assert database.read(ask) == 1
    database.close()


@pytest.mark.skipif(os.name != "posix", reason="because folders need permissions of that kind")
def test_a_folder_that_is_a_file_is_an_error_at_once(tmp_path: Path):
    (tmp_path / "file").write_text("")
    database = Database(f"sqlite:///{tmp_path}/file/till.db")
    with pytest.raises(OSError, match="file"):
        database.read(ask)


def test_a_mistake_in_a_statement_is_no_outage(database_url: str):
    database = Database(database_url)
    for call in (database.read, database.write):
        with pytest.raises(DBAPIError):
            call(ask, "select * from no_such_table")
    database.close()
