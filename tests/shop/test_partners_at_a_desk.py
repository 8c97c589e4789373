"""A shop with an IPOS or a Boxo desk against our own order desk, which speaks both: the whole way.

Only HTTP passes between the two, callbacks too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_till import BoxoDesk, HostLogin, IposDesk
from flask_till.base.http import IN_PROCESS_HOST
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.errors import Conflict
from tests.desk.the_desk import TheDesk
from tests.shop.conftest import browser
from tests.shop.dollars import CARD, MUG, TEN
from tests.shop.test_checkout_routes import check_out, complete
from tests.shop.test_izi import add
from tests.shop.three_desks import utc_now
from tests.stand_ins.line import Line
from tests.stand_ins.paper_gateway import PaperGateway

CALLBACKS = f"http://{IN_PROCESS_HOST}/till/callbacks"
LOGIN_SECRET, PORTAL = "a secret of the portal", "https://portal.example"


class IposHere:
    """The desk's IPOS side, with a widget and a user in it."""

    def __init__(self, far: TheDesk) -> None:
        self.far, enrolled = far, far.desk.ipos
        merchant = far.desk.add_merchant(name="Portal", origins=["http://localhost"])
        enrolled.add_app(
            merchant.merchant_id,
            app_id="app_7f3c",
            ip_id=417,
            login_secret=LOGIN_SECRET,
            login_origins=[PORTAL],
        )
        widget = enrolled.add_widget("app_7f3c", tag="mugs")
        self.line = Line(far.app)
        self.login = HostLogin(
            "https://pay.example/ipos",
            app_id="app_7f3c",
            secret=LOGIN_SECRET,
            origin=PORTAL,
            email=lambda order: "ada@example.org",
            transport=self.line,
        )
        self.desk = IposDesk(
            "https://pay.example/ipos",
            access_key=widget.access_key,
            secret_key=widget.secret_key,
            app_id="app_7f3c",
            callback_url=f"{CALLBACKS}/ipos",
            user_token=self.login,
            require_signature=True,
            live=False,
            transport=self.line,
        )

    def pay(self, opened: Any) -> None:
        """As the order page does with the token that it was opened with: from the wallet."""
        order_id = opened["order_url"].partition("orderId=")[2]
        user_id = (self.far.read(order_id).payer or "").removeprefix("ipos:")
        self.far.desk.ipos.grant(user_id, "wallet", 10_000, live=False)
        answer = self.far.browserless.post(
            "/ipos/api/v1/order/payWithWallet",
            json={"order_id": order_id},
            headers={"Authorization": f"Bearer {opened['token']}"},
        )
        assert answer.json["data"]["current_status"] == "completed", answer.text

    def close(self) -> None:
        self.desk.close()
        self.login.close()


class BoxoHere:
    """The desk's Boxo side, with a miniapp that signs, in a host app that the desk plays."""

    def __init__(self, far: TheDesk) -> None:
        self.far, enrolled = far, far.desk.boxo
        miniapp = enrolled.add_miniapp(
            far.merchant.id,
            app_id="mugs",
            url="https://shop.example",
            webhook_url=f"{CALLBACKS}/boxo",
            signing={"algorithm": "HMAC", "key": "a secret to sign with"},
        )
        enrolled.add_host(client_id="host_client_1", name="Super app")
        enrolled.add_partnership("mugs", "host_client_1")
        self.line = Line(far.app)
        self.desk = BoxoDesk(
            "https://pay.example/boxo",
            app_id="mugs",
            client_id="host_client_1",
            secret_key=miniapp.secret_key or "",
            key="a secret to sign with",
            require_signature=True,
            live=False,
            transport=self.line,
        )

    def pay(self, opened: Any) -> None:
        """As the host's confirmation page does."""
        assert opened["order_url"].endswith(opened["pay_in_host"]["transaction_token"])
        path = opened["order_url"].removeprefix("https://pay.example").rpartition("/")[0]
        answer = self.far.browserless.post(path, json={"order_payment_id": opened["token"]})
        assert answer.json["status"] == "success", answer.text

    def close(self) -> None:
        self.desk.close()


@pytest.fixture
def far(new_database_url: Callable[[], str], tmp_path: Path) -> Iterator[TheDesk]:
    gateways = [PaperGateway(), SandboxGateway(in_development=True, clock=utc_now)]
    folder = tmp_path / "desk"
    folder.mkdir()
    far = TheDesk(new_database_url(), utc_now, folder, gateways=gateways)
    yield far
    far.audit()
    far.desk.close()


@pytest.fixture(params=[IposHere, BoxoHere], ids=["ipos", "boxo"])
def at(request: pytest.FixtureRequest, far: TheDesk) -> Iterator[Any]:
    found = request.param(far)
    yield found
    found.close()


@pytest.fixture
def client(new_shop: Callable[..., Flask], far: TheDesk, at: Any) -> FlaskClient:
    shop = new_shop(catalog=[MUG, CARD], promotions=[TEN], desk=at.desk)
    far.desk.connect(shop)
    return browser(shop)


def order_of(client: FlaskClient, order_id: str) -> Any:
    with client:
        client.get("/till/basket")
        return client.application.extensions["till"].owner.order(order_id)


def status_of(client: FlaskClient, order_id: str) -> str:
    status: str = order_of(client, order_id).status
    return status


def test_from_the_button_to_thank_you_by_callback_alone(
    client: FlaskClient, far: TheDesk, at: Any
) -> None:
    add(client, quantity=2)
    client.put("/till/basket/promotions", json={"codes": ["TEN"]})
    opened = check_out(client)
    assert opened.status_code == 200, opened.json
    at.pay(opened.json)
    far.desk.relay.drain()
    assert status_of(client, opened.json["order_id"]) == "paid"
    assert complete(client).json == {"action": "refresh"}


def test_a_changed_basket_and_both_orders_paid(client: FlaskClient, far: TheDesk, at: Any) -> None:
    add(client)
    first = check_out(client).json
    add(client, "card")
    second = check_out(client).json
    assert status_of(client, first["order_id"]) == "cancelled"
    for opened in (first, second):
        at.pay(opened)
        far.desk.relay.drain()
        assert status_of(client, opened["order_id"]) == "paid"


@pytest.mark.parametrize("at", [IposHere], indirect=True, ids=["ipos"])
def test_a_refund_that_the_shop_asks_for_comes_back_by_callback(
    client: FlaskClient, far: TheDesk, at: Any
) -> None:
    add(client)
    opened = check_out(client).json
    at.pay(opened)
    far.desk.relay.drain()
    paid = order_of(client, opened["order_id"])
    told = at.desk.refund(paid, key="refund-1")
    assert (told.status, told.refunded) == ("refunded", paid.total)
    far.desk.relay.drain()
    order = order_of(client, opened["order_id"])
    assert (order.status, order.refunded) == ("refunded", paid.total)
    with pytest.raises(Conflict):
        at.desk.refund(paid, key="refund-1")


def test_checking_out_again_is_the_same_order(client: FlaskClient) -> None:
    add(client)
    first, again = check_out(client).json, check_out(client).json
    assert (first["order_id"], first["order_url"]) == (again["order_id"], again["order_url"])


def test_an_answer_that_was_lost_is_gone_on_with(client: FlaskClient, at: Any) -> None:
    add(client)
    at.line.deaf = True
    assert check_out(client).status_code == 503
    at.line.deaf = False
    opened = check_out(client)
    assert opened.status_code == 200, opened.json
    at.pay(opened.json)
    assert complete(client).json == {"action": "refresh"}
