"""The bell wakes those who wait for a topic. It carries no news: who wakes reads the truth itself.

A lost ring therefore costs a late look, never a wrong answer. ``announce`` runs inside the
transaction, ``ring`` after its commit; an implementation uses whichever reaches other processes.
"""

from __future__ import annotations

import os
import secrets
import threading
import weakref
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import ARRAY, Connection, Text, bindparam, func, select

from .logs import logger
from .prepared import Prepared

log = logger(__name__)
LOOK_EVERY = 0.02
"""Seconds between two looks of `SqliteBell` at its file while somebody listens."""
LARGEST = 1024 * 1024
"""Bytes after which that file is emptied."""


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
    """Rings across processes on one SQLite file: topics are appended to a small file beside it.

    That file is no data: it may be lost or emptied at any time, and then everybody looks.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = Path(f"{path}-bell")
        self._random = secrets.token_hex(6)
        self._writing = threading.Lock()
        self._file = -1
        self._closing: weakref.finalize[..., SqliteBell] | None = None

    @property
    def _mark(self) -> str:
        """Tells our own rings from those of others, a forked twin's included."""
        return f"{self._random}.{os.getpid()}"

    def ring(self, topics: Iterable[str]) -> None:
        topics = list(topics)
        super().ring(topics)
        try:
            self._tell_others(topics)
        except FileNotFoundError:
            return  # there is no folder yet, so there is no database either
        except OSError as error:
            log.warning("other processes hear late of what is new: %s", error)

    def _tell_others(self, topics: Iterable[str]) -> None:
        mark = self._mark
        rings = "".join([f"{mark} {topic}\n" for topic in topics]).encode()
        with self._writing:
            if self._closing is None:
                self._open()
            state = os.fstat(self._file)
            if not state.st_nlink:  # somebody has deleted it
                self._close()
                self._open()
            elif state.st_size > LARGEST:
                os.ftruncate(self._file, 0)
            os.write(self._file, rings)

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._file = os.open(self._path, flags, 0o666)
        self._closing = weakref.finalize(self, os.close, self._file)

    def _close(self) -> None:
        if self._closing is not None:
            self._closing()
            self._closing = None

    def close(self) -> None:
        super().close()
        with self._writing:
            self._close()

    def _watch(self) -> None:
        heard: int | None = None
        while not self._stop.wait(LOOK_EVERY):
            size = self._size()
            if heard is None or size < heard:  # whatever was rung, we cannot read it any more
                heard = size
                self.ring_all()
            elif size > heard:
                heard += self._hear(heard)

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def _hear(self, start: int) -> int:
        """Wake those that were rung for since that place of the file; how many bytes that were."""
        with open(self._path, "rb", buffering=0) as file:
            file.seek(start)
            lines, end, _ = file.read(LARGEST).rpartition(b"\n")
        rings = (line.partition(" ") for line in lines.decode(errors="replace").split("\n"))
        super().ring([topic for mark, _, topic in rings if mark != self._mark])
        return len(lines) + len(end)


_topics = bindparam("topics", type_=ARRAY(Text))
_NOTIFY = Prepared(select(func.pg_notify(bindparam("channel", type_=Text), func.unnest(_topics))))


class PostgresBell(_ThreadedBell):
    """Rings across machines with LISTEN and NOTIFY."""

    CHANNEL = "till_bell"

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._dsn = dsn

    def announce(self, connection: Connection, topics: Iterable[str]) -> None:
        _NOTIFY.run(connection, {"channel": self.CHANNEL, "topics": sorted(topics)})

    def _watch(self) -> None:
        import psycopg

        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(f"listen {self.CHANNEL}")
            self.ring_all()
            while not self._stop.is_set():
                for notice in connection.notifies(timeout=0.5, stop_after=1):
                    self.ring([notice.payload])
