"""What a desk does outside of its requests: callbacks, refunds, late looks, and the sweep.

Nothing runs before the first request, and a forked child starts its own threads.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Mapping

from ..base.database import Database
from ..base.outbox import Delivery
from ..base.relay import DONE, Courier, Outcome, Relay
from ..errors import GatewayUnavailable, NotFound
from .actions.late_looks import JOB as LATE_LOOK
from .actions.refunds import JOB as REFUND
from .cashier import Cashier
from .tables import outbox

log = logging.getLogger(__name__)
SWEEP_EVERY = 10.0
"""Seconds between two looks for orders whose time is over and payments with no news."""
JOB_RETRIES = (2, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600)
"""Seconds between tries of what we owe ourselves: sooner than a callback, and as long."""


class Jobs:
    """Couriers that carry no message but finish what a crash or a silent gateway left undone."""

    def __init__(self, cashier: Cashier) -> None:
        self._cashier = cashier

    def send_refund(self, delivery: Delivery) -> Outcome:
        try:
            self._cashier.send_refund(delivery.data["refund_id"])
        except (GatewayUnavailable, NotFound) as error:
            return Outcome("retry", detail=error.message)
        return DONE

    def look_late(self, delivery: Delivery) -> Outcome:
        try:
            self._cashier.look_late(delivery.data["payment_id"])
        except (GatewayUnavailable, NotFound) as error:
            return Outcome("retry", detail=error.message)
        return DONE

    def couriers(self) -> dict[str, Courier]:
        return {REFUND: self.send_refund, LATE_LOOK: self.look_late}


class Sweeper:
    """Calls ``cashier.sweep`` again and again in a thread of its own."""

    def __init__(self, cashier: Cashier, *, every: float = SWEEP_EVERY) -> None:
        self._cashier = cashier
        self._every = every
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run in a daemon thread; harmless when it already runs."""
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._thread = threading.Thread(target=self.run, name="till-sweeper", daemon=True)
            self._thread.start()

    def run(self) -> None:
        """Sweep until `stop` is called."""
        while True:
            try:
                self._cashier.sweep()
            except Exception:
                log.exception("the sweep failed; trying again")
            if self._stop.wait(self._every):
                return

    def stop(self) -> None:
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=20)


class Background:
    """The relay and the sweeper of one desk in this process."""

    def __init__(
        self,
        database: Database,
        cashier: Cashier,
        callbacks: Mapping[str, Courier],
        *,
        enabled: bool,
    ) -> None:
        jobs = Jobs(cashier).couriers()
        self.relay = Relay(
            database,
            outbox,
            {**callbacks, **jobs},
            schedules=dict.fromkeys(jobs, JOB_RETRIES),
        )
        self.sweeper = Sweeper(cashier)
        self._enabled = enabled
        self._lock = threading.Lock()
        self._pid = 0

    def wake(self) -> None:
        """Start what should run and does not yet; costs nothing when it does."""
        if self._enabled and self._pid != os.getpid():
            with self._lock:
                if self._pid != os.getpid():
                    self._pid = os.getpid()
                    self.start()
                    atexit.register(self.stop)

    def start(self) -> None:
        self.relay.start()
        self.sweeper.start()

    def stop(self) -> None:
        """End the threads; what is under way is finished, what waits is kept by the outbox."""
        atexit.unregister(self.stop)
        with self._lock:
            self._pid = 0
        self.sweeper.stop()
        self.relay.stop()
