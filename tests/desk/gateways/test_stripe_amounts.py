"""Amounts cross the border to Stripe exactly, or not at all."""

from __future__ import annotations

import iso4217
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from flask_till.desk.gateways.stripe.amounts import from_stripe, takes, to_stripe
from flask_till.errors import GatewayRefused, MoneyError
from flask_till.money import Money
from tests.stand_ins.stripe.amounts import check_amount
from tests.stand_ins.stripe.refusals import Refusal

ALL = sorted({c.code for c in iso4217.Currency if c.exponent is not None})
TAKEN = [code for code in ALL if takes(code)]

currencies = st.sampled_from(TAKEN)
amounts = st.integers(min_value=1, max_value=10**13)


@pytest.mark.parametrize(
    ("amount", "currency", "wanted"),
    [
        ("49.99", "PLN", 4999),
        ("10", "USD", 1000),
        ("500", "JPY", 500),
        ("5", "ISK", 500),
        ("5", "UGX", 500),
        ("10.45", "HUF", 1045),
        ("800.45", "TWD", 80045),
        ("5.12", "KWD", 5120),
        ("5.120", "BHD", 5120),
        ("5", "MGA", 5),
        ("1234", "CLP", 1234),
        ("9999999999.99", "IDR", 999_999_999_999),
    ],
)
def test_an_amount_is_written_as_stripe_documents_it(
    amount: str, currency: str, wanted: int
) -> None:
    assert to_stripe(Money(amount, currency)) == wanted
    assert from_stripe(wanted, currency.lower()) == Money(amount, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("5.124", "KWD"),  # the last digit must be zero
        ("5.005", "TND"),
        ("5.50", "MGA"),  # ISO has cents, Stripe has not
        ("1", "IQD"),
        ("1", "LYD"),
        ("0", "PLN"),
        ("-1", "PLN"),
        ("1000000", "PLN"),  # nine digits
    ],
)
def test_what_stripe_cannot_charge_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        to_stripe(Money(amount, currency))
    assert refusal.value.code == "AMOUNT_NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("amount", "currency"), [(550, "isk"), (101, "ugx"), (1, "iqd"), (1, "zzz"), (True, "pln")]
)
def test_a_foreign_amount_that_is_no_exact_money_is_not_rounded(amount: int, currency: str) -> None:
    with pytest.raises(MoneyError):
        from_stripe(amount, currency)


@given(code=currencies, minor=amounts)
@example(code="KWD", minor=5124)
@example(code="ISK", minor=1)
def test_every_amount_comes_back_as_it_went_or_is_refused(code: str, minor: int) -> None:
    money = Money.of_minor(minor, code)
    try:
        amount = to_stripe(money)
    except GatewayRefused:
        return
    assert from_stripe(amount, code.lower()) == money
    assert isinstance(amount, int)


@given(code=currencies, minor=amounts)
def test_what_we_accept_stripe_accepts_and_the_other_way_round(code: str, minor: int) -> None:
    """The plugin's table and the stand-in's rules were written apart; they must agree."""
    money = Money.of_minor(minor, code)
    try:
        amount = to_stripe(money)
    except GatewayRefused:
        assume(code != "MGA")  # its cents cannot even be said to Stripe
        with pytest.raises(Refusal):
            check_amount(_plain(money), code.lower(), smallest=False)
        return
    check_amount(amount, code.lower(), smallest=False)


def _plain(money: Money) -> int:
    """The amount if nothing were special but the digits that ISK and UGX keep."""
    return money.minor * (100 if money.currency in ("ISK", "UGX") else 1)


@pytest.mark.parametrize("code", ALL)
def test_each_iso_currency_is_either_taken_or_refused_by_name(code: str) -> None:
    if takes(code):
        assert to_stripe(Money("100", code)) in (100, 10_000, 100_000)
        return
    with pytest.raises(GatewayRefused, match=code):
        to_stripe(Money("100", code))


def test_about_as_many_currencies_are_taken_as_stripe_says() -> None:
    assert 135 <= len(TAKEN) <= 145
