"""What a coin costs in a currency: a port, and the table that stands behind it by default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from typing import Protocol

from ....chains import Coin
from ....money import Money

_WIDE = Context(prec=60)


class Rates(Protocol):
    def rate(self, coin: str, currency: str) -> Decimal | None:
        """What one coin costs in that currency now; None when nobody says."""
        ...


class FixedRates:
    """A table: code of a coin -> code of a currency -> what one coin costs in it."""

    def __init__(self, table: Mapping[str, Mapping[str, Decimal]]) -> None:
        self._table = {coin: dict(row) for coin, row in table.items()}

    def rate(self, coin: str, currency: str) -> Decimal | None:
        return self._table.get(coin, {}).get(currency)


def due_in(coin: Coin, price: Money, rates: Rates) -> int | None:
    """Base units of a coin that a price comes to, never less than its worth; None without a rate.

    A price in the very coin needs no rate.
    """
    if price.currency == coin.code:
        return coin.units(price.decimal)
    rate = rates.rate(coin.code, price.currency)
    return None if rate is None else coin.due(_WIDE.divide(price.decimal, rate))


def dues_of(coins: Sequence[Coin], price: Money, rates: Rates) -> dict[str, int]:
    """The price in every coin that has one: coin id -> base units."""
    reckoned = {coin.id: due_in(coin, price, rates) for coin in coins}
    return {coin: units for coin, units in reckoned.items() if units is not None}


def has_price(coins: Sequence[Coin], currency: str, rates: Rates) -> bool:
    """Whether something in that currency can be paid with one of the coins."""
    return any(
        coin.code == currency or rates.rate(coin.code, currency) is not None for coin in coins
    )
