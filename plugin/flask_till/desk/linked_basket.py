"""A shop's basket in a shopper's wallet: what is true of it, and what may follow. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..errors import Conflict

UNBOUND, PENDING, BOUND, ORDERED = "unbound", "pending", "bound", "ordered"
TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    UNBOUND: {"ask": PENDING, "link": BOUND, "unlink": UNBOUND},
    PENDING: {"ask": PENDING, "link": BOUND, "unlink": UNBOUND},
    BOUND: {"unlink": UNBOUND, "order": ORDERED},
    ORDERED: {},
}
"""Contract 1.2. ``ordered`` is final; a basket that was unlinked may be asked for again."""
LINKED = frozenset({BOUND, ORDERED})
"""In these it is somebody's and has contents, in the others neither."""

BY_MERCHANT, BY_SHOPPER, REALIZED, BY_EXPIRY = "merchant", "shopper", "realized", "expiry"
UNLINKERS = frozenset({BY_MERCHANT, BY_SHOPPER, REALIZED, BY_EXPIRY})
"""Who ended a binding: the shop, the shopper, the shop's own checkout, or time."""

PHONE, DEEP_LINK = "PHONE", "DEEP_LINK"
OPEN, ACCEPTED, LINKED_UP, REFUSED = "open", "accepted", "linked", "refused"
EXPIRED, SUPERSEDED, FAILED = "expired", "superseded", "failed"
PROMPT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    OPEN: frozenset({ACCEPTED, REFUSED, EXPIRED, SUPERSEDED}),
    ACCEPTED: frozenset({LINKED_UP, FAILED, SUPERSEDED}),
    LINKED_UP: frozenset(),
    REFUSED: frozenset(),
    EXPIRED: frozenset(),
    SUPERSEDED: frozenset(),
    FAILED: frozenset(),
}
"""``accepted``: the shopper said yes and the shop is being told; ``linked``: it answered with the
basket; ``failed``: it did not; ``superseded``: a newer prompt or the end of the binding."""
CONFIRMING = timedelta(seconds=60)
"""How long a shop that asks anew is told to wait for the confirmation that is under way."""

WAITING, APPLIED = "waiting", "applied"
EDIT_STATES = frozenset({WAITING, APPLIED, REFUSED})
EDIT_KINDS = frozenset({"PRODUCTS_QUANTITY", "PROMO_CODES", "RELATED_PRODUCTS"})

PLACING, PROCESSING, PAID, REJECTED = "placing", "processing", "paid", "rejected"
COMPLETED = "completed"
WALLET_ORDER_STATES = frozenset({PLACING, PROCESSING, PAID, REJECTED, COMPLETED, FAILED})
"""``failed``: the shop made no order of it, so the basket may be tried again."""

TOPIC = "wallet:"


def topic_of(shopper_id: str) -> str:
    """What rings when anything changed that this shopper's wallet shows."""
    return TOPIC + shopper_id


def step(status: str, happening: str) -> str:
    """The status that follows. Raises `Conflict` (BASKET_STATE) where nothing does."""
    try:
        return TRANSITIONS[status][happening]
    except KeyError:
        raise Conflict(f"The basket is {status}.", code="BASKET_STATE") from None


def mask_phone(phone: str) -> str:
    """``60*****00``: two digits, five asterisks, two digits (2.4)."""
    return f"{phone[:2]}*****{phone[-2:]}"


def same_but_for_dates(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a basket that was sent again differs in nothing but the dates that move with the
    clock: those of its end and of its delivery (3.3)."""
    return _dateless(one) == _dateless(other)


def _dateless(content: Mapping[str, Any]) -> dict[str, Any]:
    summary = {**content["summary"], "basket_expiration_date": None}
    delivery = [{**way, "delivery_date": None} for way in content["delivery"]]
    return {**content, "summary": summary, "delivery": delivery}


@dataclass(frozen=True, slots=True)
class LinkedBasket:
    """``content`` is the basket as the wire says it, amounts as texts; None unless it is linked."""

    id: str
    merchant_id: str
    merchant_basket_id: str
    shopper_id: str | None
    status: str
    version: int
    content: Mapping[str, Any] | None
    expires_at: datetime | None
    unlinked_by: str | None
    linked_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def is_linked(self) -> bool:
        """Whether it is somebody's: bound, or ordered already."""
        return self.status in LINKED

    def is_over(self, now: datetime) -> bool:
        """Bound, and past the date that the shop gave it (4.1.1)."""
        return self.status == BOUND and self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Prompt:
    """A shop's wish to link a basket, shown to a shopper until it is decided or its time is over.

    A number without an account has no ``shopper_id`` yet, and neither has a link that nobody
    opened. ``browser_id`` is there once the shopper accepted and trusts the browser.
    """

    id: str
    linked_basket_id: str
    merchant_id: str
    merchant_basket_id: str
    shopper_id: str | None
    country_prefix: str | None
    phone: str | None
    kind: str
    place: str | None
    browser: Mapping[str, Any] | None
    browser_id: str | None
    status: str
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    reason: str | None = None

    def is_open(self, now: datetime) -> bool:
        return self.status == OPEN and now < self.expires_at

    def is_confirming(self, now: datetime) -> bool:
        """Accepted a moment ago: the shop is being told (3.4)."""
        return self.status == ACCEPTED and now < (self.decided_at or now) + CONFIRMING


@dataclass(frozen=True, slots=True)
class Shopper:
    """Whose wallet it is. Each change of anything that the wallet shows makes a new ``version``."""

    id: str
    country_prefix: str
    phone: str
    name: str | None
    surname: str | None
    mail: str | None
    profile: Mapping[str, Any]
    version: int
    created_at: datetime

    @property
    def masked_phone_number(self) -> str:
        return mask_phone(self.phone)


@dataclass(frozen=True, slots=True)
class TrustedBrowser:
    """A browser whose baskets of one shop are linked without a prompt (1.5), until revoked."""

    id: str
    shopper_id: str
    merchant_id: str
    description: str | None
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class BasketEdit:
    """What a shopper asked a shop to change (3.5). ``refusal`` is a text for the shopper, ``code``
    the merchant's or ours."""

    event_id: str
    linked_basket_id: str
    kind: str
    data: Mapping[str, Any]
    status: str
    refusal: str | None
    code: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class WalletOrder:
    """An order that the shopper placed in the wallet: at the shop, and at our own desk."""

    id: str
    linked_basket_id: str
    order_id: str | None
    merchant_id: str
    merchant_order_id: str | None
    number: str | None
    shopper_id: str
    request: Mapping[str, Any]
    content: Mapping[str, Any] | None
    status: str
    payment_status: str
    status_text: str | None
    parcels: tuple[str, ...]
    reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    delivery_changes: Mapping[str, Any] = field(default_factory=dict)
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InpostMerchant:
    """A merchant as it knows us in InPost's protocol; ``base_url`` is where we call it."""

    merchant_id: str
    client_id: str
    secret_digest: str
    merchant_external_id: str
    pos_id: str
    merchant_client_id: str
    base_url: str
    is_on: bool
    switched_off_at: datetime | None
    reason: str | None
