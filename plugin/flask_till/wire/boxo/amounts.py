"""Decimals: numbers, floats or texts come in, texts with two places go out (2)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

MOST_DIGITS = 20
PLACES = 2
DEGREE_PLACES = 15
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")


def read_decimal(value: Any, places: int = PLACES) -> Decimal:
    """The exact number. Raises `ValueError` for anything else, or for too many digits."""
    if isinstance(value, str):
        if len(value) > 64 or not _DECIMAL.match(value):
            raise ValueError("not a decimal number")
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("not a decimal number")
    number = Decimal(value)
    if number == number.to_integral() and abs(number.adjusted()) < 64:
        number = number.quantize(Decimal(1))
    _, digits, exponent = number.as_tuple()
    fraction = -exponent if isinstance(exponent, int) else places + 1
    if fraction > places:
        raise ValueError(f"more than {places} digits after the point")
    if max(len(digits), fraction) > MOST_DIGITS:
        raise ValueError(f"more than {MOST_DIGITS} digits")
    return number


def write_decimal(value: Decimal) -> str:
    """With two digits after the point."""
    return f"{value:.{PLACES}f}"


def _degree(value: Any) -> Decimal:
    return read_decimal(value, DEGREE_PLACES)


def _positive(value: Any) -> Decimal:
    number = read_decimal(value)
    if number <= 0:
        raise ValueError("must be more than zero")
    return number


Amount = Annotated[
    Decimal, BeforeValidator(read_decimal), PlainSerializer(write_decimal, return_type=str)
]
PositiveAmount = Annotated[
    Decimal, BeforeValidator(_positive), PlainSerializer(write_decimal, return_type=str)
]
Degree = Annotated[
    Decimal, BeforeValidator(_degree), PlainSerializer(lambda d: format(d, "f"), return_type=str)
]
