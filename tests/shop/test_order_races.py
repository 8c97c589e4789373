"""Orders when several things happen at one moment, on real threads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from tests.shop.shelves import (
    MUG,
    TEN,
    audit,
    count,
    fill,
    kinds,
    now,
    place,
    reserved,
    row,
    shelf_of,
    together,
)

# ---- several at once ----


def test_ten_left_and_two_hundred_who_want_one(database):
    shelf = shelf_of(replace(MUG, stock=10))
    baskets = [fill(database, shelf, mug=1) for _ in range(200)]
    outcomes = together(*[lambda one=one: place(database, shelf, one) for one in baskets])
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert len(refused) == 190
    assert {one.code for one in refused} == {"OUT_OF_STOCK"}
    numbers = [one.order.number for one in outcomes if not isinstance(one, Exception)]
    assert len(set(numbers)) == 10
    assert reserved(database, "mug") == 10
    audit(database)


def test_the_last_uses_of_a_promotion(database):
    shelf = shelf_of(promotions=(replace(TEN, max_uses=5),))
    baskets = [fill(database, shelf, "TEN", card=1) for _ in range(40)]
    outcomes = together(*[lambda one=one: place(database, shelf, one) for one in baskets])
    placed = [one.order for one in outcomes if not isinstance(one, Exception)]
    assert {one.code for one in outcomes if isinstance(one, Exception)} <= {"PROMOTION_USED_UP"}
    assert sum(bool(order.promotions) for order in placed) == 5
    assert row(database, "promotion_counts", shopper="").uses == 5
    audit(database)


def test_one_shopper_uses_a_promotion_once_in_two_baskets_at_once(database):
    shelf = shelf_of(promotions=(TEN,))
    baskets = [fill(database, shelf, "TEN", card=1) for _ in range(8)]
    outcomes = together(
        *[lambda one=one: place(database, shelf, one, shopper="ola") for one in baskets]
    )
    placed = [one for one in outcomes if not isinstance(one, Exception)]
    assert sum(bool(one.order.promotions) for one in placed) == 1
    audit(database)


def test_one_basket_checked_out_many_times_at_once_is_one_order(database, shelf):
    basket_id = fill(database, shelf, "TEN", mug=1)
    outcomes = together(*[lambda: place(database, shelf, basket_id)] * 20)
    assert len({one.order.id for one in outcomes}) == 1
    assert sorted(one.how for one in outcomes) == ["new"] + ["open"] * 19
    assert count(database, "orders") == 1
    audit(database)


def test_one_callback_delivered_many_times_at_once_is_applied_once(database, shelf, tell):
    basket_id = fill(database, shelf, mug=2)
    order = place(database, shelf, basket_id).order
    outcomes = together(*[lambda: tell(order, 2, "paid", "evt_1")] * 20)
    assert sorted(outcomes) == [False] * 19 + [True]
    assert kinds(database, order.id) == ["order_placed", "order_paid"]
    assert row(database, "baskets", id=basket_id).version == 2


def test_two_different_callbacks_at_once_end_with_the_newer(database, shelf, tell):
    for turn in range(10):
        order = place(database, shelf, fill(database, shelf, card=1)).order
        together(
            lambda order=order, turn=turn: tell(order, 2, "processing", f"evt_{turn}_2"),
            lambda order=order, turn=turn: tell(order, 3, "paid", f"evt_{turn}_3"),
        )
        assert now(database, order).status == "paid"
        assert kinds(database, order.id) == ["order_placed", "order_paid"]


def test_a_change_between_reading_and_writing_an_order_is_read_again(database, shelf, tell):
    """The race at its point: another callback commits after ours read the order."""
    order = place(database, shelf, fill(database, shelf, card=1)).order
    if database.dialect == "sqlite":
        pytest.skip("on SQLite nobody can write in between")
    overtaken = []

    def overtake(connection, cursor, statement, *more):
        if statement.startswith("UPDATE till_shop_orders") and not overtaken:
            overtaken.append(order.id)
            assert tell(order, 5, "paid", "evt_5")

    event.listen(database.engine, "before_cursor_execute", overtake)
    assert not tell(order, 4, "processing", "evt_4")
    assert overtaken
    assert now(database, order).status == "paid"
    assert kinds(database, order.id) == ["order_placed", "order_paid"]


def test_an_expiry_and_a_payment_at_once_release_the_stock_or_keep_it_never_both(
    database, shelf, tell
):
    for turn in range(10):
        order = place(database, shelf, fill(database, shelf, mug=1)).order
        together(
            lambda order=order, turn=turn: tell(order, 3, "expired", f"evt_{turn}_3"),
            lambda order=order, turn=turn: tell(order, 2, "paid", f"evt_{turn}_2"),
        )
        audit(database)
        status = now(database, order).status
        held = count(database, "reservations", order_id=order.id, state="held")
        assert (status, held) in (("paid", 1), ("expired", 0))
