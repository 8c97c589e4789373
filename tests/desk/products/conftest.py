"""A desk with a product on its shelf, and orders that take of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from flask_till.desk.actions import product_sales, products
from flask_till.desk.actions.orders import create_order
from flask_till.desk.product import Product, Taking
from flask_till.desk.tables.claims import product_tokens
from tests.desk.the_desk import TheDesk, draft

REAL = "brl"


class Shelf:
    """``put`` a product, ``take`` it for a new order."""

    def __init__(self, desk: TheDesk) -> None:
        self.desk = desk

    def put(self, *tokens: str, fixed_to: str | None = None, **given: Any) -> Product:
        product = Product(
            **{
                "id": "pass",
                "merchant_id": self.desk.merchant.id,
                "slug": "pass",
                "name": "Pass",
                "prices": {REAL: Decimal(100)},
            }
            | given
        )
        self.desk.database.write(products.add_product, product)
        pieces = [(token, fixed_to) for token in tokens]
        self.desk.database.write(products.add_tokens, product.id, pieces)
        return product

    def take(
        self, name: str, quantity: int = 1, *, buyer: str = "ann", token: str | None = None
    ) -> str:
        """In one transaction, as whoever places an order does it. Returns the order's id."""

        def act(work: Any) -> str:
            order, _ = create_order(work, self.desk.merchant, draft(name))
            product = products.lock_products(work, self.desk.merchant.id, ["pass"])["pass"]
            taking = Taking(order.id, 0, "pass", buyer, quantity, token)
            product_sales.take(work, product, taking)
            return order.id

        return self.desk.database.write(act)

    def left(self, buyer: str = "ann") -> int:
        def see(work: Any) -> int:
            product = products.read_product(work, self.desk.merchant.id, "pass")
            return products.read_shelf(work, product, buyer).left

        return self.desk.database.read(see)

    def states(self) -> dict[str, str]:
        return {row.id: row.state for row in self.desk.rows(product_tokens)}

    def of(self, order_id: str) -> list[str]:
        found = self.desk.database.read(products.tokens_of, order_id)
        return [token.id for _, token in found]


@pytest.fixture
def shelf(desk: TheDesk) -> Shelf:
    return Shelf(desk)


@pytest.fixture
def released(desk: TheDesk) -> Callable[[str], None]:
    """End an order badly: its pieces go back in the same transaction."""

    def end(order_id: str) -> None:
        desk.cashier.cancel(order_id, along=lambda work: product_sales.release(work, order_id))

    return end
