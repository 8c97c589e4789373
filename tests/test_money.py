"""Money is exact, or it is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from flask_till import errors
from flask_till.money import LARGEST_MINOR, Money, declare_coin, exponent

PRICED = sorted(c.code for c in Currency if c.exponent is not None)
currencies = st.sampled_from(PRICED)
minors = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("49.99", "PLN", 4999),
        (50, "JPY", 50),
        ("1.234", "KWD", 1234),
        (Decimal("19.99"), "USD", 1999),
        ("-0.01", "EUR", -1),
        ("1500", "IQD", 1_500_000),
    ],
)
def test_counts_in_the_minor_units_of_iso_4217(amount, currency, minor):
    assert Money(amount, currency).minor == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(19.99, "USD"), (True, "USD"), ("19.999", "USD"), ("0.5", "JPY"), ("NaN", "USD"),
     ("Infinity", "USD"), ("", "USD"), ("1", "XXX"), ("1", "XAU"), ("1", "usd"), ("1", "QQQ"),
     (None, "USD"), ("1e20", "USD")],
)  # fmt: skip
def test_refuses_what_is_not_exact_money(amount, currency):
    with pytest.raises(errors.MoneyError):
        Money(amount, currency)


def test_refuses_to_mix_currencies_and_to_multiply_by_fractions():
    with pytest.raises(errors.MoneyError):
        Money("1", "USD") + Money("1", "EUR")
    with pytest.raises(TypeError):
        Money("1", "USD") * 1.5
    with pytest.raises(TypeError):
        Money("1", "USD") + 1


def test_refuses_more_than_it_counts_with():
    with pytest.raises(errors.MoneyError):
        Money.of_minor(LARGEST_MINOR, "USD") + Money.of_minor(1, "USD")


@given(minors, currencies)
def test_text_and_minor_units_are_two_ways_to_say_the_same(minor, currency):
    money = Money.of_minor(minor, currency)
    assert Money(str(money), currency) == money
    assert money.decimal == Decimal(minor).scaleb(-exponent(currency))


@given(st.integers(0, 10**12), currencies, st.lists(st.integers(0, 1000), min_size=1, max_size=12))
def test_allocation_loses_nothing_and_is_fair_to_a_minor_unit(minor, currency, weights):
    if not sum(weights):
        weights[0] = 1
    parts = Money.of_minor(minor, currency).allocate(weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)


def test_allocation_needs_a_positive_weight():
    for weights in ([0, 0], [2, -1], []):
        with pytest.raises((errors.MoneyError, ValueError)):
            Money("1", "USD").allocate(weights)


@given(st.integers(0, 10**9), st.integers(0, 100))
def test_a_percentage_rounds_half_up_to_a_minor_unit(minor, percent):
    share = Money.of_minor(minor, "PLN").percent(percent).minor
    assert abs(share * 100 - minor * percent) <= 50


def test_speaks_the_reader_s_language():
    assert Money("12345.5", "PLN").format("pl").replace("\xa0", " ") == "12 345,50 zł"
    assert Money("1234.5", "USD").format("en") == "$1,234.50"
    assert Money("5000", "JPY").format("en") == "¥5,000"
    assert Money("1.5", "KWD").format("en").replace("\xa0", " ") in ("KWD1.500", "KWD 1.500")


def test_compares_within_one_currency():
    assert Money("1", "USD") < Money("1.01", "USD") <= Money("1.01", "USD")
    assert Money("1", "USD") == Money("1.00", "USD") != Money("1", "EUR")
    assert not Money.zero("USD")


TOO_MUCH = ("1." + "0" * 31 + "1", "1" * 70 + ".01", "1e999999", "1e-99999")


@pytest.mark.parametrize("amount", TOO_MUCH)
def test_no_digit_is_lost_without_a_word(amount: str) -> None:
    with pytest.raises(errors.MoneyError):
        Money(amount, "PLN")


def test_a_coin_is_money_once_it_is_declared() -> None:
    declare_coin("TSTCOIN", 6)
    declare_coin("TSTCOIN", 6)
    price = Money("1234.5", "TSTCOIN")
    assert (price.minor, str(price)) == (1_234_500_000, "1234.5")
    assert price.format("en") == "1,234.5\u00a0TSTCOIN"
    assert price.format("pl") == "1\u00a0234,5\u00a0TSTCOIN"
    assert str(Money("0", "TSTCOIN")) == "0"
    with pytest.raises(errors.MoneyError):
        Money("0.0000001", "TSTCOIN")


@pytest.mark.parametrize(
    ("code", "digits"),
    [("USD", 2), ("TSTCOIN", 7), ("tst", 2), ("AB", 2), ("ABCDEFGHIJKL", 2), ("OTHER", 9)],
)
def test_what_cannot_be_the_code_of_a_coin_is_refused(code: str, digits: int) -> None:
    declare_coin("TSTCOIN", 6)
    with pytest.raises(errors.MoneyError):
        declare_coin(code, digits)
