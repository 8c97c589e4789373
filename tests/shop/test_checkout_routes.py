"""From the basket to the desk's page, and back to the shop's thank-you."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.shop.conftest import browser
from tests.shop.played_desk import PlayedDesk
from tests.shop.test_izi import add


def check_out(client: FlaskClient, **body: Any):
    return client.post("/till/checkout", json=body)


def complete(client: FlaskClient, wait: int = 0):
    return client.get(f"/till/iziGetOrderComplete?wait={wait}")


def test_a_checkout_answers_what_opens_the_order_page(
    client: FlaskClient, desk: PlayedDesk
) -> None:
    add(client)
    answer = check_out(client, mode="popup")
    assert answer.status_code == 200
    order_id = answer.json["order_id"]
    assert answer.json == {
        "order_id": order_id,
        "order_url": f"https://desk.example/order?orderId=desk_{order_id}",
        "token": "token-1",
    }
    assert desk.orders[order_id].amount.minor == 4999


def test_the_same_basket_is_the_same_order_with_a_fresh_token(client: FlaskClient) -> None:
    add(client)
    first, second = check_out(client).json, check_out(client, mode="frame").json
    assert first["order_id"] == second["order_id"]
    assert first["token"] != second["token"]


def test_what_cannot_be_checked_out(client: FlaskClient) -> None:
    assert check_out(client).json["error_code"] == "BASKET_EMPTY"
    add(client)
    for mode in ("tab", "", None, 1, True, ["popup"], {}):
        assert check_out(client, mode=mode).status_code == 422, mode
    client.delete("/till/basket/lines/mug")
    answer = check_out(client)
    assert (answer.status_code, answer.json["error_code"]) == (409, "BASKET_EMPTY")


def test_a_desk_that_is_down_costs_nothing_but_time(client: FlaskClient, desk: PlayedDesk) -> None:
    add(client)
    desk.down = True
    answer = check_out(client)
    assert (answer.status_code, answer.json["error_code"]) == (503, "DESK_UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) >= 1
    assert client.get("/till/basket").json["count"] == 1
    desk.down = False
    assert check_out(client).status_code == 200


def test_the_last_one_is_sold_once(app: Flask) -> None:
    first, second = browser(app), browser(app)
    add(first, "last")
    add(second, "last")
    assert check_out(first).status_code == 200
    answer = check_out(second)
    assert (answer.status_code, answer.json["error_code"]) == (409, "OUT_OF_STOCK")


def test_the_desk_learns_who_asked_and_where_to_go_back(app: Flask) -> None:
    client = browser(app)
    add(client)
    for referer, back in (
        ("http://localhost/mug?page=2#top", "http://localhost/mug?page=2"),
        ("https://evil.example/", "http://localhost/"),
        ("http://localhost@evil.example/", "http://localhost/"),
        ("http://[", "http://localhost/"),
        (None, "http://localhost/"),
    ):
        headers = {"Referer": referer} if referer else {}
        answer = client.post("/till/checkout", json={}, headers=headers)
        assert answer.status_code == 200, answer.json
        with client:
            client.get("/till/basket")
            order = app.extensions["till"].owner.order(answer.json["order_id"])
        assert (order.origin, order.redirect_url) == ("http://localhost", back)
        client.patch("/till/basket/lines/mug", json={"quantity": 1})  # a new version, a new order


def test_a_paid_order_is_complete_until_the_next_one(client: FlaskClient, desk: PlayedDesk) -> None:
    add(client)
    order_id = check_out(client).json["order_id"]
    assert complete(client).status_code == 204
    assert desk.pay(client, order_id).status_code == 200
    for _ in range(2):
        assert complete(client).json == {"action": "refresh"}
    add(client)
    assert complete(client).json == {"action": "refresh"}
    check_out(client)
    assert complete(client).status_code == 204


def test_a_shop_may_name_its_thank_you_page(
    new_shop: Callable[..., Flask], desk: PlayedDesk
) -> None:
    by_endpoint = new_shop(order_complete="thanks")
    by_endpoint.add_url_rule("/thanks/<order_id>", "thanks", lambda order_id: order_id)
    by_function = new_shop(order_complete=lambda order: f"https://shop.example/{order.number}")
    for app, destination in (
        (by_endpoint, "/thanks/{}"),
        (by_function, "https://shop.example/T-000002"),
    ):
        client = browser(app)
        add(client)
        order_id = check_out(client).json["order_id"]
        desk.pay(client, order_id)
        redirect = destination.format(order_id)
        assert complete(client).json == {"action": "redirect", "redirect": redirect}


def test_waiting_ends_as_soon_as_the_money_is_there(app: Flask, desk: PlayedDesk) -> None:
    client = browser(app)
    add(client)
    order_id = check_out(client).json["order_id"]
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(complete(client, wait=20)))
    began = time.monotonic()
    waiting.start()
    time.sleep(0.3)
    desk.pay(app.test_client(), order_id)
    waiting.join(5)
    assert answers
    assert answers[0].json == {"action": "refresh"}
    assert time.monotonic() - began < 5


def test_waiting_in_vain_ends_in_time(client: FlaskClient) -> None:
    add(client)
    check_out(client)
    began = time.monotonic()
    assert complete(client, wait=1).status_code == 204
    assert 0.9 < time.monotonic() - began < 5


def test_a_lost_callback_is_healed_by_asking(client: FlaskClient, desk: PlayedDesk) -> None:
    add(client)
    order_id = check_out(client).json["order_id"]
    desk.move(order_id, "paid")
    assert complete(client).json == {"action": "refresh"}
    assert desk.asked == 1


def test_the_desk_is_not_asked_at_every_look(client: FlaskClient, desk: PlayedDesk) -> None:
    add(client)
    check_out(client)
    for _ in range(5):
        assert complete(client).status_code == 204
    assert desk.asked == 1
    desk.down = True
    assert complete(client).status_code == 204
