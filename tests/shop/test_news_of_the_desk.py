"""What a desk tells about an order is applied once, whatever comes twice, late or out of turn."""

from __future__ import annotations

from itertools import permutations

import pytest

from flask_till.errors import Conflict, NotFound
from flask_till.money import Money
from flask_till.shop.actions.basket import add_line, read_basket
from flask_till.shop.actions.orders import (
    apply_desk_order,
    bind_desk_order,
    fail_order,
    release_order,
)
from tests.shop.shelves import (
    audit,
    count,
    fill,
    kinds,
    now,
    place,
    reserved,
    row,
    told,
    zl,
)


def test_a_paid_order_empties_the_basket_of_what_was_bought(database, shelf, tell):
    basket_id = fill(database, shelf, "TEN", mug=2, card=1)
    order = place(database, shelf, basket_id).order
    database.write(add_line, shelf, basket_id, "mug", 1)
    with database.bell.listen(f"basket:{basket_id}") as ear:
        ear.wait(0.2)
        assert tell(order, 2, "paid", "evt_1")
        assert ear.wait(5)
    basket = database.read(read_basket, shelf, basket_id)
    assert [(line.product_id, line.quantity) for line in basket.lines] == [("mug", 1)]
    assert basket.promotions == ()
    assert basket.version == 5
    paid = now(database, order)
    assert (paid.status, paid.desk_order_id, paid.desk_version) == ("paid", f"desk_{order.id}", 2)
    assert paid.paid_at == database.clock()
    assert kinds(database, order.id) == ["order_placed", "order_paid"]
    assert reserved(database, "mug") == 2
    audit(database)


def test_the_whole_life_of_an_order_is_told_once(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    part, whole = zl("10.00"), order.total
    assert tell(order, 1, "pending", "evt_1")
    assert tell(order, 2, "processing", "evt_2")
    assert tell(order, 3, "pending", "evt_3")
    assert tell(order, 4, "paid", "evt_4")
    assert tell(order, 5, "paid", "evt_5")
    assert tell(order, 6, "partially_refunded", "evt_6", refunded=part)
    assert tell(order, 7, "partially_refunded", "evt_7", refunded=part)
    assert tell(order, 8, "refunded", "evt_8", refunded=whole)
    assert kinds(database, order.id) == [
        "order_placed",
        "order_paid",
        "order_refunded",
        "order_refunded",
    ]
    assert now(database, order).refunded == whole
    assert reserved(database, "mug") == 1, "what was delivered does not come back by itself"


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_an_unpaid_end_gives_everything_back_once(database, shelf, tell, end):
    basket_id = fill(database, shelf, "TEN", mug=2)
    order = place(database, shelf, basket_id).order
    assert tell(order, 2, end, "evt_1")
    assert not tell(order, 2, end, "evt_1")
    assert not tell(order, 2, end, "evt_2")
    assert tell(order, 3, end, "evt_3")
    assert reserved(database, "mug") == 0
    assert row(database, "promotion_counts", shopper="").uses == 0
    assert kinds(database, order.id) == ["order_placed", f"order_{end}"]
    basket = database.read(read_basket, shelf, basket_id)
    assert (basket.count, basket.promotions[0].applied) == (2, True), "the basket is kept"
    audit(database)


def test_what_an_order_held_is_given_back_once_however_often_it_is_released(database, shelf):
    mine, theirs = (fill(database, shelf, "TEN", mug=1) for _ in range(2))
    order = place(database, shelf, mine).order
    place(database, shelf, theirs)
    database.write(fail_order, shelf, order.id, "LEFT_BEHIND")
    for _ in range(2):
        database.write(release_order, shelf, order.id)
    assert reserved(database, "mug") == 1
    assert row(database, "promotion_counts", shopper="").uses == 1
    audit(database)


def test_an_event_counts_once_whatever_comes_under_its_id_later(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    assert tell(order, 1, "pending", "evt_1")
    assert not tell(order, 2, "paid", "evt_1")
    assert now(database, order).status == "pending"
    assert count(database, "inbox", desk="till", event_id="evt_1", order_id=order.id) == 1


def test_an_older_snapshot_after_a_newer_one_changes_nothing(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    assert tell(order, 5, "paid", "evt_5")
    before = now(database, order)
    for version, status in ((1, "pending"), (3, "processing"), (4, "expired"), (5, "cancelled")):
        assert not tell(order, version, status, f"evt_{version}x")
    assert now(database, order) == before


def test_every_order_of_arrival_ends_the_same(database, shelf, tell):
    story = [(1, "pending"), (2, "processing"), (3, "paid"), (4, "partially_refunded")]
    for turn, arrival in enumerate(permutations(story)):
        order = place(database, shelf, fill(database, shelf, card=1)).order
        for version, status in arrival:
            refunded = zl("1") if version == 4 else zl("0")
            tell(order, version, status, f"evt_{turn}_{version}", refunded=refunded)
        assert now(database, order).status == "partially_refunded"
        assert kinds(database, order.id) == ["order_placed", "order_paid", "order_refunded"]


def test_an_order_whose_money_all_went_back_before_we_heard_is_not_told_as_paid(
    database, shelf, tell
):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    tell(order, 4, "refunded", refunded=order.total)
    assert kinds(database, order.id) == ["order_placed", "order_refunded"]
    assert reserved(database, "mug") == 0


def test_a_desk_that_contradicts_itself_is_refused(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    tell(order, 2, "paid")
    for status in ("pending", "expired", "cancelled"):
        with pytest.raises(Conflict) as refused:
            tell(order, 3, status, f"evt_{status}")
        assert refused.value.code == "ORDER_STATE"
    assert now(database, order).status == "paid"
    assert count(database, "inbox") == 0


@pytest.mark.parametrize(
    "lie",
    [
        {"amount": zl("0.01")},
        {"amount": Money.of_minor(4999, "EUR")},
        {"refunded": zl("49.99") + zl("0.01")},
        {"refunded": zl("-1")},
        {"refunded": Money.zero("EUR")},
        {"desk_order_id": "desk_other"},
        {"live": True},
    ],
)
def test_a_genuine_message_that_does_not_match_changes_nothing(database, shelf, tell, lie):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    tell(order, 1, "pending")
    before = now(database, order)
    with pytest.raises(Conflict) as refused:
        tell(order, 2, "paid", "evt_2", **lie)
    assert refused.value.code == "ORDER_MISMATCH"
    assert now(database, order) == before
    assert count(database, "inbox") == 0, "so that it is judged again when it comes again"


def test_a_message_of_another_desk_or_about_no_order_of_ours_changes_nothing(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    with pytest.raises(Conflict):
        database.write(apply_desk_order, shelf, "other", "evt_1", told(order, 1, "paid"))
    with pytest.raises(NotFound):
        tell(order, 1, "paid", external_id="ord_unknown")
    assert now(database, order).status == "placing"


def test_late_money_takes_the_goods_back_if_they_are_left(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, last=1)).order
    tell(order, 1, "expired")
    assert tell(order, 2, "paid")
    assert (reserved(database, "last"), now(database, order).reason) == (1, None)
    assert kinds(database, order.id) == ["order_placed", "order_expired", "order_paid"]
    audit(database)


def test_late_money_for_goods_that_are_gone_is_noted_on_the_order(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, "TEN", last=1, mug=1)).order
    tell(order, 1, "expired")
    place(database, shelf, fill(database, shelf, last=1))
    assert tell(order, 2, "paid")
    paid = now(database, order)
    assert (paid.status, paid.reason) == ("paid", "OUT_OF_STOCK")
    assert reserved(database, "mug") == 0
    audit(database)


@pytest.mark.parametrize("as_seen", [True, False])
def test_a_callback_may_be_quicker_than_the_answer_to_the_create(database, shelf, tell, as_seen):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    tell(order, 1, "pending", "evt_1")
    tell(order, 2, "processing", "evt_2")
    seen = order if as_seen else None
    bound = database.write(bind_desk_order, shelf, "till", told(order, 1, "pending"), placed=seen)
    assert (bound.status, bound.desk_version) == ("processing", 2)


@pytest.mark.parametrize("as_seen", [True, False])
def test_an_order_that_was_given_up_meanwhile_is_not_bound(database, shelf, as_seen):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    database.write(fail_order, shelf, order.id, "left behind")
    snapshot, seen = told(order, 1, "pending"), order if as_seen else None
    with pytest.raises(Conflict) as refused:
        database.write(bind_desk_order, shelf, "till", snapshot, placed=seen)
    assert refused.value.code == "ORDER_SUPERSEDED"
    assert reserved(database, "mug") == 0


def test_only_an_order_that_is_being_placed_can_fail(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    tell(order, 1, "pending")
    assert not database.write(fail_order, shelf, order.id, "too late")
    assert (now(database, order).status, reserved(database, "mug")) == ("pending", 1)
