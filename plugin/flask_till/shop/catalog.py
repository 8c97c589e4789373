"""What a shop sells, and the port to wherever it keeps that. No I/O.

`Product` and the `Catalog` protocol are all that the rest of the shop half knows. Catalogs that
count their stock in our tables, `ListCatalog` and `SqlCatalog`, are in `actions.catalogs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from ..errors import SettingsError
from ..money import Money, exponent
from .promotion import Promotion

MOST_OF_ONE = 10_000
"""The largest quantity of one line, whatever the product allows."""
DEAREST_MINOR = 10**12
"""The largest price, in minor units: what the desks' protocol can say."""

_ID = re.compile(r"[A-Za-z0-9._~:-]{1,128}\Z")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def is_product_id(value: object) -> bool:
    """Whether a product could have this id at all."""
    return isinstance(value, str) and _ID.match(value) is not None


def is_rate(value: object) -> bool:
    """Whether it is a tax rate in percent: a whole number or a `Decimal` from 0 to 100."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return Decimal(value).is_finite() and 0 <= value <= 100


@dataclass(frozen=True, slots=True)
class Product:
    """Something to buy. ``stock`` is how many are left, None when it never runs out.

    What follows ``digital`` is for wallets: the tax rate in percent (None: the shop's), the price
    without the product's own reduction, the lowest one of the last 30 days, the EAN, properties
    such as the colour, the ids of products that go with it, and further pictures: an address each,
    or a pair of a small and a normal one.

    Raises `SettingsError` for an id, a name, a price or a limit that cannot be sold.
    """

    id: str
    name: str
    price: Money
    stock: int | None = None
    description: str = ""
    image: str | None = None
    url: str | None = None
    max_quantity: int | None = None
    category: str = ""
    digital: bool = False
    vat_rate: int | Decimal | None = None
    regular_price: Money | None = None
    lowest_price: Money | None = None
    ean: str | None = None
    attributes: Mapping[str, str] | tuple[tuple[str, str], ...] = ()
    related: tuple[str, ...] = ()
    images: tuple[str | tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not is_product_id(self.id):
            raise SettingsError(
                f"{self.id!r} cannot be a product's id.",
                remedy="Use 1 to 128 of the letters A-Z a-z 0-9 . _ ~ : -",
            )
        self._check_name(self.name)
        self._check_price(self.price)
        self._check_count("stock", 0)
        self._check_count("max_quantity", 1)
        self._check_details()

    def _check_details(self) -> None:
        if self.vat_rate is not None and not is_rate(self.vat_rate):
            raise self._wrong("vat_rate must be a whole number or a Decimal from 0 to 100")
        for price in (self.regular_price, self.lowest_price):
            if price is not None:
                self._check_price(price)
                if price.currency != self.price.currency:
                    raise self._wrong("its prices must be in one currency")
        if self.regular_price is not None and self.regular_price < self.price:
            raise self._wrong("its regular_price is below its price")
        pairs = self.attributes
        listed = pairs.items() if isinstance(pairs, Mapping) else pairs
        object.__setattr__(self, "attributes", tuple((str(a), str(b)) for a, b in listed))
        object.__setattr__(self, "related", tuple(self.related))
        object.__setattr__(self, "images", tuple(self.images))

    @property
    def pictures(self) -> tuple[tuple[str, str], ...]:
        """``images`` as pairs of a small and a normal one."""
        return tuple((one, one) if isinstance(one, str) else one for one in self.images)

    @property
    def properties(self) -> tuple[tuple[str, str], ...]:
        """``attributes`` as pairs."""
        assert isinstance(self.attributes, tuple)
        return self.attributes

    def _check_name(self, name: object) -> None:
        if not isinstance(name, str) or not name.strip() or len(name) > 250:
            raise self._wrong("its name must have 1 to 250 letters")
        if _CONTROL.search(name):
            raise self._wrong("its name holds a control character")

    def _check_price(self, price: object) -> None:
        if not isinstance(price, Money) or not 0 <= price.minor <= DEAREST_MINOR:
            raise self._wrong('its price must be Money, such as Money("49.99", "PLN")')

    def _check_count(self, field: str, lowest: int) -> None:
        value = getattr(self, field)
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= 10**12:
            raise self._wrong(f"{field} must be a whole number from {lowest} on, or None")

    def _wrong(self, why: str) -> SettingsError:
        return SettingsError(f"The product {self.id!r} cannot be sold: {why}.")

    def limit(self, left: int | None) -> int:
        """How many one basket may hold when ``left`` are free for it (None: any number)."""
        limits = (MOST_OF_ONE, self.max_quantity, left)
        return max(0, min([limit for limit in limits if limit is not None]))


@runtime_checkable
class Catalog(Protocol):
    """What a shop must be able to do with its own products, wherever they are.

    ``work`` is the transaction that places or ends the order. Products in the same database use
    ``work.connection``, and what they write stands or falls with the order; products elsewhere
    commit on their own, which is why both changes must be idempotent for an ``order_id``.
    """

    def get(self, product_id: str) -> Product | None:
        """The product as it is now, ``stock`` being what is left; None when there is none."""

    def reserve(self, order_id: str, quantities: Mapping[str, int], work: Any) -> None:
        """Set the quantities aside, all of them or none; nothing when the order has them already.

        Raises `OutOfStock`.
        """

    def release(self, order_id: str, work: Any) -> None:
        """Put what the order has set aside back, once, however often it is called."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that pricing needs to know of a shop: what it sells, its promotions, its currency.

    ``claims`` names the goods that are handed over as a claim, by the ids that their maker knows
    them by; None where the shop has no such goods.
    """

    catalog: Catalog
    promotions: Mapping[str, Promotion]
    currency: str
    claims: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        exponent(self.currency)
        for promotion in self.promotions.values():
            for money in (promotion.amount, promotion.minimum):
                if money is not None and money.currency != self.currency:
                    raise SettingsError(
                        f"The promotion {promotion.code} is in {money.currency}, "
                        f"the shop in {self.currency}."
                    )

    @classmethod
    def of(cls, catalog: Catalog, promotions: Iterable[Promotion], currency: str) -> Shelf:
        """A shelf with the promotions in the shop's order. Raises `SettingsError` for a twin."""
        by_code: dict[str, Promotion] = {}
        for promotion in promotions:
            if promotion.code in by_code:
                raise SettingsError(f"There are two promotions with the code {promotion.code}.")
            by_code[promotion.code] = promotion
        return cls(catalog, by_code, currency)
