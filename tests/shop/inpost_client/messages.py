"""A basket to send, as the contract has it (4.1)."""

from __future__ import annotations

import json
from typing import Any

from flask_till.wire.inpost.basket import BasketPut

BASKET = "8e2b0c1a-5c55-4c0e-9a6f-1d8b2e3f4a5b"
PRICE = {"net": "40.64", "gross": "49.99", "vat": "9.35"}
A_BASKET: dict[str, Any] = {
    "summary": {"basket_base_price": PRICE, "currency": "PLN"},
    "delivery": [],
    "products": [
        {
            "product_id": "mug",
            "product_name": "Kubek żółty",
            "base_price": PRICE,
            "quantity": {"quantity": 1, "quantity_type": "INTEGER"},
        }
    ],
}


def basket_put(**more: Any) -> BasketPut:
    return BasketPut.read(json.dumps(A_BASKET | more).encode())
