"""A shop with a desk of its own on another application, and what a shopper does with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient

from flask_till import Money, OrderDesk, Product, Promotion, Till
from flask_till.base.database import Database
from flask_till.desk.actions.audit import audit_desk
from flask_till.desk.tables import MIGRATIONS as DESK
from flask_till.shop.actions.audit import audit_shop
from flask_till.shop.tables import MIGRATIONS as SHOP

PRODUCTS = (
    Product("mug", "Blue mug", Money("49.99", "PLN"), stock=5000),
    Product("card", "Card", Money("8.00", "PLN")),
    Product("last", "The last one", Money("100.00", "PLN"), stock=1),
)
PROMOTIONS = (Promotion("TEN", percent=10),)
HERE = "http://localhost"


class Market:
    """``config`` goes to both applications; ``gateways`` and ``catalog`` may be given too."""

    def __init__(
        self,
        shop_url: str,
        desk_url: str,
        folder: Path,
        *,
        gateways: Any = None,
        catalog: Any = PRODUCTS,
        order_complete: Any = None,
        **config: Any,
    ) -> None:
        migrate(SHOP, shop_url)
        migrate(DESK, desk_url)
        common = {"SECRET_KEY": "k" * 32, "TILL_BACKGROUND": False, "TILL_ENV": "development"}
        self.desk_app = Flask("a_desk", instance_path=str(folder))
        self.desk_app.config.from_mapping({**common, "TILL_DESK_DATABASE_URL": desk_url, **config})
        self.desk = OrderDesk(self.desk_app, gateways=gateways)
        self.app = Flask("a_shop", instance_path=str(folder))
        self.app.config.from_mapping({**common, "TILL_DATABASE_URL": shop_url, **config})
        self.till = Till(
            self.app,
            catalog=catalog,
            promotions=PROMOTIONS,
            desk=self.desk,
            order_complete=order_complete,
        )
        self.front = self.app.extensions["till"]

    def browser(self, address: str = "127.0.0.1") -> FlaskClient:
        """A new browser on a page of the shop, at an address of the network."""
        client = self.app.test_client()
        client.environ_base |= {"HTTP_ORIGIN": HERE, "REMOTE_ADDR": address}
        return client

    def fill(self, client: FlaskClient, product: str = "mug") -> Any:
        return client.post("/till/iziAddToCart", json={"product_id": product})

    def check_out(self, client: FlaskClient) -> Any:
        return client.post("/till/checkout", json={})

    def opened(self, product: str = "mug") -> tuple[FlaskClient, dict[str, str]]:
        """A browser with an order, and what opens its page."""
        client = self.browser()
        assert self.fill(client, product).status_code == 200
        answer = self.check_out(client)
        assert answer.status_code == 200, answer.text
        opened: dict[str, str] = answer.json
        return client, opened

    def page(self, opened: dict[str, str], address: str = "127.0.0.1") -> FlaskClient:
        """A browser that has the order page open."""
        client = self.desk_app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        entered = client.get(
            "/order", query_string={**order_query(opened), "token": opened["token"]}
        )
        assert entered.status_code == 303, entered.text
        return client

    def pay(self, opened: dict[str, str], outcome: str = "paid") -> Any:
        form = {
            **order_query(opened),
            "gateway": "sandbox",
            "method": "sandbox",
            "outcome": outcome,
        }
        return self.page(opened).post("/order/pay", data=form)

    def deliver(self) -> None:
        """All that waits in both outboxes goes where it belongs."""
        self.desk.relay.drain()
        self.front.background.relay.drain()

    def audit(self) -> None:
        assert self.front.database.read(audit_shop) == []
        assert self.desk.database.read(audit_desk) == []

    def close(self) -> None:
        self.till.close(self.app)
        self.desk.close()


def order_query(opened: dict[str, str]) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(opened["order_url"]).query))


def migrate(migrations: Any, url: str) -> None:
    """What ``flask till db upgrade`` does."""
    database = Database(url)
    migrations.upgrade(database.engine)
    database.close()
