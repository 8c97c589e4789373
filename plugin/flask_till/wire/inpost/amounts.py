"""Decimals on the wire: amounts of money with two places, and quantities. Never a float.

Both are read from JSON numbers and from texts alike (7.1). An amount is written as its message
says (`Message.amounts_are_numbers`), a quantity always as a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    PlainSerializer,
    SerializationInfo,
    ValidationError,
    model_validator,
)

from ...errors import MoneyError
from ...money import Money
from .message import Message, WrongShape

CURRENCY = "PLN"
LARGEST_AMOUNT = Decimal("99999999.99")
"""The largest decimal(10,2)."""

_CENT = Decimal("0.01")
_MILLIONTH = Decimal("0.000001")
_LARGEST_QUANTITY = Decimal(10**9)
_EXACT = Context(prec=60)
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_LONGEST = 40


def _decimal(value: Any, largest: Decimal, step: Decimal) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise WrongShape("a decimal is a number, or a text of digits")
    if isinstance(value, str) and not (len(value) <= _LONGEST and _DECIMAL.fullmatch(value)):
        raise ValueError("this text is not a decimal")
    number = Decimal(value)
    if not number.is_finite() or not 0 <= number <= largest:
        raise ValueError(f"a decimal is from 0 to {largest}")
    exact = number.quantize(step, context=_EXACT)
    if exact != number:
        raise ValueError("a decimal with too many places")
    return exact.copy_abs()


def _amount(value: Any) -> Decimal:
    return _decimal(value, LARGEST_AMOUNT, _CENT)


def _quantity(value: Any) -> Decimal:
    number = _decimal(value, _LARGEST_QUANTITY, _MILLIONTH).normalize(_EXACT)
    return number.quantize(Decimal(1), context=_EXACT) if number == int(number) else number


def _write_amount(value: Decimal, info: SerializationInfo) -> Any:
    context: Mapping[str, bool] = info.context or {}
    return value if context.get("amounts_are_numbers") else format(value, "f")


def _write_quantity(value: Decimal) -> Any:
    return int(value) if value == int(value) else value


Amount = Annotated[Decimal, BeforeValidator(_amount), PlainSerializer(_write_amount)]
"""decimal(10,2), not negative (4.0)."""

Count = Annotated[Decimal, BeforeValidator(_quantity), PlainSerializer(_write_quantity)]
"""How many or how much of a product, not negative; at most six places."""


def to_money(amount: Decimal, currency: str = CURRENCY) -> Money:
    """An amount of the wire as `Money`, exactly. Raises `MoneyError`."""
    return Money(amount, currency)


def to_amount(money: Money) -> Decimal:
    """`Money` as an amount of the wire, exactly.

    Raises `MoneyError` for another currency than PLN, for less than zero and for more than
    99999999.99.
    """
    if money.currency != CURRENCY:
        raise MoneyError(f"InPost Pay takes PLN only, not {money.currency}.")
    try:
        return _amount(money.decimal)
    except ValueError as error:
        raise MoneyError(f"{money} cannot be said on this wire: {error}.") from None


class Price(Message):
    """``{net, gross, vat}`` where gross is net + vat (4.0). ``tax`` is read as ``vat`` (4.4)."""

    net: Amount
    gross: Amount
    vat: Annotated[Amount, Field(validation_alias=AliasChoices("vat", "tax"))]

    @model_validator(mode="after")
    def _adds_up(self) -> Price:
        if self.net + self.vat != self.gross:
            raise ValueError("net and vat do not add up to gross")
        return self

    @classmethod
    def of(cls, *, gross: Money, net: Money) -> Price:
        """From what the shopper pays and what of it is no tax. Raises `MoneyError`."""
        return _price(to_amount(net), to_amount(gross))

    @classmethod
    def at_rate(cls, gross: Money, rate: int | Decimal) -> Price:
        """From what the shopper pays and the tax rate in percent: 23 for 23 %.

        The net amount is rounded half up to a grosz. Raises `MoneyError`.
        """
        if isinstance(rate, float) or not Decimal(rate).is_finite() or not 0 <= rate <= 1000:
            raise MoneyError(f"{rate!r} is not a tax rate in percent.")
        amount = to_amount(gross)
        net = _EXACT.divide(amount * 100, Decimal(100 + rate))
        return _price(net.quantize(_CENT, ROUND_HALF_UP, _EXACT), amount)

    @classmethod
    def zero(cls) -> Price:
        """Nothing to pay."""
        return cls(net=Decimal(0), gross=Decimal(0), vat=Decimal(0))

    @classmethod
    def sum(cls, prices: Iterable[Price]) -> Price:
        """All of them together. Raises `MoneyError` when that is more than the wire can say."""
        return sum(prices, cls.zero())

    def times(self, count: int) -> Price:
        """That many of it. Raises `MoneyError` when that is more than the wire can say."""
        return _price(self.net * count, self.gross * count)

    def __add__(self, other: Price) -> Price:
        return _price(self.net + other.net, self.gross + other.gross)

    def money(self, currency: str = CURRENCY) -> Money:
        """What the shopper pays: the gross amount."""
        return to_money(self.gross, currency)


def _price(net: Decimal, gross: Decimal) -> Price:
    try:
        return Price(net=net, gross=gross, vat=gross - net)
    except ValidationError:
        raise MoneyError(f"net {net} and gross {gross} make no price on this wire.") from None
