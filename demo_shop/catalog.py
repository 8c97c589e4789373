"""What Stempel sells (the list is in products.json), and the two promotions it has on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask_till import Basket, Consent, Delivery, DeliveryService, Money, Product, Promotion

CATEGORIES = {
    "Stoneware": "Thrown in the morning, stamped after lunch, fired twice. Safe with dishwashers, "
    "ovens and grandchildren.",
    "Paper": "The same patterns, carved in lino and printed on paper from a mill down the river.",
    "Stamps & ink": "Everything we use ourselves, so that you can do it too.",
    "Without a parcel": "Nothing to post: these come by email as soon as they are paid for.",
}


GIFT_CARD = "gift-card"
"""Handed over as a code, which its owner claims in the desk's wallet."""


class Goods:
    """All that Stempel sells, in one currency. The numbers are the same in each.

    Without ``claims`` nothing is sold that is handed over as one.
    """

    def __init__(self, currency: str, *, claims: bool = True) -> None:
        self._currency = currency
        products = json.loads(Path(__file__).with_name("products.json").read_bytes())
        sold = (facts for facts in products if claims or facts["id"] != GIFT_CARD)
        self.products = [self._product(**facts) for facts in sold]

    def price(self, amount: str) -> Money:
        return Money(amount, self._currency)

    def _product(self, price: str, **facts: Any) -> Product:
        """A product of ours: its drawing and its page are named after its id."""
        name = facts["id"]
        picture, page = f"/static/drawings/{name}.svg", f"/products/{name}"
        return Product(price=self.price(price), image=picture, url=page, **facts)

    @property
    def promotions(self) -> list[Promotion]:
        off, least = self.price("20"), self.price("150")
        return [
            Promotion("TEN", percent=10, label="10% off everything"),
            Promotion(
                "MINUS20",
                amount=off,
                minimum=least,
                label=f"{off.format('en')} off from {least.format('en')}",
            ),
        ]

    @property
    def deliveries(self) -> list[Delivery]:
        price = self.price
        weekend = DeliveryService("PWW", "Weekend delivery", price("2"))
        return [
            Delivery("APM", price("12.99"), services=(weekend,), free_from=price("300")),
            Delivery(
                "COURIER",
                price("15.99"),
                services=(
                    DeliveryService("COD", "Cash on delivery", price("4")),
                    DeliveryService("GW", "Gift wrapping", price("6.50")),
                ),
            ),
            Delivery("DIGITAL", price("0"), days=0),
        ]


def consents(shop_url: str) -> list[Consent]:
    return [
        Consent(
            "terms",
            "I accept the shop's #terms",
            f"{shop_url}/about",
            label="terms of sale",
            requirement="REQUIRED_ALWAYS",
        ),
        Consent("news", "Send me #news now and then", f"{shop_url}/about", label="news"),
    ]


def goes_with(basket: Basket) -> list[str]:
    """What the wallet suggests beside a basket."""
    there = {line.product_id for line in basket.lines}
    return [name for name in ("wrap", "cards", "ink", "stamps") if name not in there][:2]
