"""Our own protocol, ``/v1``: what a shop and a desk say to each other.

Amounts are whole minor units beside one ``currency`` per order; times are RFC 3339 in UTC.
Unknown members are refused in requests (422) and ignored in answers and callbacks, so that a
newer desk can talk to an older shop. Callbacks are signed as Standard Webhooks describes.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from ..errors import BadSignature, MoneyError
from ..money import Money, exponent

LARGEST_BODY = 64 * 1024
MOST_LINES = 200


class OrderStatus(StrEnum):
    """Where an order is in its life, as the desk tells it."""

    PENDING = "pending"
    PROCESSING = "processing"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class EventKind(StrEnum):
    """What a callback reports; each carries the whole order as it was then."""

    ORDER_CREATED = "order.created"
    ORDER_PROCESSING = "order.processing"
    ORDER_PENDING = "order.pending"
    ORDER_PAID = "order.paid"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_EXPIRED = "order.expired"
    ORDER_REFUNDED = "order.refunded"
    REFUND_FAILED = "refund.failed"


class LateMoney(StrEnum):
    """What the desk does with money that arrives after an order ended."""

    REFUND = "refund"
    ACCEPT = "accept"


def _known_currency(code: str) -> str:
    try:
        exponent(code)
    except MoneyError as error:
        raise ValueError(error.message) from None
    return code


Currency = Annotated[
    str, StringConstraints(pattern="^[A-Z][A-Z0-9]{2,10}$"), AfterValidator(_known_currency)
]
"""A code of ISO 4217, or of a coin that the desk takes."""
Minor = Annotated[int, Field(strict=True, ge=0, le=10**12)]
PositiveMinor = Annotated[int, Field(strict=True, ge=1, le=10**12)]
SignedMinor = Annotated[int, Field(strict=True, ge=-(10**12), le=10**12)]
Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")
]
Text = Annotated[str, StringConstraints(max_length=2000)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=250)]
Url = Annotated[str, StringConstraints(max_length=2048, pattern=r"^https?://\S+$")]


def _no_fractions(value: Any) -> Any:
    """A fraction would come back as another number: let it be text."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, Decimal | float):
        raise ValueError("a fraction must be given as text")
    for part in parts:
        _no_fractions(part)
    return value


Metadata = Annotated[dict[str, Any], Field(max_length=50), AfterValidator(_no_fractions)]


class _Message(BaseModel):
    """An answer: newer members are tolerated."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Request(BaseModel):
    """A request: every member must be known."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Line(_Request):
    """One product of an order; ``unit_amount`` in minor units."""

    product_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    name: Label
    quantity: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    unit_amount: Minor
    image_url: Url | None = None


class Adjustment(_Request):
    """Something that changes the total: a promotion (negative), delivery, a tax."""

    label: Label
    amount: SignedMinor


class Share(_Request):
    """A part of the money that belongs to somebody else; ``account`` is theirs at the gateway."""

    receiver: Reference
    amount: PositiveMinor
    account: Reference | None = None


class Shopper(_Request):
    """What the merchant knows about the buyer; all optional."""

    reference: Reference | None = None
    email: (
        Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None
    ) = None
    name: Annotated[str, StringConstraints(max_length=250)] | None = None


class QuoteCreate(_Request):
    """Ask what an order would cost. Lines and adjustments must add up to ``amount``."""

    amount: PositiveMinor
    currency: Currency
    lines: Annotated[list[Line], Field(min_length=1, max_length=MOST_LINES)]
    adjustments: Annotated[list[Adjustment], Field(max_length=50)] = []

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(line.quantity * line.unit_amount for line in self.lines)
        total += sum(adjustment.amount for adjustment in self.adjustments)
        if total != self.amount:
            raise ValueError(
                f"lines and adjustments add up to {total}, not to amount {self.amount}"
            )
        return self


class OrderCreate(QuoteCreate):
    """Ask for an order. Lines and adjustments must add up to ``amount`` to the minor unit.

    With a ``quote`` it is made only while that holds, and for just what it was given for.
    """

    external_id: Reference
    quote: Annotated[str, StringConstraints(min_length=1, max_length=2048)] | None = None
    shares: Annotated[list[Share], Field(max_length=50)] = []
    description: Text | None = None
    locale: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] = (
        "en"
    )
    redirect_url: Url | None = None
    opener_origin: Url | None = None
    methods: Annotated[list[Reference], Field(min_length=1, max_length=20)] | None = None
    expires_in: Annotated[int, Field(strict=True, ge=60, le=7 * 86400)] = 1800
    late_money: Annotated[LateMoney, Field(strict=False)] = LateMoney.REFUND
    shopper: Shopper = Shopper()
    metadata: Metadata = {}

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if sum(share.amount for share in self.shares) > self.amount:
            raise ValueError("shares are more than the amount")
        return self


class RefundCreate(_Request):
    """Ask for money back; without ``amount`` all that is left."""

    amount: PositiveMinor | None = None
    reason: Annotated[str, StringConstraints(max_length=250)] | None = None


class Refund(_Message):
    id: str
    amount: int
    status: Annotated[str, Field(pattern="^(pending|succeeded|failed)$")]
    reason: str | None = None
    created_at: str


class Payment(_Message):
    """The attempt that counts: the one that paid, else the latest."""

    id: str
    gateway: str
    method: str
    status: str
    reason: str | None = None


class Order(_Message):
    """An order as the desk knows it."""

    id: str
    external_id: str
    status: Annotated[OrderStatus, Field(strict=False)]
    version: int
    amount: int
    amount_refunded: int
    currency: str
    lines: list[Line]
    adjustments: list[Adjustment]
    shares: list[Share]
    description: str | None
    locale: str
    redirect_url: str | None
    methods: list[str] | None
    late_money: Annotated[LateMoney, Field(strict=False)]
    shopper: Shopper
    metadata: dict[str, Any]
    live: bool
    payment: Payment | None
    refunds: list[Refund]
    order_url: str
    created_at: str
    expires_at: str
    paid_at: str | None
    ended_at: str | None


class CreatedOrder(Order):
    """The answer to a create: the order and a token that opens its page once, within 60 seconds."""

    token: str


class Token(_Message):
    order_url: str
    token: str


class Quote(_Message):
    """A promise: until ``expires_at`` an order of just this is made for just this amount.

    ``methods`` are the ways to pay that the shopper would be offered.
    """

    quote: str
    amount: int
    currency: str
    methods: list[str]
    expires_at: str


class OrderList(_Message):
    """A page of orders, newest first; pass ``next`` as ``after`` for the one that follows."""

    orders: list[Order]
    next: str | None


class Event(_Message):
    """A callback's body, and a member of an order's event list."""

    id: str
    kind: Annotated[EventKind, Field(strict=False)]
    order_id: str
    seq: int
    created_at: str
    data: Order


class EventList(_Message):
    events: list[Event]


class Problem(_Message):
    """Every error, as RFC 9457 has it; ``code`` is stable."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    remedy: str = ""
    fields: dict[str, str] = {}

    @field_validator("fields", mode="before")
    @classmethod
    def _no_none(cls, value: Any) -> Any:
        return value or {}


def to_time(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with milliseconds, or None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def money(minor: int, currency: str) -> Money:
    return Money.of_minor(minor, currency)


# --- Callbacks: Standard Webhooks -----------------------------------------------------------

FUTURE_TOLERANCE = 60
PAST_TOLERANCE = 300


def sign(secret: str, event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three Standard Webhooks headers over the exact bytes of ``body``."""
    from standardwebhooks import Webhook

    signature = Webhook(secret).sign(event_id, at.astimezone(UTC), body.decode())
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def verify(secrets: list[str], headers: dict[str, str], body: bytes, now: datetime) -> str:
    """Check the raw bytes of a callback against any of the secrets; returns the event's id.

    Raises `BadSignature` for anything else at all: missing or odd headers, a wrong signature, a
    moment more than 300 s ago or 60 s ahead.
    """
    from standardwebhooks import Webhook

    event_id = headers.get("webhook-id", "")
    at = _moment(headers.get("webhook-timestamp", ""), now)
    try:
        text = body.decode()
        mine = [Webhook(secret).sign(event_id, at, text) for secret in secrets]
    except ValueError:
        raise BadSignature("The callback cannot be read.") from None
    offered = headers.get("webhook-signature", "").encode("utf-8", "replace").split()[:10]
    matches = [hmac.compare_digest(one.encode(), other) for one in mine for other in offered]
    if not event_id or not any(matches):
        raise BadSignature("The callback's signature does not fit.")
    return event_id


def _moment(text: str, now: datetime) -> datetime:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise BadSignature("The callback has no readable timestamp.")
    age = now.timestamp() - int(text)
    if not -FUTURE_TOLERANCE <= age <= PAST_TOLERANCE:
        raise BadSignature("The callback is too old, or from the future.")
    return datetime.fromtimestamp(int(text), UTC)
