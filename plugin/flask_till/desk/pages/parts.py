"""What the order page needs of a desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ...base.database import Database
from ...base.limits import Limits
from ...base.pace import Pace
from ...base.waiters import Waiters
from ...settings import DeskSettings
from ..actions.merchants import read_merchant
from ..cashier import Cashier
from ..gateways import PagePart
from ..merchant import Merchant
from ..order import Order

Admits = Callable[[Order, str], bool]
"""Whether a token that is none of ours (a partner's user token, say) opens this order's page."""


MOST_WAITING = 16
"""Requests that wait at once in a process; the others are answered at once and ask again."""
MOST_WAITING_FOR_ONE = 3


MOST = {"page": "1200/minute", "act": "60/minute"}
"""How often an address may look at order pages, and pay, confirm or cancel on them."""


def _waiters() -> Waiters:
    return Waiters(MOST_WAITING, per_key=MOST_WAITING_FOR_ONE)


@dataclass(frozen=True)
class DeskParts:
    """The desk behind the pages. ``admits`` is asked about tokens that the desk did not issue."""

    cashier: Cashier
    database: Database
    settings: DeskSettings
    limits: Limits
    admits: Admits | None = None
    waiters: Waiters = field(default_factory=_waiters)
    pace: Pace = field(default_factory=Pace)

    def merchant_of(self, order: Order) -> Merchant:
        return self.database.read(read_merchant, order.merchant_id)

    def page_part(self, gateway: str) -> PagePart:
        """What that gateway adds to the page; nothing when it is not set up any more."""
        known = self.cashier.gateways.get(gateway)
        return PagePart() if known is None else known.page()
