"""What a shop does outside of its requests: signals after the commit, and the sweep."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask

from ..base.background import Background
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


def background_of(
    app: Flask, database: Database, checkout: Checkout, *, enabled: bool
) -> Background:
    """The relay of a shop's signals, and the sweep that ends what nobody came back for."""
    courier: Courier = SignalCourier(app, database)
    relay = Relay(database, outbox, {"signal": courier}, schedules={"signal": SIGNAL_RETRIES})

    def sweep() -> None:
        with app.app_context():
            checkout.sweep()

    return Background(relay, sweep, every=SWEEP_EVERY, enabled=enabled)
