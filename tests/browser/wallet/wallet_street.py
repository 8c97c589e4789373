"""A desk that is a wallet, and shops whose buttons lead to it, as users of the plugin write."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, render_template_string

from flask_till import (
    Consent,
    Delivery,
    DeliveryService,
    Money,
    OrderDesk,
    Product,
    Promotion,
    Till,
)

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ name }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">{{ till.script() }}</head><body><main><h1>{{ name }}</h1>
<till-button product="mug">Add the mug</till-button>
<till-button product="few">Add one of the few</till-button>
<till-button product="book">Add the book</till-button>
<till-button product="mug" wallet variant="secondary">Mug by phone</till-button>
<till-button wallet>Buy with your phone</till-button>
<till-basket></till-basket>
{% if thanks %}<till-order></till-order>{% endif %}
</main></body></html>"""


def zl(amount: str) -> Money:
    return Money(amount, "PLN")


GOODS = [
    Product("mug", "Blue mug", zl("49.99"), stock=20),
    Product("few", "One of the few", zl("15"), stock=3),
    Product("book", "A book to read on a screen", zl("19"), digital=True),
    Product("saucer", "Saucer", zl("12"), stock=20),
]
DELIVERIES = [
    Delivery("APM", zl("12.99")),
    Delivery("COURIER", zl("15.99"), services=(DeliveryService("COD", "Cash", zl("4")),)),
]
CODES = [
    Promotion("TEN", percent=10, label="Ten percent off"),
    Promotion("HALF", percent=50, minimum=zl("1000"), label="Half price from 1000"),
]


class Heard:
    """Orders that one of the shop's own signals told of, which comes from a thread of its own."""

    def __init__(self) -> None:
        self.orders: list[Any] = []
        self._news = threading.Condition()

    def listen(self, app: Flask, order: Any) -> None:
        with self._news:
            self.orders.append(order)
            self._news.notify_all()

    def wait(self, count: int = 1) -> list[Any]:
        """All of them, once there are that many."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.orders) >= count, timeout=15)
            return list(self.orders)


@dataclass
class Shop:
    """One shop on the street, and what its signals told."""

    name: str
    url: str
    app: Flask
    till: Till
    placed: Heard = field(default_factory=Heard)
    paid: Heard = field(default_factory=Heard)
    cancelled: Heard = field(default_factory=Heard)

    def describe(self, text: str) -> None:
        with self.app.app_context():
            self.till.orders.describe(self.placed.wait()[-1].id, text)

    def ship(self, *parcels: str) -> None:
        with self.app.app_context():
            self.till.orders.ship(self.placed.wait()[-1].id, parcels)


def open_desk(folder: Path, desk_url: str) -> Flask:
    app = Flask("desk", instance_path=str(folder / "desk"))
    app.config.update(SECRET_KEY="d" * 32, TILL_ENV="development", TILL_DESK_PUBLIC_URL=desk_url)
    OrderDesk(app)
    return app


def open_shop(folder: Path, number: int, shop_url: str, desk: Flask, desk_url: str) -> Shop:
    """A shop, and its name in the desk's books."""
    name = ["Corner shop", "Harbour shop"][number]
    word = ["corner", "harbour"][number]
    known = {
        "api_key": f"till_key_{word}_0123456789abcdef0123456789",
        "callback_secret": "whsec_Y29ybmVyLXNob3AtY2FsbGJhY2stc2VjcmV0",
    }
    wallet = {
        "client_id": f"{word}-shop",
        "client_secret": f"{word}-shop-client-secret-01",
        "merchant_external_id": f"0c1f6a52-5a43-4d55-9c0e-5741e0d8a00{number}",
        "pos_id": f"V00000000{number}",
        "merchant_client_id": f"{word}-shop-widget",
        "merchant_secret": f"{word}-shop-merchant-secret-01",
    }
    with desk.app_context():
        at_desk = desk.extensions["till_desk"].owner
        at_desk.ensure_merchant(
            merchant_id=f"mer_{word}",
            name=name,
            callback_url=f"{shop_url}/till/callbacks/till",
            origins=[shop_url],
            **known,
        )
        at_desk.ensure_inpost(f"mer_{word}", base_url=f"{shop_url}/till/merchant", **wallet)
    app = Flask(word, instance_path=str(folder / word))
    app.config.update(
        SECRET_KEY=word * 8,
        TILL_ENV="development",
        TILL_PUBLIC_URL=shop_url,
        TILL_DESK_URL=desk_url,
        TILL_DESK_KEY=known["api_key"],
        TILL_DESK_CALLBACK_SECRETS=known["callback_secret"],
        TILL_INPOST_CLIENT_ID=wallet["client_id"],
        TILL_INPOST_CLIENT_SECRET=wallet["client_secret"],
        TILL_INPOST_POS_ID=wallet["pos_id"],
        TILL_INPOST_MERCHANT_CLIENT_ID=wallet["merchant_client_id"],
        TILL_INPOST_MERCHANT_SECRET=wallet["merchant_secret"],
        TILL_INPOST_API_URL=f"{desk_url}/inpost",
        TILL_INPOST_APP_LINK=f"{desk_url}/wallet",
    )
    terms = f"{shop_url}/terms"
    till = Till(
        app,
        catalog=GOODS,
        promotions=CODES,
        deliveries=DELIVERIES,
        consents=[
            Consent("terms", "I accept the #terms", terms, label="terms",
                    requirement="REQUIRED_ALWAYS"),
        ],
        related=lambda basket: ["saucer"],
        order_complete=lambda order: f"{shop_url}/thanks",
    )  # fmt: skip
    shop = Shop(name, shop_url, app, till)
    till.on_order_placed(shop.placed.listen)
    till.on_order_paid(shop.paid.listen)
    till.on_order_cancelled(shop.cancelled.listen)

    @app.get("/")
    def home() -> str:
        return render_template_string(PAGE, name=name)

    @app.get("/thanks")
    def thanks() -> str:
        return render_template_string(PAGE, name=name, thanks=True)

    return shop
