"""The checkout at an IPOS platform, which has no word for cancelling and takes money late."""

from __future__ import annotations

import pytest

from flask_till.errors import Conflict, Unavailable
from flask_till.shop.actions.basket import add_line, read_basket, set_quantity
from flask_till.shop.checkout import Checkout
from flask_till.shop.desks import ShopperUnknown
from flask_till.shop.order import LATE_MONEY, MONEY_MAY_COME, NO_MONEY_CAME
from tests.shop.dollars import now, statuses, usd
from tests.shop.shelves import audit, fill, kinds, reserved, together

ONE = "2026-05-04T12:00:00.001Z"


def test_a_basket_becomes_an_order_at_the_platform(database, checkout, platform, basket_id):
    opened = checkout.open(basket_id, redirect_url="https://shop.example/thanks")
    theirs, order = platform.only(), now(database, opened.order.id)
    assert (theirs["amount"], order.total) == (8998, usd("89.98"))
    assert theirs["metadata"]["external_id"] == order.id
    assert (order.status, order.desk, order.desk_order_id) == (
        "pending",
        "ipos",
        theirs["order_id"],
    )
    assert (opened.order_url, order.order_url) == (theirs["order_url"],) * 2
    assert (opened.in_host, order.expires_at.minute) == (None, 15)
    assert platform.verbs() == ["create"]


def test_opening_again_is_the_same_order(database, checkout, platform, basket_id):
    first, again = checkout.open(basket_id), checkout.open(basket_id)
    assert first.order.id == again.order.id
    assert len(platform.orders) == 1


def test_clicks_at_one_moment_make_one_order(database, checkout, platform, basket_id):
    opened = together(*[lambda: checkout.open(basket_id)] * 6)
    assert len({one.order.id for one in opened}) == 1
    assert len(platform.orders) == 1
    assert reserved(database) == 2


def test_a_callback_pays_the_order_once(database, shelf, checkout, platform, basket_id, hear):
    order_id = checkout.open(basket_id).order.id
    theirs = platform.pay(platform.only()["order_id"])["order_id"]
    assert hear(theirs)
    assert not hear(theirs)
    assert now(database, order_id).status == "paid"
    assert kinds(database, order_id) == ["order_placed", "order_paid"]
    assert database.read(read_basket, shelf, basket_id).count == 0


def test_refunds_are_told_by_the_cent(database, checkout, platform, basket_id, hear):
    order_id = checkout.open(basket_id).order.id
    theirs = platform.pay(platform.only()["order_id"], "credit")["order_id"]
    hear(theirs)
    for cents, status in ((500, "partially_refunded"), (8498, "refunded")):
        platform.refund(theirs, cents)
        assert hear(theirs)
        assert now(database, order_id).status == status
    assert now(database, order_id).refunded == usd("89.98")
    assert kinds(database, order_id)[2:] == ["order_refunded"] * 2


def test_released_rewards_change_nothing_for_the_shop(
    database, checkout, platform, basket_id, hear
):
    order_id = checkout.open(basket_id).order.id
    theirs = platform.pay(platform.only()["order_id"])["order_id"]
    hear(theirs)
    platform.move(theirs, "rewards_released")
    hear(theirs)
    assert now(database, order_id).status == "paid"
    assert kinds(database, order_id) == ["order_placed", "order_paid"]


def test_callbacks_in_any_order_end_with_the_truth(database, checkout, platform, basket_id, hear):
    order_id = checkout.open(basket_id).order.id
    theirs = platform.only()["order_id"]
    platform.pay(theirs)
    hear(theirs)
    assert not hear(theirs, current_status="pending", updated_at=ONE)
    assert now(database, order_id).status == "paid"


# ---- what is lost on the way ----


def test_an_answer_that_was_lost_does_not_make_a_second_order(
    database, checkout, platform, line, basket_id
):
    line.deaf = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    assert reserved(database) == 0
    line.deaf = False
    opened = checkout.open(basket_id)
    assert len(platform.orders) == 1
    assert opened.order.desk_order_id == platform.only()["order_id"]
    assert reserved(database) == 2
    audit(database)


def test_an_order_whose_lost_twin_expired_is_placed_anew(
    database, checkout, platform, line, basket_id
):
    line.deaf = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    line.deaf = False
    platform.expire(platform.only()["order_id"])
    opened = checkout.open(basket_id)
    assert len(platform.orders) == 2
    assert now(database, opened.order.id).status == "pending"
    assert statuses(database, basket_id) == ["expired", "pending"]
    audit(database)


def test_a_payment_that_overtakes_the_lost_answer_is_found(
    database, checkout, platform, line, basket_id
):
    line.deaf = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    line.deaf = False
    platform.pay(platform.only()["order_id"])
    with pytest.raises(Conflict) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "ORDER_ALREADY_PAID"
    assert statuses(database, basket_id) == ["paid"]


def test_a_lost_callback_heals_by_asking(database, checkout, platform, basket_id):
    order_id = checkout.open(basket_id).order.id
    platform.pay(platform.only()["order_id"])
    assert checkout.refresh(order_id).status == "paid"


def test_who_is_not_signed_in_hears_so_and_holds_nothing(database, shelf, new_desk, basket_id):
    checkout = Checkout(database, shelf, new_desk(user_token=lambda order: None))
    with pytest.raises(ShopperUnknown):
        checkout.open(basket_id)
    assert statuses(database, basket_id) == ["failed"]
    assert reserved(database) == 0
    audit(database)


def test_a_platform_that_refuses_is_the_shops_trouble_not_the_shoppers(
    database, checkout, line, basket_id, caplog
):
    line.says(403, json={"code": 403, "msg": "No such developer", "data": None})
    with pytest.raises(Unavailable) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "DESK_UNAVAILABLE"
    assert "No such developer" in caplog.text


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": 1},
        {"amount": 8998.0},
        {"order_url": "javascript:alert(1)"},
        {"metadata": {"external_id": "ord_other"}},
        {"current_status": "completed", "refunded_amount": 1.5},
    ],
)
def test_a_hostile_answer_changes_nothing(database, checkout, platform, line, basket_id, odd):
    checkout.open(basket_id)
    theirs = platform.only()
    before = now(database, theirs["metadata"]["external_id"])
    data = {**theirs, "current_status": "completed", "updated_at": "2027-01-01T00:00:00.000Z"}
    line.says(200, json={"code": 200, "msg": "ok", "data": {**data, **odd}})
    with pytest.raises((Conflict, Unavailable)):
        checkout.refresh(before.id)
    with pytest.raises((Conflict, Unavailable)):
        checkout.open(basket_id)
    assert now(database, before.id) == before
    assert kinds(database, before.id) == ["order_placed"]


def test_a_platform_that_answers_about_another_of_our_orders_is_not_believed(
    database, shelf, checkout, platform, line, basket_id
):
    other = checkout.open(fill(database, shelf, card=1)).order
    theirs = platform.pay(other.desk_order_id)
    line.says(200, json={"code": 200, "msg": "ok", "data": theirs})
    with pytest.raises(Conflict) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "ORDER_MISMATCH"
    assert now(database, other.id).status == "pending"


def test_an_order_is_not_forgotten_because_an_address_is_wrong(database, checkout, line, basket_id):
    order_id = checkout.open(basket_id).order.id
    line.says(404, json={"code": 404, "msg": "Cannot GET /api/v1/order/detail", "data": None})
    with pytest.raises(Unavailable):
        checkout.refresh(order_id)
    assert now(database, order_id).status == "pending"
    line.says(404, json={"code": 404, "msg": "Order not found", "data": None})
    assert checkout.refresh(order_id).reason == "DESK_FORGOT"


# ---- a basket that changed: the earlier order is given up ----


@pytest.fixture
def given_up(database, shelf, checkout, basket_id):
    """The id of an order whose basket changed, and of the order that took its place."""
    first = checkout.open(basket_id).order.id
    database.write(set_quantity, shelf, basket_id, "mug", 3)
    return first, checkout.open(basket_id).order.id


def test_a_changed_basket_replaces_its_order(database, platform, basket_id, given_up):
    first, second = given_up
    assert statuses(database, basket_id) == ["cancelled", "pending"]
    assert now(database, first).reason == MONEY_MAY_COME
    assert platform.of(first)["current_status"] == "pending", "nobody can end it there"
    assert platform.of(second)["amount"] == 13497
    assert kinds(database, first) == ["order_placed", "order_cancelled"]
    assert reserved(database) == 3
    audit(database)


def test_an_order_that_was_given_up_may_end_at_the_platform_as_it_likes(
    database, platform, given_up, hear
):
    first, _ = given_up
    theirs = platform.of(first)["order_id"]
    platform.move(theirs, "pending")  # somebody looks at its page
    assert not hear(theirs)
    platform.expire(theirs)
    assert not hear(theirs)
    assert now(database, first).status == "cancelled"
    assert kinds(database, first) == ["order_placed", "order_cancelled"]


def test_money_for_an_order_that_was_given_up_revives_it(database, platform, given_up, hear):
    first, _ = given_up
    assert hear(platform.pay(platform.of(first)["order_id"])["order_id"])
    revived = now(database, first)
    assert (revived.status, revived.reason) == ("paid", None)
    assert reserved(database) == 5
    assert kinds(database, first) == ["order_placed", "order_cancelled", "order_paid"]
    audit(database)


def test_paying_the_old_and_the_new_order_is_told_of_both(
    database, shelf, basket_id, platform, given_up, hear
):
    for order_id in given_up:
        assert hear(platform.pay(platform.of(order_id)["order_id"])["order_id"])
    assert statuses(database, basket_id) == ["paid", "paid"]
    assert [kinds(database, one)[-1] for one in given_up] == ["order_paid"] * 2
    assert reserved(database) == 5
    assert database.read(read_basket, shelf, basket_id).count == 0
    audit(database)


def test_money_for_goods_that_are_gone_is_told_with_the_reason(
    database, shelf, checkout, platform, hear
):
    basket_id = fill(database, shelf, last=1)
    first = checkout.open(basket_id).order.id
    database.write(add_line, shelf, basket_id, "card", 1)
    checkout.open(basket_id)
    assert hear(platform.pay(platform.of(first)["order_id"])["order_id"])
    assert (now(database, first).status, now(database, first).reason) == ("paid", "OUT_OF_STOCK")
    audit(database)


def test_money_that_comes_just_before_it_is_given_up_stops_the_checkout(
    database, shelf, checkout, platform, basket_id
):
    first = checkout.open(basket_id).order.id
    platform.pay(platform.of(first)["order_id"])
    database.write(add_line, shelf, basket_id, "card", 1)
    with pytest.raises(Conflict) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "ORDER_ALREADY_PAID"
    assert statuses(database, basket_id) == ["paid"]
    assert checkout.open(basket_id).order.total == usd("8.00")


def test_a_platform_that_is_down_keeps_the_earlier_order(
    database, shelf, checkout, line, basket_id
):
    first = checkout.open(basket_id).order.id
    database.write(add_line, shelf, basket_id, "card", 1)
    line.cut = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    assert now(database, first).status == "pending"


def test_a_basket_that_changes_while_its_order_is_at_the_platform(
    database, shelf, checkout, platform, line, basket_id
):
    second = []

    def overtake():
        database.write(add_line, shelf, basket_id, "card", 1)
        second.append(checkout.open(basket_id))

    line.before["/create"] = overtake
    first = checkout.open(basket_id)
    assert first.order.id == second[0].order.id
    assert statuses(database, basket_id) == ["failed", "pending"]
    assert reserved(database) == 2
    audit(database)


# ---- late money that no callback tells of ----


def test_an_expired_order_is_looked_at_once_more_when_late_money_is_in(
    database, checkout, platform, basket_id, clock
):
    order_id = checkout.open(basket_id).order.id
    theirs = platform.only()["order_id"]
    clock.advance(minutes=15)
    platform.expire(theirs)
    clock.advance(15)
    assert checkout.sweep() == 1
    assert (now(database, order_id).status, now(database, order_id).reason) == (
        "expired",
        MONEY_MAY_COME,
    )
    clock.advance(minutes=29)
    platform.pay(theirs, "stripe")
    assert checkout.sweep() == 0
    clock.advance(LATE_MONEY.total_seconds() - 29 * 60)
    assert checkout.sweep() == 1
    assert (now(database, order_id).status, now(database, order_id).reason) == ("paid", None)
    assert checkout.sweep() == 0
    audit(database)


def test_the_last_look_is_the_last(database, checkout, platform, line, given_up, clock):
    first, second = given_up
    for order_id in given_up:
        platform.expire(platform.of(order_id)["order_id"])
    assert checkout.refresh(second).status == "expired"
    clock.advance(minutes=51)
    line.cut = True
    assert checkout.sweep() == 2
    assert now(database, first).reason == MONEY_MAY_COME, "nobody answered: look again"
    line.cut = False
    assert checkout.sweep() == 2
    assert [now(database, one).reason for one in given_up] == [NO_MONEY_CAME] * 2
    assert [now(database, one).status for one in given_up] == ["cancelled", "expired"]
    platform.asked.clear()
    assert checkout.sweep() == 0
    assert platform.asked == []


def test_money_after_the_last_look_still_counts(
    database, checkout, platform, given_up, hear, clock
):
    first, _ = given_up
    clock.advance(minutes=60)
    checkout.sweep()
    theirs = platform.of(first)["order_id"]
    platform.expire(theirs)
    assert not hear(theirs), "expired is what we call cancelled"
    assert hear(platform.pay(theirs)["order_id"])
    assert now(database, first).status == "paid"
    audit(database)


def test_a_last_look_that_cannot_be_true_is_not_repeated_for_ever(
    database, checkout, platform, given_up, clock
):
    first, _ = given_up
    clock.advance(minutes=60)
    platform.pay(platform.of(first)["order_id"])["amount"] = 1
    checkout.sweep()
    assert (now(database, first).status, now(database, first).reason) == (
        "cancelled",
        NO_MONEY_CAME,
    )
