"""Paying by plain forms, as a browser without scripts does, and by the JSON that scripts read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_till.base.waiters import Waiters
from flask_till.desk.gateways import Gateway, Method, PagePart, Started
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.desk.order import Order
from flask_till.errors import GatewayUnavailable
from flask_till.money import Money
from tests.conftest import StillClock
from tests.desk.pages.conftest import Desk

JSON = {"Accept": "application/json"}


class Absent(SandboxGateway):
    """A provider that does not answer."""

    name = "absent"

    def methods(self, currency: str) -> Any:
        return (Method("absent", "absent", "Sandbox"),)

    def start(self, charge: Any, inputs: Any) -> Started:
        raise GatewayUnavailable("The provider does not answer.")


class Elsewhere(SandboxGateway):
    """A provider that takes the money on a page of its own."""

    name = "elsewhere"

    def methods(self, currency: str) -> Any:
        return (Method("elsewhere", "page", "Sandbox"),)

    def start(self, charge: Any, inputs: Any) -> Started:
        url = f"https://cards.example/pay/{charge.payment_id}?a=1&b=2"
        return Started(f"else.{charge.payment_id}", "requires_action", redirect_url=url)

    def look(self, charge: Any) -> Any:
        raise GatewayUnavailable("Not now.")

    def page(self) -> PagePart:
        return PagePart()


@pytest.fixture
def gateways() -> dict[str, Gateway]:
    return {
        "absent": Absent(in_development=True),
        "elsewhere": Elsewhere(in_development=True),
    }


def pay(client: FlaskClient, order: Order, outcome: str = "paid", **given: Any) -> Any:
    data = {"orderId": order.id, "gateway": "sandbox", "method": "sandbox", "outcome": outcome}
    return client.post("/order/pay", data=data | given.pop("data", {}), **given)


def see(client: FlaskClient, order: Order) -> str:
    answer = client.get("/order", query_string={"orderId": order.id})
    assert answer.status_code == 200
    return answer.text


def status(client: FlaskClient, order: Order, **query: Any) -> dict[str, Any]:
    answer = client.get("/order/status", query_string={"orderId": order.id, **query})
    assert answer.status_code == 200
    return dict(answer.json)


def test_paying_leads_back_to_the_page_which_says_thank_you(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    answer = pay(client, order)
    assert (answer.status_code, answer.location) == (303, f"/order?orderId={order.id}")
    html = see(client, order)
    assert "Thank you, it is paid" in html
    assert "Cancel this order" not in html


def test_a_declined_payment_says_so_and_can_be_tried_again(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    pay(client, order, "declined")
    html = see(client, order)
    assert "The payment was declined" in html
    assert "You were not charged; try again." in html
    pay(client, order)
    assert "Thank you" in see(client, order)


@pytest.mark.parametrize(("answer", "view"), [("yes", "paid"), ("no", "pending")])
def test_a_confirmation_is_asked_for_and_passed_on(desk: Desk, answer: str, view: str) -> None:
    order = desk.order()
    client = desk.enter(order)
    pay(client, order, "confirm")
    assert "Confirm the payment" in see(client, order)
    done = client.post("/order/act", data={"orderId": order.id, "confirmation": answer})
    assert done.status_code == 303
    assert f'data-view="{view}"' in see(client, order)


def test_a_slow_payment_arrives_by_itself(
    make_desk: Callable[..., Desk], clock: StillClock
) -> None:
    desk = make_desk(clock=clock)
    order = desk.order()
    client = desk.enter(order)
    pay(client, order, "slow")
    html = see(client, order)
    assert "Your payment is on its way" in html
    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in html
    clock.advance(5)
    assert "Thank you" in see(client, order)


def test_money_that_comes_after_the_end_is_said_to_go_back(
    make_desk: Callable[..., Desk], clock: StillClock
) -> None:
    desk = make_desk(clock=clock)
    order = desk.order(expires_in=60)
    client = desk.enter(order)
    pay(client, order, "late")
    clock.advance(61)
    assert "The time to pay is over" in see(client, order)
    clock.advance(5)
    attempt = desk.cashier.get(order.id).payment
    assert attempt is not None
    desk.cashier.paying.look_late(attempt.id)
    assert "came after that and goes back to you" in see(client, order)


def test_a_cancelled_order_is_over(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    assert client.post("/order/cancel", data={"orderId": order.id}).status_code == 303
    assert "This order was cancelled" in see(client, order)
    answer = pay(client, order)
    assert answer.status_code == 409
    assert "The order changed meanwhile" in answer.text


def test_cancelling_a_paid_order_shows_that_it_is_paid(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    pay(client, order)
    answer = client.post("/order/cancel", data={"orderId": order.id})
    assert answer.status_code == 409
    assert "Thank you, it is paid" in answer.text


def test_refunds_are_shown(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    pay(client, order)
    desk.cashier.refund(order.id, Money("17.97", "PLN"))
    assert "Part of your money is on its way back" in see(client, order)
    assert "17.97" in see(client, order)
    desk.cashier.refund(order.id)
    assert "Your money is on its way back" in see(client, order)


def test_the_sixth_try_is_refused_kindly(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    for _ in range(5):
        assert pay(client, order, "declined").status_code == 303
    answer = pay(client, order)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert "This order was tried too often" in answer.text
    answer = pay(client, order, headers=JSON)
    assert answer.status_code == 429
    assert answer.json["error_code"] == "TOO_MANY_ATTEMPTS"


def test_a_provider_that_is_away_is_said_to_be(desk: Desk) -> None:
    order = desk.order()
    answer = pay(desk.enter(order), order, data={"gateway": "absent", "method": "absent"})
    assert answer.status_code == 503
    assert "The payment service does not answer" in answer.text
    assert "You will not be charged twice" in answer.text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"gateway": "nobody"}, 404),
        ({"method": "card"}, 404),
        ({"outcome": "rich"}, 422),
        ({"gateway": "", "method": ""}, 404),
    ],
)
def test_odd_input_is_refused_on_the_page(desk: Desk, data: dict[str, str], code: int) -> None:
    order = desk.order()
    answer = pay(desk.enter(order), order, data=data)
    assert answer.status_code == code
    assert "data-order=" in answer.text


def test_a_provider_with_a_page_of_its_own_is_gone_on_to(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    there = {"gateway": "elsewhere", "method": "page"}
    answer = pay(client, order, data=there)
    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0; url=https://cards.example/pay/' in answer.text
    framed = pay(client, order, data=there, headers={"Sec-Fetch-Dest": "iframe"})
    assert "refresh" not in framed.text  # their page refuses to be framed
    assert 'target="_top"' in framed.text
    said = pay(client, order, data=there, headers=JSON).json
    assert said["redirect_url"].startswith("https://cards.example/pay/")
    assert "You began to pay on another page" in see(client, order)


def test_scripts_get_what_they_need_as_json(desk: Desk) -> None:
    order = desk.order(locale="pl")
    client = desk.enter(order)
    said = pay(client, order, "confirm", headers=JSON).json
    assert said["view"] == "confirm"
    assert said["client"] == {}
    assert said["redirect_url"] is None
    act = {"orderId": order.id, "confirmation": "yes"}
    said = client.post("/order/act", data=act, headers=JSON).json
    assert said["status"] == "paid"
    assert said["text"] == "Dziękujemy, zapłacone"


def test_the_status_has_all_that_a_script_needs(desk: Desk) -> None:
    order = desk.order(redirect_url="https://shop.example/thanks?a=1")
    client = desk.enter(order)
    before = status(client, order)
    assert before.pop("key")
    assert 1795 <= before.pop("expires_in") <= 1800
    assert before == {
        "order_id": order.id,
        "status": "pending",
        "version": 1,
        "view": "pending",
        "text": "How would you like to pay?",
        "final": False,
        "amount": {"amount": 11797, "currency": "PLN", "text": "PLN\xa0117.97"},
        "payment": None,
        "redirect": None,
    }
    pay(client, order)
    after = status(client, order)
    assert (after["status"], after["version"], after["final"]) == ("paid", 2, True)
    assert after["redirect"] == f"https://shop.example/thanks?a=1&orderId={order.id}&status=paid"


def test_waiting_ends_when_the_bell_rings(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    timer = threading.Timer(0.6, desk.cashier.cancel, [order.id])
    timer.start()
    before = time.monotonic()
    assert status(client, order, version=1, wait=20)["status"] == "cancelled"
    assert 0.4 < time.monotonic() - before < 5
    timer.join()


@pytest.mark.parametrize(
    "query",
    [
        {"version": 7, "wait": 20},
        {"version": 1, "wait": 20, "key": "other"},
        {"wait": 20},
        {"version": 1},
        {"version": 1, "wait": "-3"},
        {"version": 1, "wait": "x"},
    ],
)
def test_nobody_waits_who_has_news_or_did_not_ask(desk: Desk, query: dict[str, Any]) -> None:
    order = desk.order()
    client = desk.enter(order)
    before = time.monotonic()
    assert status(client, order, **query)["status"] == "pending"
    assert time.monotonic() - before < 2


def test_who_finds_no_place_to_wait_is_answered_at_once(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    object.__setattr__(desk.parts, "waiters", Waiters(0, per_key=0))
    order = desk.order()
    client = desk.enter(order)
    before = time.monotonic()
    assert status(client, order, version=1, wait=20)["status"] == "pending"
    assert time.monotonic() - before < 2


def test_a_session_that_is_revoked_while_waiting_gets_no_news(desk: Desk) -> None:
    order = desk.order()
    query = {"orderId": order.id, "token": desk.token(order)}
    client = desk.client
    client.get("/order", query_string=query)

    def leak() -> None:
        assert desk.client.get("/order", query_string=query).status_code == 410
        desk.cashier.cancel(order.id)

    timer = threading.Timer(0.5, leak)
    timer.start()
    waiting = {"orderId": order.id, "version": 1, "wait": 10}
    assert client.get("/order/status", query_string=waiting).status_code == 403
    timer.join()
