"""What a basket costs: the one sum behind what is shown and what is charged. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from .coupon import WHOLE, Coupon
from .product import Product

_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Item:
    """How many are wanted of a product, with which choices, and which piece if one is named."""

    product: Product
    quantity: int
    choices: tuple[str, ...] = ()
    token_id: str | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """``price`` of one piece with the coupon, ``original`` the one without."""

    item: Item
    price: Decimal
    original: Decimal


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A whole basket in one currency; fees are what the buyer pays for the service."""

    lines: tuple[Priced, ...]
    basket: Decimal
    original_basket: Decimal
    service_fee: Decimal
    original_service_fee: Decimal

    @property
    def total(self) -> Decimal:
        """Without gas."""
        return self.basket + self.service_fee

    @property
    def original_total(self) -> Decimal:
        return self.original_basket + self.original_service_fee


def price_of(
    product: Product,
    currency_id: str,
    places: int,
    coupon: Coupon | None = None,
    choices: Sequence[str] = (),
) -> tuple[Decimal, Decimal] | None:
    """One piece with the coupon and without; None without a price in that currency.

    ``places`` are the digits after the currency's point; what a coupon leaves is rounded to them,
    half up.
    """
    original = product.price(currency_id, choices)
    if original is None:
        return None
    with localcontext(_EXACT):
        off = coupon.takes_off(original) if coupon and coupon.is_of(product.id) else Decimal(0)
        return (rounded(original - off, places) if off else original), original


def reckon(
    items: Sequence[Item],
    currency_id: str,
    places: int,
    *,
    coupon: Coupon | None = None,
    service_fee: Decimal = Decimal(0),
) -> Reckoning | None:
    """All of it; ``service_fee`` in percent of the basket. None when a price is missing."""
    lines = []
    for item in items:
        found = price_of(item.product, currency_id, places, coupon, item.choices)
        if found is None:
            return None
        lines.append(Priced(item, *found))
    with localcontext(_EXACT):
        basket = sum((one.price * one.item.quantity for one in lines), Decimal(0))
        original = sum((one.original * one.item.quantity for one in lines), Decimal(0))
        return Reckoning(
            lines=tuple(lines),
            basket=basket,
            original_basket=original,
            service_fee=rounded(basket * service_fee / WHOLE, places),
            original_service_fee=rounded(original * service_fee / WHOLE, places),
        )


def rounded(amount: Decimal, places: int) -> Decimal:
    """To so many digits after the point, half up, and no needless zeros behind it."""
    with localcontext(_EXACT):
        exact = amount.quantize(Decimal(1).scaleb(-places))
        whole = exact.to_integral_value()
        return whole if exact == whole else exact.normalize()
