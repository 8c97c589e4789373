"""An order as the wallet shows it: what was ordered, how it stands, what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ....money import Money
from ....wire.inpost import order as wire
from ...linked_basket import WalletOrder
from ...merchant import Merchant
from .screen import money
from .wording import ORDER_STATES


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
        asked = self.order.request
        return Money.of_minor(asked["total"], asked["currency"]) if "total" in asked else None

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
    def discount(self) -> Money | None:
        """What promotions took off; None when nothing, or before the shop has answered."""
        total, delivery = self.total, self.delivery_price()
        if total is None or delivery is None:
            return None
        goods = Money.sum([self.line_total(product) for product in self.products], total.currency)
        saved = goods + delivery - total
        return saved if saved > Money.zero(total.currency) else None

    @property
    def images(self) -> list[str | None]:
        return [product.product_image for product in self.products]
