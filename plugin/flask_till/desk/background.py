"""What a desk does outside of its requests: callbacks, refunds, late looks, and the sweep."""

from __future__ import annotations

from collections.abc import Mapping

from ..base.background import Background
from ..base.database import Database
from ..base.outbox import Delivery
from ..base.relay import DONE, Courier, Outcome, Relay
from ..errors import GatewayUnavailable, NotFound
from .actions.late_looks import JOB as LATE_LOOK
from .actions.refunds import JOB as REFUND
from .cashier import Cashier
from .tables import outbox

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


def background_of(
    database: Database, cashier: Cashier, callbacks: Mapping[str, Courier], *, enabled: bool
) -> Background:
    """The relay of a desk's callbacks and jobs, and the sweep that ends what is over."""
    jobs = Jobs(cashier).couriers()
    relay = Relay(
        database, outbox, {**callbacks, **jobs}, schedules=dict.fromkeys(jobs, JOB_RETRIES)
    )
    return Background(relay, cashier.sweep, every=SWEEP_EVERY, enabled=enabled)
