"""The counter: what every dialect and every page needs of the desk that it stands before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import current_app

from ..base.database import Database
from ..base.limits import Limits
from ..base.pace import Pace
from ..base.sealing import Seal
from ..base.waiters import Waiters
from ..settings import DeskSettings
from .actions.merchants import read_merchant
from .cashier import Cashier
from .gateways import PagePart
from .merchant import Merchant
from .order import Order

if TYPE_CHECKING:
    from .web3.web3_desk import Web3Desk

EXTENSION = "till_desk"

Admits = Callable[[Order, str], bool]
"""Whether a token that is none of ours (a partner's user token, say) opens this order's page."""

MOST_WAITING = 16
"""Requests that wait at once in a process; the others are answered at once and ask again."""
MOST_WAITING_FOR_ONE = 3
MOST_WAITING_AT_ONE_ADDRESS = 8


def _waiters() -> Waiters:
    return Waiters(
        MOST_WAITING, per_key=MOST_WAITING_FOR_ONE, per_address=MOST_WAITING_AT_ONE_ADDRESS
    )


@dataclass(frozen=True, slots=True)
class Counter:
    """``page_address`` gives the order page's address as browsers see it, without its query.

    ``admits`` is asked about tokens that the desk did not issue.
    """

    settings: DeskSettings
    database: Database
    cashier: Cashier
    seal: Seal
    limits: Limits
    page_address: Callable[[], str]
    remember_address: Callable[[], None]
    admits: Admits | None = None
    web3: Web3Desk | None = None
    waiters: Waiters = field(default_factory=_waiters)
    pace: Pace = field(default_factory=Pace)

    def merchant_of(self, order: Order) -> Merchant:
        return self.database.read(read_merchant, order.merchant_id)

    def page_part(self, gateway: str) -> PagePart:
        """What that gateway adds to the page; nothing when it is not set up any more."""
        known = self.cashier.gateways.get(gateway)
        return PagePart() if known is None else known.page()


def counter() -> Counter:
    """That of the desk in the present application."""
    found: Counter = current_app.extensions[EXTENSION].counter
    return found
