"""Coupons: when they apply, and that none is used once too often."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from flask_till.desk.actions import coupons
from flask_till.desk.actions.orders import create_order
from flask_till.desk.coupon import Bargain, Coupon, applies
from flask_till.desk.tables import orders
from flask_till.errors import Conflict
from tests.desk.the_desk import draft


@pytest.fixture
def coupon(desk):
    def make(**given):
        made = Coupon("c1", desk.merchant.id, "SPRING10", Decimal(10), **given)
        return desk.database.write(coupons.add_coupon, made)

    return make


@pytest.fixture
def buy(desk):
    def act(work, coupon, number, buyer):
        order, _ = create_order(work, desk.merchant, draft(f"T-{number}"))
        coupons.use(work, coupon, order_id=order.id, buyer=buyer)
        return order.id

    def attempt(coupon, number, buyer="ann"):
        try:
            return desk.database.write(act, coupon, number, buyer)
        except Conflict:
            return None

    return attempt


def test_the_last_use_goes_to_one_of_many(desk, coupon, buy, at_once):
    made = coupon(max_uses=2)
    got = at_once(lambda number: buy(made, number, f"buyer{number}"), 6)
    assert len([one for one in got if one]) == 2
    assert desk.count(orders) == 2
    assert desk.database.read(coupons.find_coupon, made.merchant_id, "SPRING10").uses == 2


def test_a_buyers_last_use_goes_to_one_of_two_orders_at_once(coupon, buy, at_once):
    made = coupon(max_per_buyer=1)
    got = at_once(lambda number: buy(made, number), 6)
    assert len([one for one in got if one]) == 1
    assert buy(made, 7, "bob")


def test_it_is_given_back_once(desk, coupon, buy):
    made = coupon(max_uses=1)
    order_id = buy(made, 1)
    assert buy(made, 2) is None
    for _ in range(2):
        desk.database.write(coupons.give_back, order_id)
    assert desk.database.read(coupons.find_coupon, made.merchant_id, "SPRING10").uses == 0
    assert buy(made, 3)
    assert buy(made, 4) is None


def test_codes_are_a_merchants_own_and_letter_for_letter(desk, coupon):
    made = coupon()
    with pytest.raises(Conflict):
        coupon()
    find = coupons.find_coupon
    assert desk.database.read(find, made.merchant_id, "SPRING10") == made
    assert desk.database.read(find, made.merchant_id, "spring10") is None
    assert desk.database.read(find, "mer_other", "SPRING10") is None


def test_when_it_applies(clock):
    now, later = clock.now, clock.now + timedelta(seconds=1)
    basket = Bargain({"brl": Decimal(100)}, ["p"], ["pix"], 0)
    once = Bargain({"brl": Decimal(100)}, ["p"], ["pix"], 1)
    cases = [
        ({}, basket, True),
        ({"is_on": False}, basket, False),
        ({"starts_at": now}, basket, True),
        ({"starts_at": later}, basket, False),
        ({"ends_at": later}, basket, True),
        ({"ends_at": now}, basket, False),
        ({"least": {"brl": Decimal(100)}}, basket, True),
        ({"least": {"brl": Decimal("100.01")}}, basket, False),
        ({"products": ("p",)}, basket, True),
        ({"products": ("q",)}, basket, False),
        ({"methods": ("pix",)}, basket, True),
        ({"methods": ("billet",)}, basket, False),
        ({"currencies": ("brl",)}, basket, True),
        ({"currencies": ("usd",)}, basket, False),
        ({"max_uses": 1}, basket, True),
        ({"max_uses": 1, "uses": 1}, basket, False),
        ({"max_per_buyer": 1}, basket, True),
        ({"max_per_buyer": 1}, once, False),
    ]
    for given, bargain, expected in cases:
        assert applies(Coupon("c", "m", "C", Decimal(10), **given), bargain, now) is expected, given
