"""All that the shop says to a wallet which asks (contract section 3), for routes to use."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ....errors import Conflict, MoneyError
from ....wire.inpost.amounts import Price
from ....wire.inpost.basket import Basket as BasketMessage
from ....wire.inpost.order import Order as OrderMessage
from ....wire.inpost.order import OrderCreate
from ....wire.inpost.order_events import OrderEventReply, WalletOrderEvent
from ....wire.inpost.products import QuantityType
from ....wire.inpost.promoted import ProductPage, PromotedProduct, PromotedQuantity
from ....wire.inpost.values import Currency
from ...catalog import Product
from ...order import Order
from ...terms import Terms
from ...wallet import Told
from ...wallet_order import OrderTold, WalletOrder, Wanted
from .order_words import event_reply, order_message, told_of_order, wanted_from
from .words import UNLIMITED, basket_message, facts_of, unit_of


class MerchantWords:
    """``pos_id`` is the shop's point of sale, as it stands in each order (4.4)."""

    def __init__(self, terms: Terms, pos_id: str = "") -> None:
        self._terms = terms
        self._pos_id = pos_id

    def basket(self, told: Told) -> BasketMessage:
        """Raises `Conflict` (BASKET_NOT_UPDATE) for more money than this wire can say."""
        try:
            return basket_message(
                told.binding, told.basket, told.products, self._terms, told.notice, told.now
            )
        except MoneyError:
            raise Conflict(
                "The basket costs more than the wallet can be told.", code="BASKET_NOT_UPDATE"
            ) from None

    def wanted(self, create: OrderCreate) -> Wanted:
        return wanted_from(create)

    def order(self, order: Order, kept: WalletOrder) -> OrderMessage:
        return order_message(order, kept, self._terms, self._pos_id)

    def told(self, event: WalletOrderEvent) -> OrderTold:
        return told_of_order(event)

    def reply(self, order: Order, kept: WalletOrder) -> OrderEventReply:
        return event_reply(order, kept, self._terms)

    def page(
        self, products: Sequence[Product], page_index: int, page_size: int, total: int
    ) -> ProductPage:
        """A page of what is sold (3.7); ``stock`` of each is what is left.

        What has a price that this wire cannot say is not on it.
        """
        listed = [self._listed(product) for product in products]
        return ProductPage(
            content=[product for product in listed if product is not None],
            page_index=page_index,
            page_size=page_size,
            total_items=total,
        )

    def _listed(self, product: Product) -> PromotedProduct | None:
        try:
            price = Price.at_rate(product.price, self._terms.vat_of(product))
        except MoneyError:
            return None
        facts = facts_of(product, self._terms)
        for unknown_here in ("product_category", "product_type"):
            del facts[unknown_here]
        left = product.stock
        return PromotedProduct(
            **facts,
            price=price,
            currency=Currency.PLN,
            quantity=PromotedQuantity(
                available_quantity=UNLIMITED if left is None else Decimal(min(left, 10**9)),
                quantity_type=QuantityType.INTEGER,
                quantity_unit=unit_of(self._terms),
            ),
        )
