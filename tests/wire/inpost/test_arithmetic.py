"""What has to add up does, and what does not is named (4.2); equal offers compare as equal."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import InvalidRequest
from flask_till.money import Money
from flask_till.wire.inpost.amounts import Price
from flask_till.wire.inpost.arithmetic import (
    base_total,
    faults,
    order_faults,
    order_total,
    promo_total,
    shown_discount,
    totals_agree,
)
from flask_till.wire.inpost.basket import Basket
from flask_till.wire.inpost.comparison import fingerprint, same_offer
from flask_till.wire.inpost.order import Order, OrderCreate
from flask_till.wire.inpost.products import Product, Quantity, QuantityType
from flask_till.wire.inpost.values import DeliveryType

APM, COURIER, DIGITAL = DeliveryType.APM, DeliveryType.COURIER, DeliveryType.DIGITAL


@pytest.fixture
def basket(example):
    return Basket.read(example("basket_put"))


def price(gross, net="0.00"):
    return {"net": net, "vat": str(Decimal(gross) - Decimal(net)), "gross": gross}


def test_the_numbers_of_the_contract_agree(basket, example):
    assert faults(basket) == []
    assert base_total(basket.products).gross == Decimal("162.98")
    assert promo_total(basket.products).gross == Decimal("142.98")
    assert shown_discount(basket.summary) == Decimal("10.00")
    locker, courier = order_total(basket, APM, ["PWW"]), order_total(basket, COURIER, ["COD"])
    assert (locker.gross, courier.gross) == (Decimal("147.97"), Decimal("152.97"))
    assert totals_agree(OrderCreate.read(example("order_create")), locker)
    assert totals_agree(OrderCreate.read(example("order_create_courier_cod")), courier)
    assert not totals_agree(OrderCreate.read(example("order_create")), courier)
    assert order_faults(Order.read(example("order_response"))) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"summary.basket_base_price": price("162.97")}, "basket_base_price is 162.97"),
        ({"summary.basket_promo_price": price("142.99")}, "basket_promo_price is 142.99"),
        ({"summary.basket_final_price": price("142.99")}, "basket_final_price"),
        ({"products.0.quantity.quantity": 3}, "basket_base_price"),
        ({"products.0.promo_price": price("50.00")}, "promo_price of 1042.7"),
        ({"related_products.0.promo_price": price("10.01")}, "promo_price of 3001"),
        ({"summary.free_basket": True}, "free_basket"),
        ({"products.0.quantity.quantity": 10**9}, "basket_base_price"),
    ],
)
def test_what_does_not_add_up_is_named(change, named, changed):
    found = faults(Basket.read(changed("basket_put", change)))
    assert any(named in one for one in found)


def test_only_gross_is_compared(changed):
    change = {"summary.basket_base_price": price("162.98", "100.00")}
    assert faults(Basket.read(changed("basket_put", change))) == []


def test_without_final_and_promo_price_the_base_price_counts(changed):
    change = {"summary.basket_final_price": None, "summary.basket_promo_price": None}
    basket = Basket.read(changed("basket_put", change))
    assert order_total(basket, APM).gross == Decimal("175.97")
    assert shown_discount(basket.summary) == 0


def test_an_order_that_does_not_add_up_is_named(changed):
    order = Order.read(changed("order_response", {"delivery.delivery_price": price("13.00")}))
    assert order_faults(order) == ["order_final_price is 147.97, not 147.98"]


def test_what_the_wallet_pays_for_is_taken_off_first(changed, basket):
    total = order_total(basket, APM, ["PWW"])
    change = {
        "order_details.basket_price": price("142.97"),
        "order_details.inpost_discounts": [{"type": "WELCOME", "discount": 5}],
    }
    assert totals_agree(OrderCreate.read(changed("order_create", change)), total)
    del change["order_details.inpost_discounts"]
    assert not totals_agree(OrderCreate.read(changed("order_create", change)), total)


def test_the_order_of_delivery_codes_does_not_matter(basket):
    totals = {
        order_total(basket, APM, list(codes)).gross
        for codes in itertools.permutations(["COD", "PWW"])
    }
    assert totals == {Decimal("151.97")}


@pytest.mark.parametrize(
    ("kind", "codes"),
    [(DIGITAL, []), (COURIER, ["PWW"]), (APM, ["GW"]), (APM, ["COD", "COD"]), (APM, ["cod"])],
)
def test_what_is_not_offered_cannot_be_ordered(basket, kind, codes):
    with pytest.raises(InvalidRequest):
        order_total(basket, kind, codes)


def test_a_total_beyond_the_wire_is_refused(changed):
    change = {"summary.basket_final_price": price("99999999.99")}
    with pytest.raises(InvalidRequest):
        order_total(Basket.read(changed("basket_put", change)), APM)


def test_a_measured_product_costs_what_its_price_says(example):
    given = Basket.read(example("basket_put")).products[0]
    quantity = Quantity(quantity=Decimal("0.375"), quantity_type=QuantityType.DECIMAL)
    measured = given.model_copy(update={"quantity": quantity})
    assert base_total([measured]).gross == Decimal("49.99")


lines = st.lists(
    st.tuples(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(0, 50)), max_size=12
)


@given(lines)
def test_totals_are_exact_sums_of_whole_grosze(lines):
    products = [
        Product(
            product_id=str(place),
            product_name="x",
            base_price=Price.at_rate(Money.of_minor(promo + off, "PLN"), 23),
            promo_price=Price.at_rate(Money.of_minor(promo, "PLN"), 8) if off else None,
            quantity=Quantity(quantity=Decimal(count), quantity_type=QuantityType.INTEGER),
        )
        for place, (promo, off, count) in enumerate(lines)
    ]
    base, promo = base_total(products), promo_total(products)
    assert base.money().minor == sum((promo + off) * count for promo, off, count in lines)
    assert promo.money().minor == sum(promo * count for promo, _, count in lines)
    assert promo.gross <= base.gross


# --- Comparison before an order (3.3, 7.11) -----------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"summary.basket_expiration_date": "2025-05-15T08:15:00.000Z"},
        {"summary.basket_notice": {"type": "ERROR", "description": "x"}},
        {"delivery.0.delivery_date": "2025-05-15T10:00:00.000Z"},
        {"related_products": ..., "promotions_available": [], "merchant_store": ...},
        {"basket_id": "b-1"},
        {"products.1.delivery_product": ..., "summary.payment_type": ...},
        {"products.0.quantity.quantity": "2.0"},
        {"products.0.base_price": {"net": 40.64, "gross": 49.99, "vat": 9.35}},
        {"x_unknown": 1},
    ],
)
def test_what_moves_with_the_clock_is_no_difference(change, changed, basket):
    other = Basket.read(changed("basket_put", change))
    assert same_offer(basket, other)
    assert fingerprint(basket) == fingerprint(other)


@pytest.mark.parametrize(
    "change",
    [
        {"products.0.quantity.quantity": 3},
        {"products.0.base_price": price("50.00")},
        {"products.0.product_name": "Kubek"},
        {"delivery.0.delivery_price": price("13.00")},
        {"delivery.0.delivery_options": []},
        {"promo_codes": []},
        {"consents.0.consent_version": "4"},
        {"summary.basket_final_price": price("132.99")},
    ],
)
def test_what_the_shopper_sees_is_a_difference(change, changed, basket):
    assert not same_offer(basket, Basket.read(changed("basket_put", change)))


def test_a_basket_sent_with_a_browser_is_the_same_offer(example, basket):
    assert same_offer(basket, Basket.read(example("basket_put_trusted_browser")))
