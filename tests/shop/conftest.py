"""Shops to look at from outside: apps with a Till, on both databases, with a desk that we play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_till.base.database import Database
from flask_till.money import Money
from flask_till.shop.actions.audit import audit_shop
from flask_till.shop.actions.orders import apply_desk_order
from flask_till.shop.catalog import Product, Shelf
from flask_till.shop.checkout import Checkout
from flask_till.shop.extension import Till
from flask_till.shop.order import Order
from flask_till.shop.promotion import Promotion
from flask_till.shop.tables import MIGRATIONS
from tests import ready_made
from tests.shop.desk_over_http import DeskOverHttp
from tests.shop.played_desk import PlayedDesk
from tests.shop.shelves import TEN, fill, shelf_of, told

PRODUCTS = [
    Product("mug", "Blue mug", Money("49.99", "PLN"), stock=20, max_quantity=10),
    Product("card", "Card", Money("8.00", "PLN")),
    Product("last", "The last one", Money("100.00", "PLN"), stock=1),
]
PROMOTIONS = [
    Promotion("TEN", percent=10),
    Promotion("RICH", percent=50, minimum=Money(5000, "PLN")),
]
OWN = {"Origin": "http://localhost"}
"""What the test client's page is, as a browser would say it."""


def migrate(url: str) -> None:
    """What ``flask till db upgrade`` does."""
    ready_made.migrate(url, MIGRATIONS)


@pytest.fixture
def database(database_url: str, clock: Callable[[], datetime]) -> Iterator[Database]:
    """The shop's tables, empty, and a clock that stands still; audited after the test."""
    migrate(database_url)
    database = Database(database_url, clock=clock)
    MIGRATIONS.attach(database)
    yield database
    assert database.read(audit_shop) == []
    database.close()


@pytest.fixture
def shelf() -> Shelf:
    """Mugs, cards and one last thing, with ten percent off for whoever knows the code."""
    return shelf_of(promotions=(TEN,))


@pytest.fixture
def tell(database: Database, shelf: Shelf) -> Callable[..., Any]:
    """Apply what the desk tells about an order."""

    def apply(
        order: Order, version: int, status: str, event_id: str | None = None, **more: Any
    ) -> bool:
        snapshot = told(order, version, status, **more)
        return database.write(apply_desk_order, shelf, "till", event_id, snapshot)

    return apply


@pytest.fixture
def far(clock: Callable[[], datetime]) -> DeskOverHttp:
    return DeskOverHttp(clock)


@pytest.fixture
def checkout(database: Database, shelf: Shelf, far: DeskOverHttp) -> Checkout:
    return Checkout(database, shelf, far.client())


@pytest.fixture
def basket_id(database: Database, shelf: Shelf) -> str:
    """A basket with two mugs and the code."""
    return fill(database, shelf, "TEN", mug=2)


@pytest.fixture
def desk() -> PlayedDesk:
    return PlayedDesk()


@pytest.fixture
def new_shop(tmp_path: Path, database_url: str, desk: PlayedDesk) -> Iterator[Callable[..., Flask]]:
    """``new_shop(TILL_MAX_WAITERS=2, desk=...)`` is an app; those of a test share a database."""
    made: list[Flask] = []
    migrate(database_url)

    def make(**options: Any) -> Flask:
        app = Flask("shop", instance_path=str(tmp_path))
        keys = [key for key in options if key.isupper()]
        app.config.from_mapping(
            TESTING=True,
            SECRET_KEY="k" * 32,
            TILL_DATABASE_URL=database_url,
            TILL_BACKGROUND=False,
        )
        app.config.from_mapping({key: options.pop(key) for key in keys})
        given = {"catalog": PRODUCTS, "promotions": PROMOTIONS, "desk": desk, **options}
        Till(app, **given)
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["till"].owner.close(app)


@pytest.fixture
def app(new_shop: Callable[..., Flask]) -> Flask:
    return new_shop()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser on a page of the shop."""
    return browser(app)


def browser(app: Flask) -> FlaskClient:
    """A new browser, with an empty cookie jar, that says where its page is from."""
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = OWN["Origin"]
    return client


def cookie(client: FlaskClient) -> str:
    """The browser's cookie as a header of another client."""
    found = client.get_cookie("till_basket")
    assert found is not None
    return f"till_basket={found.value}"


def pln(minor: int, locale: str = "en") -> dict[str, Any]:
    """Money as the shop's JSON has it."""
    text = Money.of_minor(minor, "PLN").format(locale)
    return {"amount": minor, "currency": "PLN", "text": text}


__all__ = ["OWN", "PRODUCTS", "PROMOTIONS", "browser", "cookie", "migrate", "pln"]
