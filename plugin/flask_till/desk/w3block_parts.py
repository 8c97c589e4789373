"""An order that is paid in parts (3, 4): what its parts make of it together. No I/O.

For each part the desk has an order of its own, a *leg*, so that one currency, one payment under
way, one ledger and one way to refund are all that the desk has to know; the first leg has the id
of the whole. There is no order above them that takes no money: an order of one part, and most are
that, stays exactly what it was, and what names an order (tokens, coupons, pages) names the first.

The whole is paid when each leg is. The first leg that ends, ends it: by its time, by whoever
cancels, or because its money went back. What other legs have taken then goes back, also what comes
later, and those that are open are stopped. Only the lock on the whole decides which was first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .order import (
    CANCELLED,
    CAPTURED,
    ENDED_UNPAID,
    OPEN,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    PROCESSING,
    REFUNDED,
    Payment,
)
from .w3block_company import APART, Company, PlacedPart


@dataclass(frozen=True, slots=True)
class Leg:
    """The desk's order of one part; ``asked_back`` says whether a refund of it was ordered."""

    id: str
    status: str
    amount: int
    asked_back: bool = False

    @property
    def is_to_stop(self) -> bool:
        """Nobody wants its money any more."""
        return self.status in OPEN

    @property
    def is_to_give_back(self) -> bool:
        """It has money that is not on its way back."""
        return self.status in (PAID, PARTIALLY_REFUNDED) and self.amount > 0 and not self.asked_back


def together(so_far: str, legs: Sequence[Leg]) -> str:
    """The state of the whole, by its legs as they are now; once ended it stays ended.

    A leg that costs nothing decides nothing beside legs that cost something.
    """
    counted = [one.status for one in legs if one.amount] or [one.status for one in legs]
    if so_far in ENDED_UNPAID:
        return so_far
    if so_far in CAPTURED:
        return _given_back(counted)
    return _before(counted)


def _before(legs: Sequence[str]) -> str:
    """Of an order that was not paid so far."""
    ended = next((one for one in legs if one in ENDED_UNPAID), None)
    if ended is not None:
        return ended
    if len(legs) > 1 and any(one in (REFUNDED, PARTIALLY_REFUNDED) for one in legs):
        return CANCELLED
    if all(one in CAPTURED for one in legs):
        return _given_back(legs)
    return PENDING if PENDING in legs else PROCESSING


def _given_back(legs: Sequence[str]) -> str:
    if all(one == REFUNDED for one in legs):
        return REFUNDED
    return PAID if all(one == PAID for one in legs) else PARTIALLY_REFUNDED


def is_over(state: str, expires_at: datetime, now: datetime) -> bool:
    """It waits for money that should have come by now. What is under way holds it."""
    return state == PENDING and now >= expires_at


def way_of(part: PlacedPart, payment: Payment | None, company: Company) -> tuple[str | None, str]:
    """How a part is paid, method and provider: on the page another way may have been chosen."""
    if payment is None:
        return part.method, part.provider
    paid_by = payment.method if payment.method in APART else None
    if paid_by == (part.provider if part.provider in APART else None):
        return part.method, part.provider
    if paid_by is not None:
        return paid_by, paid_by
    others = (one for one in company.ways(part.currency_id) if one.provider not in APART)
    other = next(others, None)
    return (part.method, part.provider) if other is None else (other.method, other.provider)
