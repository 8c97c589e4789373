"""Writers taking turns on one SQLite file, several to a commit.

The first writer that comes leads: it takes the file lock, runs what waits in this process
inside one transaction, each job behind its own savepoint, commits once and hands the lead to the
next that waits. Nobody is answered before the commit that carries its change.
"""

from __future__ import annotations

import importlib
import os
import threading
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
MOST_TOGETHER = 64
# Windows has none: there SQLite's own busy wait does it, less fairly.
fcntl: Any = importlib.import_module("fcntl") if os.name == "posix" else None

Begin = Callable[[], AbstractContextManager[Connection]]


class _Place:
    """One waiting job, and later its outcome."""

    __slots__ = ("error", "go", "job", "leads", "result")

    def __init__(self, job: Callable[[Connection], Any]) -> None:
        self.job = job
        self.go: threading.Event | None = None  # only who must wait needs one
        self.leads = False
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, connection: Connection) -> None:
        try:
            self.result = self.job(connection)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for it
            self.error = error

    def outcome(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result


def _lock(file: int) -> None:
    """Wait for the file's lock, first come first served."""
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX)


def _unlock(file: int) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_UN)


class _Undone(Exception):
    """Rolls a transaction of one job back; the job's own error is kept in its place."""


class Turns:
    def __init__(self, lock_path: str) -> None:
        self._lock_path = lock_path
        self._mutex = threading.Lock()
        self._waiting: list[_Place] = []
        self._led = False
        self._here = threading.local()
        self._file = -1
        self._closing: weakref.finalize[..., Turns] | None = None
        self._pid = 0

    def take(self, job: Callable[[Connection], T], begin: Begin) -> T:
        """Run the job in its turn and return its result after the commit; its error comes out.

        Raises `RuntimeError` inside another job: that one would wait for this one for ever.
        """
        if getattr(self._here, "runs", False):
            raise RuntimeError(
                "A transaction is open in this thread. Use the `work` that the action was given,"
                " or write after it has returned."
            )
        place = _Place(job)
        with self._mutex:
            self._waiting.append(place)
            if self._led:
                place.go = threading.Event()
            else:
                self._led = place.leads = True
        if place.go is not None:
            self._await(place, place.go)
        if place.leads:
            self._lead(begin)
        return place.outcome()  # type: ignore[no-any-return]  # a place holds what its job returned

    def _await(self, place: _Place, go: threading.Event) -> None:
        try:
            go.wait()
        except BaseException:  # whoever is called away must not take the lead along
            with self._mutex:
                if place in self._waiting:
                    self._waiting.remove(place)
            if place.leads:
                self._hand_over([])
            raise

    def close(self) -> None:
        """Give the lock file back; the next turn opens it again."""
        if self._closing is not None:
            self._closing()
        self._pid, self._closing = 0, None

    def _lead(self, begin: Begin) -> None:
        batch: list[_Place] = []
        try:
            self._lock()
            try:
                with self._mutex:
                    batch = self._waiting[:MOST_TOGETHER]
                    del self._waiting[:MOST_TOGETHER]
                self._run(batch, begin)
            finally:
                _unlock(self._file)
        except _Undone:
            pass
        except BaseException as error:  # noqa: BLE001 - each one that waited raises it
            if not batch:
                with self._mutex:
                    batch, self._waiting = self._waiting, []
            for place in batch:
                place.error = place.error or error
        finally:
            self._hand_over(batch)

    def _run(self, batch: list[_Place], begin: Begin) -> None:
        self._here.runs = True
        try:
            self._run_together(batch, begin)
        finally:
            self._here.runs = False

    def _run_together(self, batch: list[_Place], begin: Begin) -> None:
        with begin() as connection:
            if len(batch) == 1:
                batch[0].run(connection)
                if batch[0].error is not None:
                    raise _Undone
                return
            driver: Any = connection.connection.dbapi_connection
            for place in batch:
                driver.execute("savepoint turn")
                place.run(connection)
                if place.error is not None:
                    driver.execute("rollback to turn")
                driver.execute("release turn")

    def _hand_over(self, batch: list[_Place]) -> None:
        with self._mutex:
            successor = self._waiting[0] if self._waiting else None
            if successor is None:
                self._led = False
            else:
                successor.leads = True
        for place in batch:
            place.leads = False
            if place.go is not None:
                place.go.set()
        if successor is not None and successor.go is not None:
            successor.go.set()

    def _lock(self) -> None:
        if self._pid != os.getpid():  # not opened yet, or a fork would share the lock with us
            self._file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
            self._closing = weakref.finalize(self, os.close, self._file)
        _lock(self._file)
