"""An order as the wallet shows it: what was ordered, how it stands, what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ....money import Money
from ....wire.inpost import order as wire
from ...linked_basket import WalletOrder
from ...merchant import Merchant
from .screen import money
from .wording import ORDER_STATES

UNDER_WAY = frozenset({"placing"})
STEPS = ("placing", "processing", "paid")


@dataclass(frozen=True)
class OrderScreen:
    """One order of a shopper."""

    order: WalletOrder
    merchant: Merchant

    @property
    def title(self) -> str:
        return ORDER_STATES[self.order.status]

    @property
    def seal(self) -> str:
        """Which mark stands beside the headline."""
        marks = {"placing": "wait", "processing": "late", "paid": "good", "completed": "good"}
        return marks.get(self.order.status, "off")

    @property
    def can_pay(self) -> bool:
        return self.order.status == "processing" and self.order.order_id is not None

    @property
    def was_declined(self) -> bool:
        return self.can_pay and self.order.payment_status == "DECLINED"

    @property
    def can_reject(self) -> bool:
        return self.order.status == "processing"

    @cached_property
    def content(self) -> wire.Order | None:
        told = self.order.content
        return None if told is None else wire.Order.model_validate(told)

    @property
    def total(self) -> Money | None:
        if self.content is not None:
            return money(self.content.order_details.order_final_price)
        asked: Mapping[str, Any] = self.order.request.get("order_details") or {}
        gross = (asked.get("basket_price") or {}).get("gross")
        return None if gross is None else Money(str(gross), "PLN")

    @property
    def products(self) -> list[Any]:
        return [] if self.content is None else list(self.content.products)

    def line_total(self, product: Any) -> Money:
        pieces = product.quantity.pieces
        each = money(product.base_price)
        return each if pieces is None else each * pieces

    @property
    def delivery(self) -> Any:
        return None if self.content is None else self.content.delivery

    def delivery_price(self) -> Money | None:
        if self.delivery is None:
            return None
        parts = [money(self.delivery.delivery_price)]
        options = self.delivery.delivery_options or []
        return Money.sum([*parts, *(money(one.delivery_option_price) for one in options)], "PLN")

    @property
    def images(self) -> list[str | None]:
        return [product.product_image for product in self.products]
