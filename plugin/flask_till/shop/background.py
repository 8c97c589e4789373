"""What a shop does outside of its requests: signals after the commit, and the sweep."""

from __future__ import annotations

from typing import Any

from flask import Flask

from ..base.background import Background
from ..base.database import Database
from ..base.logs import logger
from ..base.outbox import Delivery
from ..base.relay import DONE, Courier, Outcome, Relay
from ..signals import ALL
from .actions.claims import TROUBLE
from .actions.orders import Heard, always, find_order
from .checkout import Checkout
from .claim_delivery import COURIER as CLAIMS
from .claim_delivery import SCHEDULE as CLAIM_RETRIES
from .claim_delivery import ClaimDelivery
from .tables import outbox
from .wallet_setup import SCHEDULES, WalletHere

log = logger(__name__)
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
        about = delivery.data if delivery.kind == TROUBLE else {}
        return {"order": self._database.read(find_order, delivery.subject), **about}


def within(app: Flask, courier: Courier) -> Courier:
    """The courier in an application context: it may call functions of the shop's own."""

    def carry(delivery: Delivery) -> Outcome:
        with app.app_context():
            return courier(delivery)

    return carry


def heard_in(app: Flask, *, background: bool) -> Heard:
    """Whether anybody listens to a signal; always, where a relay elsewhere may know of somebody."""
    if not background:
        return always
    return lambda name: ALL[name].has_receivers_for(app)


def background_of(
    app: Flask,
    database: Database,
    checkout: Checkout,
    wallet: WalletHere | None = None,
    claims: ClaimDelivery | None = None,
    *,
    enabled: bool,
) -> Background:
    """The relay of a shop's signals and of its news for a wallet, and the sweep.

    The sweep ends what nobody came back for.
    """
    couriers: dict[str, Courier] = {"signal": SignalCourier(app, database)}
    if wallet is not None:
        couriers |= wallet.couriers
    if claims is not None:
        couriers[CLAIMS] = within(app, claims.courier)
    schedules = {"signal": SIGNAL_RETRIES, CLAIMS: CLAIM_RETRIES, **SCHEDULES}
    relay = Relay(database, outbox, couriers, schedules=schedules)

    def sweep() -> None:
        with app.app_context():
            checkout.sweep()
            if wallet is not None:
                wallet.linking.sweep()

    return Background(relay, sweep, every=SWEEP_EVERY, enabled=enabled)
