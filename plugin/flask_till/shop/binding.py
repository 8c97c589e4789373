"""The binding of a basket with a phone: its states, and which may follow which. No I/O.

A wallet knows a basket by the id of its binding, because an ordered binding is over for good
while the basket lives on: it gets another binding then (InPost Pay contract, 1.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

UNBOUND, PENDING, LINKED, ORDERED = "unbound", "pending", "linked", "ordered"

TRANSITIONS: Mapping[str, frozenset[str]] = {
    UNBOUND: frozenset({PENDING, LINKED}),
    PENDING: frozenset({UNBOUND, LINKED, ORDERED}),
    LINKED: frozenset({UNBOUND, ORDERED}),
    ORDERED: frozenset(),
}
"""status -> the statuses that may follow. A repeat is no change, and always allowed."""

OF_THE_WALLET = frozenset({PENDING, LINKED})
"""In these a wallet may change and order the basket; otherwise the shopper has taken it back."""

ERROR, ATTENTION = "ERROR", "ATTENTION"
"""Kinds of notice (4.1.1)."""

REJECTED, EXPIRED, DELETED = "REJECTED", "EXPIRED", "DELETED"
"""Why a basket is not linked: the shopper said no on the phone, said nothing, or unlinked there."""


Notice = tuple[str, str]
"""Something to tell the shopper in the wallet, once: `ERROR` or `ATTENTION`, and a text."""


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What the wallet told when the basket was linked (3.4); None for what it did not say."""

    inpost_basket_id: str | None = None
    country_prefix: str | None = None
    phone: str | None = field(default=None, repr=False)
    masked_phone_number: str | None = None
    name: str | None = None
    surname: str | None = None
    browser_id: str | None = None
    browser_trusted: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding. ``sent_version`` is the basket's version that the wallet was told last."""

    id: str
    basket_id: str
    status: str
    inpost_basket_id: str | None
    country_prefix: str | None
    phone: str | None = field(repr=False)
    masked_phone_number: str | None
    name: str | None
    surname: str | None
    browser_id: str | None
    browser_trusted: bool
    binding_key: str | None = field(repr=False)
    refusal: str | None
    notice: Notice | None
    parameters: tuple[tuple[str, str], ...]
    sent_version: int
    order_id: str | None
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def is_linked(self) -> bool:
        return self.status == LINKED

    def is_of(self, country_prefix: str, phone: str) -> bool:
        """Whether that phone may speak for it: the linked one, or any while none is known."""
        return self.phone is None or (self.country_prefix, self.phone) == (country_prefix, phone)


def may_become(now: str, then: str) -> bool:
    """Whether a binding may go on so; a repeat is allowed, except that ordered is final."""
    return then in TRANSITIONS[now] or (now == then and now != ORDERED)


def mask_phone(phone: str) -> str:
    """``60*****00``: two digits, five asterisks, two digits (2.4)."""
    return f"{phone[:2]}*****{phone[-2:]}"
