"""The shop of the contract's examples, its wallet played by the test, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_till.money import Money
from flask_till.shop.actions.audit import audit_shop
from flask_till.shop.actions.binding import ensure_binding
from flask_till.shop.catalog import Product
from flask_till.shop.promotion import Promotion
from flask_till.shop.terms import Consent, ConsentLink, Delivery, DeliveryService, Offer
from tests.shop.conftest import browser
from tests.shop.inpost.played_wallet import PlayedKeys, PlayedWallet


def zl(text: str) -> Money:
    return Money(text, "PLN")


MUG = Product(
    "1042.7",
    "Kubek ceramiczny 350 ml",
    zl("39.99"),
    stock=14,
    max_quantity=10,
    description="Ręcznie szkliwiony kubek, można myć w zmywarce.",
    url="https://shop.example.test/p/kubek-350",
    image="/img/1042-main.jpg",
    category="12",
    vat_rate=23,
    regular_price=zl("49.99"),
    lowest_price=zl("37.99"),
    ean="5901234123457",
    attributes={"Kolor": "granatowy"},
    related=("3001",),
    images=(("/img/1042-2-s.jpg", "https://shop.example.test/img/1042-2.jpg"),),
)
BOOK = Product(
    "2077",
    "Atlas ptaków",
    zl("63.00"),
    stock=3,
    max_quantity=3,
    description="Wydanie drugie, oprawa twarda.",
    url="https://shop.example.test/p/atlas",
    image="https://shop.example.test/img/2077.jpg",
    category="31",
    vat_rate=5,
    ean="9788300000012",
)
BOX = Product(
    "3001",
    "Pudełko prezentowe",
    zl("10.00"),
    stock=40,
    max_quantity=40,
    description="Pasuje do kubka 350 ml.",
    url="https://shop.example.test/p/pudelko",
    image="https://shop.example.test/img/3001.jpg",
    category="12",
    vat_rate=23,
    ean="5901234999991",
)
CARD = Product("card", "Kartka", zl("8.00"))
EBOOK = Product("ebook", "E-book", zl("20.00"), digital=True)
GIFT = Product("gift", "Gratis", zl("0"), digital=True)
PRODUCTS = [MUG, BOOK, BOX, CARD, EBOOK, GIFT]
PROMOTIONS = [
    Promotion("MAJ10", amount=zl("10.00"), label="Majowy rabat"),
    Promotion("HALF", percent=50, label="Połowa"),
    Promotion("RICH", percent=5, minimum=zl("1000.00")),
    Promotion("ONCE", percent=5, max_uses=1),
]
COD = DeliveryService("COD", "Pobranie", zl("4.00"))
WEEKEND = DeliveryService("PWW", "Paczka w Weekend", zl("2.00"))
DELIVERIES = [
    Delivery("APM", zl("12.99"), services=(WEEKEND, COD), free_from=zl("200.00")),
    Delivery("COURIER", zl("15.99"), services=(COD,), free_from=zl("200.00")),
]
CONSENTS = [
    Consent(
        "terms",
        "Akceptuję #terms i #privacy",
        "https://shop.example.test/regulamin",
        "3",
        "REQUIRED_ALWAYS",
        "regulamin sklepu",
        (ConsentLink("privacy", "https://shop.example.test/prywatnosc", "politykę prywatności"),),
    ),
    Consent("newsletter", "Chcę otrzymywać newsletter", "https://shop.example.test/newsletter"),
]
OFFER = Offer("APP5", "5 zł taniej w aplikacji", "https://shop.example.test/promo/app5", True)


def with_wallet(app: Flask, keys: PlayedKeys | None = None) -> PlayedWallet:
    """The shop believes the played wallet's keys, whatever its settings say."""
    linking = app.extensions["till"].linking
    assert linking is not None
    linking.keys = keys or PlayedKeys()
    return PlayedWallet(app)


@pytest.fixture
def new_wallet_shop(new_shop: Callable[..., Flask]) -> Iterator[Callable[..., Flask]]:
    made: list[Flask] = []

    def make(**options: Any) -> Flask:
        given = {
            "catalog": PRODUCTS,
            "promotions": PROMOTIONS,
            "deliveries": DELIVERIES,
            "consents": CONSENTS,
            "offers": [OFFER],
            "TILL_PUBLIC_URL": "https://shop.example.test",
            "TILL_LOCALE": "pl",
            "TILL_INPOST_CLIENT_ID": "client",
            "TILL_INPOST_CLIENT_SECRET": "s" * 32,
            "TILL_INPOST_MERCHANT_CLIENT_ID": "public-client",
            "TILL_INPOST_POS_ID": "V000000000",
            **options,
        }
        app = new_shop(**given)
        with_wallet(app)
        made.append(app)
        return app

    yield make
    for app in made:
        assert app.extensions["till"].database.read(audit_shop) == []


@pytest.fixture
def app(new_wallet_shop: Callable[..., Flask]) -> Flask:
    return new_wallet_shop()


@pytest.fixture
def wallet(app: Flask) -> PlayedWallet:
    return PlayedWallet(app)


@pytest.fixture
def page(app: Flask) -> FlaskClient:
    """A shopper's browser on a page of the shop."""
    return browser(app)


def put(page: FlaskClient, product_id: str, quantity: int = 1) -> None:
    answer = page.post("/till/iziAddToCart", json={"product_id": product_id, "quantity": quantity})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def use_codes(page: FlaskClient, *codes: str) -> Any:
    return page.put("/till/basket/promotions", json={"codes": list(codes)})


def shop_basket_id(page: FlaskClient) -> str:
    cookie = page.get_cookie("till_basket")
    assert cookie is not None
    return cookie.value.rpartition(".")[0]


def bind(app: Flask, page: FlaskClient) -> str:
    """The id under which a wallet will know the browser's basket."""
    database = app.extensions["till"].database
    return database.write(ensure_binding, shop_basket_id(page)).id


@pytest.fixture
def basket_id(app: Flask, page: FlaskClient) -> str:
    """The contract's basket: two mugs, an atlas and a code, not linked yet."""
    put(page, "1042.7", 2)
    put(page, "2077")
    assert use_codes(page, "MAJ10").status_code == 200
    return bind(app, page)


@pytest.fixture
def linked(wallet: PlayedWallet, basket_id: str) -> str:
    """The same, linked with the contract's phone."""
    wallet.confirm(basket_id)
    return basket_id
