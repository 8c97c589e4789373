"""Pieces of a product: taken once, handed out as the product says, and let go once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from flask_till.desk.actions import product_sales, products
from flask_till.desk.actions.orders import create_order
from flask_till.desk.actions.product_tokens import add_holder, list_tokens
from flask_till.desk.product import (
    FIXED,
    NOT_FOR_SALE,
    NOT_YOURS,
    OVER_LIMIT,
    RANDOM,
    TOO_FEW,
    Obstacle,
    Piece,
    Product,
    Shelf,
    Taking,
    Value,
    Variant,
    obstacle,
)
from flask_till.desk.product_token import FOR_SALE, SOLD, TRANSITIONS
from flask_till.desk.tables import orders
from flask_till.desk.tables.products import product_sales as sales
from flask_till.errors import Conflict, NotFound, OutOfStock
from tests.desk.the_desk import draft

SIZE = Variant(
    "size", "Size", "size", (Value("s", "S", "s"), Value("l", "L", "l", {"brl": Decimal("5.50")}))
)


def product(**given):
    return Product(
        **{"id": "p", "merchant_id": "m", "slug": "p", "name": "P", "prices": {"brl": Decimal(100)}}
        | given
    )


def test_two_buyers_of_the_last_token_get_one_order(shelf, desk, at_once):
    shelf.put("t1")

    def buy(number):
        try:
            return shelf.take(f"T-{number}", buyer=f"buyer{number}")
        except OutOfStock:
            return None

    got = [one for one in at_once(buy, 6) if one]
    assert len(got) == 1
    assert shelf.of(got[0]) == ["t1"]
    assert desk.count(orders) == desk.count(sales) == 1


def test_two_buyers_of_the_last_counted_piece_get_one_order(shelf, desk, at_once):
    shelf.put(stock=3)

    def buy(number):
        try:
            return shelf.take(f"T-{number}", 2, buyer=f"buyer{number}")
        except OutOfStock:
            return None

    assert len([one for one in at_once(buy, 6) if one]) == 1
    assert shelf.left() == 1


def test_many_buyers_get_as_many_tokens_as_there_are_and_each_its_own(shelf, at_once):
    shelf.put("t1", "t2", "t3", distribution=RANDOM)

    def buy(number):
        try:
            return shelf.take(f"T-{number}", buyer=f"buyer{number}")
        except OutOfStock:
            return None

    got = [one for one in at_once(buy, 8) if one]
    assert sorted(token for one in got for token in shelf.of(one)) == ["t1", "t2", "t3"]


def test_sequential_tokens_go_in_their_order(shelf):
    shelf.put("b", "a", "c")
    assert shelf.of(shelf.take("T-1", 2)) == ["b", "a"]
    assert shelf.of(shelf.take("T-2")) == ["c"]


def test_a_named_token_is_taken_and_no_other(shelf):
    shelf.put("t1", "t2")
    assert shelf.of(shelf.take("T-1", token="t2")) == ["t2"]
    with pytest.raises(OutOfStock):
        shelf.take("T-2", token="t2")
    assert shelf.states() == {"t1": "for_sale", "t2": "reserved"}


def test_what_is_fixed_to_a_buyer_is_not_handed_to_another(shelf):
    shelf.put("t1", fixed_to="ann")
    assert (shelf.left("ann"), shelf.left("bob")) == (1, 0)
    for token in (None, "t1"):
        with pytest.raises(OutOfStock):
            shelf.take(f"T-{token}", buyer="bob", token=token)
    assert shelf.of(shelf.take("T-3", buyer="ann")) == ["t1"]


def test_a_fixed_distribution_hands_out_only_what_is_fixed_to_the_buyer(shelf):
    shelf.put("t1", distribution=FIXED)
    assert shelf.left("ann") == 0
    with pytest.raises(OutOfStock):
        shelf.take("T-1")


@pytest.mark.parametrize("stock", [None, 2])
def test_an_order_that_ends_badly_lets_its_pieces_go_once(shelf, desk, released, stock):
    tokens = ["t1", "t2"] if stock is None else []
    shelf.put(*tokens, stock=stock)
    order_id = shelf.take("T-1", 2)
    assert shelf.left() == 0
    released(order_id)
    assert shelf.left() == 2
    desk.database.write(product_sales.release, order_id)
    assert shelf.left() == 2


def test_a_token_that_was_moved_stays_with_its_holder(shelf, desk):
    shelf.put("t1")
    order_id = shelf.take("T-1")
    ref = desk.start(desk.read(order_id))
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    assert not desk.database.write(product_sales.move, order_id, "t1", "0xann")
    desk.database.write(product_sales.sell, order_id)
    for _ in range(2):
        assert desk.database.write(product_sales.move, order_id, "t1", "0xann")
    assert not desk.database.write(product_sales.move, order_id, "t1", "0xbob")
    assert shelf.states() == {"t1": "held"}


def test_a_token_that_was_bought_is_held_as_one_that_was_claimed(shelf, desk):
    holder = desk.database.write(add_holder)
    shelf.put("t1", "t2", name="Day pass")
    order_id = shelf.take("T-1")
    ref = desk.start(desk.read(order_id))
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    desk.database.write(product_sales.sell, order_id)
    assert desk.database.write(product_sales.move, order_id, "t1", holder)
    [token], total = desk.database.read(list_tokens, holder)
    assert (token.id, token.product_id, token.name, total) == ("t1", "pass", "Day pass", 1)
    assert (token.holder, token.held_at) == (holder, desk.clock.now)


def test_pieces_are_of_a_product_that_is_there(desk):
    with pytest.raises(NotFound):
        desk.database.write(products.add_tokens, "none", [("t1", None)])


def test_what_a_buyer_has_counts_until_it_is_let_go(shelf, desk, released):
    item = shelf.put(stock=9, per_buyer=3)
    order_id = shelf.take("T-1", 2)
    seen = desk.database.read(products.read_shelf, item, "ann")
    assert (seen.bought, seen.product.per_buyer) == (2, 3)
    released(order_id)
    assert desk.database.read(products.read_shelf, item, "ann").bought == 0


def test_slugs_are_a_merchants_own(shelf, desk):
    shelf.put()
    with pytest.raises(Conflict):
        shelf.put(id="other")
    with pytest.raises(NotFound):
        desk.database.read(products.read_product, "mer_other", "pass")
    with pytest.raises(NotFound):
        desk.database.read(products.read_product_by_slug, "mer_other", "pass")


def test_a_product_comes_back_as_it_was_put(shelf, desk):
    put = shelf.put(
        variants=(SIZE,),
        images=({"thumb": "t"},),
        prices={"brl": Decimal("1.10"), "eth": Decimal("0.000000000000000001")},
    )
    kept = desk.database.read(products.read_product_by_slug, put.merchant_id, "pass")
    assert kept.created_at is not None
    assert (kept.variants, kept.images, kept.prices) == (put.variants, put.images, put.prices)
    assert list(kept.prices) == ["brl", "eth"]


def test_products_are_listed_newest_first_and_found_by_their_name(shelf, desk, clock):
    for name in ("Blue_mug", "Red mug", "Plate"):
        shelf.put(id=name, slug=name, name=name)
        clock.advance(1)
    merchant = desk.merchant.id
    found, total = desk.database.read(products.list_products, merchant, limit=2)
    assert ([one.name for one in found], total) == (["Plate", "Red mug"], 3)
    found, total = desk.database.read(products.list_products, merchant, search="e_M")
    assert ([one.name for one in found], total) == (["Blue_mug"], 1)


# --- rules ------------------------------------------------------------------------------------


def test_choices_add_to_the_price_of_one_piece():
    item = product(variants=(SIZE,))
    assert item.price("brl", ["l"]) == Decimal("105.50")
    assert item.price("brl", ["s"]) == Decimal(100)
    assert item.price("usd") is None


@pytest.mark.parametrize(
    ("choices", "can"),
    [([], True), (["s"], True), (["x"], False), (["s", "l"], False), (["s", "s"], False)],
)
def test_one_choice_of_each_variant_and_none_of_another_product(choices, can):
    assert product(variants=(SIZE,)).can_be_chosen(choices) is can


def test_what_keeps_a_buyer_from_a_product(clock):
    now = clock.now
    later = now + timedelta(seconds=1)
    yours = Piece("t", "p", 1, FOR_SALE, fixed_to="bob")
    sold = Piece("t", "p", 1, SOLD)
    free = Piece("t", "p", 1, FOR_SALE)
    cases = [
        (Shelf(product(), 2), 2, None, None),
        (Shelf(product(), 2), 3, None, Obstacle(TOO_FEW, 2)),
        (Shelf(product(per_buyer=3), 5, 2), 1, None, None),
        (Shelf(product(per_buyer=3), 5, 2), 2, None, Obstacle(OVER_LIMIT, 1)),
        (Shelf(product(per_buyer=3), 5, 4), 1, None, Obstacle(OVER_LIMIT, 0)),
        (Shelf(product(is_on=False), 5), 1, None, Obstacle(NOT_FOR_SALE)),
        (Shelf(product(on_sale_from=later), 5), 1, None, Obstacle(NOT_FOR_SALE)),
        (Shelf(product(on_sale_from=now), 5), 1, None, None),
        (Shelf(product(on_sale_until=now), 5), 1, None, Obstacle(NOT_FOR_SALE)),
        (Shelf(product(on_sale_until=later), 5), 1, None, None),
        (Shelf(product(), 5), 1, yours, Obstacle(NOT_YOURS)),
        (Shelf(product(), 5), 1, sold, Obstacle(TOO_FEW, 0)),
        (Shelf(product(), 5), 2, free, Obstacle(TOO_FEW, 1)),
        (Shelf(product(), 5), 1, free, None),
    ]
    for shelf, quantity, token, expected in cases:
        assert obstacle(shelf, quantity, "ann", now, token) == expected


def test_every_state_of_a_token_leads_to_known_ones():
    for ways in TRANSITIONS.values():
        assert set(ways.values()) <= set(TRANSITIONS)


def test_a_buyers_limit_holds_for_orders_at_once(shelf, desk, at_once):
    shelf.put(stock=50, per_buyer=2)

    def act(work, number):
        order, _ = create_order(work, desk.merchant, draft(f"T-{number}"))
        item = products.lock_products(work, desk.merchant.id, ["pass"])["pass"]
        wrong = obstacle(products.read_shelf(work, item, "ann"), 1, "ann", work.now)
        if wrong is None:
            product_sales.take(work, item, Taking(order.id, 0, "pass", "ann", 1))
        return wrong

    answers = at_once(lambda number: desk.database.write(act, number), 8)
    assert answers.count(None) == 2
    assert set(answers) == {None, Obstacle(OVER_LIMIT, 0)}
