"""What the numbers of a basket and of an order have to add up to (4.2). Pure.

Lines are rounded half up to two places and then summed. Prices of two places times whole pieces
need no rounding, and a measured product's price is already that of the selected quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from ...errors import InvalidRequest, MoneyError
from .amounts import Price
from .basket import Basket, Delivery, Summary
from .order import Order, OrderCreate
from .products import OrderedQuantity, PricedProduct
from .values import DeliveryType


def line_price(price: Price, quantity: OrderedQuantity) -> Price:
    """One line: per piece, or for the measured quantity as it is. Raises `MoneyError`."""
    pieces = quantity.pieces
    return price if pieces is None else price.times(pieces)


def base_total(products: Sequence[PricedProduct]) -> Price:
    """Catalogue prices of all lines (4.2). Raises `MoneyError`."""
    return Price.sum(line_price(one.base_price, one.quantity) for one in products)


def promo_total(products: Sequence[PricedProduct]) -> Price:
    """All lines after product promotions, before codes (4.1.1). Raises `MoneyError`."""
    return Price.sum(line_price(one.price, one.quantity) for one in products)


def shown_discount(summary: Summary) -> Decimal:
    """What the wallet shows as saved by codes, gross: promo - final, else base - final (4.1.1)."""
    before = summary.basket_promo_price or summary.basket_base_price
    return before.gross - summary.price.gross


def faults(basket: Basket) -> list[str]:
    """What does not add up in a basket, compared on gross; empty when all does."""
    found = [
        f"promo_price of {product.product_id} is above its base_price"
        for product in [*basket.products, *(basket.related_products or [])]
        if product.price.gross > product.base_price.gross
    ]
    summary = basket.summary
    found += _differs("basket_base_price", summary.basket_base_price, base_total, basket)
    if summary.basket_promo_price is not None:
        found += _differs("basket_promo_price", summary.basket_promo_price, promo_total, basket)
    if shown_discount(summary) < 0:
        found.append("basket_final_price is above the price before codes")
    if summary.free_basket and summary.price.gross:
        found.append("free_basket, and its price is not zero")
    return found


def _differs(
    name: str, said: Price, reckon: Callable[[Sequence[PricedProduct]], Price], basket: Basket
) -> list[str]:
    try:
        reckoned = reckon(basket.products)
    except MoneyError as error:
        return [f"{name}: {error.message}"]
    if said.gross == reckoned.gross:
        return []
    return [f"{name} is {said.gross}, its lines add up to {reckoned.gross}"]


def order_total(basket: Basket, delivery_type: DeliveryType, codes: Sequence[str] = ()) -> Price:
    """What an order of this basket costs: products, delivery, chosen options (4.2).

    The order of ``codes`` does not matter. Raises `InvalidRequest` for a delivery type or a code
    that is not offered, for a code given twice, and for a total that the wire cannot say.
    """
    delivery = basket.delivery_by(delivery_type)
    if delivery is None:
        raise InvalidRequest(f"{delivery_type} is not offered for this basket.")
    try:
        parts = [basket.summary.price, delivery.delivery_price, *_chosen(delivery, codes)]
        return Price.sum(parts)
    except MoneyError as error:
        raise InvalidRequest(error.message) from None


def _chosen(delivery: Delivery, codes: Sequence[str]) -> list[Price]:
    offered = delivery.delivery_options or []
    prices = {one.delivery_code_value: one.delivery_option_price for one in offered}
    if len(prices) != len(offered):
        raise InvalidRequest(f"{delivery.delivery_type} offers a service twice.")
    if len(set(codes)) != len(codes):
        raise InvalidRequest("A delivery service is chosen twice.")
    if not prices.keys() >= set(codes):
        raise InvalidRequest(f"A chosen service is not offered for {delivery.delivery_type}.")
    return [prices[code] for code in codes]


def totals_agree(order: OrderCreate, total: Price) -> bool:
    """Whether the wallet's ``basket_price`` is the shop's ``total``, gross, less what the wallet
    pays for itself as ``inpost_discounts`` (3.8)."""
    discounts = order.order_details.inpost_discounts or []
    paid_for = sum((one.discount for one in discounts), Decimal(0))
    return order.order_details.basket_price.gross == total.gross - paid_for


def order_faults(order: Order) -> list[str]:
    """What does not add up in a shop's order: final is base, delivery and options, on gross."""
    details, delivery = order.order_details, order.delivery
    options = [one.delivery_option_price for one in delivery.delivery_options or []]
    try:
        total = Price.sum([details.order_base_price, delivery.delivery_price, *options])
    except MoneyError as error:
        return [f"order_final_price: {error.message}"]
    if details.order_final_price.gross == total.gross:
        return []
    return [f"order_final_price is {details.order_final_price.gross}, not {total.gross}"]
