"""Refunds: the contract's example, and its rules in their order."""

from __future__ import annotations

from flask_till.desk.tables import ledger, refunds
from tests.desk.ipos.the_portal import ORDER_ID, asked, example, refused

CANNOT = "This order can not be refunded"


def back(caller, order_id, **more):
    return caller.post("/order/refund", {"order_id": order_id} | more)


def test_the_contracts_partial_refund_is_answered_as_it_says(portal, developer, clock):
    told = example("refund-partial")
    portal.give("credit", 1299)
    body = example("create-order")["request"]["body"]
    body |= {"user_jwt": portal.user_token(), "allowed_payment_methods": ["credit"]}
    body["order_id"] = ORDER_ID
    portal.give("credit", 1)
    made = developer.post("/order/create", body)
    assert made.status_code == 200
    clock.advance(minutes=4, seconds=30)
    _pay_from_page(portal, ORDER_ID)
    clock.now = clock.now.replace(day=5, hour=8, minute=0, second=0)
    answer = developer.post("/order/refund", told["request"]["body"])
    assert (answer.status_code, answer.json) == (200, told["response"]["body"])


def _pay_from_page(portal, order_id):
    """What the order page does: pays with the credit of whoever the order belongs to."""
    cashier = portal.desk.cashier
    order = portal.desk.read(order_id)
    gateway = cashier.gateway_for(order, "credit")
    cashier.pay(order_id, gateway=gateway, method="credit", inputs={})


def test_partial_refunds_add_up_and_end_in_refunded(portal, user, developer, clock):
    portal.give("free_credit", 300)
    portal.give("credit", 1000)
    order_id = user.buy_with_credit()["order_id"]
    for amount, left, status in ((500, 799, "partial_refunded"), (700, 99, "partial_refunded")):
        clock.advance(hours=1)
        told = back(developer, order_id, refund_amount=amount).json["data"]
        assert told["current_status"] == status
        assert told["refund_detail"][-1]["order_amount_after_refund"] == left
    clock.advance(hours=1)
    told = back(developer, order_id).json["data"]
    assert told["current_status"] == "refunded"
    assert told["refunded_amount"] == 1299
    assert told["refund_status"] == "success"
    assert [one["amount"] for one in told["refund_detail"]] == [500, 700, 99]
    assert told["refund_time"] == "2026-03-02T13:00:00.000Z"
    assert user.balance() == {"wallet": 0, "credit": 1000, "free_credit": 300}
    refused(back(developer, order_id), 400, CANNOT)


def test_a_wallet_payment_goes_back_as_a_whole_only(portal, user, developer):
    portal.give("wallet", 1299)
    order_id = user.pay(user.create()["order_id"])["order_id"]
    message = "A wallet payment can only be refunded as a whole"
    refused(back(developer, order_id, refund_amount=500), 400, message)
    told = back(developer, order_id, refund_amount=1299).json["data"]
    assert told["current_status"] == "refunded"
    assert user.balance()["wallet"] == 1299


def test_the_rules_of_refunds_come_in_their_order(portal, user, developer, desk, clock):
    portal.give("wallet", 5000)
    pending = user.create()["order_id"]
    refused(back(developer, pending, refund_amount=99_999), 400, CANNOT)
    # A card: too late before too much, too much before the method.
    card = user.create()["order_id"]
    user.post("/order/payWithStripe", {"order_id": card})
    [ref] = desk.gateway.charges
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    too_much = "Refund amount is more than what is left"
    refused(back(developer, card, refund_amount=1300), 400, too_much)
    refused(back(developer, card), 400, "This payment method can not be refunded")
    wallet = user.pay(user.create()["order_id"])["order_id"]
    refused(back(developer, wallet, refund_amount=1300), 400, too_much)
    clock.advance(days=10)
    refused(back(developer, wallet, refund_amount=1300), 400, too_much)
    clock.advance(seconds=1)
    late = "This order was paid more than 10 days ago"
    refused(back(developer, wallet, refund_amount=1300), 400, late)
    refused(back(developer, card), 400, late)
    refused(back(developer, pending), 400, CANNOT)
    assert desk.count(refunds) == 0


def test_an_order_of_another_widget_is_not_found(portal, user, developer):
    portal.give("wallet", 1299)
    order_id = user.pay(user.create()["order_id"])["order_id"]
    refused(back(portal.another_widget(), order_id), 404, "Order not found")
    refused(back(developer, "00000000-0000-4000-8000-000000000000"), 404, "Order not found")
    refused(back(portal.nobody, order_id), 401)
    assert user.detail(order_id)["current_status"] == "completed"


def test_amounts_of_refunds_are_whole_cents(portal, user, developer):
    portal.give("credit", 1299)
    order_id = user.buy_with_credit()["order_id"]
    for amount in (0, -1, 1.5, "1", True, 2**63):
        refused(back(developer, order_id, refund_amount=amount), 400)


def test_an_order_that_releases_its_rewards_when_paid_is_never_refunded(portal, user, developer):
    portal.give("credit", 1299)
    paid = user.buy_with_credit(release_rewards_after_paid=True)
    assert paid["current_status"] == "completed"
    refused(back(developer, paid["order_id"]), 400, CANNOT)


def test_what_goes_back_is_taken_from_those_who_got_it(portal, user, developer, desk):
    portal.give("credit", 1000)
    costs = [{"amount": 300, "type": "goods_cost", "email": "artist@example.org"}]
    body = asked(amount=1000, costs_allocation=costs, user_jwt=portal.user_token())
    paid = developer.post("/order/pay-with-credit", body).json["data"]
    assert owed(desk)["receiver:artist@example.org"] == 300
    back(developer, paid["order_id"], refund_amount=500)
    assert owed(desk)["receiver:artist@example.org"] == 150
    back(developer, paid["order_id"])
    left = owed(desk)
    assert left["receiver:artist@example.org"] == 0
    assert left[f"merchant:{portal.merchant.merchant_id}"] == 0


def owed(desk):
    """What each account of the ledger is owed, in cents."""
    sums = {}
    for row in desk.rows(ledger):
        sums[row.account] = sums.get(row.account, 0) - row.amount
    return sums
