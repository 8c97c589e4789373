"""Two things at the same moment: each order of events that a thread could choose, chosen by hand.

What many at once do is in test_races; here the second one comes in at a named point of the first
one's way. Money is charged once and never lost, and what is told once comes once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.cashier import Cashier
from flask_till.desk.dialects.ipos import orders as ordering
from flask_till.desk.dialects.ipos import paying, refunds
from flask_till.desk.paying import Paying
from flask_till.desk.refunding import Refunding
from flask_till.desk.tables import payments
from flask_till.desk.tables import refunds as refund_rows
from tests.desk.ipos.the_portal import ORDER_ID, asked, refused

CREDIT = 5000
TOLD = "https://in-process.till/told"


@pytest.fixture
def order_id(portal: Any, user: Any, receiver: Any) -> str:
    for kind in ("wallet", "credit"):
        portal.give(kind, CREDIT)
    made: str = user.create(callback_url=TOLD)["order_id"]
    return made


@pytest.fixture
def told(desk: Any, receiver: Any) -> Callable[[], list[str]]:
    """The statuses that the widget was told, all that waits included."""

    def statuses() -> list[str]:
        for _ in range(2):
            desk.desk.relay.drain()
        return [one["current_status"] for one in receiver.events]

    return statuses


def pay(user: Any, order_id: str) -> Any:
    return user.post("/order/payWithWallet", {"order_id": order_id})


PAY_POINTS = [
    (paying, "_within_reach"),
    (Cashier, "pay"),
    (Paying, "start"),
    (paying, "_require_paid_by_this_call"),
]
BEFORE_THE_CHARGE = PAY_POINTS[:-1]


def named(one: Any) -> str:
    return str(one)[-24:]


# --- paying -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("where", "name"), PAY_POINTS, ids=named)
def test_a_second_pay_in_the_middle_of_the_first(user, cut_in, order_id, told, where, name):
    seen: list[Any] = []
    cut_in(where, name, lambda: seen.append(pay(user, order_id)))
    seen.append(pay(user, order_id))
    assert Counter(one.status_code for one in seen) == {200: 1, 400: 1}
    [no] = [one for one in seen if one.status_code == 400]
    refused(no, 400, "Order is not pending")
    assert user.balance()["wallet"] == CREDIT - 1299
    assert told() == ["completed"]


@pytest.mark.parametrize(("where", "name"), BEFORE_THE_CHARGE, ids=named)
def test_time_that_ends_in_the_middle_of_a_pay(
    desk, clock, user, cut_in, order_id, told, where, name
):
    def late() -> None:
        clock.advance(minutes=15)
        desk.cashier.sweep()

    cut_in(where, name, late)
    refused(pay(user, order_id), 400, "Order is not pending")
    assert user.balance()["wallet"] == CREDIT
    assert told() == ["cancelled"]


@pytest.mark.parametrize(("where", "name"), BEFORE_THE_CHARGE, ids=named)
def test_the_last_money_goes_elsewhere_in_the_middle_of_a_pay(
    user, cut_in, order_id, told, where, name
):
    """No try is lost by that: the order is paid as soon as there is money again."""
    spent: list[Any] = []

    def spend() -> None:
        spent.append(user.post("/order/wallet-quick-pay", asked(amount=CREDIT)))

    cut_in(where, name, spend)
    answer = pay(user, order_id)
    assert [one.status_code for one in spent] == [200]
    refused(answer, 400, "Insufficient balance")
    assert user.balance()["wallet"] == 0
    assert user.detail(order_id)["current_status"] == "pending"
    assert told() == []


@pytest.mark.parametrize(("where", "name"), BEFORE_THE_CHARGE, ids=named)
def test_card_money_that_comes_in_the_middle_of_a_wallet_pay(
    desk, user, cut_in, order_id, told, where, name
):
    user.post("/order/payWithStripe", {"order_id": order_id})
    [ref] = desk.gateway.charges
    cut_in(where, name, lambda: desk.cashier.settle(desk.gateway.turn(ref, "succeeded")))
    refused(pay(user, order_id), 400, "Order is not pending")
    desk.desk.relay.drain()
    assert desk.gateway.taken == 1299
    assert user.balance()["wallet"] == CREDIT
    assert user.detail(order_id)["paid_method"] == "stripe"
    assert told() == ["completed"]


def test_card_money_that_comes_while_time_ends(desk, clock, user, cut_in, order_id, told):
    """The sweep has looked, the card is charged, then the sweep writes the end: it is revived."""
    user.post("/order/payWithStripe", {"order_id": order_id})
    [ref] = desk.gateway.charges
    clock.advance(minutes=15)
    cut_in(
        Paying,
        "look",
        lambda: desk.cashier.settle(desk.gateway.turn(ref, "succeeded")),
        after=True,
    )
    desk.cashier.sweep()
    assert user.detail(order_id)["current_status"] == "completed"
    assert desk.gateway.taken == 1299
    assert told() == ["completed"]


def test_twenty_pays_at_once_charge_once(desk, user, order_id, told, at_once):
    answers = at_once(lambda _: pay(user, order_id), 20)
    assert Counter(one.status_code for one in answers) == {200: 1, 400: 19}
    assert user.balance()["wallet"] == CREDIT - 1299
    assert len([row for row in desk.rows(payments) if row.kept]) == 1
    assert told() == ["completed"]


# --- create and pay in one call ---------------------------------------------------------------


def test_quick_pays_at_once_never_spend_more_than_there_is(portal, user, at_once, receiver, told):
    portal.give("wallet", 3 * 1299 + 1298)
    body = asked(callback_url=TOLD)
    answers = at_once(lambda _: user.post("/order/wallet-quick-pay", body), 10)
    assert Counter(one.status_code for one in answers) == {200: 3, 400: 7}
    assert {a.json["msg"] for a in answers} == {"ok", "Insufficient balance"}
    assert user.balance()["wallet"] == 1298
    pages = user.get("/order/list", page="1", page_size="100").json["data"]["orders"]
    assert Counter(one["current_status"] for one in pages) == {"completed": 3, "pending": 7}
    assert told() == ["completed"] * 3


def test_the_same_quick_pay_at_once_charges_once(portal, user, at_once):
    portal.give("credit", CREDIT)
    body = asked(order_id=ORDER_ID)
    answers = at_once(lambda _: user.post("/order/pay-with-credit", body), 12)
    assert Counter(one.status_code for one in answers) == {200: 1, 400: 11}
    assert user.balance()["credit"] == CREDIT - 1299


def test_the_same_id_is_taken_after_it_was_found_free(user, cut_in, receiver):
    """The check of 3.2 is no promise: the table decides."""
    seen: list[Any] = []
    body = asked(order_id=ORDER_ID)
    cut_in(ordering, "place", lambda: seen.append(user.post("/order/create", body)))
    refused(user.post("/order/create", body), 400, "Order already exists")
    assert seen[0].status_code == 200


# --- refunds ----------------------------------------------------------------------------------

REFUND_POINTS = [
    (refunds, "_require_refundable"),
    (Cashier, "refund"),
    (Refunding, "carry"),
]


@pytest.mark.parametrize(("where", "name"), REFUND_POINTS, ids=named)
@pytest.mark.parametrize(("first", "second"), [(700, 700), (None, 1)])
def test_a_refund_in_the_middle_of_another(
    portal, user, developer, desk, cut_in, where, name, first, second
):
    portal.give("credit", 1299)
    order_id = user.buy_with_credit()["order_id"]

    def ask(cents: int | None) -> Any:
        more = {} if cents is None else {"refund_amount": cents}
        return developer.post("/order/refund", {"order_id": order_id, **more})

    seen: list[Any] = []
    cut_in(where, name, lambda: seen.append(ask(second)))
    seen.append(ask(first))
    assert all(one.status_code in (200, 400) for one in seen)
    assert any(one.status_code == 200 for one in seen)
    given_back = sum(row.amount for row in desk.rows(refund_rows) if row.status == "succeeded")
    assert given_back <= 1299
    assert user.detail(order_id)["refunded_amount"] == given_back == user.balance()["credit"]


@pytest.mark.parametrize(("where", "name"), REFUND_POINTS, ids=named)
def test_rewards_are_released_in_the_middle_of_a_refund(
    portal, user, developer, cut_in, where, name
):
    portal.give("credit", 1299)
    order_id = user.buy_with_credit()["order_id"]
    seen: list[Any] = []
    body = {"order_id": order_id}
    cut_in(where, name, lambda: seen.append(developer.post("/order/release-rewards", body)))
    answer = developer.post("/order/refund", body)
    assert sorted([answer.status_code, seen[0].status_code]) == [200, 400]
    status = user.detail(order_id)["current_status"]
    assert status == ("refunded" if answer.status_code == 200 else "rewards_released")
