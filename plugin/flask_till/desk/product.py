"""A product that the desk itself sells, and its tokens: the single pieces. No I/O.

Amounts are exact decimals in units of a currency that has an id of its own: coins are sold, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from .product_token import FOR_SALE, RESERVED, SOLD

RANDOM, FIXED, SEQUENTIAL = "random", "fixed", "sequential"
DISTRIBUTIONS = frozenset({RANDOM, FIXED, SEQUENTIAL})
"""How tokens are handed out: by chance, only those fixed to the buyer, or in their order."""

RELEASED = "released"
SALE_STATES = frozenset({RESERVED, SOLD, RELEASED})

NOT_FOR_SALE, NOT_YOURS = "not_for_sale", "not_yours"
TOO_FEW, OVER_LIMIT = "too_few", "over_limit"


@dataclass(frozen=True, slots=True)
class Value:
    """One choice of a variant; ``extra`` is added to the price, by currency id."""

    id: str
    name: str
    key: str
    extra: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variant:
    """What can be chosen of a product, such as its size."""

    id: str
    name: str
    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """``prices`` are those of one piece by currency id, the first one leads.

    ``stock`` None: there are as many as it has tokens for sale. ``per_buyer`` None: no limit.
    """

    id: str
    merchant_id: str
    slug: str
    name: str
    prices: Mapping[str, Decimal]
    description: str = ""
    images: tuple[Mapping[str, Any], ...] = ()
    distribution: str = SEQUENTIAL
    variants: tuple[Variant, ...] = ()
    on_sale_from: datetime | None = None
    on_sale_until: datetime | None = None
    per_buyer: int | None = None
    stock: int | None = None
    is_on: bool = True
    created_at: datetime | None = None

    def is_on_sale(self, now: datetime) -> bool:
        """From its first moment, and not at its last."""
        begun = self.on_sale_from is None or self.on_sale_from <= now
        return self.is_on and begun and (self.on_sale_until is None or now < self.on_sale_until)

    def value(self, value_id: str) -> tuple[str, Value] | None:
        """The variant's id and the choice; None for one of another product."""
        for variant in self.variants:
            for value in variant.values:
                if value.id == value_id:
                    return variant.id, value
        return None

    def price(self, currency_id: str, value_ids: Sequence[str] = ()) -> Decimal | None:
        """Of one piece with these choices; None without a price in that currency."""
        price = self.prices.get(currency_id)
        if price is None:
            return None
        found = [choice[1] for one in value_ids if (choice := self.value(one)) is not None]
        return price + sum((one.extra.get(currency_id, Decimal(0)) for one in found), Decimal(0))

    def can_be_chosen(self, value_ids: Sequence[str]) -> bool:
        """Each is one of its choices, and no variant is chosen twice."""
        found = [self.value(one) for one in value_ids]
        variants = [choice[0] for choice in found if choice is not None]
        return len(variants) == len(value_ids) == len(set(variants))


@dataclass(frozen=True, slots=True)
class Piece:
    """A product token as who sells it sees it. ``fixed_to`` is the only buyer who may have it."""

    id: str
    product_id: str
    position: int
    state: str
    fixed_to: str | None = None
    order_id: str | None = None
    holder: str | None = None

    def is_for(self, buyer: str) -> bool:
        return self.fixed_to is None or self.fixed_to == buyer


@dataclass(frozen=True, slots=True)
class Shelf:
    """A product as one buyer finds it now: how many are left for him, and how many he has."""

    product: Product
    left: int
    bought: int = 0

    @property
    def may_take(self) -> int:
        """How many this buyer may have of it."""
        if self.product.per_buyer is None:
            return self.left
        return max(0, min(self.left, self.product.per_buyer - self.bought))


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something cannot be bought; ``limit`` is what is left or allowed."""

    why: str
    limit: int | None = None


def obstacle(
    shelf: Shelf, quantity: int, buyer: str, now: datetime, token: Piece | None = None
) -> Obstacle | None:
    """What keeps this buyer from that many; ``token`` is the piece that was named."""
    if not shelf.product.is_on_sale(now):
        return Obstacle(NOT_FOR_SALE)
    if token is not None and not token.is_for(buyer):
        return Obstacle(NOT_YOURS)
    if token is not None and (token.state != FOR_SALE or quantity != 1):
        return Obstacle(TOO_FEW, 0 if token.state != FOR_SALE else 1)
    if quantity > shelf.left:
        return Obstacle(TOO_FEW, shelf.left)
    return Obstacle(OVER_LIMIT, shelf.may_take) if quantity > shelf.may_take else None


@dataclass(frozen=True, slots=True)
class Taking:
    """A line of an order that takes pieces; ``token_id`` is a piece that was named."""

    order_id: str
    place: int
    product_id: str
    buyer: str
    quantity: int
    token_id: str | None = None
