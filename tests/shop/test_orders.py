"""Orders of a shop: placed once, paid once, ended once, whatever comes twice or late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flask_till.errors import Conflict, InvalidRequest, OutOfStock
from flask_till.shop.actions.basket import add_line, read_basket, set_promotions, set_quantity
from flask_till.shop.actions.orders import (
    fail_order,
    latest_order,
    order_of,
    orders_of,
    overdue,
    stale_placing,
)
from flask_till.shop.order import (
    CAPTURED,
    ENDED_UNPAID,
    FAILED,
    OPEN,
    TRANSITIONS,
    UNANSWERED,
    next_status,
)
from flask_till.shop.promotion import Promotion
from tests.shop.shelves import (
    CARD,
    MUG,
    TEN,
    audit,
    count,
    fill,
    now,
    place,
    reserved,
    row,
    shelf_of,
    told,
    zl,
)

# ---- the table ----


def test_the_table_knows_every_status_and_only_known_ones_follow():
    assert set(TRANSITIONS) == OPEN | CAPTURED | ENDED_UNPAID
    for followers in TRANSITIONS.values():
        assert followers <= set(TRANSITIONS)


def test_a_paid_order_never_becomes_unpaid():
    reached, seen = set(CAPTURED), set()
    while reached - seen:
        seen |= (status := reached - seen)
        reached |= {after for one in status for after in TRANSITIONS[one]}
    assert reached == CAPTURED


def test_every_status_can_end():
    for status in OPEN:
        assert TRANSITIONS[status] & CAPTURED
        assert TRANSITIONS[status] & ENDED_UNPAID


@pytest.mark.parametrize("before", sorted(TRANSITIONS))
@pytest.mark.parametrize(
    "said",
    ["pending", "processing", "paid", "partially_refunded", "refunded", "cancelled", "expired"],
)
def test_each_word_of_a_desk_is_followed_ignored_or_refused(database, shelf, before, said):
    order = replace(place(database, shelf, fill(database, shelf, card=1)).order, status=before)
    snapshot = told(order, 1, said)
    if said == before or said in TRANSITIONS[before]:
        assert next_status(order, snapshot) == said
    elif before == FAILED:
        assert next_status(order, snapshot) is None
    else:
        with pytest.raises(Conflict) as refused:
            next_status(order, snapshot)
        assert refused.value.code == "ORDER_STATE"


# ---- placing ----


def test_an_order_freezes_what_the_basket_shows(database, shelf):
    basket_id = fill(database, shelf, "TEN", card=1, mug=2)
    basket = database.read(read_basket, shelf, basket_id)
    order = place(database, shelf, basket_id, locale="pl", origin="http://localhost").order
    assert (order.number, order.status, order.version) == ("T-000001", "placing", 1)
    assert (order.basket_id, order.basket_version) == (basket_id, basket.version)
    assert [(line.product_id, line.quantity, line.unit_price) for line in order.lines] == [
        ("card", 1, zl("8.00")),
        ("mug", 2, zl("49.99")),
    ]
    assert (order.subtotal, order.discount, order.total) == (
        basket.subtotal,
        basket.discount,
        basket.total,
    )
    assert [(one.code, one.amount) for one in order.promotions] == [("TEN", zl("-10.80"))]
    assert (order.locale, order.origin) == ("pl", "http://localhost")
    dearer = shelf_of(replace(MUG, price=zl("99")), CARD, promotions=(TEN,))
    assert place(database, dearer, basket_id).order == order
    audit(database)


def test_a_basket_with_nothing_in_it_cannot_be_ordered(database, shelf):
    for basket_id in (None, "bsk_unknown", fill(database, shelf, card=1)):
        database.write(lambda work: work.connection.exec_driver_sql("delete from till_shop_lines"))
        with pytest.raises(Conflict) as refused:
            place(database, shelf, basket_id)
        assert refused.value.code == "BASKET_EMPTY"


def test_what_is_no_longer_there_cannot_be_ordered(database, shelf):
    mine, theirs = fill(database, shelf, last=1), fill(database, shelf, last=1)
    place(database, shelf, theirs)
    with pytest.raises(OutOfStock):
        place(database, shelf, mine)
    assert count(database, "orders") == 1
    audit(database)


def test_a_basket_that_costs_nothing_cannot_be_ordered(database):
    shelf = shelf_of(promotions=(Promotion("ALL", percent=100),))
    basket_id = fill(database, shelf, "ALL", card=1)
    with pytest.raises(Conflict) as refused:
        place(database, shelf, basket_id)
    assert refused.value.code == "NOTHING_TO_PAY"


def test_the_same_version_of_a_basket_is_ordered_once(database, shelf):
    basket_id = fill(database, shelf, mug=2)
    first = place(database, shelf, basket_id)
    again = place(database, shelf, basket_id)
    assert (first.how, again.how, again.order) == ("new", "open", first.order)
    assert reserved(database, "mug") == 2


def test_another_version_waits_until_the_first_order_is_over(database, shelf, tell):
    basket_id = fill(database, shelf, mug=2)
    first = place(database, shelf, basket_id).order
    database.write(set_quantity, shelf, basket_id, "mug", 3)
    with pytest.raises(Conflict) as refused:
        place(database, shelf, basket_id)
    assert refused.value.code == "ORDER_OPEN"
    tell(first, 1, "cancelled")
    second = place(database, shelf, basket_id).order
    assert (second.number, reserved(database, "mug")) == ("T-000002", 3)


def test_an_order_that_failed_is_placed_again_under_its_id(database, shelf, clock):
    basket_id = fill(database, shelf, "TEN", mug=2)
    order = place(database, shelf, basket_id).order
    assert database.write(fail_order, shelf, order.id, UNANSWERED)
    assert not database.write(fail_order, shelf, order.id, "again")
    failed = now(database, order)
    assert (failed.status, failed.reason) == ("failed", UNANSWERED)
    assert reserved(database, "mug") == 0
    assert row(database, "promotion_counts", shopper="").uses == 0
    again = place(database, shelf, basket_id)
    assert (again.how, again.order.id, again.order.status) == ("again", order.id, "placing")
    assert reserved(database, "mug") == 2
    assert row(database, "promotion_counts", shopper="").uses == 1
    audit(database)
    database.write(fail_order, shelf, order.id, UNANSWERED)
    clock.advance(minutes=10)
    assert place(database, shelf, basket_id).how == "new"
    audit(database)


def test_an_order_that_failed_for_another_reason_is_placed_anew(database, shelf):
    basket_id = fill(database, shelf, mug=2)
    order = place(database, shelf, basket_id).order
    database.write(fail_order, shelf, order.id, "LEFT_BEHIND")
    assert place(database, shelf, basket_id).how == "new"


def test_a_failed_order_is_not_placed_again_at_another_price(database, shelf):
    basket_id = fill(database, shelf, mug=2)
    order = place(database, shelf, basket_id).order
    database.write(fail_order, shelf, order.id, UNANSWERED)
    dearer = place(database, shelf_of(replace(MUG, price=zl("59.99"))), basket_id)
    assert (dearer.how, dearer.order.total) == ("new", zl("119.98"))
    audit(database)


def test_a_promotion_counts_once_for_an_order_and_limits_hold(database, shelf, tell):
    mine = fill(database, shelf, "TEN", card=1)
    first = place(database, shelf, mine).order
    (ten,) = database.read(read_basket, shelf, mine).promotions
    assert ten.applied, "the basket's own open order does not use its promotion up"
    tell(first, 1, "paid")
    database.write(add_line, shelf, mine, "card")
    with pytest.raises(InvalidRequest) as refused:
        database.write(set_promotions, shelf, mine, ["TEN"])
    assert refused.value.fields == {"TEN": "PROMOTION_USED_UP"}
    others = [fill(database, shelf, "TEN", card=1) for _ in range(2)]
    place(database, shelf, others[0])
    (ten,) = database.read(read_basket, shelf, others[1]).promotions
    assert (ten.applied, ten.reason) == (False, "PROMOTION_USED_UP")
    assert place(database, shelf, others[1]).order.total == zl("8.00")
    audit(database)


# ---- looking orders up ----


def test_a_basket_sees_its_own_orders_newest_first(database, shelf, tell):
    basket_id, other = fill(database, shelf, card=1), fill(database, shelf, card=1)
    first = place(database, shelf, basket_id).order
    tell(first, 1, "paid")
    database.write(add_line, shelf, basket_id, "card")
    second = place(database, shelf, basket_id).order
    mine = [order.id for order in database.read(orders_of, basket_id)]
    assert mine == [second.id, first.id]
    assert database.read(latest_order, basket_id).id == second.id
    assert database.read(latest_order, other) is None
    assert database.read(latest_order, None) is None
    assert database.read(order_of, other, first.id) is None
    assert database.read(order_of, basket_id, first.id).status == "paid"


def test_orders_that_were_left_behind_are_found(database, shelf, tell, clock):
    stale = place(database, shelf, fill(database, shelf, card=1)).order
    late = place(database, shelf, fill(database, shelf, card=1)).order
    tell(late, 1, "pending", expires_at=clock() + timedelta(minutes=30))
    minute = timedelta(minutes=1)
    assert database.read(stale_placing, minute) == []
    clock.advance(minutes=1)
    assert [order.id for order in database.read(stale_placing, minute)] == [stale.id]
    assert database.read(overdue) == []
    clock.advance(minutes=30)
    assert [order.id for order in database.read(overdue)] == [late.id]
