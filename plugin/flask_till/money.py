"""Money: a whole number of minor units and the code of a currency. Never a float.

Currencies are those of ISO 4217, and coins that were declared with `declare_coin`. Money in a coin
is a price; what moves on its chain is counted in base units (`chains.Coin`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from functools import cache

from .errors import MoneyError

LARGEST_MINOR = 10**15
MOST_DIGITS = 8
_CODE = re.compile(r"[A-Z]{3}\Z")
_COIN_CODE = re.compile(r"[A-Z][A-Z0-9]{2,10}\Z")
_coins: dict[str, int] = {}


def declare_coin(code: str, digits: int) -> None:
    """Let prices be in that coin, with so many digits after the point, everywhere in this process.

    Raises `MoneyError` for a code that ISO 4217 lists, or that was declared with other digits.
    """
    if not _COIN_CODE.match(code) or not 0 <= digits <= MOST_DIGITS:
        raise MoneyError(f"{code!r} with {digits} digits cannot be the code of a coin.")
    if _is_listed(code):
        raise MoneyError(f"{code} is a currency of ISO 4217, not a coin.")
    if _coins.setdefault(code, digits) != digits:
        raise MoneyError(
            f"{code} has {_coins[code]} digits in this process and cannot have {digits} too.",
            remedy="Give coins with different digits different codes.",
        )


def is_coin(currency: str) -> bool:
    """Whether it was declared a coin."""
    return currency in _coins


def coins() -> tuple[str, ...]:
    """The codes of all coins that were declared."""
    return tuple(sorted(_coins))


def exponent(currency: str) -> int:
    """Digits after the point: as ISO 4217 has them (PLN 2, JPY 0, KWD 3), or a coin's.

    Raises `MoneyError` for a code that is neither, or that has no minor unit.
    """
    digits = _coins.get(currency)
    return _listed_exponent(currency) if digits is None else digits


def _is_listed(code: str) -> bool:
    try:
        return _listed_exponent(code) >= 0
    except MoneyError:
        return False


@cache
def _listed_exponent(currency: str) -> int:
    from iso4217 import Currency

    if not _CODE.match(str(currency)):
        raise MoneyError(f"{currency!r} is not a three-letter currency code.")
    try:
        digits = Currency(currency).exponent
    except ValueError:
        raise MoneyError(f"ISO 4217 does not list the currency {currency!r}.") from None
    if digits is None:
        raise MoneyError(f"{currency} has no minor unit, so nothing can be priced in it.")
    return digits


_EXACT = Context(prec=60, Emax=60, traps=[InvalidOperation, Inexact, Overflow])


def _to_minor(amount: str | int | Decimal, currency: str) -> int:
    if isinstance(amount, bool) or not isinstance(amount, (str, int, Decimal)):
        raise MoneyError(
            f"{amount!r} is a {type(amount).__name__}, not money.",
            remedy='Give a decimal text such as "49.99", a whole number or a Decimal.',
        )
    try:
        scaled = Decimal(amount).scaleb(exponent(currency), context=_EXACT)
        minor = int(scaled)
    except Inexact:
        raise MoneyError(f"{amount} has more digits than money has.") from None
    except (DecimalException, ValueError, OverflowError):
        raise MoneyError(f"{amount!r} is not an amount.") from None
    if scaled != minor:
        raise MoneyError(f"{amount} has more digits than {currency} has minor units.")
    return minor


@dataclass(frozen=True, slots=True, init=False, order=False)
class Money:
    """An exact amount, e.g. ``Money("49.99", "PLN")``; ``minor`` counts the smallest units."""

    minor: int
    currency: str

    def __init__(self, amount: str | int | Decimal, currency: str) -> None:
        self._fill(_to_minor(amount, currency), currency)

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> Money:
        """From minor units: ``Money.of_minor(4999, "PLN")`` is 49.99 PLN. Raises `MoneyError`."""
        if type(minor) is not int:
            raise MoneyError(f"{minor!r} is not a whole number of minor units.")
        exponent(currency)
        money = object.__new__(cls)
        money._fill(minor, currency)
        return money

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls.of_minor(0, currency)

    @classmethod
    def sum(cls, amounts: Iterable[Money], currency: str) -> Money:
        """The total, zero of ``currency`` when there are none."""
        nothing = cls.zero(currency)
        return cls.of_minor(sum([nothing._same(amount) for amount in amounts]), currency)

    def _fill(self, minor: int, currency: str) -> None:
        if abs(minor) > LARGEST_MINOR:
            raise MoneyError(f"{minor} minor units are more than this package counts with.")
        object.__setattr__(self, "minor", minor)
        object.__setattr__(self, "currency", currency)

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"cannot reckon {self!r} with {other!r}")
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not add up.")
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money.of_minor(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money.of_minor(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money.of_minor(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if isinstance(times, bool) or not isinstance(times, int):
            raise TypeError(
                "money is multiplied by whole numbers only; use percent() or allocate()"
            )
        return Money.of_minor(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def percent(self, percent: int | Decimal) -> Money:
        """That share of the amount, rounded half away from zero to a minor unit."""
        share = Decimal(self.minor) * Decimal(percent) / 100
        return Money.of_minor(int(share.quantize(Decimal(1), "ROUND_HALF_UP")), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Split by weights with nothing lost: the remainder goes to the largest fractions first.

        Ties go to the earlier part. Raises `MoneyError` when no weight is positive.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise MoneyError("weights must not be negative and must not all be zero.")
        parts = [divmod(self.minor * weight, total) for weight in weights]
        left = self.minor - sum(whole for whole, _ in parts)
        by_fraction = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
        lucky = set(by_fraction[:left])
        return [
            Money.of_minor(whole + (place in lucky), self.currency)
            for place, (whole, _) in enumerate(parts)
        ]

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        if is_coin(self.currency):
            return _plain(self.decimal)
        return f"{self.decimal:.{exponent(self.currency)}f}"

    def format(self, locale: str = "en") -> str:
        """For people: ``49,99 zł`` in Polish, ``PLN 49.99`` in English, ``12.5 USDC``."""
        from babel import Locale
        from babel.numbers import format_currency, format_decimal

        if is_coin(self.currency):
            pattern = "#,##0." + "#" * MOST_DIGITS
            return f"{format_decimal(self.decimal, pattern, locale)}\u00a0{self.currency}"
        digits = exponent(self.currency)
        pattern = Locale.parse(locale).currency_formats["standard"].pattern
        exact = re.sub(r"\.0+", "." + "0" * digits if digits else "", pattern)
        text = format_currency(
            self.decimal, self.currency, exact, locale=locale, currency_digits=False
        )
        # CLDR wants a space between a code and a digit; without it PLN49.99 reads as one word.
        return re.sub(r"(?<=[A-Z])(?=[0-9])", "\u00a0", text)

    def __repr__(self) -> str:
        return f"Money({str(self)!r}, {self.currency!r})"


def _plain(amount: Decimal) -> str:
    """Without an exponent, and without zeros that say nothing."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
