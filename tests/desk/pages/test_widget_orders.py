"""Orders that a widget placed (IPOS): how their page is opened, looks and ends."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from flask_till.desk.gateways import Gateway, Method, PagePart, Started
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.desk.order import Order
from tests.conftest import StillClock
from tests.desk.pages.conftest import SHOP, Desk

PAY = {"gateway": "sandbox", "method": "sandbox"}
USER_TOKEN = "header.claims.signature"
OWN = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}


class Carded(SandboxGateway):
    """Cards, by a form on our page or on the merchant's own."""

    name = "stripe"

    def methods(self, currency: str) -> tuple[Method, ...]:
        return (Method("stripe", "card", "Card, Apple Pay, Google Pay"),)

    def start(self, charge: object, inputs: object) -> Started:
        embedded = "ui" in inputs  # type: ignore[operator]  # a mapping
        ref = getattr(charge, "provider_ref", None)
        kind = "cs" if embedded else "pi"
        return Started(ref or f"{kind}_{charge.payment_id}", "requires_action")  # type: ignore[attr-defined]  # a charge

    def look(self, charge: object) -> object:  # type: ignore[override]  # as the sandbox's
        return self._evidence(charge, charge.provider_ref, "requires_action")  # type: ignore[attr-defined,arg-type]  # as above

    def cancel(self, charge: object) -> object:  # type: ignore[override]  # as above
        return self._evidence(charge, charge.provider_ref, "cancelled")  # type: ignore[attr-defined,arg-type]  # as above

    def page(self) -> PagePart:
        return PagePart(module="gateways/stripe.js")


@pytest.fixture
def gateways() -> dict[str, Gateway]:
    return {"stripe": Carded(in_development=True)}  # type: ignore[dict-item]  # plays one


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk(admits=lambda order, token: token == USER_TOKEN)


def see(desk: Desk, order: Order, **query: str) -> str:
    client = desk.enter(order)
    answer = client.get("/order", query_string={"orderId": order.id, **query})
    assert answer.status_code == 200
    return answer.text


def test_item_description_and_dollars_are_shown(desk: Desk) -> None:
    html = see(desk, desk.widget_order())
    assert '<p class="amount">$12.99</p>' in html
    assert "A blue mug" in html
    assert "Hand-made, holds tea" in html
    assert "15 minutes" in html


@pytest.mark.parametrize(
    ("given", "theme"), [(None, "light"), ("light", "light"), ("DARK", "light"), ("dark", "dark")]
)
def test_it_is_light_unless_dark_is_asked_for(desk: Desk, given: str | None, theme: str) -> None:
    query = {} if given is None else {"theme": given}
    order = desk.widget_order()
    assert f'data-theme="{theme}"' in see(desk, order, **query)
    lost = desk.client.get("/order", query_string={"orderId": order.id, **query})
    assert f'data-theme="{theme}"' in lost.text


def test_only_the_allowed_ways_to_pay_are_offered(desk: Desk) -> None:
    html = see(desk, desk.widget_order(methods=("card", "credit")))
    assert re.findall(r'name="method" value="(\w+)"', html) == ["card", "credit"]


def test_a_user_token_in_the_address_opens_it_and_leaves_the_address(desk: Desk) -> None:
    order, client = desk.widget_order(), desk.client
    query = {"orderId": order.id, "token": USER_TOKEN, "theme": "dark", "hideBack": "1"}
    answer = client.get("/order", query_string=query)
    assert answer.status_code == 303
    assert answer.location == f"/order?orderId={order.id}&theme=dark"
    assert client.get("/order", query_string={"orderId": order.id}).status_code == 200


def test_another_users_token_opens_nothing_and_leaves_the_address_too(desk: Desk) -> None:
    order = desk.widget_order()
    query = {"orderId": order.id, "token": "somebody.else.entirely"}
    answer = desk.client.get("/order", query_string=query)
    assert answer.status_code == 403
    assert "This order is not yours" in answer.text
    assert "A blue mug" not in answer.text
    assert "forget_token.js" in answer.text
    assert "data-token-key" not in answer.text


def test_a_stored_token_enters_by_script_from_the_page_only(desk: Desk) -> None:
    order, client = desk.widget_order(), desk.client
    data = {"orderId": order.id, "token": USER_TOKEN}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {"Origin": SHOP}):
        assert client.post("/order/enter", data=data, headers=headers).status_code == 403
    wrong = client.post("/order/enter", data=data | {"token": "no"}, headers=OWN)
    assert wrong.status_code == 403
    assert wrong.json == {
        "error_code": "ORDER_NOT_YOURS",
        "error_message": wrong.json["error_message"],
    }
    assert client.get("/order", query_string={"orderId": order.id}).status_code == 403
    assert client.post("/order/enter", data=data, headers=OWN).status_code == 204
    assert client.get("/order", query_string={"orderId": order.id}).status_code == 200


def test_only_widget_orders_look_for_a_stored_token(desk: Desk) -> None:
    mine, ours = desk.widget_order(), desk.order()
    for order, looks in ((mine, True), (ours, False)):
        html = desk.client.get("/order", query_string={"orderId": order.id}).text
        assert ('data-token-key="ipos_access_token"' in html) is looks


@pytest.mark.parametrize(
    ("redirect_url", "told"),
    [(f"{SHOP}/back?a=1", SHOP), ("https://evil.example/", None), (None, None)],
)
def test_only_the_origin_of_a_registered_redirect_is_told(
    desk: Desk, redirect_url: str | None, told: str | None
) -> None:
    order = desk.widget_order(redirect_url=redirect_url, opener_origin=SHOP)
    found = re.search(r'data-opener="([^"]*)"', see(desk, order))
    assert (found and found[1]) == told


@pytest.mark.parametrize(
    ("verb", "word"), [("pay", "completed"), ("cancel", "cancelled"), ("refund", "refunded")]
)
def test_it_ends_in_the_words_of_the_protocol(desk: Desk, verb: str, word: str) -> None:
    order = desk.widget_order(redirect_url=f"{SHOP}/back?a=1")
    if verb == "cancel":
        desk.cashier.cancel(order.id)
    else:
        desk.cashier.pay(order.id, gateway="sandbox", method="sandbox", inputs={})
    if verb == "refund":
        desk.cashier.refund(order.id)
    html = see(desk, order)
    assert f'data-status="{word}"' in html
    onward = f"{SHOP}/back?a=1&orderId={order.id}&status={word}"
    assert f'data-onward="{onward.replace("&", "&amp;")}"' in html
    assert 'target="_top"' not in html  # it would take the portal around the widget away


def test_late_money_is_waited_for_and_changes_the_page(
    make_desk: Callable[..., Desk], clock: StillClock
) -> None:
    desk = make_desk(clock=clock)
    order = desk.widget_order()
    client = desk.enter(order)
    data = {"orderId": order.id, **PAY, "outcome": "slow"}
    clock.advance(899)
    assert client.post("/order/pay", data=data).status_code == 303
    clock.advance(2)
    html = client.get("/order", query_string={"orderId": order.id}).text
    assert "The time to pay is over" in html
    assert "your money is still welcome" in html
    assert 1800 <= int(re.findall(r'data-news-for="(\d+)"', html)[0]) <= 1920
    clock.advance(5)
    state = client.get("/order/status", query_string={"orderId": order.id}).json
    assert (state["view"], state["status"]) == ("paid", "completed")


def test_an_order_that_ended_with_nothing_under_way_says_that_nothing_was_charged(
    make_desk: Callable[..., Desk], clock: StillClock
) -> None:
    desk = make_desk(clock=clock)
    order = desk.widget_order()
    clock.advance(901)
    html = see(desk, order)
    assert "You were not charged." in html
    assert 'data-news-for="120"' in html


def embedded(desk: Desk) -> tuple[Order, str]:
    """A card payment begun on the merchant's own page, and the provider's id of it."""
    order = desk.widget_order(methods=("card",))
    begun = desk.cashier.pay(order.id, gateway="stripe", method="card", inputs={"ui": "embedded"})
    assert begun.order.payment is not None
    assert begun.order.payment.provider_ref is not None
    return order, begun.order.payment.provider_ref


def test_who_comes_back_from_a_card_form_elsewhere_is_let_in(desk: Desk) -> None:
    order, session_id = embedded(desk)
    client = desk.client
    query = {"orderId": order.id, "session_id": session_id}
    answer = client.get("/order", query_string=query)
    assert (answer.status_code, answer.location) == (303, f"/order?orderId={order.id}")
    assert client.get("/order", query_string={"orderId": order.id}).status_code == 200


@pytest.mark.parametrize("session_id", ["", "cs_other", "ł"])
def test_another_session_lets_nobody_in(desk: Desk, session_id: str) -> None:
    order, _ = embedded(desk)
    query = {"orderId": order.id, "session_id": session_id}
    assert desk.client.get("/order", query_string=query).status_code == 403


def test_a_payment_on_our_own_page_lets_nobody_in(desk: Desk) -> None:
    order = desk.widget_order(methods=("card",))
    begun = desk.cashier.pay(order.id, gateway="stripe", method="card", inputs={})
    assert begun.order.payment is not None
    query = {"orderId": order.id, "session_id": begun.order.payment.provider_ref}
    assert desk.client.get("/order", query_string=query).status_code == 403


def test_an_old_session_lets_nobody_in(make_desk: Callable[..., Desk], clock: StillClock) -> None:
    desk = make_desk(clock=clock)
    order, session_id = embedded(desk)
    clock.advance(900 + 1801)
    query = {"orderId": order.id, "session_id": session_id}
    assert desk.client.get("/order", query_string=query).status_code == 403


def test_a_card_form_elsewhere_does_not_open_itself_here(desk: Desk) -> None:
    order, _ = embedded(desk)
    client = desk.enter(order)
    html = client.get("/order", query_string={"orderId": order.id}).text
    assert "You began to pay by card on another page." in html
    assert "data-at-once" not in html
    data = {"orderId": order.id, "gateway": "stripe", "method": "card"}
    assert client.post("/order/pay", data=data).status_code == 303
    payment = desk.cashier.get(order.id).payment
    assert payment is not None
    assert (payment.provider_ref or "").startswith("pi_")
    html = client.get("/order", query_string={"orderId": order.id}).text
    assert "data-at-once" in html
    assert "on another page" not in html
