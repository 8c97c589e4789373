"""What both kinds of desk are tried with: a shelf in dollars, and an order as the shop has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from flask_till.base.database import Database
from flask_till.money import Money
from flask_till.shop.actions.orders import orders_of
from flask_till.shop.actions.reading import read_order
from flask_till.shop.catalog import Product, Shelf
from flask_till.shop.order import Order, OrderLine, OrderPromotion
from flask_till.shop.promotion import Promotion
from tests.shop.shelves import shelf_of
from tests.shop.test_desks import ORDER as IN_ZLOTY

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def usd(amount: str) -> Money:
    return Money(amount, "USD")


MUG = Product("mug", "Blue mug", usd("49.99"), stock=20, max_quantity=10, image="/mug.svg")
CARD = Product("card", "Card", usd("8.00"))
LAST = Product("last", "The last one", usd("100.00"), stock=1)
TEN = Promotion("TEN", percent=10, label="Ten off")
ORDER = replace(
    IN_ZLOTY,
    id="ord_1a2b",
    lines=(
        OrderLine("mug", "Blue mug", 2, usd("49.99"), image="/static/mug.svg"),
        OrderLine("card", "Card", 1, usd("8.00"), image="https://cdn.example/card.svg"),
    ),
    promotions=(OrderPromotion("TEN", "Ten off", usd("-10.80")),),
    subtotal=usd("107.98"),
    discount=usd("-10.80"),
    delivery=usd("0"),
    total=usd("97.18"),
    refunded=usd("0"),
)


def dollar_shelf() -> Shelf:
    shelf = shelf_of(MUG, CARD, LAST, promotions=(TEN,))
    return Shelf.of(shelf.catalog, shelf.promotions.values(), "USD")


def now(database: Database, order_id: str) -> Order:
    """The order as it is now."""
    return database.read(read_order, order_id)


def statuses(database: Database, basket_id: str) -> list[str]:
    """Those of all orders of a basket, oldest first."""
    return [order.status for order in reversed(database.read(orders_of, basket_id))]
