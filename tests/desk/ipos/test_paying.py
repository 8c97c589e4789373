"""Paying from wallet and credit at once, or by Stripe in the page; late money."""

from __future__ import annotations

from datetime import timedelta

from flask_till.desk.tables import payments
from tests.desk.ipos.the_portal import asked, example, refused


def pay(caller, order_id):
    return caller.post("/order/payWithWallet", {"order_id": order_id})


def test_an_order_paid_from_the_wallet_is_completed_at_once(portal, user, clock):
    portal.give("wallet", 2000)
    order_id = user.create()["order_id"]
    clock.advance(minutes=4, seconds=30)
    paid = user.pay(order_id)
    assert paid["current_status"] == "completed"
    assert paid["paid_method"] == "wallet"
    assert paid["paid_time"] == "2026-03-02T10:04:30.000Z"
    assert (paid["free_credit_paid"], paid["credit_paid_amount"]) == (0, None)
    assert user.detail(order_id) == paid
    assert user.balance() == {"wallet": 701, "credit": 0, "free_credit": 0}


def test_the_checks_of_a_wallet_payment_come_in_their_order(portal, user, desk, clock):
    [case] = [one for one in example("errors")["cases"] if one["why"] == "paying twice"]
    refused(pay(user, "00000000-0000-4000-8000-000000000000"), 404, "Order not found")
    order_id = user.create()["order_id"]
    refused(pay(portal.other_user, order_id), 404, "Order not found")
    refused(pay(user, order_id), 400, "Insufficient balance")
    unpayable = user.create(allowed_payment_methods=["stripe"])["order_id"]
    refused(pay(user, unpayable), 400, "This order is not supported to pay with wallet")
    portal.give("wallet", 1299)
    user.pay(order_id)
    again = pay(user, order_id)
    assert (again.status_code, again.json) == (400, case["response"]["body"])
    clock.advance(minutes=15)
    # A state that is over is said before a method that was never allowed.
    refused(pay(user, unpayable), 400, "Order is not pending")


def test_money_that_is_not_there_takes_none_of_an_orders_tries(portal, user, desk):
    order_id = user.create()["order_id"]
    portal.give("wallet", 1298)
    for _ in range(7):
        refused(pay(user, order_id), 400, "Insufficient balance")
    assert desk.count(payments) == 0
    portal.give("wallet", 1)
    assert user.pay(order_id)["current_status"] == "completed"
    assert user.balance()["wallet"] == 0


def test_real_money_does_not_pay_for_a_test_order(portal, user):
    portal.enrolled.grant("usr_ada", "wallet", 5000, live=True)
    order_id = user.create()["order_id"]
    refused(pay(user, order_id), 400, "Insufficient balance")
    assert user.balance()["wallet"] == 0


def test_credit_is_paid_with_the_free_part_first(portal, user):
    portal.give("free_credit", 300)
    portal.give("credit", 1500)
    paid = user.buy_with_credit()
    assert paid["current_status"] == "completed"
    assert paid["paid_method"] == "credit"
    assert (paid["credit_paid_amount"], paid["free_credit_paid"]) == (1299, 300)
    assert user.balance() == {"wallet": 0, "credit": 501, "free_credit": 0}


def test_an_order_may_leave_free_credit_alone(portal, user):
    portal.give("free_credit", 5000)
    body = asked(allow_free_credit=False)
    refused(user.post("/order/pay-with-credit", body), 400, "Insufficient balance")
    portal.give("credit", 1299)
    paid = user.buy_with_credit(allow_free_credit=False)
    assert (paid["credit_paid_amount"], paid["free_credit_paid"]) == (1299, 0)
    assert user.balance() == {"wallet": 0, "credit": 0, "free_credit": 5000}


def test_an_order_whose_payment_fails_stays_and_can_still_be_paid(portal, user):
    order_id = "2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a"
    for path in ("/order/wallet-quick-pay", "/order/pay-with-credit"):
        refused(user.post(path, {"amount": 0}), 400)
    answer = user.post("/order/wallet-quick-pay", asked(order_id=order_id))
    refused(answer, 400, "Insufficient balance")
    assert user.detail(order_id)["current_status"] == "pending"
    again = user.post("/order/wallet-quick-pay", asked(order_id=order_id))
    refused(again, 400, "Order already exists")
    portal.give("wallet", 1299)
    assert user.pay(order_id)["current_status"] == "completed"


def test_a_widgets_backend_creates_and_pays_in_one_call(portal, user, developer):
    portal.give("wallet", 2000)
    portal.give("credit", 2000)
    for path, method in (("wallet-quick-pay", "wallet"), ("pay-with-credit", "credit")):
        body = asked(user_jwt=portal.user_token())
        answer = developer.post(f"/order/{path}", body)
        assert answer.status_code == 200
        assert answer.json["data"]["paid_method"] == method
        assert answer.json["data"]["current_status"] == "completed"
    refused(developer.post("/order/pay-with-credit", asked()), 400, "user_jwt is required")
    body = asked(user_jwt=portal.user_token(), allowed_payment_methods=["wallet"])
    message = "This order is not supported to pay with credit"
    refused(developer.post("/order/pay-with-credit", body), 400, message)


def test_stripe_gets_a_session_and_its_money_completes_the_order(user, desk):
    order_id = user.create()["order_id"]
    answer = user.post("/order/payWithStripe", {"order_id": order_id})
    assert answer.status_code == 200
    assert set(answer.json["data"]) == {"clientSecret"}
    [ref] = desk.gateway.charges
    assert answer.json["data"]["clientSecret"] == f"{ref}_secret"
    assert user.post("/order/payWithStripe", {"order_id": order_id}).json == answer.json
    assert len(desk.gateway.charges) == 1
    assert user.detail(order_id)["current_status"] == "pending"
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    paid = user.detail(order_id)
    assert (paid["current_status"], paid["paid_method"]) == ("completed", "stripe")
    assert (paid["credit_paid_amount"], paid["free_credit_paid"]) == (None, 0)
    again = user.post("/order/payWithStripe", {"order_id": order_id})
    refused(again, 400, "Order is not pending")


def test_stripe_is_refused_where_the_order_does_not_allow_it(portal, user):
    order_id = user.create(allowed_payment_methods=["wallet"])["order_id"]
    answer = user.post("/order/payWithStripe", {"order_id": order_id})
    refused(answer, 400, "This order is not supported to pay with stripe")
    other = portal.other_user.post("/order/payWithStripe", {"order_id": order_id})
    refused(other, 404, "Order not found")


def test_a_provider_that_is_away_is_no_fault_of_the_callers(user, desk):
    order_id = user.create()["order_id"]
    desk.gateway.is_away = True
    answer = user.post("/order/payWithStripe", {"order_id": order_id})
    refused(answer, 503)
    assert answer.headers["Retry-After"]
    desk.gateway.is_away = False
    assert user.post("/order/payWithStripe", {"order_id": order_id}).status_code == 200


def test_the_wallet_pays_once_although_a_card_was_begun(portal, user, desk):
    portal.give("wallet", 1299)
    order_id = user.create()["order_id"]
    assert user.post("/order/payWithStripe", {"order_id": order_id}).status_code == 200
    assert user.pay(order_id)["paid_method"] == "wallet"
    [ref] = desk.gateway.charges
    assert desk.gateway.status[ref] == "cancelled"


def test_late_stripe_money_revives_a_cancelled_order(user, desk, clock):
    order_id = user.create()["order_id"]
    user.post("/order/payWithStripe", {"order_id": order_id})
    [ref] = desk.gateway.charges
    assert desk.gateway.charges[ref].expires_at == clock() + timedelta(minutes=45)
    clock.advance(minutes=16)
    assert user.detail(order_id)["current_status"] == "cancelled"
    clock.advance(minutes=20)
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    revived = user.detail(order_id)
    assert revived["current_status"] == "completed"
    assert (revived["cancelled_time"], revived["cancelled_detail"]) == (None, None)
    assert revived["paid_time"] == "2026-03-02T10:36:00.000Z"


def test_an_order_that_is_over_is_paid_by_nothing(portal, user, clock):
    portal.give("wallet", 5000)
    order_id = user.create()["order_id"]
    clock.advance(minutes=15)
    refused(pay(user, order_id), 400, "Order is not pending")
    refused(user.post("/order/payWithStripe", {"order_id": order_id}), 400, "Order is not pending")
    assert user.balance()["wallet"] == 5000


def test_bodies_that_name_no_order_are_refused(user):
    for path in ("/order/payWithWallet", "/order/payWithStripe"):
        refused(user.post(path, {}), 400)
        refused(user.post(path, {"order_id": 5}), 400)
        refused(user.post(path, {"order_id": "\x00"}), 400)
        refused(user.post(path, {"order_id": "x"}), 404, "Order not found")
