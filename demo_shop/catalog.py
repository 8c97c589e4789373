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


def zl(amount: str) -> Money:
    return Money(amount, "PLN")


def product(price: str, **facts: Any) -> Product:
    """A product of ours: its drawing and its page are named after its id."""
    name = facts["id"]
    picture, page = f"/static/drawings/{name}.svg", f"/products/{name}"
    return Product(price=zl(price), image=picture, url=page, **facts)


PRODUCTS = [
    product(**facts) for facts in json.loads(Path(__file__).with_name("products.json").read_bytes())
]

PROMOTIONS = [
    Promotion("TEN", percent=10, label="10% off everything"),
    Promotion("MINUS20", amount=zl("20"), minimum=zl("150"), label="20 zł off from 150 zł"),
]


DELIVERIES = [
    Delivery(
        "APM",
        zl("12.99"),
        services=(DeliveryService("PWW", "Weekend delivery", zl("2")),),
        free_from=zl("300"),
    ),
    Delivery(
        "COURIER",
        zl("15.99"),
        services=(
            DeliveryService("COD", "Cash on delivery", zl("4")),
            DeliveryService("GW", "Gift wrapping", zl("6.50")),
        ),
    ),
    Delivery("DIGITAL", zl("0"), days=0),
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
