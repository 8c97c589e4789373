"""Orders of a shop: placed once, paid once, ended once, whatever comes twice or late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from flask_till.errors import Conflict, InvalidRequest, NotFound, OutOfStock
from flask_till.money import Money
from flask_till.shop.actions.basket import add_line, read_basket, set_promotions, set_quantity
from flask_till.shop.actions.orders import (
    apply_desk_order,
    bind_desk_order,
    fail_order,
    latest_order,
    order_of,
    orders_of,
    overdue,
    read_order,
    release_order,
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
    audit,
    count,
    fill,
    kinds,
    place,
    row,
    shelf_of,
    told,
    zl,
)

TEN = Promotion("TEN", percent=10, label="Ten off", max_uses=2, max_uses_per_shopper=1)


@pytest.fixture
def shelf():
    return shelf_of(promotions=(TEN,))


@pytest.fixture
def tell(database, shelf):
    """Apply what the desk tells about an order."""

    def apply(order, version, status, event_id=None, **more):
        snapshot = told(order, version, status, **more)
        return database.write(apply_desk_order, shelf, "till", event_id, snapshot)

    return apply


def now(database, order):
    return database.read(read_order, order.id)


def stock_of(database, product_id):
    return row(database, "stock", product_id=product_id).reserved


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
    assert stock_of(database, "mug") == 2


def test_another_version_waits_until_the_first_order_is_over(database, shelf, tell):
    basket_id = fill(database, shelf, mug=2)
    first = place(database, shelf, basket_id).order
    database.write(set_quantity, shelf, basket_id, "mug", 3)
    with pytest.raises(Conflict) as refused:
        place(database, shelf, basket_id)
    assert refused.value.code == "ORDER_OPEN"
    tell(first, 1, "cancelled")
    second = place(database, shelf, basket_id).order
    assert (second.number, stock_of(database, "mug")) == ("T-000002", 3)


def test_an_order_that_failed_is_placed_again_under_its_id(database, shelf, clock):
    basket_id = fill(database, shelf, "TEN", mug=2)
    order = place(database, shelf, basket_id).order
    assert database.write(fail_order, shelf, order.id, UNANSWERED)
    assert not database.write(fail_order, shelf, order.id, "again")
    failed = now(database, order)
    assert (failed.status, failed.reason) == ("failed", UNANSWERED)
    assert stock_of(database, "mug") == 0
    assert row(database, "promotion_counts", shopper="").uses == 0
    again = place(database, shelf, basket_id)
    assert (again.how, again.order.id, again.order.status) == ("again", order.id, "placing")
    assert stock_of(database, "mug") == 2
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


# ---- what the desk tells ----


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
    assert stock_of(database, "mug") == 2
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
    assert stock_of(database, "mug") == 1, "what was delivered does not come back by itself"


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_an_unpaid_end_gives_everything_back_once(database, shelf, tell, end):
    basket_id = fill(database, shelf, "TEN", mug=2)
    order = place(database, shelf, basket_id).order
    assert tell(order, 2, end, "evt_1")
    assert not tell(order, 2, end, "evt_1")
    assert not tell(order, 2, end, "evt_2")
    assert tell(order, 3, end, "evt_3")
    assert stock_of(database, "mug") == 0
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
    assert stock_of(database, "mug") == 1
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
    assert stock_of(database, "mug") == 0


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
    assert (stock_of(database, "last"), now(database, order).reason) == (1, None)
    assert kinds(database, order.id) == ["order_placed", "order_expired", "order_paid"]
    audit(database)


def test_late_money_for_goods_that_are_gone_is_noted_on_the_order(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, "TEN", last=1, mug=1)).order
    tell(order, 1, "expired")
    place(database, shelf, fill(database, shelf, last=1))
    assert tell(order, 2, "paid")
    paid = now(database, order)
    assert (paid.status, paid.reason) == ("paid", "OUT_OF_STOCK")
    assert stock_of(database, "mug") == 0
    audit(database)


def test_a_callback_may_be_quicker_than_the_answer_to_the_create(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    tell(order, 1, "pending", "evt_1")
    tell(order, 2, "processing", "evt_2")
    bound = database.write(bind_desk_order, shelf, "till", told(order, 1, "pending"))
    assert (bound.status, bound.desk_version) == ("processing", 2)


def test_an_order_that_was_given_up_meanwhile_is_not_bound(database, shelf):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    database.write(fail_order, shelf, order.id, "left behind")
    with pytest.raises(Conflict) as refused:
        database.write(bind_desk_order, shelf, "till", told(order, 1, "pending"))
    assert refused.value.code == "ORDER_SUPERSEDED"
    assert stock_of(database, "mug") == 0


def test_only_an_order_that_is_being_placed_can_fail(database, shelf, tell):
    order = place(database, shelf, fill(database, shelf, mug=1)).order
    tell(order, 1, "pending")
    assert not database.write(fail_order, shelf, order.id, "too late")
    assert (now(database, order).status, stock_of(database, "mug")) == ("pending", 1)


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
