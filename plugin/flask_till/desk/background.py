"""What a desk does outside of its requests: callbacks, refunds, shares, late looks, the sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..base.background import Background, Loop
from ..base.database import Database
from ..base.outbox import Delivery
from ..base.relay import DONE, Courier, Outcome, Relay
from ..errors import Conflict, GatewayRefused, GatewayUnavailable, NotFound
from .actions.late_looks import JOB as LATE_LOOK
from .actions.refunds import JOB as REFUND
from .actions.refunds import LOOK as REFUND_LOOK
from .actions.transfers import JOB as TRANSFER
from .actions.transfers import PASS_ON
from .actions.wallet_payments import COURIER as ERRANDS
from .cashier import Cashier
from .errands import RETRIES as ERRAND_RETRIES
from .tables import outbox

SWEEP_EVERY = 10.0
"""Seconds between two looks for orders whose time is over and payments with no news."""
JOB_RETRIES = (2, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600)
"""Seconds between tries of what we owe ourselves: sooner than a callback, and as long."""
LOOKS = (120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600) + (24 * 3600,) * 30
"""Seconds between questions about a refund: a bank may take a day, and some take weeks."""


class Jobs:
    """Couriers that carry no message but finish what a crash or a silent gateway left undone."""

    def __init__(self, cashier: Cashier) -> None:
        self._cashier = cashier

    def send_refund(self, delivery: Delivery) -> Outcome:
        try:
            self._cashier.refunding.send(delivery.data["refund_id"])
        except (GatewayUnavailable, NotFound) as error:
            return Outcome("retry", detail=error.message)
        return DONE

    def look_at_refund(self, delivery: Delivery) -> Outcome:
        try:
            is_over = self._cashier.refunding.look(delivery.data["refund_id"])
        except (GatewayUnavailable, GatewayRefused, NotFound) as error:
            return Outcome("retry", detail=error.message)
        return DONE if is_over else Outcome("retry", detail="the provider is not done with it")

    def look_late(self, delivery: Delivery) -> Outcome:
        try:
            self._cashier.paying.look_late(delivery.data["payment_id"])
        except (GatewayUnavailable, NotFound) as error:
            return Outcome("retry", detail=error.message)
        return DONE

    def share(self, delivery: Delivery) -> Outcome:
        sharing, data = self._cashier.sharing, delivery.data
        try:
            if delivery.kind == PASS_ON:
                sharing.pass_on(data["transfer_id"])
            else:
                sharing.take_back(data["reversal_id"])
        except (GatewayUnavailable, NotFound, Conflict) as error:
            return Outcome("retry", detail=error.message)
        return DONE

    def couriers(self) -> dict[str, Courier]:
        return {
            REFUND: self.send_refund,
            REFUND_LOOK: self.look_at_refund,
            LATE_LOOK: self.look_late,
            TRANSFER: self.share,
        }


def background_of(
    database: Database,
    cashier: Cashier,
    callbacks: Mapping[str, Courier],
    *,
    schedules: Mapping[str, tuple[int, ...]],
    also_sweep: Callable[[], int],
    enabled: bool,
    beside: Callable[[], Sequence[Loop]] = tuple,
) -> Background:
    """The relay of a desk's callbacks and jobs, and the sweep that ends what is over.

    ``schedules`` are those of callbacks that have their own: seconds between tries, by courier.
    """
    jobs = Jobs(cashier).couriers()
    own = dict.fromkeys(jobs, JOB_RETRIES) | {REFUND_LOOK: LOOKS, ERRANDS: ERRAND_RETRIES}
    relay = Relay(database, outbox, {**callbacks, **jobs}, schedules={**schedules, **own})

    def sweep() -> int:
        return cashier.sweep() + also_sweep()

    return Background(relay, sweep, every=SWEEP_EVERY, enabled=enabled, beside=beside)
