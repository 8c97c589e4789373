"""A desk order: what it is, and which way it may go. No I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from ..errors import Conflict, InvalidRequest
from ..money import Money

PENDING, PROCESSING, PAID = "pending", "processing", "paid"
PARTIALLY_REFUNDED, REFUNDED = "partially_refunded", "refunded"
CANCELLED, EXPIRED = "cancelled", "expired"

TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    PENDING: {
        "payment_processing": PROCESSING,
        "payment_succeeded": PAID,
        "nothing_to_pay": PAID,
        "cancel": CANCELLED,
        "expire": EXPIRED,
    },
    PROCESSING: {
        "payment_stopped": PENDING,
        "payment_succeeded": PAID,
        "cancel": CANCELLED,
        "expire": EXPIRED,
    },
    PAID: {"refund_part": PARTIALLY_REFUNDED, "refund_all": REFUNDED},
    PARTIALLY_REFUNDED: {"refund_part": PARTIALLY_REFUNDED, "refund_all": REFUNDED},
    REFUNDED: {},
    CANCELLED: {"accept_late_money": PAID},
    EXPIRED: {"accept_late_money": PAID},
}
"""state -> what happens -> next state. What is not here cannot happen."""

GRACE = timedelta(minutes=30)
"""How long after its end an order that accepts late money may still be paid."""

OPEN = frozenset({PENDING, PROCESSING})
CAPTURED = frozenset({PAID, PARTIALLY_REFUNDED, REFUNDED})
ENDED_UNPAID = frozenset({CANCELLED, EXPIRED})

EVENT_OF = {
    PENDING: "order.pending",
    PROCESSING: "order.processing",
    PAID: "order.paid",
    PARTIALLY_REFUNDED: "order.refunded",
    REFUNDED: "order.refunded",
    CANCELLED: "order.cancelled",
    EXPIRED: "order.expired",
}


def step(status: str, happening: str) -> str:
    """The next state, or `Conflict` (ORDER_STATE) when that cannot happen in this state."""
    try:
        return TRANSITIONS[status][happening]
    except KeyError:
        raise Conflict(
            f"The order is {status}; {happening.replace('_', ' ')} is not possible.",
            code="ORDER_STATE",
            remedy="Read the order again and go by its status.",
        ) from None


@dataclass(frozen=True, slots=True)
class Line:
    product_id: str
    name: str
    quantity: int
    unit_amount: int
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class Share:
    receiver: str
    amount: int
    account: str | None = None


PARTS = {"lines": Line, "adjustments": Adjustment, "shares": Share}
"""What an order is made of, by the member that holds them."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt to pay; ``status`` as in `payment.TRANSITIONS`."""

    id: str
    gateway: str
    account: str
    method: str
    status: str
    amount: Money
    live: bool
    provider_ref: str | None = None
    reason: str | None = None
    client: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back. ``cause``: asked, late (for an ended order) or double (paid twice)."""

    id: str
    payment_id: str
    amount: int
    status: str
    cause: str
    reason: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What a merchant asks for, in any dialect's words translated to ours.

    ``id`` is one that the partner chose, ``payer`` whose balances at this desk may pay it. Money
    of a ``final_sale`` never goes back. Where ``processing_expires`` is False its time does not
    end it while a gateway has the money under way.
    """

    external_id: str
    amount: Money
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...] = ()
    shares: tuple[Share, ...] = ()
    description: str | None = None
    locale: str = "en"
    redirect_url: str | None = None
    opener_origin: str | None = None
    methods: tuple[str, ...] | None = None
    expires_in: int = 1800
    late_money: str = "refund"
    shopper: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    dialect: str = "till"
    id: str | None = None
    payer: str | None = None
    final_sale: bool = False
    processing_expires: bool = True

    def check(self) -> None:
        """Lines and adjustments add up to the amount to the minor unit, and shares fit in it."""
        total = sum(line.quantity * line.unit_amount for line in self.lines)
        total += sum(adjustment.amount for adjustment in self.adjustments)
        if total != self.amount.minor:
            raise InvalidRequest("The parts do not add up to the amount.", code="AMOUNT_MISMATCH")
        if any(share.amount <= 0 for share in self.shares):
            raise InvalidRequest("A share must be more than nothing.", code="EMPTY_SHARE")
        if sum(share.amount for share in self.shares) > self.amount.minor:
            raise InvalidRequest("The shares are more than the amount.", code="SHARES_TOO_LARGE")


@dataclass(frozen=True, slots=True)
class Order:
    """An order at one version. Amounts of its parts are minor units of ``amount.currency``."""

    id: str
    merchant_id: str
    external_id: str
    dialect: str
    status: str
    version: int
    amount: Money
    refunded: Money
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]
    shares: tuple[Share, ...]
    description: str | None
    locale: str
    redirect_url: str | None
    opener_origin: str | None
    methods: tuple[str, ...] | None
    late_money: str
    shopper: Mapping[str, Any]
    metadata: Mapping[str, Any]
    live: bool
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    ended_at: datetime | None
    payment: Payment | None = None
    refunds: tuple[Refund, ...] = ()
    payer: str | None = None
    final_sale: bool = False
    processing_expires: bool = True

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def refundable(self) -> Money:
        """What can still be asked back: pending refunds count as gone."""
        if self.status not in CAPTURED or self.final_sale:
            return Money.zero(self.amount.currency)
        asked = [r.amount for r in self.refunds if r.cause == "asked" and r.status != "failed"]
        return Money.of_minor(self.amount.minor - sum(asked), self.amount.currency)

    def is_due(self, now: datetime) -> bool:
        """Its time is over, it has not ended yet, and no money under way holds it."""
        held = self.status == PROCESSING and not self.processing_expires
        return self.is_open and not held and now >= self.expires_at

    def with_parts(self, payment: Payment | None, refunds: tuple[Refund, ...]) -> Order:
        return replace(self, payment=payment, refunds=refunds)


def members(part: Any) -> dict[str, Any]:
    """The members of one of these dataclasses, as they are (``asdict`` copies all below them)."""
    return {name: getattr(part, name) for name in part.__slots__}


_as_text = json.JSONEncoder(sort_keys=True, default=str, ensure_ascii=False).encode


def fingerprint_of(draft: OrderDraft) -> str:
    """Equal drafts have equal fingerprints; a repeat with another one is refused."""
    data = members(draft) | {"amount": [draft.amount.minor, draft.amount.currency]}
    for name in PARTS:
        data[name] = [members(part) for part in data[name]]
    return sha256(_as_text(data).encode()).hexdigest()
