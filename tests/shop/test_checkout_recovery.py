"""A checkout that breaks off, is doubled, or is left behind: nothing is lost or made twice."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from flask_till.errors import Conflict, Unavailable
from flask_till.shop.actions.basket import add_line, read_basket
from flask_till.shop.actions.orders import latest_order, orders_of
from flask_till.shop.catalog import Shelf
from flask_till.shop.checkout import Checkout
from tests.shop.desk_over_http import only, problem
from tests.shop.shelves import (
    TEN,
    audit,
    count,
    fill,
    kinds,
    now,
    place,
    reserved,
    shelf_of,
    together,
    zl,
)

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
    assert opened.token != "token_1", "the lost one may be in other hands"
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
    assert sorted(one["status"] for one in far.orders.values()) == ["cancelled", "pending"]
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
    assert len(far.orders) == 1
    assert opened.token != "token_1", "somebody else may hold it"


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
