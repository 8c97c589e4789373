"""Goods that are handed over as a claim: a code for the shopper's wallet, made once it is paid.

What a claim is, which way it may go, and what whoever makes the codes has to be able to do. No I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import RequestError

WANTED, READY, CLAIMED = "wanted", "ready", "claimed"
EXPIRED, CANCELLED, FAILED = "expired", "cancelled", "failed"

_FINAL = frozenset({CLAIMED, EXPIRED, CANCELLED})
MOVES: Mapping[str, frozenset[str]] = {
    WANTED: frozenset({READY, FAILED}) | _FINAL,
    READY: _FINAL,
    CLAIMED: frozenset(),
    EXPIRED: frozenset(),
    CANCELLED: frozenset(),
    # It may be asked for again, and its code may turn out to exist.
    FAILED: frozenset({WANTED, READY}) | _FINAL,
}
"""status -> the statuses that may follow."""
OPEN = frozenset(MOVES) - _FINAL
"""Nothing final became of it yet: it may have to be taken back when the money goes back."""

ALREADY_CLAIMED = "ALREADY_CLAIMED"
"""The money went back, and the goods are in a wallet."""
NOT_WITHDRAWN = "NOT_WITHDRAWN"
"""The money went back, and the code could not be withdrawn so far."""
WRONG_ANSWER = "WRONG_ANSWER"
"""What came back is not the order that we placed, or its link leads elsewhere."""
SKEW = timedelta(seconds=30)
"""What clocks may differ by before we call a code expired."""


def may_become(now: str, then: str) -> bool:
    """Whether a claim may take that step."""
    return then in MOVES[now]


def external_id_of(order_id: str, product_id: str, number: int) -> str:
    """What the maker knows a claim by: the same at every try, so that all of them are one."""
    return f"{order_id}:{product_id}:{number}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as its own shopper sees it; nobody else is ever given one with a code.

    ``status`` is wanted (being prepared), ready, claimed (in the wallet), expired, cancelled or
    failed. ``code`` and ``open_url`` are there while it is ready: a form that POSTs to
    ``open_url`` leads on to the wallet.
    """

    id: str
    product_id: str
    name: str
    status: str
    code: str | None = field(default=None, repr=False)
    open_url: str | None = None


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """A claim as it is stored, code and link sealed.

    ``maker_order`` is the maker's id of its order for it, ``asked_at`` when the maker may first
    have heard of it, ``unwanted_at`` when the money went back.
    """

    id: str
    order_id: str
    product_id: str
    number: int
    name: str
    maker_product: str
    external_id: str
    status: str
    reason: str | None
    maker_order: str | None
    sealed_code: str | None = field(repr=False)
    sealed_link: str | None = field(repr=False)
    expires_at: datetime | None
    asked_at: datetime | None
    unwanted_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def status_at(self, now: datetime) -> str:
        """What its shopper is told of it."""
        if self.unwanted_at is not None and self.is_open:
            return CANCELLED
        if self.status == READY and self.expires_at is not None and now >= self.expires_at + SKEW:
            return EXPIRED
        return self.status


@dataclass(frozen=True, slots=True)
class Made:
    """The maker's order for one claim, believed; ``code`` and ``link`` let their holder claim."""

    maker_order: str
    status: str
    code: str = field(repr=False)
    link: str = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimNews:
    """What the maker tells of one of its orders, once for each ``event_id``."""

    event_id: str
    maker_order: str
    external_id: str
    maker_product: str
    status: str


class ClaimRefused(RequestError):
    """The maker refuses, or answers what cannot be believed; asking again will not help.

    ``code`` says why, in the maker's words or ours; the message is never shown to shoppers.
    """

    code = "CLAIM_REFUSED"
