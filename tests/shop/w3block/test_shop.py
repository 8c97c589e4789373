"""A shop with a W3block desk, seen from its pages and from the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_till.errors import SettingsError
from tests.shop.conftest import PRODUCTS as IN_ZLOTY
from tests.shop.conftest import browser
from tests.shop.counting import count_statements
from tests.shop.dollars import CARD, LAST, MUG, TEN, now
from tests.shop.shelves import together
from tests.shop.test_checkout_routes import check_out
from tests.shop.test_izi import add
from tests.shop.three_desks import AtTill, AtW3block
from tests.shop.w3block.the_platform import refused

CALLBACKS = "/till/callbacks/w3block"


@pytest.fixture
def at() -> Iterator[AtW3block]:
    found = AtW3block()
    yield found
    found.close()


@pytest.fixture
def shop(new_shop: Callable[..., Flask], at: AtW3block) -> Flask:
    return new_shop(
        catalog=[MUG, CARD, LAST],
        promotions=[TEN],
        desk=at.desk,
        order_complete=lambda order: f"/thanks/{order.number}",
    )


@pytest.fixture
def client(shop: Flask) -> FlaskClient:
    return browser(shop)


def quote(client: FlaskClient, lang: str = "en") -> Any:
    return client.get(f"/till/quote?lang={lang}")


def dollars(amount: int, text: str) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD", "text": text}


# ---- what it costs ----


def test_an_order_tells_what_was_charged_and_which_part_of_it_the_desk_took(
    shop: Flask, client: FlaskClient, at: AtW3block
) -> None:
    add(client, quantity=2)
    shown = quote(client).json["total"]
    order_id = check_out(client).json["order_id"]
    [frame] = [
        one for one in client.get("/till/channel?wait=0").json["frames"] if one["type"] == "order"
    ]
    assert frame["order"]["total"] == shown
    order = now(shop.extensions["till"].database, order_id)
    assert order.charged.minor == shown["amount"]
    assert order.charged - order.fees == order.total == order.subtotal
    assert order.fees.minor > 0


def test_a_quote_shows_what_will_be_charged(client: FlaskClient, at: AtW3block) -> None:
    add(client, quantity=2)
    answer = quote(client)
    assert answer.status_code == 200
    told = dict(answer.json)
    assert 38 <= told.pop("seconds_left") <= 40
    left = datetime.fromisoformat(told.pop("valid_until")) - at.clock()
    assert 38 <= left.total_seconds() <= 40
    assert told == {
        "version": 1,
        "currency": "USD",
        "subtotal": dollars(9998, "$99.98"),
        "fee": dollars(0, "$0.00"),
        "gas": dollars(7, "$0.07"),
        "total": dollars(10005, "$100.05"),
    }
    assert "," in quote(client, "pl").json["total"]["text"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_many_pages_cost_one_question(shop: Flask, client: FlaskClient, at: AtW3block) -> None:
    add(client)
    other = browser(shop)
    add(other)
    for page in (client, other, client):
        assert quote(page).status_code == 200
    assert at.line.calls["preview"] == 1
    at.clock.hurry(seconds=20)
    together(*[lambda page=page: quote(page).status_code for page in (client, other)])
    assert at.line.calls["preview"] == 2
    check_out(client)
    assert at.line.calls["preview"] == 2


def test_a_page_that_asks_too_often_is_slowed_down(client: FlaskClient, at: AtW3block) -> None:
    add(client)
    codes = [quote(client).status_code for _ in range(62)]
    assert (codes[0], codes[59], codes[-1]) == (200, 200, 429)
    assert at.line.calls["preview"] == 1


def test_many_browsers_of_one_address_are_slowed_down_together(shop: Flask, at: AtW3block) -> None:
    codes = []
    for _ in range(5):
        page = browser(shop)
        add(page)
        codes += [quote(page).status_code for _ in range(50)]
    assert codes.count(200) == 240
    assert codes[-1] == 429
    assert at.line.calls["preview"] == 1


def test_nothing_costs_nothing(client: FlaskClient, at: AtW3block) -> None:
    assert (quote(client).status_code, quote(client).json["error_code"]) == (409, "BASKET_EMPTY")
    add(client)
    client.delete("/till/basket/lines/mug")
    assert quote(client).json["error_code"] == "BASKET_EMPTY"
    assert at.line.asked == []


def test_a_desk_that_does_not_quote_says_so(new_shop: Callable[..., Flask]) -> None:
    client = browser(new_shop(catalog=[MUG], promotions=[], desk=AtTill().desk))
    added = add(client)
    answer = quote(client)
    assert (answer.status_code, answer.json["error_code"]) == (404, "NO_QUOTES")
    assert "quotes" not in added.json["basket"]


def test_every_basket_says_that_its_page_should_ask(client: FlaskClient) -> None:
    assert add(client).json["basket"]["quotes"] is True
    assert client.get("/till/basket").json["quotes"] is True
    changed = client.patch("/till/basket/lines/mug", json={"quantity": 2})
    assert changed.json["quotes"] is True
    (frame,) = client.get("/till/channel?wait=0&basket=0&order=0").json["frames"]
    assert frame["basket"]["quotes"] is True


def test_a_platform_that_is_down_costs_nothing_but_time(client: FlaskClient, at: AtW3block) -> None:
    add(client)
    at.down()
    assert (quote(client).status_code, quote(client).json["error_code"]) == (
        503,
        "DESK_UNAVAILABLE",
    )
    at.down(False)
    assert quote(client).status_code == 200


def test_a_price_that_is_another_one_there_is_neither_shown_nor_charged(
    new_shop: Callable[..., Flask], at: AtW3block
) -> None:
    dearer = replace(MUG, price=MUG.price + CARD.price)
    client = browser(new_shop(catalog=[dearer], promotions=[], desk=at.desk))
    add(client)
    for answer in (quote(client), check_out(client)):
        assert (answer.status_code, answer.json["error_code"]) == (409, "PRICE_CHANGED")
        assert "Blue mug" in answer.json["error_message"]
    assert at.platform.orders() == []
    assert client.get("/till/basket").json["count"] == 1


# ---- the click ----


def test_the_total_that_was_shown_is_charged_or_nothing(client: FlaskClient, at: AtW3block) -> None:
    add(client)
    total = quote(client).json["total"]["amount"]
    at.platform.gas("0.11")
    at.clock.hurry(seconds=41)
    answer = check_out(client, total=total)
    assert (answer.status_code, answer.json["error_code"]) == (409, "TOTAL_CHANGED")
    assert at.platform.orders() == []
    assert quote(client).json["total"]["amount"] == total + 4
    assert check_out(client, total=total + 4).status_code == 200
    assert at.platform.only()["totalAmount"] == "50.1"


@pytest.mark.parametrize(
    "body",
    [
        {"again": 1},
        {"again": "yes"},
        {"again": None},
        {"total": "10005"},
        {"total": -1},
        {"total": True},
        {"total": 1.5},
        {"quote": 1},
    ],
    ids=str,
)
def test_a_click_says_no_more_than_it_may(
    client: FlaskClient, at: AtW3block, body: dict[str, Any]
) -> None:
    add(client)
    assert check_out(client, **body).status_code == 422
    assert at.line.asked == []


def test_the_same_again_is_asked_for_with_the_order_that_was(
    client: FlaskClient, at: AtW3block
) -> None:
    add(client)
    first = check_out(client).json["order_id"]
    at.pay(first)
    at.tell(client, first)
    add(client)
    answer = check_out(client)
    assert (answer.status_code, answer.json["error_code"]) == (409, "SIMILAR_ORDER")
    earlier = answer.json["order"]
    assert (earlier["order_id"], earlier["status"]) == (first, "paid")
    assert earlier["complete"] == {"action": "redirect", "redirect": "/thanks/T-000001"}
    again = check_out(client, again=True)
    assert again.status_code == 200
    assert again.json["order_id"] != first
    assert len(at.platform.orders()) == 2


def test_a_double_click_is_one_order(shop: Flask, client: FlaskClient, at: AtW3block) -> None:
    add(client)
    found = client.get_cookie("till_basket")
    assert found is not None
    tabs = [browser(shop) for _ in range(5)]
    for tab in tabs:
        tab.set_cookie("till_basket", found.value, path="/till")
    answers = together(*[lambda tab=tab: check_out(tab) for tab in tabs])
    assert {one.status_code for one in answers} == {200}, [one.json for one in answers]
    assert len({one.json["order_id"] for one in answers}) == 1
    assert len(at.platform.orders()) == 1


def test_a_refusal_that_only_the_shop_can_mend_is_no_news_for_the_shopper(
    client: FlaskClient, at: AtW3block
) -> None:
    add(client)
    at.line.instead["create"] = lambda: refused("payment-provider-not-found")
    answer = check_out(client)
    assert (answer.status_code, answer.json["error_code"]) == (503, "DESK_UNAVAILABLE")


# ---- callbacks ----


def test_an_event_that_is_not_proven_asks_neither_database_nor_platform(
    shop: Flask, client: FlaskClient, at: AtW3block
) -> None:
    add(client)
    order_id = check_out(client).json["order_id"]
    at.pay(order_id)
    w3_id = at.platform.of(order_id)["id"]
    raw, headers = at.platform.event(w3_id)
    other = at.platform.event(w3_id, key="another key")[1]
    at.line.asked.clear()
    stranger = shop.test_client()
    name = "x-w3block-commerce-signature"
    with count_statements(shop) as statements:
        for body, sent in (
            (raw + b" ", headers),
            (raw, other),
            (raw, {}),
            (raw, {name: ""}),
            (raw, {name: headers[name].upper()}),
            (b"[" * 60_000, headers),
            (b"\xff", {name: "0" * 64}),
        ):
            answer = stranger.post(CALLBACKS, data=body, headers=sent)
            assert (answer.status_code, answer.json["error_code"]) == (401, "INVALID_SIGNATURE")
    assert statements == []
    assert at.line.asked == []


def test_an_event_before_its_order_is_bound_is_sent_again(
    client: FlaskClient, at: AtW3block
) -> None:
    add(client)
    order_id = check_out(client).json["order_id"]
    unknown = at.platform.event(
        at.platform.of(order_id)["id"], id="5c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"
    )
    answer = client.post(CALLBACKS, data=unknown[0], headers=unknown[1])
    assert (answer.status_code, answer.json["error_code"]) == (404, "ORDER_NOT_FOUND")


def test_a_platform_that_cannot_be_asked_is_told_to_call_again(
    client: FlaskClient, at: AtW3block
) -> None:
    add(client)
    order_id = check_out(client).json["order_id"]
    at.pay(order_id)
    at.down()
    answer = at.tell(client, order_id)
    assert (answer.status_code, answer.json["error_code"]) == (503, "DESK_UNAVAILABLE")
    at.down(False)
    assert at.tell(client, order_id).json == {"applied": True}


# ---- setting up ----


def test_a_shop_in_zloty_is_refused_when_it_is_set_up(
    new_shop: Callable[..., Flask], at: AtW3block
) -> None:
    with pytest.raises(SettingsError, match="PLN") as told:
        new_shop(catalog=IN_ZLOTY, desk=at.desk)
    assert "currencies" in told.value.remedy


def test_a_shop_for_real_money_refuses_a_platform_for_play(
    new_shop: Callable[..., Flask], at: AtW3block
) -> None:
    with pytest.raises(SettingsError, match="takes no real money"):
        new_shop(catalog=[MUG], promotions=[], desk=at.desk, TILL_TEST_ORDERS=False)
