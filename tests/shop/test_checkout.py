"""From a basket to a page where it can be paid, whatever breaks off in between."""

from __future__ import annotations

import pytest

from flask_till.errors import Conflict, OutOfStock
from flask_till.shop.actions.basket import add_line, read_basket, set_quantity
from tests.shop.desk_over_http import only, problem
from tests.shop.shelves import (
    audit,
    fill,
    kinds,
    now,
    reserved,
    row,
    zl,
)

# ---- the straight way ----


def test_a_basket_becomes_an_order_at_the_desk(database, checkout, far, basket_id):
    opened = checkout.open(
        basket_id,
        mode="popup",
        locale="pl",
        origin="http://localhost:5000",
        redirect_url="http://localhost:5000/thanks",
    )
    order = now(database, opened.order)
    assert (order.status, order.desk_order_id, order.live) == ("pending", "desk_1", False)
    assert (order.total, only(far)["amount"]) == (zl("89.98"), 8998)
    assert opened.order_url == order.order_url == "https://desk.example/order?orderId=desk_1"
    assert opened.token == "token_1"
    assert (reserved(database), kinds(database, order.id)) == (2, ["order_placed"])
    assert far.asked == {"create": 1}


def test_opening_again_gives_the_same_order_and_a_fresh_key(checkout, far, basket_id):
    first, again = checkout.open(basket_id), checkout.open(basket_id)
    assert again.order.id == first.order.id
    assert again.token != first.token
    assert len(far.orders) == 1


def test_an_empty_basket_does_not_trouble_the_desk(checkout, far):
    for basket_id in (None, "bsk_unknown"):
        with pytest.raises(Conflict) as refused:
            checkout.open(basket_id)
        assert refused.value.code == "BASKET_EMPTY"
    assert not far.asked


def test_what_is_sold_out_does_not_trouble_the_desk(database, shelf, checkout, far):
    mine, theirs = fill(database, shelf, last=1), fill(database, shelf, last=1)
    checkout.open(theirs)
    with pytest.raises(OutOfStock):
        checkout.open(mine)
    assert len(far.orders) == 1


# ---- a basket that changed ----


def test_an_order_of_an_earlier_version_is_cancelled_first(
    database, shelf, checkout, far, basket_id
):
    first = checkout.open(basket_id)
    database.write(set_quantity, shelf, basket_id, "mug", 3)
    second = checkout.open(basket_id)
    assert [one["status"] for one in far.orders.values()] == ["cancelled", "pending"]
    assert now(database, first.order).status == "cancelled"
    assert second.order.number == "T-000002"
    assert (reserved(database), row(database, "promotion_counts", shopper="").uses) == (3, 1)
    audit(database)


def test_an_earlier_version_that_was_paid_meanwhile_stops_the_checkout(
    database, shelf, checkout, far, basket_id
):
    first = checkout.open(basket_id)
    database.write(add_line, shelf, basket_id, "card", 1)
    far.before["cancel"] = lambda: far.move(first.order.id, "paid")
    with pytest.raises(Conflict) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "ORDER_ALREADY_PAID"
    assert now(database, first.order).status == "paid"
    basket = database.read(read_basket, shelf, basket_id)
    assert [line.product_id for line in basket.lines] == ["card"]
    assert checkout.open(basket_id).order.total == zl("8.00")


def test_a_payment_under_way_for_an_earlier_version_stops_the_checkout(
    database, shelf, checkout, far, basket_id
):
    first = checkout.open(basket_id)
    far.move(first.order.id, "processing")
    database.write(add_line, shelf, basket_id, "card", 1)
    with pytest.raises(Conflict) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "ORDER_PROCESSING"
    assert now(database, first.order).status == "processing"


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_an_order_that_ended_at_the_desk_unheard_is_replaced(
    database, checkout, far, basket_id, end
):
    first = checkout.open(basket_id)
    far.move(first.order.id, end)
    second = checkout.open(basket_id)
    assert second.order.id != first.order.id
    assert now(database, first.order).status == end
    assert reserved(database) == 2
    audit(database)


def test_an_order_that_was_paid_unheard_is_not_paid_again(database, checkout, far, basket_id):
    first = checkout.open(basket_id)
    far.move(first.order.id, "paid")
    with pytest.raises(Conflict) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "ORDER_ALREADY_PAID"
    assert kinds(database, first.order.id) == ["order_placed", "order_paid"]


def test_an_order_that_ends_just_before_its_key_is_fetched_is_replaced(
    database, checkout, far, basket_id
):
    first = checkout.open(basket_id)

    def expire():
        far.move(first.order.id, "expired")
        far.answers_with = problem(409, "ORDER_STATE")
        far.before["get"] = lambda: setattr(far, "answers_with", None)

    far.before["token"] = expire
    assert checkout.open(basket_id).order.id != first.order.id
    assert now(database, first.order).status == "expired"


def test_an_order_that_its_desk_forgot_is_replaced(
    database, shelf, checkout, far, basket_id, caplog
):
    first = checkout.open(basket_id)
    far.orders.clear()
    second = checkout.open(basket_id)
    assert second.order.id != first.order.id
    forgotten = now(database, first.order)
    assert (forgotten.status, forgotten.reason) == ("expired", "DESK_FORGOT")
    assert kinds(database, first.order.id) == ["order_placed", "order_expired"]
    assert "no longer knows" in caplog.text
    far.orders.clear()
    database.write(add_line, shelf, basket_id, "card", 1)
    third = checkout.open(basket_id)
    assert now(database, second.order).status == "expired"
    assert third.order.total == zl("97.18")
    assert reserved(database) == 2
