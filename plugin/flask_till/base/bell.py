"""The bell wakes those who wait for a topic. It carries no news: who wakes reads the truth itself.

A lost ring therefore costs a late look, never a wrong answer. ``announce`` runs inside the
transaction, ``ring`` after its commit; an implementation uses whichever reaches other processes.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text

log = logging.getLogger(__name__)
LOOK_EVERY = 0.02
"""Seconds between two looks of `SqliteBell` at the file's version while somebody listens."""


class Ear:
    """One waiter. Listen first, then read the state, then wait: nothing falls in between."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def wait(self, timeout: float) -> bool:
        """True when the bell rang since the last wait, False after ``timeout`` seconds."""
        rang = self._event.wait(timeout)
        self._event.clear()
        return rang

    def wake(self) -> None:
        self._event.set()


class Bell(Protocol):
    def announce(self, connection: Connection, topics: Iterable[str]) -> None: ...
    def ring(self, topics: Iterable[str]) -> None: ...
    def listen(self, *topics: str) -> AbstractContextManager[Ear]: ...
    def close(self) -> None: ...


class MemoryBell:
    """Rings within one process."""

    def __init__(self) -> None:
        self._ears: dict[str, set[Ear]] = defaultdict(set)
        self._lock = threading.Lock()

    def announce(self, connection: Connection, topics: Iterable[str]) -> None:
        """Nothing to tell other processes."""

    def ring(self, topics: Iterable[str]) -> None:
        with self._lock:
            ears = [ear for topic in topics for ear in self._ears.get(topic, ())]
        for ear in ears:
            ear.wake()

    def ring_all(self) -> None:
        with self._lock:
            ears = {ear for group in self._ears.values() for ear in group}
        for ear in ears:
            ear.wake()

    @contextmanager
    def listen(self, *topics: str) -> Iterator[Ear]:
        ear = Ear()
        self._attend()
        with self._lock:
            for topic in topics:
                self._ears[topic].add(ear)
        try:
            yield ear
        finally:
            with self._lock:
                for topic in topics:
                    self._ears[topic].discard(ear)
                    if not self._ears[topic]:
                        del self._ears[topic]

    def _attend(self) -> None:
        """Called before a waiter joins; other implementations start their thread here."""

    def close(self) -> None:
        self.ring_all()


class _ThreadedBell(MemoryBell):
    """Starts one listening thread when the first waiter comes, and ends it on `close`."""

    def __init__(self) -> None:
        super().__init__()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def _attend(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="till-bell", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except Exception:
                log.exception("the bell lost its database; trying again")
                self._stop.wait(1)

    def _watch(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=2)
        super().close()


class SqliteBell(_ThreadedBell):
    """Rings across processes on one SQLite file by watching its ``data_version``."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def _watch(self) -> None:
        Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            seen = None
            while not self._stop.wait(LOOK_EVERY):
                version = connection.execute("pragma data_version").fetchone()[0]
                if version != seen:
                    seen = version
                    self.ring_all()


class PostgresBell(_ThreadedBell):
    """Rings across machines with LISTEN and NOTIFY."""

    CHANNEL = "till_bell"

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._dsn = dsn

    def announce(self, connection: Connection, topics: Iterable[str]) -> None:
        for topic in sorted(topics):
            connection.execute(
                text("select pg_notify(:channel, :topic)"),
                {"channel": self.CHANNEL, "topic": topic},
            )

    def _watch(self) -> None:
        import psycopg

        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(f"listen {self.CHANNEL}")
            self.ring_all()
            while not self._stop.is_set():
                for notice in connection.notifies(timeout=0.5, stop_after=1):
                    self.ring([notice.payload])
