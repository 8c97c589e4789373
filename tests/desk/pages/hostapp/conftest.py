"""A host app that the desk plays, a miniapp in it, and payments to be confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from flask_till.desk.actions.balances import grant
from flask_till.desk.actions.boxo_opening import open_built_in
from flask_till.desk.boxo_desk import HostPayments
from flask_till.desk.boxo_payment import BoxoPayment, Wanted, new_payment_id, payer_of
from flask_till.desk.enrolment.boxo import BoxoEnrolment
from flask_till.desk.host_sessions import HostSessions
from flask_till.desk.order import Line, OrderDraft
from flask_till.desk.pages.hostapp import host_pages
from flask_till.money import Money
from tests.desk.pages.conftest import Desk

HOST = "https://host.example"
PLACE = "/boxo/hostapp"
APP, CLIENT, USER = "app_mugs", "host_super", "user-7"
DETAILS: dict[str, Any] = {
    "currency": "USD",
    "amount": "24.50",
    "subtotal_amount": "22.00",
    "shipping_amount": "4.00",
    "discount_amount": "2.20",
    "tax_amount": "0.70",
    "tax_title": "Sales tax",
    "miniapp_order_id": "TEA-42",
    "items": [
        {
            "product_name": "Tea pot",
            "product_variant_name": "green",
            "quantity": 1,
            "price": "15.00",
            "product_image_url": "https://pictures.example/pot.png",
        },
        {"product_name": "Tea cup", "quantity": 2, "price": "3.50"},
    ],
    "shipping_address": {
        "first_name": "Ada",
        "last_name": "Smith",
        "address1": "1 Harbour Road",
        "postal_code": "10115",
        "city": "Berlin",
        "country": "Germany",
    },
}


@dataclass
class Host:
    """The host app under test and what a test asks of it."""

    desk: Desk
    app: Flask
    payments: HostPayments
    enrolment: BoxoEnrolment
    live: bool = False
    made: int = field(default=0)

    def payment(self, amount: str = "24.50", *, user: str | None = USER, **details: Any) -> str:
        """A payment that a miniapp asked for; its ``order_payment_id``."""
        self.made += 1
        payment_id, money = new_payment_id(), Money(amount, "USD")
        reference = f"TEA-{self.made}"
        given = DETAILS | {"amount": amount, "miniapp_order_id": reference} | details
        wanted = Wanted(APP, CLIENT, money, reference, user, given, None)
        draft = OrderDraft(
            id=payment_id,
            external_id=payment_id,
            amount=money,
            lines=(Line("order", "Order", 1, money.minor),),
            methods=("sandbox", "wallet"),
            dialect="boxo",
            payer=None if user is None else payer_of(CLIENT, user),
        )
        make = partial(open_built_in, merchant=self.desk.merchant, draft=draft, wanted=wanted)
        assert self.desk.parts.database.write(make) is not None
        return payment_id

    def give(self, amount: str, user: str = USER) -> None:
        money = Money(amount, "USD")
        owner = payer_of(CLIENT, user)
        self.desk.parts.database.write(grant, owner, "wallet", money, live=self.live)

    def browser(self, user: str | None = None) -> FlaskClient:
        """A browser, with somebody signed in to the host app or nobody."""
        client = self.app.test_client()
        if user is not None:
            assert client.get(f"/sign-in/{user}").status_code == 200
        return client

    def address(self, payment_id: str) -> str:
        return f"{PLACE}/pay/{payment_id}"

    def seen(self, payment_id: str) -> BoxoPayment:
        return self.payments.show(payment_id)[0]

    def status(self, payment_id: str) -> str | None:
        """In the SDK's words."""
        return self.payments.words(*self.payments.show(payment_id))["status"]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database will do: what the pages stand on is tested on all elsewhere."""
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def open_host(make_desk: Callable[..., Desk]) -> Callable[..., Host]:
    def open_one(*origins: str, clock: Any = None, live: bool = False, **settings: Any) -> Host:
        desk = make_desk(clock=clock, **settings)
        if live:
            desk.merchant = desk.add_merchant("Blue Mug & Co.", live=True)
        database, parts = desk.parts.database, desk.parts
        sessions = HostSessions(parts.settings, database.clock, lambda: "http://localhost")
        enrolment = BoxoEnrolment(database, parts.seal, (), sessions)
        enrolment.add_miniapp(desk.merchant.id, app_id=APP, name="Mugs & More")
        enrolment.add_host(client_id=CLIENT, name="SuperApp", origins=origins or (HOST,))
        enrolment.add_partnership(APP, CLIENT)
        payments = HostPayments(database, desk.cashier)
        app = Flask("host_under_test")
        app.register_blueprint(host_pages(parts, payments, sessions), url_prefix=PLACE)

        @app.get("/sign-in/<user>")
        def sign_in(user: str) -> Response:
            response = Response("Signed in")
            enrolment.sign_in(response, CLIENT, user)
            return response

        return Host(desk, app, payments, enrolment, live)

    return open_one


@pytest.fixture
def host(open_host: Callable[..., Host]) -> Host:
    return open_host()
