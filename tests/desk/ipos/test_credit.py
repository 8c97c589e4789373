"""Balances and topping them up by an order."""

from __future__ import annotations

from flask_till.desk.tables import ledger
from tests.desk.ipos.the_portal import WIDGET, asked, refused

TOP_UP = "/credit/top-up"


def paid_by_card(desk, user, order_id):
    assert user.post("/order/payWithStripe", {"order_id": order_id}).status_code == 200
    ref = list(desk.gateway.charges)[-1]
    evidence = desk.gateway.turn(ref, "succeeded")
    desk.cashier.settle(evidence)
    desk.cashier.settle(evidence)


def test_a_top_up_is_an_order_that_pays_in_what_was_paid(portal, user, desk):
    answer = user.post(TOP_UP, {"amount": 2500, "redirect_url": f"{WIDGET}/back"})
    assert answer.status_code == 200
    made = answer.json["data"]
    assert made["is_credit_top_up"] is True
    assert made["supported_payment_method"] == ["stripe"]
    assert made["current_status"] == "pending"
    assert user.balance() == {"wallet": 0, "credit": 0, "free_credit": 0}
    paid_by_card(desk, user, made["order_id"])
    assert user.detail(made["order_id"])["current_status"] == "completed"
    assert user.balance() == {"wallet": 0, "credit": 2500, "free_credit": 0}
    assert user.buy_with_credit()["credit_paid_amount"] == 1299
    owed = {}
    for row in desk.rows(ledger):
        owed[row.account] = owed.get(row.account, 0) - row.amount
    assert owed["credit:ipos:usr_ada"] == 2500 - 1299
    assert owed[f"merchant:{portal.merchant.merchant_id}"] == 1299


def test_a_top_up_is_the_portals_although_its_widget_sells_for_another(portal, desk):
    other = desk.desk.add_merchant(name="Hats").merchant_id
    portal.enrolled.add_widget("app_7f3c", tag="hat_shop", merchant_id=other)
    caller = portal.bearer(portal.user_token(widget="hat_shop"))
    made = caller.post(TOP_UP, {"amount": 5}).json["data"]
    assert made["widget_tag"] == "hat_shop"
    assert desk.read(made["order_id"]).merchant_id == portal.merchant.merchant_id


def test_a_wallet_is_topped_up_likewise(user, desk):
    made = user.post(TOP_UP, {"amount": 1, "account": "wallet"}).json["data"]
    paid_by_card(desk, user, made["order_id"])
    assert user.balance() == {"wallet": 1, "credit": 0, "free_credit": 0}


def test_a_top_up_is_not_paid_from_a_balance_and_not_refunded(portal, user, developer, desk):
    portal.give("wallet", 5000)
    portal.give("credit", 5000)
    order_id = user.post(TOP_UP, {"amount": 1000}).json["data"]["order_id"]
    message = "This order is not supported to pay with wallet"
    refused(user.post("/order/payWithWallet", {"order_id": order_id}), 400, message)
    paid_by_card(desk, user, order_id)
    message = "A credit top-up can not be refunded"
    refused(developer.post("/order/refund", {"order_id": order_id}), 400, message)
    alone = portal.bearer(portal.user_token(widget=None), app_id="app_7f3c")
    without_widget = alone.post(TOP_UP, {"amount": 1000}).json["data"]["order_id"]
    refused(developer.post("/order/refund", {"order_id": without_widget}), 404)


def test_a_top_up_paid_late_pays_in_once(user, desk, clock):
    order_id = user.post(TOP_UP, {"amount": 700}).json["data"]["order_id"]
    user.post("/order/payWithStripe", {"order_id": order_id})
    clock.advance(minutes=16)
    assert user.detail(order_id)["current_status"] == "cancelled"
    [ref] = desk.gateway.charges
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    assert user.balance()["credit"] == 700


def test_what_is_no_top_up_is_refused(portal, user, developer):
    for body in (
        {},
        {"amount": 0},
        {"amount": 1.5},
        {"amount": 100_000_000},
        {"amount": 5, "account": "free_credit"},
        {"amount": 5, "redirect_url": "javascript:alert(1)"},
        {"amount": 5, "callback_url": "https://10.0.0.1/"},
    ):
        refused(user.post(TOP_UP, body), 400)
    refused(developer.post(TOP_UP, {"amount": 5}), 403)
    refused(developer.get("/credit/balance"), 403)
    refused(portal.nobody.get("/credit/balance"), 401)
    alone = portal.bearer(portal.user_token(widget=None))
    refused(alone.get("/credit/balance"), 400, "App id is required")


def test_balances_are_each_users_own(portal, user):
    portal.give("credit", 10, "usr_bob")
    assert user.balance()["credit"] == 0
    assert portal.other_user.balance()["credit"] == 10
    refused(user.post("/order/pay-with-credit", asked()), 400, "Insufficient balance")


def test_money_that_comes_twice_for_a_top_up_is_paid_in_once(user, desk, receiver):
    body = {"amount": 700, "callback_url": "https://in-process.till/"}
    order_id = user.post(TOP_UP, body).json["data"]["order_id"]
    user.post("/order/payWithStripe", {"order_id": order_id})
    desk.cashier.pay(order_id, gateway="paper", method="slip", inputs={"ui": "embedded"})
    first, second = desk.gateway.charges
    desk.cashier.settle(desk.gateway.turn(second, "succeeded"))
    desk.cashier.settle(desk.gateway.turn(first, "succeeded"))
    desk.desk.relay.drain()
    assert desk.gateway.taken == 700
    assert desk.kinds(order_id).count("order.refunded") == 1
    assert user.balance()["credit"] == 700
    # What no order may keep is not the order's, and no news of it.
    assert [event["current_status"] for event in receiver.events] == ["completed"]
    told = user.detail(order_id)
    assert (told["refunded_amount"], told["refund_status"]) == (0, None)
