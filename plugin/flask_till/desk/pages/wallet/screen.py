"""A basket as the wallet shows it, from what the shop last said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from ....money import Money
from ....wire.inpost import basket as wire
from ....wire.inpost.amounts import Price
from ....wire.inpost.products import PricedProduct, QuantityType
from ...linked_basket import LinkedBasket
from ...merchant import Merchant

ENDLESS = 9999
"""Stock of a product whose stock is not counted (4.1.3)."""
FEW = 5


def money(price: Price) -> Money:
    return Money(format(price.gross, "f"), "PLN")


@dataclass(frozen=True)
class Line:
    """A product in the basket, or one that is suggested beside it."""

    product: PricedProduct
    waiting: bool = False

    @property
    def id(self) -> str:
        return self.product.product_id

    @property
    def quantity(self) -> Decimal:
        return self.product.quantity.quantity

    @property
    def shown_quantity(self) -> str:
        unit = self.product.quantity.quantity_unit
        number = format(self.quantity.normalize(), "f")
        counted = self.product.quantity.quantity_type == QuantityType.INTEGER
        return number if counted or not unit else f"{number} {unit}"

    @property
    def step(self) -> Decimal:
        return self.product.quantity.quantity_jump or Decimal(1)

    @property
    def most(self) -> Decimal:
        told = self.product.quantity
        limits = [one for one in (told.max_quantity, told.available_quantity) if one is not None]
        return min(limits, default=Decimal(ENDLESS))

    @property
    def fewer(self) -> str:
        return format(max(Decimal(0), self.quantity - self.step).normalize(), "f")

    @property
    def more(self) -> str | None:
        wanted = self.quantity + self.step
        return format(wanted.normalize(), "f") if wanted <= self.most else None

    @property
    def is_gone(self) -> bool:
        """The shop keeps it in the basket but has none left (6)."""
        return not self.quantity or self.most == 0

    @property
    def left(self) -> int | None:
        """How many are left, when they are few."""
        available = self.product.quantity.available_quantity
        return int(available) if available is not None and 0 < available <= FEW else None

    @property
    def each(self) -> Money:
        return money(self.product.price)

    @property
    def was(self) -> Money | None:
        """The price before the shop's own promotion."""
        before = money(self.product.base_price)
        return before if before > self.each else None

    @property
    def lowest(self) -> Money | None:
        """The lowest price of the last 30 days, which must be told beside a lower one."""
        told = self.product.lowest_price
        return money(told) if told is not None and self.was else None

    @property
    def total(self) -> Money:
        measured = self.product.quantity.quantity_type == QuantityType.DECIMAL
        return self.each if measured else self.each * int(self.quantity)

    @property
    def facts(self) -> str:
        told = self.product.product_attributes or []
        return ", ".join(f"{one.attribute_name}: {one.attribute_value}" for one in told[:4])


@dataclass(frozen=True)
class BasketScreen:
    """One basket as its shopper sees it now."""

    basket: LinkedBasket
    merchant: Merchant
    edits: Sequence[Any] = ()

    @cached_property
    def content(self) -> wire.Basket:
        return wire.Basket.model_validate(self.basket.content)

    @property
    def is_there(self) -> bool:
        """Whether the shop has sent its contents."""
        return self.basket.is_linked and self.basket.content is not None

    @cached_property
    def lines(self) -> list[Line]:
        busy = {edit.data.get("product_id") for edit in self._waiting}
        return [Line(one, one.product_id in busy) for one in self.content.products]

    @property
    def suggestions(self) -> list[Line]:
        there = {line.id for line in self.lines}
        related = self.content.related_products or []
        return [Line(one) for one in related if one.product_id not in there][:10]

    @property
    def _waiting(self) -> list[Any]:
        return [edit for edit in self.edits if edit.status == "waiting"]

    @property
    def is_busy(self) -> bool:
        """The shop has not answered a change yet."""
        return bool(self._waiting)

    @property
    def refused(self) -> list[Any]:
        """Without what the shop's notice says anyway."""
        said = self.notice.description if self.notice else None
        return [edit for edit in self.edits if edit.status == "refused" and edit.refusal != said]

    @property
    def count(self) -> int:
        return sum(int(line.quantity) or 1 for line in self.lines if line.quantity)

    @property
    def codes(self) -> list[wire.PromoCode]:
        return self.content.promo_codes or []

    @property
    def offers(self) -> list[wire.PromotionAvailable]:
        """Codes that could be used and are not yet."""
        used = {code.promo_code_value for code in self.codes}
        told = self.content.promotions_available or []
        return [one for one in told if one.promo_code_value not in used]

    @property
    def notice(self) -> Any:
        return self.content.summary.basket_notice

    @property
    def base(self) -> Money:
        return money(self.content.summary.basket_base_price)

    @property
    def total(self) -> Money:
        return money(self.content.summary.price)

    @property
    def discount(self) -> Money | None:
        """How much promotions and codes take off."""
        saved = self.base - self.total
        return saved if saved > Money.zero(saved.currency) else None

    @property
    def can_order(self) -> bool:
        some = any(line.quantity for line in self.lines)
        return self.basket.status == "bound" and some and bool(self.content.delivery)

    def image(self, line: Line) -> str | None:
        return line.product.product_image

    @property
    def images(self) -> list[str | None]:
        if not self.is_there:
            return []
        return [line.product.product_image for line in [*self.lines, *self.suggestions]]
