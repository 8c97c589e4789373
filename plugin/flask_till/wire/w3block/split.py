"""One order paid in several parts and currencies, to the last unit (3, 11.7).

Each currency has its own price for the whole order. A part is a share of the whole: so many
percent, or its fixed amount over the whole in that currency. What rounding leaves over belongs to
the remaining part, and where there is none to the largest percentage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from ...errors import MoneyError, RequestError
from .amounts import of_units, to_units
from .basket import Part
from .error_codes import W3blockCode, refusal
from .values import AmountType


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole order in one currency; ``places`` are the digits after its point."""

    amount: Decimal
    places: int

    @property
    def units(self) -> int:
        """In smallest units. Raises `MoneyError` when the amount is finer than the places."""
        return to_units(self.amount, self.places)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A part of the order; the ``share`` that is asked for is nothing for all that remains."""

    kind: AmountType
    whole: Whole
    share: Fraction = Fraction(0)

    @property
    def units(self) -> int:
        """What it pays, rounded down."""
        return floor(self.share * self.whole.units)

    @property
    def covered(self) -> Fraction:
        """The share that this really pays; of a whole of nothing, what was asked."""
        return Fraction(self.units, self.whole.units) if self.whole.units else self.share


def divide(parts: Sequence[Part], wholes: Mapping[str, Whole]) -> list[Decimal]:
    """What each part pays, in its currency; ``wholes`` by currency id.

    Raises `RequestError` 400: ``payments-not-covering-total`` when the parts are not exactly the
    whole, ``currency-not-enabled`` when there is no price in a currency. No part is negative, and
    together they never pay less than the whole.
    """
    claims = [_claim(part, wholes) for part in parts]
    rest = _rest(claims)
    left = 1 - sum((one.covered for one in claims if one is not rest), Fraction(0))
    last = ceil(left * rest.whole.units)
    return [of_units(last if one is rest else one.units, one.whole.places) for one in claims]


def _claim(part: Part, wholes: Mapping[str, Whole]) -> _Claim:
    whole = wholes.get(part.currency_id)
    if whole is None:
        raise refusal(W3blockCode.CURRENCY_NOT_ENABLED)
    if part.amount is None or part.amount_type == AmountType.ALL_REMAINING:
        return _Claim(part.amount_type, whole)
    if part.amount_type == AmountType.PERCENTAGE:
        return _Claim(part.amount_type, whole, Fraction(part.amount) / 100)
    return _Claim(part.amount_type, whole, _fixed_share(part.amount, whole))


def _fixed_share(amount: Decimal, whole: Whole) -> Fraction:
    try:
        units = to_units(amount, whole.places)
    except MoneyError:
        raise _not_covering("A fixed amount is finer than its currency.") from None
    if whole.units == 0 and units:
        raise _not_covering()
    return Fraction(units, whole.units or 1)


def _rest(claims: Sequence[_Claim]) -> _Claim:
    """Which part takes what is left over, when the parts are the whole."""
    asked = sum((one.share for one in claims), Fraction(0))
    remaining = [one for one in claims if one.kind == AmountType.ALL_REMAINING]
    if len(remaining) == 1 and asked <= 1:
        return remaining[0]
    if remaining or asked != 1:
        raise _not_covering()
    return max(claims, key=lambda one: (one.kind == AmountType.PERCENTAGE, one.share))


def _not_covering(message: str = "The payments are not the whole price.") -> RequestError:
    return refusal(W3blockCode.PAYMENTS_NOT_COVERING_TOTAL, message)
