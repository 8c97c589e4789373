"""A basket as a shopper sees it: quantities priced from the catalog, now. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from ..money import Money
from .catalog import Product, Shelf
from .promotion import AppliedPromotion, Uses, apply_promotions

MOST_LINES = 200
DEAREST_TOTAL = 10**12
"""The largest total in minor units that a desk can be asked for."""


@dataclass(frozen=True, slots=True)
class Held:
    """One stored line: ``left`` is how many this basket may count on (None: any number)."""

    product_id: str
    quantity: int
    left: int | None = None


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A line; ``available`` is False when the shop no longer has that many.

    ``left`` is how many of the product this basket may count on, None for any number.
    """

    product_id: str
    name: str
    quantity: int
    max_quantity: int
    unit_price: Money
    total: Money
    image: str | None
    url: str | None
    available: bool
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    """A basket at one version. ``id`` is None and ``version`` 0 when nobody ever filled it."""

    id: str | None
    version: int
    currency: str
    lines: tuple[BasketLine, ...]
    promotions: tuple[AppliedPromotion, ...]
    subtotal: Money
    discount: Money
    total: Money
    count: int

    @property
    def available(self) -> bool:
        """Whether everything in it can be had."""
        return all(line.available for line in self.lines)

    def line(self, product_id: str) -> BasketLine | None:
        return next((line for line in self.lines if line.product_id == product_id), None)


def empty_basket(currency: str) -> Basket:
    """The basket of somebody who has none yet."""
    nothing = Money.zero(currency)
    return Basket(None, 0, currency, (), (), nothing, nothing, nothing, 0)


def is_sold(product: Product | None, shelf: Shelf) -> TypeGuard[Product]:
    """Whether the shop has such a product, and a price for it in its own currency."""
    return product is not None and product.price.currency == shelf.currency


def price_basket(
    basket_id: str | None,
    version: int,
    held: Iterable[Held],
    products: Mapping[str, Product],
    *,
    shelf: Shelf,
    codes: Collection[str],
    uses: Mapping[str, Uses],
    now: datetime,
) -> Basket:
    """The basket at today's prices. A product that is gone, or in another currency, drops out."""
    lines = tuple(
        _line(one, product)
        for one in held
        if is_sold(product := products.get(one.product_id), shelf)
    )
    subtotal = Money.sum((line.total for line in lines), shelf.currency)
    promotions = apply_promotions(codes, shelf.promotions, subtotal, now, uses)
    discount = Money.sum((promotion.amount for promotion in promotions), shelf.currency)
    return Basket(
        id=basket_id,
        version=version,
        currency=shelf.currency,
        lines=lines,
        promotions=promotions,
        subtotal=subtotal,
        discount=discount,
        total=subtotal + discount,
        count=sum(line.quantity for line in lines),
    )


def _line(held: Held, product: Product) -> BasketLine:
    most = product.limit(held.left)
    return BasketLine(
        product_id=product.id,
        name=product.name,
        quantity=held.quantity,
        max_quantity=most,
        unit_price=product.price,
        total=product.price * held.quantity,
        image=product.image,
        url=product.url,
        available=held.quantity <= most,
        left=held.left,
    )
