"""One verb, one transaction: what is committed, what is undone, and that writers take turns."""

from __future__ import annotations

import multiprocessing
import os
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from flask_till.base.database import Database, Work
from flask_till.errors import SettingsError
from tests.base.conftest import notes


def add(work: Work, name: str, number: int = 0, **more: Any) -> str:
    work.execute(insert(notes).values(name=name, number=number, **more))
    return name


def names(work: Work) -> list[str]:
    return sorted(work.execute(select(notes.c.name)).scalars())


def test_a_verb_is_committed_and_its_result_comes_back(database: Database) -> None:
    assert database.write(add, "a", number=3) == "a"
    assert database.read(names) == ["a"]


def test_a_verb_that_fails_leaves_nothing_and_its_error_comes_out(database: Database) -> None:
    def half(work: Work) -> None:
        add(work, "a")
        raise KeyError("b")

    with pytest.raises(KeyError):
        database.write(half)
    assert database.read(names) == []
    database.write(add, "c")
    assert database.read(names) == ["c"]


def test_what_a_query_writes_is_not_kept(database: Database) -> None:
    database.read(add, "a")
    assert database.read(names) == []


def test_a_query_sees_one_moment(database: Database) -> None:
    def twice(work: Work) -> tuple[list[str], list[str]]:
        before = names(work)
        thread = threading.Thread(target=database.write, args=(add, "b"))
        thread.start()
        thread.join()
        return before, names(work)

    database.write(add, "a")
    assert database.read(twice) == (["a"], ["a"])
    assert database.read(names) == ["a", "b"]


def test_one_that_fails_disturbs_none_of_those_it_shares_a_commit_with(
    database: Database, at_once: Any
) -> None:
    def act(work: Work, number: int) -> int:
        add(work, f"n{number:03}")
        if number % 5 == 0:
            raise ValueError(number)
        if number % 5 == 1:
            add(work, f"n{number:03}")  # the database itself refuses
        return number

    def one(number: int) -> object:
        try:
            return database.write(act, number)
        except (ValueError, DBAPIError) as error:
            return type(error).__name__

    answers = at_once(one, 60)
    expected = [
        n if n % 5 > 1 else ("ValueError" if n % 5 == 0 else "IntegrityError") for n in range(60)
    ]
    assert answers == expected
    assert database.read(names) == [f"n{n:03}" for n in range(60) if n % 5 > 1]


def test_no_increment_is_lost(database: Database, at_once: Any) -> None:
    database.write(add, "a")

    def more(work: Work) -> None:
        work.execute(update(notes).values(number=notes.c.number + 1))

    at_once(lambda _: [database.write(more) for _ in range(20)], 10)
    query = select(notes.c.number)
    assert database.read(lambda work: work.execute(query).scalar_one()) == 200


def test_of_many_who_insert_the_same_one_is_first(database: Database, at_once: Any) -> None:
    def once(work: Work) -> bool:
        return work.insert_once(notes, {"name": "a", "number": 1})

    assert sorted(at_once(lambda _: database.write(once), 20)) == [False] * 19 + [True]


def test_a_commit_that_fails_is_an_error_and_the_next_one_works(database: Database) -> None:
    def orphan(work: Work) -> None:
        work.execute(text("pragma defer_foreign_keys = on"))
        add(work, "child", after="nobody")

    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL checks at once here")
    for _ in range(3):
        with pytest.raises(Exception, match="FOREIGN KEY"):
            database.write(orphan)
    database.write(add, "a")
    assert database.read(names) == ["a"]


def test_constraints_hold_on_both_databases(database: Database) -> None:
    for values in ({"number": -1}, {"number": None}, {"number": 1, "after": "nobody"}):
        with pytest.raises(DBAPIError):
            database.write(add, "a", **values)
    for wrong in ("'x'", "9223372036854775808"):
        with pytest.raises(DBAPIError):
            database.write(_insert_as_text, wrong)
    assert database.read(names) == []


def _insert_as_text(work: Work, literal: str) -> None:
    work.execute(text(f"insert into notes (name, number) values ('a', {literal})"))


def test_the_bell_rings_after_the_commit_and_not_without_one(database: Database) -> None:
    def loud(work: Work, fail: bool) -> None:
        add(work, "a")
        work.ring("topic")
        if fail:
            raise ValueError("quiet")

    with database.bell.listen("topic") as ear:
        while ear.wait(0.3):
            pass
        with pytest.raises(ValueError, match="quiet"):
            database.write(loud, fail=True)
        heard = ear.wait(0.3)
        assert not heard or database.dialect == "sqlite"
        database.write(loud, fail=False)
        assert ear.wait(5)
        assert database.read(names) == ["a"]


def test_moments_flags_and_documents_come_back_as_they_were(database: Database) -> None:
    at = datetime(2026, 5, 4, 12, 0, 0, 123000, tzinfo=timezone(timedelta(hours=2)))
    data = {"z": [1, None, True, "ż"], "a": {"10": 10**30}}
    database.write(add, "a", at=at, data=data, flag=True)
    row = database.read(lambda work: work.execute(select(notes)).one())
    assert (row.at, row.at.tzinfo, row.data, row.flag) == (at, UTC, data, True)
    assert list(row.data) == ["z", "a"]
    with pytest.raises(Exception, match="zone"):
        database.write(add, "b", at=datetime(2026, 5, 4))  # noqa: DTZ001
    with pytest.raises(Exception, match="JSON"):
        database.write(add, "b", data={"a": float("nan")})


def test_a_moment_is_fixed_for_the_whole_verb(database: Database, clock: Any) -> None:
    def look(work: Work) -> bool:
        before = work.now
        clock.advance(5)
        return work.now == before

    assert database.write(look)


def test_it_opens_again_after_it_was_closed(database: Database) -> None:
    database.write(add, "a")
    database.close()
    database.write(add, "b")
    assert database.read(names) == ["a", "b"]


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x", "nonsense"]
)
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises((SettingsError, Exception)) as refused:
        Database(url)
    assert "till.db" in str(refused.value) or url == "nonsense"


def _increment(url: str, times: int) -> None:
    database = Database(url)

    def more(work: Work) -> None:
        work.execute(update(notes).values(number=notes.c.number + 1))

    for _ in range(times):
        database.write(more)
    database.close()


def test_processes_take_turns_and_lose_nothing(database: Database, database_url: str) -> None:
    database.write(add, "a")
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=_increment, args=(database_url, 50)) for _ in range(2)]
    for process in others:
        process.start()
    _increment(database_url, 50)
    for process in others:
        process.join(60)
        assert process.exitcode == 0
    query = select(notes.c.number)
    assert database.read(lambda work: work.execute(query).scalar_one()) == 150


def test_a_forked_child_opens_connections_of_its_own(database: Database) -> None:
    database.write(add, "a")
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            database.write(add, "child")
            os.write(write_end, b"ok")
        finally:
            os._exit(0)
    database.write(add, "parent")
    os.waitpid(child, 0)
    assert os.read(read_end, 10) == b"ok"
    os.close(read_end)
    os.close(write_end)
    assert database.read(names) == ["a", "child", "parent"]


def test_an_answer_is_durable_before_it_is_given(database: Database) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL is durable by its own default")

    def pragma(work: Work) -> tuple[str, int, int]:
        ask = work.connection.exec_driver_sql
        return (
            ask("pragma journal_mode").scalar_one(),
            ask("pragma synchronous").scalar_one(),
            ask("pragma foreign_keys").scalar_one(),
        )

    assert database.write(pragma) == ("wal", 2, 1)


def test_closing_does_not_pull_the_connection_from_under_a_reader(tmp_path: Path) -> None:
    """SQLite crashes when it is used on one thread and closed on another."""
    database = Database(f"sqlite:///{tmp_path}/till.db")
    reading, closed = threading.Event(), threading.Event()
    found: list[Any] = []

    def slow(work: Work) -> Any:
        reading.set()
        closed.wait(5)
        return work.execute(text("select 7")).scalar_one()

    thread = threading.Thread(target=lambda: found.append(database.read(slow)))
    thread.start()
    assert reading.wait(5)
    database.close()
    closed.set()
    thread.join()
    assert found == [7]
    assert database.read(lambda work: work.execute(text("select 8")).scalar_one()) == 8
    database.close()


def test_the_shared_clock_is_the_databases_own_where_it_has_one(database_url: str) -> None:
    database, slow = Database(database_url), timedelta(hours=3)
    database.clock = lambda: datetime.now(UTC) - slow
    own, shared = database.read(lambda work: (work.now, work.database_now()))
    ahead = slow if database.dialect == "postgresql" else timedelta(0)
    assert abs(shared - own - ahead) < timedelta(seconds=30)
    assert shared.tzinfo is UTC
    database.close()


def test_a_clock_that_was_handed_in_is_the_shared_one_too(new_database_url: Any) -> None:
    moment = datetime(2026, 3, 2, 10, tzinfo=UTC)
    database = Database(new_database_url(), clock=lambda: moment)
    assert database.read(lambda work: work.database_now()) == moment
    database.close()
