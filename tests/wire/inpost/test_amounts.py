"""Decimals are exact, both ways, and never pass through a float."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from flask_till.errors import MoneyError
from flask_till.money import Money
from flask_till.wire.inpost.amounts import LARGEST_AMOUNT, Amount, Count, Price, to_amount, to_money
from flask_till.wire.inpost.message import Message

LARGEST = int(LARGEST_AMOUNT * 100)
minors = st.integers(0, LARGEST)


class Texts(Message):
    amount: Amount
    count: Count = Decimal(0)


class Numbers(Texts):
    amounts_are_numbers = True


@given(minors)
def test_money_survives_the_trip_as_text_and_as_number(minor):
    money = Money.of_minor(minor, "PLN")
    for kind in (Texts, Numbers):
        body = kind(amount=to_amount(money)).to_bytes()
        assert to_money(kind.read(body).amount) == money


@given(minors)
def test_text_number_and_whole_number_are_the_same_amount(minor):
    text = str(Money.of_minor(minor, "PLN"))
    read = Texts.read(f'{{"amount": "{text}"}}'.encode())
    assert read == Texts.read(f'{{"amount": {text}}}'.encode())
    assert json.loads(read.to_bytes())["amount"] == text
    if minor % 100 == 0:
        assert read == Texts.read(f'{{"amount": {minor // 100}}}'.encode())


def test_a_number_keeps_its_digits():
    assert Numbers.read(b'{"amount": 19.5}').to_bytes() == b'{"amount":19.50,"count":0}'
    assert Texts.read(b'{"amount": 1e2}').amount == 100


def test_minus_nothing_is_nothing():
    assert Texts.read(b'{"amount": "-0.00"}').to_bytes() == b'{"amount":"0.00","count":0}'


@pytest.mark.parametrize(
    "value",
    ['"12.345"', "12.345", "0.001", "1e-300", '"-0.01"', "-1", '"100000000.00"', "100000000",
     "1e300", '"1e2"', '"+1.00"', '"1."', '".5"', '""', '" 1.00"', '"1.00\\n"', '"1,00"',
     '"1 000.00"', '"007"', '"١.٠٠"', '"1_0.00"', '"NaN"', '"Infinity"', '"0x10"', "true", "null",
     "[]", "{}", '"0.' + "0" * 60 + '"', "9" * 400],
)  # fmt: skip
def test_what_is_no_decimal_of_ten_and_two_is_refused(value):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the next line says which
        Texts.read(f'{{"amount": {value}}}'.encode())
    assert caught.value.status == 400


@given(st.floats())
def test_a_float_is_refused_even_when_it_looks_exact(value):
    with pytest.raises(ValidationError):
        Texts(amount=value)
    with pytest.raises(ValidationError):
        Texts(amount=Decimal(1), count=value)


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal(-1)]
)
def test_a_decimal_that_is_no_amount_is_refused(value):
    with pytest.raises(ValidationError):
        Texts(amount=value)


@given(st.decimals(0, 10**9, places=6))
def test_a_quantity_is_a_number_and_keeps_its_value(quantity):
    body = Texts(amount=Decimal(1), count=quantity).to_bytes()
    written = json.loads(body, parse_float=Decimal)["count"]
    assert written == quantity
    assert isinstance(written, int) == (quantity == int(quantity))
    assert Texts.read(body).count == quantity


@pytest.mark.parametrize("count", ["1e10", "0.0000001", '"1e1"', "-1", "true"])
def test_an_odd_quantity_is_refused(count):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the next line says which
        Texts.read(f'{{"amount": 1, "count": {count}}}'.encode())
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "money",
    [Money("1.00", "EUR"), Money("-0.01", "PLN"), Money.of_minor(LARGEST + 1, "PLN")],
)
def test_money_that_this_wire_cannot_say_is_refused(money):
    with pytest.raises(MoneyError):
        to_amount(money)


# --- Prices ---------------------------------------------------------------------------------


@given(minors, minors)
def test_a_price_adds_up_or_is_refused(net, vat):
    parts = {"net": Decimal(net) / 100, "vat": Decimal(vat) / 100}
    if net + vat > LARGEST:
        with pytest.raises(ValidationError):
            Price(**parts, gross=parts["net"] + parts["vat"])
        return
    price = Price(**parts, gross=parts["net"] + parts["vat"])
    assert price.money() == Money.of_minor(net + vat, "PLN")
    assert Price.read(price.to_bytes()) == price
    with pytest.raises(ValidationError):
        Price(**parts, gross=parts["net"] + parts["vat"] + Decimal("0.01"))


@pytest.mark.parametrize(
    ("gross", "rate", "net"),
    [("49.99", 23, "40.64"), ("39.99", 23, "32.51"), ("37.99", 23, "30.89"), ("63.00", 5, "60.00"),
     ("12.99", 23, "10.56"), ("15.99", 23, "13.00"), ("2.00", 23, "1.63"), ("4.00", 23, "3.25"),
     ("10.00", 0, "10.00"), ("0.00", 23, "0.00"), ("10.00", Decimal("7.5"), "9.30")],
)  # fmt: skip
def test_a_price_at_a_tax_rate_is_that_of_the_contract(gross, rate, net):
    price = Price.at_rate(Money(gross, "PLN"), rate)
    assert (price.gross, price.net) == (Decimal(gross), Decimal(net))


@given(minors, st.integers(0, 1000))
def test_a_tax_rate_never_loses_a_grosz(gross, rate):
    price = Price.at_rate(Money.of_minor(gross, "PLN"), rate)
    assert price.net + price.vat == price.gross == Decimal(gross) / 100
    assert abs(price.net * (100 + rate) - price.gross * 100) * 2 <= Decimal("0.01") * (100 + rate)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=20))
def test_prices_add_as_whole_grosze_do(parts):
    prices = [
        Price.of(gross=Money.of_minor(net + vat, "PLN"), net=Money.of_minor(net, "PLN"))
        for net, vat in parts
    ]
    total = Price.sum(prices)
    assert total.money().minor == sum(net + vat for net, vat in parts)
    assert total.vat * 100 == sum(vat for _, vat in parts)


@pytest.mark.parametrize("rate", [-1, 1001, 0.23, Decimal("NaN")])
def test_an_odd_tax_rate_is_refused(rate):
    with pytest.raises(MoneyError):
        Price.at_rate(Money("1.00", "PLN"), rate)


def test_a_sum_too_large_for_the_wire_is_a_money_error():
    largest = Price.of(gross=to_money(LARGEST_AMOUNT), net=to_money(LARGEST_AMOUNT))
    with pytest.raises(MoneyError):
        largest.times(2)
    with pytest.raises(MoneyError):
        Price.sum([largest, largest])
    with pytest.raises(MoneyError):
        Price.of(gross=Money("1.00", "PLN"), net=Money("1.01", "PLN"))
