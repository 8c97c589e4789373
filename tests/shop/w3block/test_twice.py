"""Never two orders for one: lost answers, double clicks, and the question whether it is meant."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from flask_till.errors import RequestError, Unavailable
from flask_till.shop.actions.basket import add_line
from flask_till.shop.catalog import Shelf
from flask_till.shop.checkout import Checkout
from flask_till.shop.desks import SimilarOrder
from flask_till.shop.quote import Wish
from tests.shop.dollars import LAST, statuses
from tests.shop.shelves import fill, reserved, shelf_of, together
from tests.shop.w3block.the_platform import refused


def code_of(call):
    with pytest.raises(RequestError) as refusal:
        call()
    return refusal.value.code


@pytest.fixture
def bought(checkout, basket_id, platform, database):
    """The basket's first order is paid."""
    order = checkout.open(basket_id).order
    platform.pay(order.desk_order_id)
    return checkout.refresh(order.id)


def refill(database, shelf, basket_id, quantity=2):
    database.write(add_line, shelf, basket_id, "mug", quantity)


# ---- twice ----


def test_a_lost_answer_is_looked_for_before_anything_is_repeated(
    checkout, basket_id, line, platform, database
):
    line.before["/orders"] = lambda: setattr(line, "deaf", True)
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    line.deaf = False
    line.asked.clear()
    opened = checkout.open(basket_id)
    assert line.calls["look"] == 1
    assert line.calls["create"] == 0
    assert opened.order.desk_order_id == platform.only()["id"]
    assert statuses(database, basket_id) == ["pending"]


def test_a_question_that_was_lost_is_asked_again(checkout, basket_id, line, platform):
    line.before["/orders"] = lambda: setattr(line, "cut", True)
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    assert platform.orders() == []
    line.cut = False
    line.asked.clear()
    checkout.open(basket_id)
    assert (line.calls["look"], line.calls["create"]) == (1, 1)
    assert len(platform.orders()) == 1


@pytest.mark.parametrize("theirs", [{"card": 1}, {"mug": 1}])
def test_a_list_that_ignores_its_filter_gives_nobody_anothers_order(
    checkout, basket_id, line, platform, database, shelf, theirs
):
    other = checkout.open(fill(database, shelf, **theirs)).order
    line.instead["create"] = lambda: httpx.Response(502)
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    line.instead = {"look": lambda: httpx.Response(200, json={"items": platform.orders()})}
    mine = checkout.open(basket_id).order
    assert mine.desk_order_id != other.desk_order_id
    assert len(platform.orders()) == 2


def test_an_answer_that_was_lost_and_an_order_that_ended_lead_to_a_new_one(
    checkout, basket_id, line, platform, database
):
    line.before["/orders"] = lambda: setattr(line, "deaf", True)
    with pytest.raises(Unavailable):
        checkout.open(basket_id)
    line.deaf = False
    platform.cancel(platform.only()["id"])
    checkout.open(basket_id)
    assert sorted(one["status"] for one in platform.orders()) == ["cancelled", "pending"]
    assert statuses(database, basket_id)[-1] == "pending"


def test_twenty_clicks_are_one_order(checkout, basket_id, platform, line):
    opened = together(*[lambda: checkout.open(basket_id)] * 20)
    assert {one.order.id for one in opened} == {platform_order(opened[0])}
    assert len({one.token for one in opened}) == 20
    assert len(platform.orders()) == 1
    assert line.calls["create"] == line.calls["preview"] == 1


def platform_order(opened):
    assert not isinstance(opened, Exception), opened
    return opened.order.id


def test_twenty_clicks_on_yes_are_one_more_order(
    checkout, bought, basket_id, platform, database, shelf
):
    refill(database, shelf, basket_id)
    opened = together(*[lambda: checkout.open(basket_id, wish=Wish(again=True))] * 20)
    assert len({platform_order(one) for one in opened}) == 1
    assert len(platform.orders()) == 2


def test_twenty_baskets_at_once_are_twenty_orders_at_one_price(
    checkout, platform, database, shelf, line
):
    baskets = [fill(database, shelf, card=1) for _ in range(20)]
    opened = together(*[lambda one=one: checkout.open(one) for one in baskets])
    assert len({platform_order(one) for one in opened}) == 20
    assert len({one["id"] for one in platform.orders()}) == 20
    assert line.calls["preview"] == 1


def test_two_shops_want_the_last_one_and_one_gets_it(
    checkout, database, shelf, desk, platform, clock
):
    """The shelf here says there are two; the platform knows better."""
    two = shelf_of(replace(LAST, id="last", stock=2))
    plenty = Shelf.of(two.catalog, (), "USD")
    elsewhere = Checkout(database, plenty, desk)
    baskets = [fill(database, plenty, last=1) for _ in range(2)]
    seen = together(*[lambda one=one: elsewhere.open(one) for one in baskets])
    lost = [one for one in seen if isinstance(one, RequestError)]
    assert [one.code for one in lost] == ["OUT_OF_STOCK"]
    assert len(platform.orders()) == 1
    assert reserved(database, "last") == 1


# ---- is it meant? ----


def test_who_buys_the_same_again_is_asked_before_anything_is_ordered(
    checkout, bought, basket_id, database, shelf, line
):
    refill(database, shelf, basket_id)
    line.asked.clear()
    with pytest.raises(SimilarOrder) as asked:
        checkout.open(basket_id)
    assert (asked.value.code, asked.value.status) == ("SIMILAR_ORDER", 409)
    assert asked.value.earlier.id == bought.id
    assert line.asked == []
    assert statuses(database, basket_id) == ["paid"]
    again = checkout.open(basket_id, wish=Wish(again=True))
    assert again.order.id != bought.id
    (body,) = line.bodies("create")
    assert body["acceptSimilarOrderInShortPeriod"] is True


@pytest.mark.parametrize(("seconds", "is_asked"), [(120, True), (121, False)])
def test_for_two_minutes(checkout, bought, basket_id, database, shelf, clock, seconds, is_asked):
    refill(database, shelf, basket_id)
    clock.advance(seconds)
    if is_asked:
        assert code_of(lambda: checkout.open(basket_id)) == "SIMILAR_ORDER"
    else:
        checkout.open(basket_id)


def test_something_else_is_no_slip(checkout, bought, basket_id, database, shelf):
    refill(database, shelf, basket_id, quantity=3)
    checkout.open(basket_id)
    assert statuses(database, basket_id) == ["paid", "pending"]


def test_another_shopper_who_wants_the_same_is_not_asked(
    checkout, bought, database, shelf, platform, line
):
    """All shoppers are one buyer to the platform, and only the shop can tell them apart."""
    other = fill(database, shelf, mug=2)
    line.asked.clear()
    checkout.open(other)
    flags = [body["acceptSimilarOrderInShortPeriod"] for body in line.bodies("create")]
    assert flags == [False, True]
    assert line.calls["look"] == 1
    assert len(platform.orders()) == 2


def test_a_platform_that_remembers_for_longer_is_listened_to(
    checkout, bought, basket_id, database, shelf, clock, line
):
    refill(database, shelf, basket_id)
    clock.advance(minutes=5)
    line.instead["create"] = lambda: refused("similar-order-not-accepted")
    with pytest.raises(SimilarOrder) as asked:
        checkout.open(basket_id)
    assert asked.value.earlier.id == bought.id


def test_an_order_that_ended_unpaid_is_forgotten(
    checkout, basket_id, platform, database, shelf, line
):
    order = checkout.open(basket_id).order
    platform.cancel(order.desk_order_id)
    assert checkout.refresh(order.id).status == "cancelled"
    line.asked.clear()
    checkout.open(basket_id)
    assert [body["acceptSimilarOrderInShortPeriod"] for body in line.bodies("create")] == [False]
