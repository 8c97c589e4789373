"""From a basket to a page where it can be paid, whatever breaks off in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from flask_till.errors import Conflict, OutOfStock, Unavailable
from flask_till.shop.actions.basket import add_line, read_basket, set_quantity
from flask_till.shop.actions.orders import latest_order, orders_of, read_order
from flask_till.shop.catalog import Shelf
from flask_till.shop.checkout import Checkout
from flask_till.shop.promotion import Promotion
from tests.shop.desk_over_http import DeskOverHttp, problem
from tests.shop.shelves import (
    audit,
    count,
    fill,
    kinds,
    place,
    row,
    shelf_of,
    together,
    zl,
)

TEN = Promotion("TEN", percent=10, max_uses=100)


@pytest.fixture
def shelf() -> Shelf:
    return shelf_of(promotions=(TEN,))


@pytest.fixture
def far(clock):
    return DeskOverHttp(clock)


@pytest.fixture
def checkout(database, shelf, far):
    return Checkout(database, shelf, far.client())


@pytest.fixture
def basket_id(database, shelf):
    return fill(database, shelf, "TEN", mug=2)


def only(far: DeskOverHttp) -> dict[str, Any]:
    (order,) = far.orders.values()
    return order


def reserved(database) -> int:
    return row(database, "stock", product_id="mug").reserved


def now(database, order):
    return database.read(read_order, order.id)


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
    assert only_statuses(far) == ["cancelled", "pending"]
    assert now(database, first.order).status == "cancelled"
    assert second.order.number == "T-000002"
    assert (reserved(database), row(database, "promotion_counts", shopper="").uses) == (3, 1)
    audit(database)


def only_statuses(far):
    return [order["status"] for order in far.orders.values()]


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


# ---- a desk that is down ----


def test_a_desk_that_is_down_keeps_the_basket_and_frees_the_stock(
    database, shelf, checkout, far, basket_id
):
    before = database.read(read_basket, shelf, basket_id)
    far.down = True
    with pytest.raises(Unavailable) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "DESK_UNAVAILABLE"
    order = database.read(latest_order, basket_id)
    assert (order.status, reserved(database)) == ("failed", 0)
    assert database.read(read_basket, shelf, basket_id) == before
    audit(database)
    far.down = False
    opened = checkout.open(basket_id)
    assert (opened.order.id, opened.order.status) == (order.id, "pending")
    assert reserved(database) == 2
    audit(database)


def test_an_answer_that_was_lost_does_not_make_a_second_order(database, checkout, far, basket_id):
    far.deaf = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    assert len(far.orders) == 1
    far.deaf = False
    opened = checkout.open(basket_id)
    assert len(far.orders) == 1
    assert opened.order.id == only(far)["external_id"]
    assert opened.token == "token_2", "the lost one may be in other hands"
    assert reserved(database) == 2


def test_an_order_whose_lost_twin_expired_is_placed_anew(database, checkout, far, basket_id):
    far.deaf = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    far.deaf = False
    far.move(only(far)["external_id"], "expired")
    opened = checkout.open(basket_id)
    assert len(far.orders) == 2
    assert now(database, opened.order).status == "pending"
    audit(database)


def test_a_desk_that_refuses_an_order_is_the_shops_trouble_not_the_shoppers(
    database, checkout, far, basket_id, caplog
):
    far.answers_with = problem(401, "UNAUTHENTICATED")
    with pytest.raises(Unavailable) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "DESK_UNAVAILABLE"
    assert "UNAUTHENTICATED" in caplog.text
    assert database.read(latest_order, basket_id).reason == "UNAUTHENTICATED"
    assert (database.read(latest_order, basket_id).status, reserved(database)) == ("failed", 0)


def test_a_desk_that_answers_about_another_order_is_not_believed(
    database, shelf, checkout, far, basket_id
):
    other = checkout.open(fill(database, shelf, card=1)).order
    far.answers_with = httpx.Response(
        201, json={**far.orders[other.id], "status": "paid", "version": 9, "token": "t"}
    )
    with pytest.raises(Conflict) as refused:
        checkout.open(basket_id)
    assert refused.value.code == "ORDER_MISMATCH"
    assert now(database, other).status == "pending"
    assert "cancel" not in far.asked


def test_a_desk_that_goes_down_before_the_key_is_fetched_keeps_the_order(
    database, checkout, far, basket_id
):
    first = checkout.open(basket_id)
    far.down = True
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    assert now(database, first.order).status == "pending"
    far.down = False
    assert checkout.open(basket_id).order.id == first.order.id


# ---- at the same time ----


def test_two_clicks_at_once_open_one_order_with_two_keys(database, checkout, far, basket_id):
    opened = together(*[lambda: checkout.open(basket_id)] * 6)
    assert len({one.order.id for one in opened}) == 1
    assert len({one.token for one in opened}) == 6
    assert len(far.orders) == 1
    assert reserved(database) == 2
    audit(database)


def test_a_second_click_while_the_first_is_at_the_desk_joins_it(database, checkout, far, basket_id):
    second = []
    far.before["create"] = lambda: second.append(checkout.open(basket_id))
    first = checkout.open(basket_id)
    assert second[0].order.id == first.order.id
    assert second[0].token != first.token
    assert reserved(database) == 2


def test_a_second_click_that_cannot_reach_the_desk_does_not_fail_the_first(
    database, checkout, far, basket_id
):
    def click():
        far.down = True
        with pytest.raises(Unavailable):
            checkout.open(basket_id)
        far.down = False

    far.before["create"] = click
    first = checkout.open(basket_id)
    assert (first.order.status, first.token) == ("pending", "token_1")
    assert reserved(database) == 2


def test_a_basket_that_changes_while_its_order_is_at_the_desk(
    database, shelf, checkout, far, basket_id
):
    """The other tab adds a card and checks out before our create has come back."""
    second = []

    def overtake():
        database.write(add_line, shelf, basket_id, "card", 1)
        second.append(checkout.open(basket_id))

    far.before["create"] = overtake
    first = checkout.open(basket_id)
    assert first.order.id == second[0].order.id
    assert first.order.total == zl("97.18")
    statuses = {order.total: order.status for order in database.read(orders_of, basket_id)}
    assert statuses == {zl("97.18"): "pending", zl("89.98"): "failed"}
    assert sorted(only_statuses(far)) == ["cancelled", "pending"]
    assert reserved(database) == 2
    audit(database)


def test_a_payment_before_the_answer_to_the_create_is_not_lost(
    database, shelf, checkout, far, basket_id
):
    desk = far.client()
    real = desk.create

    def create_and_be_overtaken(order):
        made = real(order)
        far.move(order.id, "paid")
        snapshot = desk.get(replace(order, desk_order_id=made.snapshot.desk_order_id))
        from flask_till.shop.actions.orders import apply_desk_order

        assert database.write(apply_desk_order, shelf, "till", "evt_1", snapshot)
        return made

    desk.create = create_and_be_overtaken
    opened = Checkout(database, shelf, desk).open(basket_id)
    assert opened.order.status == "paid"
    assert kinds(database, opened.order.id) == ["order_placed", "order_paid"]


# ---- what is left behind ----


def test_a_crash_before_the_desk_was_asked_is_swept_up(
    database, shelf, checkout, far, basket_id, clock
):
    order = place(database, shelf, basket_id).order
    clock.advance(59)
    assert checkout.sweep() == 0
    clock.advance(1)
    assert checkout.sweep() == 1
    assert (now(database, order).status, reserved(database)) == ("failed", 0)
    assert not far.asked
    assert checkout.sweep() == 0
    audit(database)


def test_a_crash_after_the_desk_answered_is_gone_on_with(database, shelf, checkout, far, basket_id):
    order = place(database, shelf, basket_id).order
    far.client().create(order)
    opened = checkout.open(basket_id)
    assert opened.order.id == order.id
    assert (len(far.orders), opened.token) == (1, "token_2")


def test_a_lost_callback_heals_once_the_time_is_over(database, checkout, far, basket_id, clock):
    expired = checkout.open(basket_id).order
    clock.advance(minutes=30)
    assert checkout.sweep() == 0
    clock.advance(15)
    far.down = True
    assert checkout.sweep() == 1
    assert now(database, expired).status == "pending"
    far.down = False
    assert checkout.sweep() == 1
    assert (now(database, expired).status, reserved(database)) == ("expired", 0)
    assert checkout.sweep() == 0
    audit(database)


def test_a_refresh_asks_the_desk_and_applies_what_it_says(
    database, shelf, checkout, far, basket_id
):
    order = checkout.open(basket_id).order
    assert checkout.refresh(order.id).status == "pending"
    far.move(order.id, "paid")
    assert checkout.refresh(order.id).status == "paid"
    assert checkout.refresh(order.id).version == now(database, order).version
    assert kinds(database, order.id) == ["order_placed", "order_paid"]
    other = place(database, shelf, fill(database, shelf, card=1)).order
    assert checkout.refresh(other.id) == other


def test_a_catalog_elsewhere_gets_its_goods_back_when_the_order_cannot_be_stored(
    database, far, basket_id
):
    class Elsewhere:
        held: list[str] = []

        def get(self, product_id):
            return shelf_of().catalog.get(product_id)

        def reserve(self, order_id, quantities, work):
            self.held.append(order_id)
            raise RuntimeError("the power goes")

        def release(self, order_id, work):
            self.held.remove(order_id)

    shelf = Shelf.of(Elsewhere(), [TEN], "PLN")
    with pytest.raises(RuntimeError):
        Checkout(database, shelf, far.client()).open(basket_id)
    assert shelf.catalog.held == []
    assert count(database, "orders") == 0
