"""Amounts: decimal texts ("100", "0.01"), exact at every step (2). Never a float.

A text keeps its digits when it is read and written again. What is made from `Money` or from base
units of a token is written as short as it goes: "90", not "90.00".
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo

from ...errors import MoneyError
from ...money import Money, exponent

MOST_PLACES = 18
"""Digits after the point: those of the finest token (designed)."""

MOST_WHOLE_DIGITS = 60
"""Digits before the point: 2**256 base units of such a token still fit (designed)."""

WHOLE = Decimal(100)
"""All of it, in percent."""

_DECIMAL = re.compile(
    rf"(?:0|[1-9][0-9]{{0,{MOST_WHOLE_DIGITS - 1}}})(?:\.[0-9]{{1,{MOST_PLACES}}})?"
)
_EXACT = Context(prec=200, Emax=1000, Emin=-1000, traps=[Inexact, InvalidOperation, Overflow])


def read_amount(text: object) -> Decimal:
    """The exact number. Raises `ValueError` for anything but digits and one point."""
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise ValueError('must be a decimal text such as "100" or "0.01"')
    return Decimal(text)


def write_amount(amount: Decimal) -> str:
    """All its digits, without an exponent."""
    return format(amount, "f")


def _amount(value: Any, info: ValidationInfo) -> Decimal:
    if isinstance(value, Decimal) and not info.context:
        # Made here, not read: a number in JSON is no amount.
        return read_amount(write_amount(value.copy_abs() if value == 0 else value))
    return read_amount(value)


def _percent(value: Any, info: ValidationInfo) -> Decimal:
    number = _amount(value, info)
    if number > WHOLE:
        raise ValueError("must be from 0 to 100 percent")
    return number


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be a number")
    return read_amount(write_amount(Decimal(value)))


Amount = Annotated[
    Decimal, BeforeValidator(_amount), PlainSerializer(write_amount, return_type=str)
]
"""A decimal text, not negative (2)."""

Percent = Annotated[
    Decimal, BeforeValidator(_percent), PlainSerializer(write_amount, return_type=str)
]
"""A decimal text from "0" to "100" (3)."""

Number = Annotated[Decimal, BeforeValidator(_number)]
"""The few amounts that are JSON numbers: ``installmentPrice`` (3)."""


def shortest(amount: Decimal) -> Decimal:
    """The same number without needless zeros after the point."""
    short = amount.normalize(_EXACT)
    return short.quantize(Decimal(1), context=_EXACT) if short == short.to_integral() else short


def to_money(amount: Decimal, code: str) -> Money:
    """An amount in a currency of ISO 4217. Raises `MoneyError`, also for a part of a minor unit."""
    return Money.of_minor(to_units(amount, exponent(code)), code)


def to_amount(money: Money) -> Decimal:
    """`Money` as an amount of the wire. Raises `MoneyError` for less than zero."""
    return of_units(money.minor, exponent(money.currency))


def to_units(amount: Decimal, places: int) -> int:
    """The smallest units of a currency or token with so many places (wei: 18).

    Raises `MoneyError` when the amount is finer than that, negative, or no number.
    """
    try:
        units = _EXACT.scaleb(amount, places)
        if units != units.to_integral_value() or units < 0:
            raise MoneyError(f"{amount} is no whole number of units with {places} places.")
        return int(units)
    except (Inexact, InvalidOperation, Overflow, OverflowError, TypeError):
        raise MoneyError(f"{amount!r} is not an amount.") from None


def of_units(units: int, places: int) -> Decimal:
    """An amount from smallest units. Raises `MoneyError` for what the wire cannot say."""
    if type(units) is not int or units < 0 or not 0 <= places <= MOST_PLACES:
        raise MoneyError(f"{units!r} units with {places} places are no amount.")
    try:
        return read_amount(write_amount(shortest(_EXACT.scaleb(Decimal(units), -places))))
    except (Inexact, InvalidOperation, ValueError):
        raise MoneyError(f"{units} units are more than this wire can say.") from None
