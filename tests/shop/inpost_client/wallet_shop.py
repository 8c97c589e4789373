"""A shop that sells in złoty and has a wallet, as one object for a test to hold."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_till.shop.actions.binding import find_binding, link, refuse, unlink_by_wallet
from flask_till.shop.binding import Binding, LinkFacts
from flask_till.shop.routes.shopfront import Shopfront
from tests.conftest import StillClock
from tests.shop.conftest import browser
from tests.stand_ins.inpost_wallet import InpostWallet

PHONE = {"prefix": "48", "phone": "501 234 567"}
AGENT = {"user_agent": "Firefox", "platform": "Linux", "description": "Firefox on Linux"}


class WalletShop:
    """The shop's application, one browser on its pages, and the wallet."""

    def __init__(self, app: Flask, wallet: InpostWallet, clock: StillClock) -> None:
        self.app, self.wallet, self.clock = app, wallet, clock
        self.front: Shopfront = app.extensions["till"]
        self.front.database.clock = clock
        self.page = browser(app)

    def other_page(self) -> FlaskClient:
        """Another browser."""
        return browser(self.app)

    # ---- the shopper in the shop ----

    def add(self, product: str = "mug", quantity: int = 1) -> TestResponse:
        body = {"product_id": product, "quantity": quantity}
        return self.page.post("/till/iziAddToCart", json=body)

    def ask(self, page: FlaskClient | None = None, **body: Any) -> TestResponse:
        given = {"binding_place": "BASKET_SUMMARY", "browser": AGENT} | body
        return (page or self.page).post("/till/iziGetPayData", json=given)

    def is_bound(self, wait: int = 0) -> TestResponse:
        return self.page.get(f"/till/iziGetIsBound?wait={wait}")

    def can_be_bound(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.get("/till/iziCanBeBound").get_json()
        return found

    @property
    def basket_id(self) -> str:
        cookie = self.page.get_cookie("till_basket")
        assert cookie is not None
        return cookie.value.rpartition(".")[0]

    @property
    def binding(self) -> Binding:
        found = self.front.database.read(find_binding, self.basket_id)
        assert found is not None
        return found

    # ---- the shopper on the phone ----

    def confirm(self, browser_id: str | None = None) -> Binding:
        """Says yes: the wallet links the basket and tells the shop, which answers with it."""
        kept = self.wallet.link(self.binding.id)
        facts = LinkFacts(
            inpost_basket_id=kept.inpost_basket_id,
            country_prefix="+48",
            phone="501234567",
            masked_phone_number="50*****67",
            name="Anna",
            surname="Nowak",
            browser_id=browser_id,
            browser_trusted=browser_id is not None,
        )
        return self.front.database.write(link, self.binding.id, facts)

    def reject(self) -> None:
        self.front.database.write(refuse, self.binding.id)

    def delete(self) -> None:
        """Deletes the basket in the wallet, which tells the shop."""
        self.wallet.baskets[self.binding.id].linked = False
        self.front.database.write(unlink_by_wallet, self.binding.id)

    def linked(self) -> None:
        """A basket with one mug, linked, and the wallet knows it."""
        self.add()
        assert self.ask(**PHONE).get_json() == {}
        self.confirm()
        self.put_all()
        self.carry()
        self.wallet.asked.clear()

    def put_all(self) -> None:
        """The wallet knows the basket as it is, from the answer to its confirmation."""
        from flask_till.shop.actions.binding import note_sent

        version = self.page.get("/till/basket").get_json()["version"]
        self.front.database.write(note_sent, self.binding.id, version)

    # ---- time and the relay ----

    def carry(self, seconds: float = 1.0) -> int:
        """Time passes, and the relay carries what is due then."""
        self.clock.advance(seconds)
        return self.front.background.relay.drain()

    def puts(self, version: str = "v1") -> list[dict[str, Any]]:
        """The baskets that the wallet was told."""
        where = f"/{version}/izi/basket/{self.binding.id}"
        return [one.body for one in self.wallet.asked if str(one) == f"PUT {where}"]
