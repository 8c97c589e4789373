"""The bell wakes who waits, in this process and in others, on each backend."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flask_till.base import bell as bell_module
from flask_till.base.bell import MemoryBell, SqliteBell
from flask_till.base.database import Database, Work
from tests.base.conftest import metadata, notes


def ring(work: Work, topic: str = "order:1") -> None:
    work.execute(notes.insert().values(name=work.new_id("n"), number=1))
    work.ring(topic)


def _ring_elsewhere(url: str, topic: str) -> None:
    database = Database(url)
    database.write(ring, topic)
    database.close()


def in_another_process(url: str, topic: str) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=_ring_elsewhere, args=(url, topic)
    )
    process.start()
    process.join(60)
    assert process.exitcode == 0


@pytest.fixture(params=["memory", "own"])
def belled(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    bell = MemoryBell() if request.param == "memory" else None
    made = Database(database_url, bell=bell)
    metadata.create_all(made.engine)
    yield made
    made.close()


def quiet(ear: Any) -> None:
    while ear.wait(0.2):
        pass


def test_who_listens_is_woken_and_only_after_the_commit(belled: Database) -> None:
    with belled.bell.listen("order:1") as ear:
        quiet(ear)
        threading.Timer(0.1, belled.write, (ring,)).start()
        assert ear.wait(10)


def test_who_waits_in_vain_hears_so(belled: Database) -> None:
    with belled.bell.listen("order:1") as ear:
        quiet(ear)
        began = time.monotonic()
        assert not ear.wait(0.1)
        assert time.monotonic() - began >= 0.09


def test_a_ring_between_listening_and_waiting_is_not_missed(belled: Database) -> None:
    with belled.bell.listen("order:1") as ear:
        quiet(ear)
        belled.write(ring)
        assert ear.wait(5)


def test_one_ear_hears_several_topics_and_many_ears_one(belled: Database) -> None:
    with (
        belled.bell.listen("order:1", "order:2") as both,
        belled.bell.listen("order:2") as two,
        belled.bell.listen("order:2") as too,
    ):
        for ear in (both, two, too):
            quiet(ear)
        belled.write(ring, "order:2")
        assert all(ear.wait(5) for ear in (both, two, too))


def test_closing_wakes_who_waits(belled: Database) -> None:
    woken = threading.Event()

    def wait() -> None:
        with belled.bell.listen("order:1") as ear:
            quiet(ear)
            ready.set()
            ear.wait(20)
            woken.set()

    ready = threading.Event()
    threading.Thread(target=wait, daemon=True).start()
    assert ready.wait(10)
    belled.bell.close()
    assert woken.wait(10)


def test_a_ring_reaches_another_process(database_url: str) -> None:
    database = Database(database_url)
    metadata.create_all(database.engine)
    with database.bell.listen("order:7") as ear:
        quiet(ear)
        thread = threading.Thread(target=in_another_process, args=(database_url, "order:7"))
        thread.start()
        assert ear.wait(30)
        thread.join()
    database.close()


def test_a_ring_wakes_nobody_else(belled: Database) -> None:
    with belled.bell.listen("order:1") as one, belled.bell.listen("order:2") as two:
        quiet(one)
        quiet(two)
        belled.write(ring, "order:1")
        assert one.wait(5)
        assert not two.wait(0.3)


def test_a_ring_of_another_process_wakes_nobody_else(database_url: str) -> None:
    database = Database(database_url)
    metadata.create_all(database.engine)
    with database.bell.listen("order:7") as seven, database.bell.listen("order:8") as eight:
        quiet(seven)
        quiet(eight)
        in_another_process(database_url, "order:7")
        assert seven.wait(5)
        assert not eight.wait(0.3)
    database.close()


def test_a_bell_is_heard_after_its_file_was_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell_module, "LARGEST", 200)
    here, there = (SqliteBell(str(tmp_path / "till.db")) for _ in range(2))
    with here.listen("order:1") as ear:
        quiet(ear)
        for number in range(50):
            there.ring([f"order:{number % 2}"])
            if number % 2:
                assert ear.wait(5)
    assert (tmp_path / "till.db-bell").stat().st_size < 400
    here.close()
    there.close()


def test_a_bell_whose_file_is_lost_or_nonsense_is_still_heard(tmp_path: Path) -> None:
    here, there = (SqliteBell(str(tmp_path / "till.db")) for _ in range(2))
    with here.listen("order:1") as ear:
        quiet(ear)
        (tmp_path / "till.db-bell").write_bytes(b"\xff\xfe no bell\n\n")
        quiet(ear)
        there.ring(["order:1"])
        assert ear.wait(5)
        (tmp_path / "till.db-bell").unlink()
        quiet(ear)
        there.ring(["order:1"])
        assert ear.wait(5)
    here.close()
    there.close()


def test_a_file_that_cannot_be_written_undoes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "till.db-bell").mkdir()
    bell = SqliteBell(str(tmp_path / "till.db"))
    bell.ring(["order:1"])
    assert "till.db-bell" in caplog.text


def test_a_bell_that_lost_its_connection_finds_it_again(
    new_postgres_url: Callable[[], str],
) -> None:
    import psycopg

    url = new_postgres_url()
    database = Database(url)
    metadata.create_all(database.engine)
    with database.bell.listen("order:1") as ear:
        quiet(ear)
        dsn = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(dsn, autocommit=True) as control:
            control.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query ilike 'listen%'"
            )
        assert ear.wait(15)  # it rings everybody when it is back: something may have been missed
        quiet(ear)
        database.write(ring)
        assert ear.wait(10)
    database.close()


def test_ears_that_left_are_forgotten() -> None:
    bell = MemoryBell()
    for number in range(100):
        with bell.listen(f"order:{number}"):
            pass
    assert not bell._ears
