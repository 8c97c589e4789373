"""What one application does outside its requests: signals after the commit, and the sweep.

Nothing runs before the first request, and a forked child starts its own threads.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from typing import Any

from flask import Flask

from ..base.database import Database
from ..base.outbox import Delivery
from ..base.relay import DONE, Courier, Outcome, Relay
from ..signals import ALL
from .actions.orders import find_order
from .checkout import Checkout
from .tables import outbox

log = logging.getLogger(__name__)
SWEEP_EVERY = 30.0
"""Seconds between two looks for orders that were left behind or are over."""
SIGNAL_RETRIES = (1, 5, 30, 120, 600, 3600, 6 * 3600)
"""Seconds between the tries of a listener that raises."""


class SignalCourier:
    """Sends an event of the outbox as its signal.

    A listener that raises is tried again; those that were told already are left alone.
    """

    def __init__(self, app: Flask, database: Database) -> None:
        self._app = app
        self._database = database
        self._told: dict[str, set[int]] = {}

    def __call__(self, delivery: Delivery) -> Outcome:
        news = self._news(delivery)
        told = self._told.setdefault(delivery.event_id, set())
        failure = None
        with self._app.app_context():
            for listener in ALL[delivery.kind].receivers_for(self._app):
                if id(listener) in told:
                    continue
                try:
                    listener(self._app, **news)
                    told.add(id(listener))
                except Exception as error:  # whatever a listener does, the others are told
                    log.exception("a listener to %s failed", delivery.kind)
                    failure = f"{type(error).__name__}: {error}"
        if failure is not None:
            return Outcome("retry", detail=failure)
        del self._told[delivery.event_id]
        return DONE

    def _news(self, delivery: Delivery) -> dict[str, Any]:
        if delivery.kind == "basket_changed":
            return dict(delivery.data)
        return {"order": self._database.read(find_order, delivery.subject)}


class Background:
    """The threads of one application in this process."""

    def __init__(
        self, app: Flask, database: Database, checkout: Checkout, *, enabled: bool
    ) -> None:
        self._app = app
        self._checkout = checkout
        self._enabled = enabled
        courier: Courier = SignalCourier(app, database)
        self.relay = Relay(
            database, outbox, {"signal": courier}, schedules={"signal": SIGNAL_RETRIES}
        )
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._pid = 0

    def wake(self) -> None:
        """Start what should run and does not yet; costs nothing when it does."""
        if self._enabled and self._pid != os.getpid():
            with self._lock:
                if self._pid != os.getpid():
                    self._pid = os.getpid()
                    self._start()

    def _start(self) -> None:
        self.relay.start()
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, name="till-sweeper", daemon=True)
        self._thread.start()
        atexit.register(self.stop)

    def _run(self) -> None:
        while not self._ended.wait(SWEEP_EVERY):
            try:
                with self._app.app_context():
                    self._checkout.sweep()
            except Exception:
                log.exception("the sweep failed; it comes again")

    def stop(self) -> None:
        """End the threads; what is under way is finished, what waits is kept by the outbox."""
        atexit.unregister(self.stop)
        with self._lock:
            thread, self._thread, self._pid = self._thread, None, 0
        if thread is not None:
            self._ended.set()
            thread.join(timeout=5)
        self.relay.stop()
