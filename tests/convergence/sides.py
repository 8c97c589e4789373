"""A whole shop and a whole desk, each of which can be thrown away and made anew at any moment."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_till.base.database import Database
from flask_till.base.relay import Relay
from flask_till.base.sealing import Seal
from flask_till.desk.dialects.inpost.keyring import Keyring
from flask_till.desk.extension import OrderDesk
from flask_till.desk.linked_basket import LinkedBasket, WalletOrder
from flask_till.desk.tables import MIGRATIONS as DESK_MIGRATIONS
from flask_till.desk.wallet import Wallet
from flask_till.desk.wallet_port import OrderWanted
from flask_till.money import Money
from flask_till.shop.actions.catalogs import SqlCatalog
from flask_till.shop.catalog import Product
from flask_till.shop.extension import Till
from flask_till.shop.promotion import Promotion
from flask_till.shop.routes.shopfront import Shopfront
from flask_till.shop.tables import MIGRATIONS as SHOP_MIGRATIONS
from flask_till.shop.terms import APM, REQUIRED_ONCE, Consent, Delivery, DeliveryService
from tests.conftest import StillClock
from tests.convergence.network import Way
from tests.shop.played_desk import PlayedDesk
from tests.stand_ins.paper_gateway import PaperGateway

SECRET = "a secret that only tests know"
SHOP, WALLET = "https://shop.test", "https://wallet.test"
PHONE = {"prefix": "48", "phone": "501234567"}
PRODUCTS = [
    Product("mug", "Mug", Money("49.99", "PLN"), stock=30, max_quantity=10, related=("gift",)),
    Product("card", "Card", Money("8.00", "PLN"), regular_price=Money("9.00", "PLN")),
    Product("rare", "Rare", Money("100.00", "PLN"), stock=2),
    Product("gift", "Gift", Money("1.00", "PLN")),
]
"""``gift`` is only ever added in the wallet, so that what was added can be counted."""
PROMOTIONS = [
    Promotion("TEN", percent=10),
    Promotion("ONCE", amount=Money("5.00", "PLN"), max_uses=1),
]
TERMS = {
    "deliveries": [
        Delivery(
            APM,
            Money("12.99", "PLN"),
            services=(DeliveryService("PWW", "Weekend", Money("2.00", "PLN")),),
            free_from=Money("300.00", "PLN"),
        )
    ],
    "consents": [Consent("terms", "I agree", f"{SHOP}/terms", requirement=REQUIRED_ONCE)],
}
WANTED = {"delivery_type": "APM", "delivery_point": "KRA01M", "consents": {"terms": True}}
PROFILE = {
    "name": "Anna",
    "surname": "Nowak",
    "mail": "anna@mail.example",
    "address": {
        "street": "Lipowa",
        "building": "4A",
        "city": "Kraków",
        "postal_code": "30-001",
    },
}


class Clock(StillClock):
    """Also for those who count seconds by themselves."""

    def seconds(self) -> float:
        return self.now.timestamp()


def migrate(shop_url: str, desk_url: str) -> None:
    """Both halves' tables, and the key that the wallet signs with: it takes long to make."""
    for url, migrations in ((shop_url, SHOP_MIGRATIONS), (desk_url, DESK_MIGRATIONS)):
        database = Database(url)
        migrations.upgrade(database.engine)
        if migrations is DESK_MIGRATIONS:
            Keyring(database, Seal([SECRET])).signing()
        database.close()


class DeskSide:
    """The desk, its wallet, and one shopper's phone."""

    def __init__(self, url: str, clock: Clock, way: Way, folder: Path) -> None:
        self._url, self._clock, self._way, self._folder = url, clock, way, folder
        self.gateway = PaperGateway()
        self.start()
        wallet = self.wallet
        code = wallet.send_code("+48", PHONE["phone"]).shown
        assert code is not None
        shopper = wallet.shopper_of(wallet.sign_in("+48", PHONE["phone"], code))
        assert shopper is not None
        self.shopper = shopper.id
        wallet.save_profile(self.shopper, PROFILE)
        self.merchant = self.desk.add_merchant(name="Mugs").merchant_id
        made = self.desk.add_inpost(self.merchant, base_url=f"{SHOP}/till/merchant")
        self.credentials = {
            "TILL_INPOST_CLIENT_ID": made.client_id,
            "TILL_INPOST_CLIENT_SECRET": str(made.client_secret),
            "TILL_INPOST_POS_ID": made.pos_id,
            "TILL_INPOST_API_URL": f"{WALLET}/inpost",
        }

    def start(self) -> None:
        self.app = Flask("a_desk", instance_path=str(self._folder))
        self.app.testing = True
        self.app.config["SECRET_KEY"] = SECRET
        self.desk = OrderDesk(
            self.app,
            clock=self._clock,
            database_url=self._url,
            gateways=[self.gateway],
            background=False,
            limits=False,
            public_url=WALLET,
            wallet_prompts_per_phone=1000,
            wallet_prompts_per_shop=1000,
        )
        self.database = self.desk.database
        self.database.before_first_use = None
        self.desk._here.wallet_desk.calls.connect("shop.test", self._way)

    def restart(self) -> None:
        self.desk.close()
        self.start()

    @property
    def wallet(self) -> Wallet:
        return self.desk.wallet

    @property
    def relay(self) -> Relay:
        return self.desk.relay

    def sweep(self) -> None:
        self.desk.background._sweep()

    def rows(self, table: Any) -> list[Any]:
        return list(self.database.read(lambda work: work.execute(select(table)).all()))

    # --- the shopper's phone --------------------------------------------------------------

    def basket(self) -> LinkedBasket | None:
        found = self.wallet.baskets(self.shopper)
        return found[0] if found else None

    def decide(self, *, yes: bool, trust: bool) -> None:
        for prompt in self.wallet.prompts(self.shopper):
            if prompt.status == "open" and yes:
                self.wallet.accept(prompt.id, self.shopper, trust)
            elif prompt.status == "open":
                self.wallet.refuse(prompt.id, self.shopper)

    def held(self) -> list[str]:
        basket = self.basket()
        content = {} if basket is None else basket.content or {}
        return [one["product_id"] for one in content.get("products") or ()]

    def set_quantity(self, place: int, quantity: int) -> None:
        basket, held = self.basket(), [one for one in self.held() if one != "gift"]
        if basket is not None and held:
            product_id = held[place % len(held)]
            self.wallet.set_quantity(basket.id, self.shopper, product_id, Decimal(quantity))

    def add_gift(self) -> None:
        basket = self.basket()
        if basket is not None:
            self.wallet.add_related(basket.id, self.shopper, "gift")

    def set_codes(self, codes: list[str]) -> None:
        basket = self.basket()
        if basket is not None:
            self.wallet.set_codes(basket.id, self.shopper, codes)

    def unlink(self) -> None:
        basket = self.basket()
        if basket is not None:
            self.wallet.unlink(basket.id, self.shopper)

    def place(self, *services: str) -> None:
        basket = self.basket()
        if basket is not None:
            wanted = OrderWanted(**WANTED, services=services, basket_version=basket.version)
            self.wallet.place(basket.id, self.shopper, wanted)

    def orders(self) -> list[WalletOrder]:
        return list(self.wallet.orders(self.shopper))

    def pay(self) -> None:
        for order in self.orders():
            if order.status == "processing" and order.order_id is not None:
                started = self.desk.cashier.pay(
                    order.order_id, gateway="paper", method="card", inputs={}
                ).started
                assert started is not None
                self.desk.cashier.settle(self.gateway.turn(started.provider_ref, "succeeded"))

    def reject(self) -> None:
        for order in self.orders():
            if order.status == "processing":
                self.wallet.reject(order.id, self.shopper)


class ShopSide:
    """The shop and one browser on its pages."""

    def __init__(
        self, url: str, clock: Clock, way: Way, folder: Path, settings: dict[str, str]
    ) -> None:
        self._url, self._clock, self._way, self._folder = url, clock, way, folder
        self._settings = settings
        self.desk = PlayedDesk()
        self.products = {product.id: product for product in PRODUCTS}
        self._cookies: dict[str, str] = {}
        self.start()
        for product in PRODUCTS:
            self.catalog.add(product)

    def start(self) -> None:
        self.app = Flask("shop", instance_path=str(self._folder))
        self.app.config.from_mapping(
            TESTING=True,
            SECRET_KEY="k" * 32,
            TILL_DATABASE_URL=self._url,
            TILL_BACKGROUND=False,
            TILL_LIMITS=False,
            TILL_CURRENCY="PLN",
            TILL_PUBLIC_URL=SHOP,
            **self._settings,
        )
        self.catalog = SqlCatalog()
        Till(self.app, catalog=self.catalog, promotions=PROMOTIONS, desk=self.desk, **TERMS)
        self.front: Shopfront = self.app.extensions["till"]
        self.front.database.clock = self._clock
        self.front.database.before_first_use = None
        assert self.front.wallet is not None
        parts = self.front.wallet.parts
        parts.keys._now = parts.client._connection._access._now = self._clock.seconds
        parts.client._connection._outbound.mount("wallet.test", self._way)
        self.page: FlaskClient = self.app.test_client()
        self.page.environ_base["HTTP_ORIGIN"] = "http://localhost"
        for name, value in self._cookies.items():
            self.page.set_cookie(name, value)

    def restart(self) -> None:
        self.close()
        self.start()

    def close(self) -> None:
        found = {name: self.page.get_cookie(name) for name in ("till_basket", "BrowserId")}
        self._cookies = {name: one.value for name, one in found.items() if one is not None}
        owner = self.front.owner
        assert isinstance(owner, Till)
        owner.close(self.app)

    @property
    def relay(self) -> Relay:
        return self.front.background.relay

    def sweep(self) -> None:
        self.front.background._sweep()

    def rows(self, table: Any) -> list[Any]:
        return list(self.front.database.read(lambda work: work.execute(select(table)).all()))

    # --- the shopper's browser ------------------------------------------------------------

    def add(self, product_id: str, quantity: int) -> None:
        self._ask("POST", "iziAddToCart", product_id=product_id, quantity=quantity)

    def set_quantity(self, product_id: str, quantity: int) -> None:
        if quantity:
            self._ask("PATCH", f"basket/lines/{product_id}", quantity=quantity)
        else:
            self._ask("DELETE", f"basket/lines/{product_id}")

    def set_codes(self, codes: list[str]) -> None:
        self._ask("PUT", "basket/promotions", codes=codes)

    def link(self, *, by_phone: bool) -> str | None:
        """Asks by phone, or for the link that is returned."""
        phone = PHONE if by_phone else {}
        answer = self._ask("POST", "iziGetPayData", binding_place="BASKET_SUMMARY", **phone)
        link: str | None = (answer or {}).get("deep_link")
        return link

    def look(self) -> None:
        """What the page does by itself."""
        self._ask("GET", "iziGetIsBound?wait=0")

    def unlink(self) -> None:
        self._ask("POST", "iziBindingDelete")

    def buy(self) -> None:
        """At the shop's own desk, and at once."""
        if self._ask("POST", "checkout", mode="redirect") is None:
            return
        for order_id, told in list(self.desk.orders.items()):
            if told.status == "pending":
                self.desk.move(order_id, "paid")
                self.front.checkout.refresh(order_id)

    def change_product(self, product_id: str, **changes: Any) -> None:
        known = self.catalog.get(product_id)
        assert known is not None
        self.catalog.update(replace(known, **changes))

    def _ask(self, method: str, path: str, **body: Any) -> Any:
        """The answer's JSON; None when it is refused, as a shopper is now and then."""
        answer = self.page.open(f"/till/{path}", method=method, json=body or None)
        assert answer.status_code in range(200, 500) or answer.status_code in (502, 503), (
            answer.status_code,
            answer.text,
        )
        return answer.get_json(silent=True) if answer.status_code < 300 else None
