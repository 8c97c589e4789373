"""What a company's hooks are told of an order, and how that fares. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .order import (
    CANCELLED,
    EXPIRED,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    PROCESSING,
    REFUNDED,
    Order,
)
from .w3block_company import DELIVERED, MOVING, STUCK, WAITING, Placed

SUBJECT = "w3block:"
"""Before an order's id: what is told to hooks of it keeps an order of its own in the outbox."""

CREATED = "order.created"
MOST_HOOKS = 20
"""That a company may have: each change is told to all of them."""

WORD_OF_STATE = {
    PENDING: "pending",
    PROCESSING: "confirming_payment",
    CANCELLED: "cancelled",
    EXPIRED: "expired",
    PARTIALLY_REFUNDED: "partially_cancelled",
    REFUNDED: "cancelled",
}
WORD_OF_DELIVERY = {
    None: "waiting_delivery",
    WAITING: "waiting_delivery",
    MOVING: "delivering",
    DELIVERED: "concluded",
    STUCK: "failed",
}
"""Of an order that is paid."""

STEPS: Mapping[str, frozenset[str]] = {
    "pending": frozenset({"confirming_payment", "waiting_delivery", "expired", "cancelled"}),
    "confirming_payment": frozenset({"pending", "waiting_delivery", "cancelling", "cancelled"}),
    "waiting_delivery": frozenset({"delivering", "cancelling", "cancelled", "partially_cancelled"}),
    "delivering": frozenset({"concluded", "failed", "partially_cancelled", "cancelled"}),
    "failed": frozenset({"delivering", "cancelling", "cancelled", "partially_cancelled"}),
    "cancelling": frozenset({"cancelled", "partially_cancelled"}),
    "partially_cancelled": frozenset({"cancelled"}),
    "concluded": frozenset({"partially_cancelled", "cancelled"}),
    "cancelled": frozenset(),
    "expired": frozenset(),
}
"""Status -> those that may be told next. What is given back by hand may be delivered already."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a company is told. ``tries`` are all that one event gets; the key never changes."""

    id: str
    company_id: str
    url: str
    sealed_key: str = field(repr=False)
    tries: int
    is_on: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list; ``search`` is what there must be in an address, or in an event's name
    or order id."""

    offset: int
    limit: int
    newest_first: bool
    search: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """How one try ended; ``status`` is None when there was no answer."""

    at: datetime
    is_done: bool
    status: int | None


@dataclass(frozen=True, slots=True)
class Sending:
    """One event on its way to a hook; ``state`` is the outbox's word, ``tries`` oldest first."""

    id: str
    kind: str
    data: Mapping[str, Any]
    state: str
    created_at: datetime
    tries: tuple[Try, ...]

    @property
    def errors(self) -> int:
        return sum(not one.is_done for one in self.tries)

    @property
    def updated_at(self) -> datetime:
        return self.tries[-1].at if self.tries else self.created_at


def word_of(placed: Placed) -> str:
    """The order's status: a word of its own goes before what follows from order and delivery."""
    if placed.word is not None:
        return placed.word
    return (
        WORD_OF_DELIVERY[placed.delivery] if placed.state == PAID else WORD_OF_STATE[placed.state]
    )


def snapshot(order: Order, placed: Placed) -> dict[str, Any]:
    """The order as hooks are told of it, in JSON values: the same for each try."""
    first = placed.first
    sums = first.sums
    return {
        "id": order.id,
        "created_at": _moment(order.created_at),
        "updated_at": _moment(placed.updated_at),
        "company_id": placed.company_id,
        "user_id": placed.buyer,
        "destination_wallet_address": placed.wallet,
        "address_id": placed.address_id,
        "status": word_of(placed),
        "deliver_date": _moment(placed.deliver_at),
        "expires_in": _moment(order.expires_at),
        "deliver_id": placed.deliver_id,
        "currency_id": first.currency_id,
        "currency_amount": _amount(sums.basket),
        "gas_fee": _amount(sums.gas),
        "client_service_fee": _amount(sums.service_fee),
        "company_service_fee": _amount(sums.basket * 0),
        "total_amount": _amount(first.total),
        "original_currency_amount": _amount(sums.original_basket),
        "original_total_amount": _amount(sums.original_total),
        "payment_provider": first.provider,
        "payment_method": first.method,
        "provider_transaction_id": None if order.payment is None else order.payment.provider_ref,
        "fail_reason": placed.fail_reason,
    }


def _moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _amount(amount: Decimal) -> str:
    return format(amount, "f")
