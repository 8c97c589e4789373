"""What the W3block protocol knows beside the desk's own: companies, users, orders. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..errors import InvalidRequest
from ..money import exponent, is_coin
from .order import OPEN, PAID, PARTIALLY_REFUNDED, PENDING

DIALECT = "w3block"
FREE = "free"
TRANSFER = "transfer"
"""Money that the buyer sends to the company's own account: a provider and its only method."""
CRYPTO = "crypto"
"""Coins that the buyer sends on a chain: a provider and its only method."""
APART = (TRANSFER, CRYPTO)
"""Providers whose parts are paid by their own method and no other, and no others by it."""
OWN_WORDS = frozenset({"cancelling", "cancelled", "partially_cancelled"})
"""Status words that do not follow from the desk's order and its delivery alone."""

WAITING, MOVING, DELIVERED, STUCK = "waiting", "moving", "moved", "stuck"
DELIVERIES = frozenset({WAITING, MOVING, DELIVERED, STUCK})
DELIVERABLE = (PAID, PARTIALLY_REFUNDED)
"""What an order must be for its tokens to be handed over."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A way to pay that a company offers; ``expires_in`` is the order's life, in seconds."""

    currency_id: str
    method: str
    provider: str
    is_selected: bool = False
    expires_in: int | None = None

    def is_same(self, other: Provider) -> bool:
        """Whether it is that way to pay, whatever else is said of it."""
        mine = self.currency_id, self.method, self.provider
        return mine == (other.currency_id, other.method, other.provider)


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a company takes transfers; ``kind`` is pix or bank_transfer."""

    kind: str = "bank_transfer"
    pix_key: str | None = None
    bank_code: str | None = None
    agency: str | None = None
    account: str | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """A seller. ``service_fee`` is in percent of the basket; ``delays`` in seconds, by method."""

    id: str
    merchant_id: str
    name: str
    key_digest: str
    secret_digest: str
    roles: tuple[str, ...] = ("integration",)
    bills_gas: bool = True
    service_fee: Decimal = Decimal(0)
    delays: Mapping[str, int] = field(default_factory=dict)
    providers: tuple[Provider, ...] = ()
    bank: BankAccount | None = None

    def ways(self, currency_id: str, methods: Sequence[str] | None = None) -> tuple[Provider, ...]:
        """How that currency can be paid, by certain methods only if there are any: what the company
        selected, then the others."""
        found = [
            one
            for one in self.providers
            if one.currency_id == currency_id and (methods is None or one.method in methods)
        ]
        return tuple(sorted(found, key=lambda one: not one.is_selected))

    def way(
        self,
        currency_id: str,
        method: str | None,
        provider: str | None,
        methods: Sequence[str] | None = None,
    ) -> Provider | None:
        """Who moves the money, by what was asked for; None when the company has no such way."""
        for one in self.ways(currency_id, methods):
            if method in (None, one.method) and provider in (None, one.provider):
                return one
        return None


@dataclass(frozen=True, slots=True)
class CompanyUser:
    """A buyer or one of the staff. ``password`` is a salted hash."""

    id: str
    company_id: str
    email: str
    password: str = field(repr=False)
    name: str
    roles: tuple[str, ...] = ("user",)
    wallet: str | None = None
    email_verified: bool = True
    phone_verified: bool = False


@dataclass(frozen=True, slots=True)
class Coin:
    """A currency of this protocol; ``decimals`` are the digits after its point."""

    id: str
    code: str
    symbol: str
    name: str
    is_crypto: bool
    decimals: int

    @property
    def is_declared(self) -> bool:
        """Whether the desk can count in it: a chain has a coin of that code, with these digits."""
        return is_coin(self.code) and exponent(self.code) == self.decimals

    def require_payable(self, amount: Decimal) -> None:
        """Raises `InvalidRequest` (NO_AMOUNT) for less than zero, and for too many digits."""
        places = amount.as_tuple().exponent
        if not isinstance(places, int) or amount < 0 or -places > self.decimals:
            raise InvalidRequest(
                f"{amount} {self.code} is no price.",
                code="NO_AMOUNT",
                remedy=f"Give at most {self.decimals} digits after the point.",
            )


@dataclass(frozen=True, slots=True)
class Renewable:
    """A refresh token that was issued: used once, and its family is over when it comes again."""

    id: str
    family: str
    company_id: str
    user_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line as it was ordered; ``price`` is that of one piece."""

    product_id: str
    name: str
    quantity: int | str
    price: Decimal
    original: Decimal
    variant_ids: tuple[str, ...] = ()
    images: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """What an order costs, in its currency."""

    basket: Decimal
    original_basket: Decimal
    service_fee: Decimal
    original_service_fee: Decimal
    gas: Decimal

    @property
    def total(self) -> Decimal:
        return self.basket + self.service_fee + self.gas

    @property
    def original_total(self) -> Decimal:
        return self.original_basket + self.original_service_fee + self.gas


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part of the price, for which the desk has an order of its own: its ``leg_id``.

    ``sums`` are of the whole order in this part's currency, ``total`` is what the part pays.
    """

    leg_id: str
    currency_id: str
    amount_type: str
    amount: Decimal | None
    method: str | None
    provider: str
    total: Decimal
    sums: Sums


@dataclass(frozen=True, slots=True)
class Placed:
    """An order of this protocol, beside the desk's. ``buyer`` is a user, or the company itself.

    ``state`` is that of all its ``parts`` together, in the words of the desk's orders; the first
    part's leg has the order's own id.
    """

    order_id: str
    company_id: str
    buyer: str
    deliver_id: str
    wallet: str | None
    destination_user_id: str | None
    address_id: str | None
    likeness: str
    parts: tuple[PlacedPart, ...]
    lines: tuple[PlacedLine, ...]
    coupon: str | None
    utm: Mapping[str, str]
    success_url: str | None
    state: str = PENDING
    word: str | None = None
    deliver_at: datetime | None = None
    delivery: str | None = None
    fail_reason: str | None = None
    updated_at: datetime | None = None

    @property
    def first(self) -> PlacedPart:
        """The part that the older members of an order are of (5)."""
        return self.parts[0]

    @property
    def is_open(self) -> bool:
        """It waits for money, and nobody called it off."""
        return self.state in OPEN and self.word is None

    @property
    def is_free(self) -> bool:
        return not any(part.total for part in self.parts)

    def is_deliverable(self, now: datetime) -> bool:
        """It is paid, its delay is over, and nobody called it off."""
        paid = self.state in DELIVERABLE and self.word is None
        awaited = paid and self.delivery in (WAITING, MOVING)
        return awaited and self.deliver_at is not None and self.deliver_at <= now
