"""Paying from a balance at this desk: what is in it is said beforehand, by plain forms."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_till.desk.order import Order
from flask_till.desk.pages import views
from tests.desk.pages.conftest import Desk

JSON = {"Accept": "application/json"}


def see(client: FlaskClient, order: Order) -> str:
    answer = client.get("/order", query_string={"orderId": order.id})
    assert answer.status_code == 200
    return answer.text


def pay(client: FlaskClient, order: Order, method: str, **given: Any) -> Any:
    data = {"orderId": order.id, "gateway": "test_balance", "method": method}
    return client.post("/order/pay", data=data, **given)


def form_of(html: str, label: str) -> str:
    """One way to pay, as the page shows it."""
    found = [part for part in html.split("<details class=") if f'aria-label="{label}"' in part]
    return found[0].split("</details>")[0]


def opened(html: str) -> list[str]:
    """The ways to pay that are unfolded."""
    unfolded = html.split('<details class="offer" name="offer" open>')[1:]
    return [part.split('class="way">')[1].split("<")[0] for part in unfolded]


def test_what_is_there_is_said_and_what_would_be_left(desk: Desk) -> None:
    desk.give("wallet", "20.00")
    order = desk.widget_order()
    form = form_of(see(desk.enter(order), order), "Wallet balance")
    assert ">$20.00</span>" in form
    assert "<dd>$7.01</dd>" in form
    assert "disabled" not in form


def test_too_little_is_said_with_what_helps_and_cannot_be_pressed(desk: Desk) -> None:
    desk.give("wallet", "3.00")
    order = desk.widget_order()
    form = form_of(see(desk.enter(order), order), "Wallet balance")
    assert ">$3.00</span>" in form
    assert "$9.99 too little for this order." in form
    assert "choose another way to pay" in form
    assert re.search(r'<button[^>]* disabled aria-describedby="(short-\d)"', form)


def test_credit_counts_what_was_given_for_free_where_that_is_allowed(desk: Desk) -> None:
    desk.give("credit", "10.00")
    desk.give("free_credit", "5.00")
    both = desk.widget_order()
    assert ">$15.00</span>" in form_of(see(desk.enter(both), both), "Credit")
    paid_only = desk.widget_order(methods=("sandbox", "paid_credit"))
    assert ">$10.00</span>" in form_of(see(desk.enter(paid_only), paid_only), "Credit")


def test_paying_takes_it_and_shows_thanks(desk: Desk) -> None:
    desk.give("wallet", "20.00")
    order = desk.widget_order()
    client = desk.enter(order)
    assert pay(client, order, "wallet").status_code == 303
    assert "Thank you, it is paid" in see(client, order)
    desk.cashier.refund(order.id)
    html = see(client, order)
    assert "You have your money back" in html
    assert "It is in your balance again." in html


def test_who_presses_anyway_is_told_kindly_and_may_pay_otherwise(desk: Desk) -> None:
    order = desk.widget_order()
    client = desk.enter(order)
    for _ in range(6):  # more often than an order may be tried
        refused = pay(client, order, "wallet")
        assert refused.status_code == 409
        assert "There is not enough in your balance" in refused.text
    said = pay(client, order, "credit", headers=JSON)
    assert said.json["error_code"] == "INSUFFICIENT_BALANCE"
    data = {"orderId": order.id, "gateway": "sandbox", "method": "sandbox"}
    assert client.post("/order/pay", data=data).status_code == 303
    assert "Thank you" in see(client, order)


@pytest.mark.parametrize("words", [{"payer": None}, {"dialect": "till"}])
def test_an_order_of_nobody_offers_no_balance(desk: Desk, words: dict[str, object]) -> None:
    desk.give("wallet", "20.00")
    order = desk.widget_order(**words)
    assert "balance" not in see(desk.enter(order), order).lower()


def test_the_first_way_that_would_do_is_open(desk: Desk) -> None:
    order = desk.widget_order(methods=("wallet", "credit"))
    client = desk.enter(order)
    desk.give("credit", "20.00")
    assert opened(see(client, order)) == ["Credit"]
    assert opened(pay(client, order, "wallet").text) == ["Credit"]


def test_money_that_is_spent_meanwhile_is_told_kindly_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.give("wallet", "20.00")
    order, other = desk.widget_order(), desk.widget_order()
    client = desk.enter(order)
    look = views.require_covered

    def spend_after(*asked: Any) -> None:
        look(*asked)
        desk.cashier.pay(other.id, gateway="test_balance", method="wallet", inputs={})

    monkeypatch.setattr(views, "require_covered", spend_after)
    refused = pay(client, order, "wallet")
    assert "There is not enough in your balance" in refused.text
    assert "There was not enough in your balance" in see(client, order)
    assert desk.cashier.get(order.id).status == "pending"


def test_an_open_page_notices_a_top_up(desk: Desk) -> None:
    order = desk.widget_order(methods=("wallet",))
    client = desk.enter(order)
    before = client.get("/order/status", query_string={"orderId": order.id}).json
    desk.give("wallet", "20.00")
    after = client.get("/order/status", query_string={"orderId": order.id}).json
    assert before["key"] != after["key"]
    assert before["version"] == after["version"]
