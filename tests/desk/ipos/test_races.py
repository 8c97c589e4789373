"""Many requests at once: the database decides."""

from __future__ import annotations

from functools import partial

from flask_till.desk.tables import orders, payments, refunds
from flask_till.desk.tables.ipos import ipos_orders
from tests.desk.ipos.the_portal import ORDER_ID, asked


def statuses(answers) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_the_same_create_fifty_times_at_once_makes_one_order(portal, user, desk, at_once):
    answers = at_once(lambda _: user.post("/order/create", asked(order_id=ORDER_ID)), 50)
    assert statuses(answers) == [200] + [400] * 49
    assert {a.json["msg"] for a in answers} == {"ok", "Order already exists"}
    assert desk.count(orders) == desk.count(ipos_orders) == 1


def test_two_pays_at_once_charge_once_and_one_is_told_so(portal, user, desk, at_once):
    portal.give("wallet", 5000)
    order_id = user.create()["order_id"]
    answers = at_once(lambda _: user.post("/order/payWithWallet", {"order_id": order_id}), 6)
    assert statuses(answers) == [200] + [400] * 5
    assert {a.json["msg"] for a in answers} == {"ok", "Order is not pending"}
    assert user.balance()["wallet"] == 5000 - 1299
    assert [row.status for row in desk.rows(payments) if row.kept] == ["succeeded"]
    assert desk.kinds(order_id).count("order.paid") == 1


def test_one_balance_does_not_pay_for_two_orders_at_once(portal, user, at_once):
    portal.give("wallet", 1299)
    made = [user.create()["order_id"] for _ in range(4)]
    answers = at_once(lambda n: user.post("/order/payWithWallet", {"order_id": made[n]}), 4)
    assert statuses(answers) == [200, 400, 400, 400]
    assert {a.json["msg"] for a in answers} == {"ok", "Insufficient balance"}
    assert user.balance()["wallet"] == 0


def test_refunds_at_once_never_come_to_more_than_was_paid(portal, user, developer, at_once):
    portal.give("credit", 1299)
    order_id = user.buy_with_credit()["order_id"]
    body = {"order_id": order_id, "refund_amount": 500}
    answers = at_once(lambda _: developer.post("/order/refund", body), 6)
    assert statuses(answers) == [200, 200, 400, 400, 400, 400]
    assert user.detail(order_id)["refunded_amount"] == 1000
    assert user.balance()["credit"] == 1000


def test_whole_refunds_at_once_give_back_once(portal, user, developer, desk, at_once):
    portal.give("wallet", 1299)
    order_id = user.pay(user.create()["order_id"])["order_id"]
    answers = at_once(lambda _: developer.post("/order/refund", {"order_id": order_id}), 6)
    assert statuses(answers) == [200] + [400] * 5
    assert user.balance()["wallet"] == 1299
    assert desk.count(refunds) == 1


def test_rewards_released_and_money_refunded_at_once_are_not_both(portal, user, developer, at_once):
    portal.give("credit", 5000)
    paths = ("/order/refund", "/order/release-rewards")

    def end(number, order_id):
        return developer.post(paths[number], {"order_id": order_id})

    for _ in range(3):
        order_id = user.buy_with_credit()["order_id"]
        answers = at_once(partial(end, order_id=order_id), 2)
        assert statuses(answers) == [200, 400]
        told = user.detail(order_id)
        expected = "refunded" if answers[0].status_code == 200 else "rewards_released"
        assert told["current_status"] == expected
        assert told["refunded_amount"] in (0, 1299)


def test_card_money_that_comes_while_the_wallet_pays_is_kept_or_returned(
    portal, user, desk, at_once
):
    portal.give("wallet", 1299)
    order_id = user.create()["order_id"]
    user.post("/order/payWithStripe", {"order_id": order_id})
    [ref] = desk.gateway.charges

    def do(number):
        if number:
            desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
        else:
            user.post("/order/payWithWallet", {"order_id": order_id})

    at_once(do, 2)
    desk.desk.relay.drain()
    paid = user.detail(order_id)
    assert paid["current_status"] == "completed"
    kept_of_card = desk.gateway.taken
    kept_of_wallet = 1299 - user.balance()["wallet"]
    assert kept_of_card + kept_of_wallet == 1299
