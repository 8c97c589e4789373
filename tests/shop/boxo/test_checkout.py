"""The checkout at a Boxo platform: a miniapp ends no payment, and amounts are not told."""

from __future__ import annotations

import pytest

from flask_till.errors import Conflict, NotFound, Unavailable
from flask_till.shop.actions.basket import add_line, read_basket, set_quantity
from flask_till.shop.order import LATE_MONEY, MONEY_MAY_COME, NO_MONEY_CAME
from tests.shop.dollars import now, statuses, usd
from tests.shop.shelves import audit, fill, kinds, reserved, together


def test_a_basket_becomes_a_payment_at_the_platform(database, checkout, platform, basket_id):
    opened = checkout.open(basket_id)
    payment, order = platform.only(), now(database, opened.order.id)
    payment_id = payment["order_payment_id"]
    assert payment["order"]["amount"] == "89.98"
    assert payment["order"]["miniapp_order_id"] == order.id
    assert (order.status, order.desk, order.desk_order_id) == ("pending", "boxo", payment_id)
    assert opened.order_url == f"https://boxo.example/hostapp/pay/{payment_id}"
    assert (opened.token, opened.in_host) == (
        payment_id,
        {
            "amount": 89.98,
            "currency": "USD",
            "miniapp_order_id": order.id,
            "transaction_token": payment_id,
        },
    )
    assert platform.verbs() == ["create-order-payment"]


def test_opening_again_is_the_same_payment(checkout, platform, basket_id):
    first, again = checkout.open(basket_id), checkout.open(basket_id)
    assert first.order.id == again.order.id
    assert first.in_host == again.in_host
    assert len(platform.payments) == 1


def test_clicks_at_one_moment_make_one_payment(database, checkout, platform, basket_id):
    opened = together(*[lambda: checkout.open(basket_id)] * 6)
    assert len({one.order.id for one in opened}) == 1
    assert len(platform.payments) == 1
    assert reserved(database) == 2


def test_a_webhook_pays_the_order_once(database, shelf, checkout, platform, basket_id, hear):
    order_id = checkout.open(basket_id).order.id
    payment_id = platform.of(order_id)["order_payment_id"]
    platform.move(payment_id, "paid")
    assert hear(payment_id)
    assert not hear(payment_id)
    order = now(database, order_id)
    assert (order.status, order.refunded) == ("paid", usd("0"))
    assert order.paid_at == database.clock()
    assert kinds(database, order_id) == ["order_placed", "order_paid"]
    assert database.read(read_basket, shelf, basket_id).count == 0


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_payment_that_failed_frees_the_goods_and_is_tried_anew(
    database, checkout, platform, basket_id, hear, status
):
    order_id = checkout.open(basket_id).order.id
    payment_id = platform.of(order_id)["order_payment_id"]
    platform.move(payment_id, status, "Card declined")
    assert hear(payment_id)
    assert now(database, order_id).status == "cancelled"
    assert reserved(database) == 0
    second = checkout.open(basket_id).order
    assert second.desk_order_id != payment_id
    assert statuses(database, basket_id) == ["cancelled", "pending"]
    audit(database)


# ---- what is lost on the way ----


def test_an_answer_that_was_lost_does_not_make_a_second_payment(
    database, checkout, platform, line, basket_id
):
    line.deaf = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    line.deaf = False
    opened = checkout.open(basket_id)
    assert len(platform.payments) == 1
    assert opened.token == platform.only()["order_payment_id"]
    assert reserved(database) == 2
    audit(database)


def test_a_webhook_before_the_answer_binds_the_payment(
    database, checkout, platform, line, basket_id, hear
):
    line.deaf = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    line.deaf = False
    payment = platform.only()
    platform.move(payment["order_payment_id"], "paid")
    assert hear(payment["order_payment_id"])
    order = now(database, payment["order"]["miniapp_order_id"])
    assert (order.status, order.desk_order_id) == ("paid", payment["order_payment_id"])
    assert order.order_url.endswith(payment["order_payment_id"])
    audit(database)


def test_a_payment_is_bound_to_one_order_for_good(
    database, shelf, checkout, platform, line, basket_id, hear
):
    """Its amount is never told, so a cheap payment must not come to pay a dear order."""
    cheap = checkout.open(fill(database, shelf, card=1)).order
    dear = checkout.open(basket_id).order
    platform.move(cheap.desk_order_id, "paid")
    with pytest.raises(Conflict) as refused:
        hear(cheap.desk_order_id, miniapp_order_id=dear.id)
    assert refused.value.code == "ORDER_MISMATCH"
    assert [now(database, one.id).status for one in (cheap, dear)] == ["pending", "pending"]


def test_a_payment_of_an_order_does_not_pay_one_that_has_none_yet(
    database, shelf, checkout, platform, line, basket_id, hear
):
    cheap = checkout.open(fill(database, shelf, card=1)).order
    line.deaf = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    line.deaf = False
    dear_id = list(platform.payments.values())[-1]["order"]["miniapp_order_id"]
    platform.move(cheap.desk_order_id, "paid")
    with pytest.raises(Conflict) as refused:
        hear(cheap.desk_order_id, miniapp_order_id=dear_id)
    assert refused.value.code == "ORDER_MISMATCH"
    assert now(database, dear_id).status == "failed"


def test_a_webhook_about_no_order_of_ours_changes_nothing(checkout, platform, basket_id, hear):
    order = checkout.open(basket_id).order
    platform.move(order.desk_order_id, "paid")
    with pytest.raises(NotFound):
        hear(order.desk_order_id, miniapp_order_id="ord_unknown")


def test_a_lost_webhook_heals_by_asking(database, checkout, platform, basket_id):
    order = checkout.open(basket_id).order
    platform.move(order.desk_order_id, "paid")
    assert checkout.refresh(order.id).status == "paid"
    assert kinds(database, order.id) == ["order_placed", "order_paid"]


@pytest.mark.parametrize(
    "odd",
    [
        {"order_payment_id": "op_other"},
        {"client_id": "host_other"},
        {"payment_status": "won"},
        {"payment_status": 1.0},
    ],
)
def test_a_hostile_answer_changes_nothing(database, checkout, line, basket_id, odd):
    order = checkout.open(basket_id).order
    before = now(database, order.id)
    state = {"order_payment_id": order.desk_order_id, "app_id": "app36902"}
    line.says(200, json={**state, "client_id": "host_client_1", "payment_status": "paid", **odd})
    for ask in (checkout.refresh, lambda _: checkout.open(basket_id)):
        with pytest.raises(Unavailable):
            ask(order.id)
    assert now(database, order.id) == before


# ---- a basket that changed: the earlier payment is given up ----


@pytest.fixture
def given_up(database, shelf, checkout, basket_id):
    """The id of an order whose basket changed, and of the order that took its place."""
    first = checkout.open(basket_id).order.id
    database.write(set_quantity, shelf, basket_id, "mug", 3)
    return first, checkout.open(basket_id).order.id


def paid(platform, order_id):
    return platform.move(platform.of(order_id)["order_payment_id"], "paid")["order_payment_id"]


def test_a_changed_basket_replaces_its_payment(database, platform, basket_id, given_up):
    first, second = given_up
    assert statuses(database, basket_id) == ["cancelled", "pending"]
    assert now(database, first).reason == MONEY_MAY_COME
    assert platform.of(first)["payment_status"] == "in_process", "nobody can end it there"
    assert platform.of(second)["order"]["amount"] == "134.97"
    assert kinds(database, first) == ["order_placed", "order_cancelled"]
    assert reserved(database) == 3
    audit(database)


@pytest.mark.parametrize("end", [("cancelled", "expired"), ("failed", "no"), ("cancelled", "")])
def test_a_payment_that_was_given_up_may_end_at_the_platform_as_it_likes(
    database, platform, given_up, hear, end
):
    first, _ = given_up
    payment_id = platform.of(first)["order_payment_id"]
    platform.move(payment_id, *end)
    assert not hear(payment_id)
    assert now(database, first).status == "cancelled"
    assert kinds(database, first) == ["order_placed", "order_cancelled"]


def test_money_for_a_payment_that_was_given_up_revives_its_order(
    database, platform, given_up, hear
):
    first, _ = given_up
    assert hear(paid(platform, first))
    assert (now(database, first).status, now(database, first).reason) == ("paid", None)
    assert reserved(database) == 5
    assert kinds(database, first) == ["order_placed", "order_cancelled", "order_paid"]
    audit(database)


def test_paying_the_old_and_the_new_order_is_told_of_both(
    database, shelf, basket_id, platform, given_up, hear
):
    for order_id in reversed(given_up):
        assert hear(paid(platform, order_id))
    assert statuses(database, basket_id) == ["paid", "paid"]
    assert [kinds(database, one)[-1] for one in given_up] == ["order_paid"] * 2
    assert database.read(read_basket, shelf, basket_id).count == 0
    audit(database)


def test_money_that_comes_just_before_it_is_given_up_stops_the_checkout(
    database, shelf, checkout, platform, basket_id
):
    first = checkout.open(basket_id).order.id
    paid(platform, first)
    database.write(add_line, shelf, basket_id, "card", 1)
    with pytest.raises(Conflict) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "ORDER_ALREADY_PAID"
    assert checkout.open(basket_id).order.total == usd("8.00")


def test_a_basket_that_changes_while_its_payment_is_made(
    database, shelf, checkout, platform, line, basket_id
):
    second = []

    def overtake():
        database.write(add_line, shelf, basket_id, "card", 1)
        second.append(checkout.open(basket_id))

    line.before["/create-order-payment/"] = overtake
    first = checkout.open(basket_id)
    assert first.order.id == second[0].order.id
    assert statuses(database, basket_id) == ["failed", "pending"]
    assert reserved(database) == 2
    audit(database)


# ---- payments that nobody ends ----


def test_the_last_look_finds_money_that_no_webhook_told_of(
    database, checkout, platform, given_up, clock
):
    first, _ = given_up
    clock.advance(minutes=30)
    clock.advance(LATE_MONEY.total_seconds())
    paid(platform, first)
    assert checkout.sweep()
    assert now(database, first).status == "paid"
    audit(database)


def test_a_payment_that_nobody_ends_gives_its_goods_back_in_the_end(
    database, checkout, platform, basket_id, hear, clock
):
    order_id = checkout.open(basket_id).order.id
    clock.advance(minutes=31)
    assert checkout.sweep() == 1
    assert now(database, order_id).status == "pending"
    clock.advance(minutes=30)
    checkout.sweep()
    assert (now(database, order_id).status, reserved(database)) == ("expired", 0)
    clock.advance(minutes=30)
    checkout.sweep()
    assert now(database, order_id).reason == NO_MONEY_CAME
    assert hear(paid(platform, order_id))
    assert now(database, order_id).status == "paid"
    audit(database)
