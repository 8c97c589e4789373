"""Writers take turns on one SQLite file, and nobody waits for ever."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

from flask_till.base.database import Database, Work
from flask_till.base.turns import Turns

numbers = Table("numbers", MetaData(), Column("n", Integer, primary_key=True))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/turns.db")
    numbers.metadata.create_all(opened.engine)
    yield opened
    opened.close()


def add(work: Work, n: int) -> int:
    work.execute(insert(numbers), {"n": n})
    return n


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_itself(database: Database):
    def nested(work: Work) -> None:
        database.write(add, 1)

    with pytest.raises(RuntimeError, match="transaction is open"):
        database.write(nested)
    assert database.write(add, 2) == 2
    assert database.read(lambda work: work.execute(select(numbers.c.n)).scalars().all()) == [2]


def test_a_read_inside_a_write_sees_what_was_committed(database: Database):
    def look(work: Work) -> int:
        add(work, 1)
        return database.read(lambda other: len(other.execute(select(numbers)).all()))

    assert database.write(look) == 0


class CalledAway(BaseException):
    """As a greenlet that is killed, or a thread whose worker is told to exit."""


def test_a_writer_that_is_called_away_while_it_waits_does_not_stop_the_others(tmp_path: Path):
    turns, leading, go_on = Turns(str(tmp_path / "lock")), threading.Event(), threading.Event()
    engine = create_engine(f"sqlite:///{tmp_path}/away.db")

    @contextmanager
    def begin():
        with engine.begin() as connection:
            yield connection

    def slow(connection: object) -> str:
        leading.set()
        go_on.wait(10)
        return "slow"

    first = threading.Thread(target=turns.take, args=(slow, begin))
    first.start()
    leading.wait(10)

    class Leaver(threading.Thread):
        def run(self) -> None:
            original = threading.Event.wait
            place_event_waits = {"left": False}

            def interrupted(event: threading.Event, timeout: float | None = None) -> bool:
                if threading.current_thread() is self and not place_event_waits["left"]:
                    place_event_waits["left"] = True
                    raise CalledAway
                return original(event, timeout)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(threading.Event, "wait", interrupted)
                with pytest.raises(CalledAway):
                    turns.take(lambda connection: "never", begin)

    leaver = Leaver()
    leaver.start()
    leaver.join(10)
    go_on.set()
    first.join(10)
    assert turns.take(lambda connection: "next", begin) == "next"
    turns.close()
    engine.dispose()


def test_a_lock_file_that_cannot_be_opened_is_an_error_for_everybody_and_not_a_hang(tmp_path: Path):
    turns = Turns(str(tmp_path / "no-such-folder" / "lock"))
    for _ in range(2):
        with pytest.raises(OSError, match="no-such-folder"):
            turns.take(lambda connection: None, sqlite3.connect)  # type: ignore[arg-type]  # never begun
