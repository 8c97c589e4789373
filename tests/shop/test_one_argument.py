"""One shop sells through our own desk, and three kinds of platform: one argument is another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_till.base.database import Database
from flask_till.shop.actions.audit import audit_shop
from flask_till.shop.tables import MIGRATIONS
from tests.shop.conftest import browser
from tests.shop.dollars import CARD, LAST, MUG, TEN
from tests.shop.test_checkout_routes import check_out, complete
from tests.shop.test_izi import add
from tests.shop.three_desks import KINDS


@pytest.fixture(params=KINDS)
def at(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The desk that the shop is given, and the hands of whoever takes the money there."""
    found = KINDS[request.param]()
    yield found
    found.close()


@pytest.fixture
def shop(new_shop: Callable[..., Flask], at: Any, database_url: str) -> Iterator[Flask]:
    """The one shop of these tests; nothing else in it knows which desk it is."""
    yield new_shop(
        catalog=[MUG, CARD, LAST],
        promotions=[TEN],
        desk=at.desk,
        order_complete=lambda order: f"/thanks/{order.number}",
    )
    database = Database(database_url)
    MIGRATIONS.attach(database)
    assert database.read(audit_shop) == []
    database.close()


@pytest.fixture
def client(shop: Flask) -> FlaskClient:
    return browser(shop)


def order_of(client: FlaskClient, order_id: str) -> Any:
    with client:
        client.get("/till/basket")
        return client.application.extensions["till"].owner.order(order_id)


def test_from_the_button_to_thank_you(client: FlaskClient, at: Any) -> None:
    assert add(client, quantity=2).status_code == 200
    assert client.put("/till/basket/promotions", json={"codes": ["TEN"]}).status_code == 200
    placed = check_out(client)
    assert placed.status_code == 200, placed.json
    order_id = placed.json["order_id"]
    assert placed.json["order_url"].startswith("https://")
    assert placed.json["token"]
    assert at.amount(order_id) == "89.98"
    assert complete(client).status_code == 204
    at.pay(order_id)
    told = at.tell(client, order_id)
    assert told.status_code == 200, told.json
    assert complete(client).json == {"action": "redirect", "redirect": "/thanks/T-000001"}
    order = order_of(client, order_id)
    assert (order.status, order.desk, str(order.total)) == ("paid", at.name, "89.98")
    assert client.get("/till/basket").json["count"] == 0


def test_a_repeat_of_the_callback_changes_nothing(client: FlaskClient, at: Any) -> None:
    add(client)
    order_id = check_out(client).json["order_id"]
    at.pay(order_id)
    first, again = at.tell(client, order_id), at.tell(client, order_id)
    assert (first.status_code, again.status_code) == (200, 200)
    assert order_of(client, order_id).version == 3


def test_a_callback_that_never_came_is_healed_by_asking(client: FlaskClient, at: Any) -> None:
    add(client)
    order_id = check_out(client).json["order_id"]
    at.pay(order_id)
    assert complete(client).json["action"] == "redirect"


def test_checking_out_again_is_the_same_order(client: FlaskClient) -> None:
    add(client)
    first, again = check_out(client).json, check_out(client).json
    assert first["order_id"] == again["order_id"]
    assert first["order_url"] == again["order_url"]


def test_a_changed_basket_is_another_order_and_both_can_be_paid(
    client: FlaskClient, at: Any
) -> None:
    add(client)
    first = check_out(client).json["order_id"]
    add(client, "card")
    second = check_out(client).json["order_id"]
    assert first != second
    assert (order_of(client, first).status, order_of(client, second).status) == (
        "cancelled",
        "pending",
    )
    assert at.amount(second) == "57.99"
    for order_id in (first, second) if at.takes_late_money else (second,):
        at.pay(order_id)
        assert at.tell(client, order_id).status_code == 200
        assert order_of(client, order_id).status == "paid"


def test_an_order_that_expires_gives_the_last_one_back(
    shop: Flask, client: FlaskClient, at: Any
) -> None:
    add(client, "last")
    order_id = check_out(client).json["order_id"]
    other = browser(shop)
    assert add(other, "last").json["error_code"] == "OUT_OF_STOCK"
    at.expire(order_id)
    assert at.tell(client, order_id).status_code == 200
    assert order_of(client, order_id).status == "expired"
    assert add(other, "last").status_code == 200


def test_a_desk_that_is_down_costs_nothing_but_time(client: FlaskClient, at: Any) -> None:
    add(client)
    at.down()
    answer = check_out(client)
    assert (answer.status_code, answer.json["error_code"]) == (503, "DESK_UNAVAILABLE")
    assert client.get("/till/basket").json["count"] == 1
    at.down(False)
    assert check_out(client).status_code == 200


def test_only_a_host_is_told_how_to_take_the_payment(client: FlaskClient, at: Any) -> None:
    add(client)
    told = check_out(client).json
    if at.name != "boxo":
        assert set(told) == {"order_id", "order_url", "token"}
        return
    assert told["pay_in_host"] == {
        "amount": 49.99,
        "currency": "USD",
        "miniapp_order_id": told["order_id"],
        "transaction_token": told["token"],
    }


def test_another_desks_callbacks_are_not_answered(client: FlaskClient, at: Any) -> None:
    for name in set(KINDS) - {at.name}:
        assert client.post(f"/till/callbacks/{name}", data=b"{}").status_code == 404
