"""The relay carries deliveries from an outbox to their receivers.

A thread in the application by default, or ``flask till relay`` on its own; any number may run.
Each address is served by at most two workers of a process, so that a slow receiver holds up
nobody else. Retries spread over about three days.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from .database import Database, Work
from .logs import logger
from .outbox import BELL_TOPIC, NOBODY, Delivery, Outbox

log = logger(__name__)

HOUR = 3600
SCHEDULE = (
    5,
    30,
    120,
    600,
    1800,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    12 * HOUR,
    12 * HOUR,
    24 * HOUR,
)
"""Seconds between tries; about three days in all."""
WORKERS = 32
PER_ADDRESS = 2
LONGEST_RETRY_AFTER = HOUR
IDLE_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try: ``done``, ``retry``, ``gone`` (never again) or ``dead``.

    ``tries`` is how many there are in all, when this receiver gets fewer than the schedule has:
    after the last of them it is given up.
    """

    kind: str
    status: int | None = None
    detail: str = ""
    retry_after: int | None = None
    tries: int | None = None


DONE = Outcome("done")


class Courier(Protocol):
    """Carries one delivery over whatever separates us from its receiver."""

    def __call__(self, delivery: Delivery) -> Outcome: ...


class Relay:
    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        couriers: Mapping[str, Courier],
        *,
        schedules: Mapping[str, tuple[int, ...]] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._couriers = couriers
        self._schedules = schedules or {}
        self._jitter = jitter
        self._busy: Counter[str] = Counter()
        self._busy_lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run in a daemon thread; harmless when it already runs."""
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._thread = threading.Thread(target=self.run, name="till-relay", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Finish what is under way and return; leases of anything else run out by themselves."""
        self._stop.set()
        self._database.bell.ring([BELL_TOPIC])
        if self._thread is not None:
            self._thread.join(timeout=20)

    def run(self) -> None:
        """Carry deliveries until `stop` is called."""
        with (
            ThreadPoolExecutor(WORKERS, thread_name_prefix="till-courier") as pool,
            self._database.bell.listen(BELL_TOPIC) as ear,
        ):
            while not self._stop.is_set():
                try:
                    moved = self._pump(pool)
                except Exception:
                    log.exception("the relay could not read its outbox; trying again")
                    moved = 0
                if not moved:
                    ear.wait(self._rest())

    def drain(self) -> int:
        """Carry everything that is due now, in this thread; returns how many tries that took."""
        count = 0
        while batch := self._claim(WORKERS):
            for delivery in batch:
                self._carry(delivery)
            count += len(batch)
        return count

    def _pump(self, pool: ThreadPoolExecutor) -> int:
        with self._busy_lock:
            busy = +self._busy
        free = WORKERS - busy.total()
        batch = self._claim(free, busy, PER_ADDRESS) if free > 0 else []
        for delivery in batch:
            with self._busy_lock:
                self._busy[delivery.receiver.address] += 1
            try:
                future = pool.submit(self._carry, delivery)
            except RuntimeError:  # the interpreter is ending; the lease lets another take over
                self._stop.set()
                return 0
            future.add_done_callback(partial(self._free, delivery))
        return len(batch)

    def _claim(
        self, limit: int, busy: Mapping[str, int] = NOBODY, per_address: int | None = None
    ) -> list[Delivery]:
        waiting = self._database.read(self._outbox.next_due)
        if waiting is None or waiting > self._database.clock():
            return []
        return self._database.write(
            self._outbox.claim, limit=limit, busy=busy, per_address=per_address
        )

    def _free(self, delivery: Delivery, future: Future[None]) -> None:
        with self._busy_lock:
            self._busy[delivery.receiver.address] -= 1
        self._database.bell.ring([BELL_TOPIC])
        if error := future.exception():
            log.error("a delivery could not be recorded; its lease will run out", exc_info=error)

    def _rest(self) -> float:
        due = self._database.read(self._outbox.next_due)
        if due is None:
            return IDLE_LOOK
        return min(IDLE_LOOK, max(0.05, (due - self._database.clock()).total_seconds()))

    def _carry(self, delivery: Delivery) -> None:
        began = time.monotonic()
        outcome = self._try(delivery)
        took = int((time.monotonic() - began) * 1000)
        self._database.write(self._settle, delivery, outcome, took)

    def _try(self, delivery: Delivery) -> Outcome:
        courier = self._couriers.get(delivery.receiver.courier)
        if courier is None:
            return Outcome("dead", detail=f"no courier is called {delivery.receiver.courier!r}")
        try:
            return courier(delivery)
        except Exception as error:
            log.exception("courier %s failed on %s", delivery.receiver.courier, delivery.event_id)
            return Outcome("retry", detail=f"{type(error).__name__}: {error}")

    def _settle(self, work: Work, delivery: Delivery, outcome: Outcome, took_ms: int) -> None:
        state, next_at = self._judge(delivery, outcome, work.now)
        kept = self._outbox.finish(
            work,
            delivery,
            state=state,
            outcome=outcome.kind,
            status=outcome.status,
            detail=outcome.detail,
            next_at=next_at,
            took_ms=took_ms,
        )
        if kept and outcome.kind == "gone":
            self._outbox.disable(work, delivery.receiver)
        work.ring(BELL_TOPIC)

    def _judge(
        self, delivery: Delivery, outcome: Outcome, now: datetime
    ) -> tuple[str, datetime | None]:
        if outcome.kind in ("done", "dead"):
            return outcome.kind, None
        if outcome.kind == "gone":
            return "disabled", None
        schedule = self._schedules.get(delivery.receiver.courier, SCHEDULE)
        pauses = len(schedule) if outcome.tries is None else min(outcome.tries - 1, len(schedule))
        if delivery.tries > pauses:
            return "dead", None
        pause = schedule[delivery.tries - 1] * (0.8 + 0.4 * self._jitter())
        asked = min(outcome.retry_after or 0, LONGEST_RETRY_AFTER)
        return "waiting", now + timedelta(seconds=max(pause, asked))
