"""A desk with only its pages, and a merchant with an order, on every database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_till.base.database import Database
from flask_till.base.limits import Limits
from flask_till.base.pace import Pace
from flask_till.base.sealing import Seal, digest, new_secret
from flask_till.desk.actions.balances import grant
from flask_till.desk.actions.merchants import add_merchant
from flask_till.desk.cashier import Cashier
from flask_till.desk.counter import Admits, Counter
from flask_till.desk.gateways import Gateway
from flask_till.desk.gateways.balance import BalanceGateway
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.desk.merchant import Merchant
from flask_till.desk.order import Adjustment, Line, Order, OrderDraft
from flask_till.desk.pages import MOST, order_pages
from flask_till.desk.purse import DeskPurse
from flask_till.desk.tables import MIGRATIONS
from flask_till.money import Money
from flask_till.settings import read_desk
from tests import ready_made

SHOP = "https://shop.example"


@dataclass
class Desk:
    """The desk under test and what a test asks of it."""

    app: Flask
    parts: Counter
    merchant: Merchant
    made: int = field(default=0)

    @property
    def cashier(self) -> Cashier:
        return self.parts.cashier

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def add_merchant(
        self, name: str = "Blue Mug & Co.", *origins: str, live: bool = False
    ) -> Merchant:
        return self.parts.database.write(
            add_merchant,
            name=name,
            live=live,
            callback_url=None,
            origins=origins or (SHOP,),
            key_digest=digest(new_secret()),
            sealed_secret="sealed",
        )

    def order(self, merchant: Merchant | None = None, **words: Any) -> Order:
        """Two mugs and a saucer, 117.97 PLN, unless said otherwise."""
        self.made += 1
        lines = (
            Line("mug", "Blue mug", 2, 4999, f"{SHOP}/mug.svg"),
            Line("saucer", "Saucer", 1, 2999),
        )
        given: dict[str, Any] = {
            "external_id": f"T-{self.made:06}",
            "amount": Money("117.97", "PLN"),
            "lines": lines,
            "adjustments": (Adjustment("Ten percent off", -1200),),
            "opener_origin": (merchant or self.merchant).origins[0],
        } | words
        return self.cashier.create(merchant or self.merchant, OrderDraft(**given))

    def widget_order(self, merchant: Merchant | None = None, **words: Any) -> Order:
        """A mug for $12.99, as a widget's backend orders it for a user: the IPOS protocol."""
        given: dict[str, Any] = {
            "id": str(uuid4()),
            "dialect": "ipos",
            "amount": Money("12.99", "USD"),
            "lines": (Line("widget", "A blue mug", 1, 1299),),
            "adjustments": (),
            "description": "Hand-made, holds tea",
            "expires_in": 900,
            "late_money": "accept",
            "payer": "ipos:user-7",
            "methods": ("sandbox", "card", "wallet", "credit"),
            "opener_origin": None,
        } | words
        return self.order(merchant, **given)

    def give(self, kind: str, amount: str, owner: str = "ipos:user-7") -> None:
        """Put test money into a balance."""
        self.parts.database.write(grant, owner, kind, Money(amount, "USD"), live=False)

    def token(self, order: Order) -> str:
        return self.cashier.issue_token(order.id)

    def enter(self, order: Order, client: FlaskClient | None = None) -> FlaskClient:
        """A browser that came in with the order's token."""
        client = client or self.client
        answer = client.get(
            "/order", query_string={"orderId": order.id, "token": self.token(order)}
        )
        assert answer.status_code == 303
        return client


@pytest.fixture
def gateways() -> dict[str, Gateway]:
    """Gateways besides the sandbox; a test module may put its own here."""
    return {}


@pytest.fixture
def make_desk(
    database_url: str, tmp_path: Any, gateways: dict[str, Gateway]
) -> Iterator[Callable[..., Desk]]:
    made: list[Database] = []

    def make(
        *,
        clock: Any = None,
        public_url: str | None = None,
        prefix: str = "",
        admits: Admits | None = None,
        **settings: Any,
    ) -> Desk:
        ready_made.migrate(database_url, MIGRATIONS)
        database = Database(database_url, **({"clock": clock} if clock else {}))
        MIGRATIONS.attach(database)
        made.append(database)
        known = {
            "secret_keys": ("a-key-for-the-tests-only",),
            "public_url": public_url,
            "env": "development",
        } | settings
        desk_settings = read_desk({}, instance=str(tmp_path), debug=True, **known)
        sandbox = SandboxGateway(in_development=True, **({"clock": clock} if clock else {}))
        cashier = Cashier(
            database,
            {
                "sandbox": sandbox,
                **gateways,
                "test_balance": BalanceGateway(DeskPurse(database), live=False),
            },
            page_url=lambda order_id: (
                f"{public_url or 'http://localhost'}/order?orderId={order_id}"
            ),
        )
        pace = Pace(lambda: clock().timestamp()) if clock else Pace()
        parts = Counter(
            cashier=cashier,
            database=database,
            settings=desk_settings,
            seal=Seal(desk_settings.secret_keys),
            limits=Limits("memory://", MOST),
            page_address=lambda: f"{public_url or 'http://localhost'}/order",
            remember_address=lambda: None,
            admits=admits,
            pace=pace,
        )
        app = Flask("desk_under_test")
        app.register_blueprint(order_pages(parts), url_prefix=prefix or None)
        desk = Desk(app, parts, None)  # type: ignore[arg-type]  # added in the next line
        desk.merchant = desk.add_merchant()
        return desk

    yield make
    for database in made:
        database.close()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()


@pytest.fixture(autouse=True)
def no_fault(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A page that broke says so kindly; here it is a failed test."""
    yield
    faults = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.ERROR and record.name.startswith("flask_till.desk.pages")
    ]
    assert not faults
