"""Amounts are exact, both ways, and never pass through a float."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import MoneyError
from flask_till.money import Money
from flask_till.wire.w3block.amounts import (
    MOST_PLACES,
    MOST_WHOLE_DIGITS,
    Amount,
    Number,
    Percent,
    of_units,
    read_amount,
    shortest,
    to_amount,
    to_money,
    to_units,
    write_amount,
)
from flask_till.wire.w3block.message import Message, write
from tests.wire.w3block.vectors import WEI, WEI_TEXT

LARGEST = "9" * MOST_WHOLE_DIGITS + "." + "9" * MOST_PLACES


class Sample(Message):
    amount: Amount
    percent: Percent = Decimal(0)
    number: Number = Decimal(0)


@given(st.integers(0, 10**15), st.sampled_from(["BRL", "USD", "JPY", "KWD", "CLF"]))
def test_money_survives_the_trip(minor: int, code: str) -> None:
    money = Money.of_minor(minor, code)
    body = Sample(amount=to_amount(money)).to_bytes()
    assert to_money(Sample.read(body).amount, code) == money


@given(st.integers(0, 2**256 - 1), st.integers(0, MOST_PLACES))
def test_base_units_survive_the_trip(units: int, places: int) -> None:
    if units >= 10 ** (MOST_WHOLE_DIGITS + places):
        with pytest.raises(MoneyError):
            of_units(units, places)
        return
    body = Sample(amount=of_units(units, places)).to_bytes()
    assert to_units(Sample.read(body).amount, places) == units


@given(
    st.from_regex(rf"(0|[1-9][0-9]{{0,{MOST_WHOLE_DIGITS - 1}}})(\.[0-9]{{1,18}})?", fullmatch=True)
)
def test_a_text_keeps_its_digits(text: str) -> None:
    if text.isascii():
        assert write_amount(read_amount(text)) == text
        assert Sample.of_data({"amount": text}).to_data() == {"amount": text}
        assert shortest(read_amount(text)) == read_amount(text)


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    with suppress(ValueError):
        assert write_amount(read_amount(text)) == text


def test_wei_are_counted_as_node_counts_them() -> None:
    assert to_units(read_amount(WEI_TEXT), 18) == WEI
    assert write_amount(of_units(WEI, 18)) == WEI_TEXT


@pytest.mark.parametrize(
    ("money", "text"),
    [("90.00", "90"), ("90.35", "90.35"), ("90.30", "90.3"), ("0.00", "0"), ("100.00", "100"),
     ("0.01", "0.01")],
)  # fmt: skip
def test_what_is_made_from_money_is_as_short_as_it_goes(money: str, text: str) -> None:
    assert write_amount(to_amount(Money(money, "BRL"))) == text


def test_the_largest_and_the_finest_amount() -> None:
    assert write_amount(read_amount(LARGEST)) == LARGEST
    for text in ("1" + "0" * MOST_WHOLE_DIGITS, "0." + "0" * MOST_PLACES + "1"):
        with pytest.raises(ValueError, match="decimal text"):
            read_amount(text)


NO_AMOUNTS: list[Any] = [
    "", " 1", "1 ", "1\n", "+1", "-1", "-0", "01", "1.", ".5", "1,5", "1e2", "1_0", "NaN",
    "Infinity", "0x10", "١", "１", "1.0.0", 1, 0, -1, 1.5, Decimal("1.5"), True, None, [], {},
    10**400,
]  # fmt: skip


@pytest.mark.parametrize("value", NO_AMOUNTS, ids=lambda value: repr(value)[:20])
def test_what_is_no_decimal_text_is_refused(value: Any, refused: Any) -> None:
    error = refused(Sample.of_data, {"amount": value})
    assert (error.status, error.code) == (400, "validation-error")
    assert "amount" in error.fields


@pytest.mark.parametrize("body", [b'{"amount":1.5}', b'{"amount":1}', b'{"amount":1e2}'])
def test_a_number_is_no_amount(body: bytes, refused: Any) -> None:
    assert refused(Sample.read, body).code == "validation-error"


@given(st.floats())
def test_a_float_is_no_amount_even_when_it_looks_exact(value: float) -> None:
    for name in ("amount", "percent", "number"):
        with pytest.raises(ValueError, match=name):
            Sample(**({"amount": Decimal(1)} | {name: value}))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["0", "100", "100.000", "99.999999999999999999"])
def test_a_percentage_is_from_nothing_to_all(text: str) -> None:
    assert Sample.of_data({"amount": "0", "percent": text}).percent == Decimal(text)


def test_and_no_more(refused: Any) -> None:
    error = refused(Sample.of_data, {"amount": "0", "percent": "100.000000000000000001"})
    assert "100 percent" in error.message


@pytest.mark.parametrize("number", [Decimal("46.0"), Decimal("90.35"), 46, 0])
def test_a_number_keeps_its_digits(number: Any) -> None:
    body = b'{"amount":"0","number":' + str(number).encode() + b"}"
    assert Sample.read(body).to_bytes() == body


@pytest.mark.parametrize("number", ["1", True, None, -1, Decimal("-0.1"), Decimal("1E-19"), []])
def test_what_is_no_number_is_refused(number: Any, refused: Any) -> None:
    refused(Sample.of_data, {"amount": "0", "number": number})


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), Decimal(-1)])
def test_what_cannot_be_said_cannot_be_made(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="amount"):
        Sample(amount=amount)


def test_minus_nothing_is_nothing() -> None:
    assert Sample(amount=Decimal("-0")).to_data() == {"amount": "0"}


@pytest.mark.parametrize("amount", ["0.001", "1.00000000000000000000000000000001"])
def test_a_part_of_a_minor_unit_is_no_money(amount: str) -> None:
    with pytest.raises(MoneyError):
        to_money(Decimal(amount), "BRL")


def test_a_part_of_a_unit_is_refused_however_small() -> None:
    assert to_units(Decimal("0.000001"), 6) == 1
    for amount in ("0.0000001", "1" + "0" * 40 + ".0000001", "NaN", "-1", "Infinity"):
        with pytest.raises(MoneyError):
            to_units(Decimal(amount), 6)


@pytest.mark.parametrize(
    ("units", "places"), [(-1, 2), (True, 2), (1.0, 2), ("1", 2), (1, -1), (1, 19), (10**60, 0)]
)
def test_what_is_no_number_of_units_is_refused(units: Any, places: int) -> None:
    with pytest.raises(MoneyError):
        of_units(units, places)


def test_less_than_nothing_is_not_said() -> None:
    with pytest.raises(MoneyError):
        to_amount(Money("-0.01", "BRL"))


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), [1.0], {"a": float("inf")}])
def test_a_fraction_is_never_written_from_a_float(value: Any) -> None:
    with pytest.raises(TypeError):
        write(value)
