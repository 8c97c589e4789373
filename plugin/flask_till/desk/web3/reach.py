"""What a shopper's account on the chains can pay for: one coin has to cover a price alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol

from ...chains import Coin
from ...money import LARGEST_MINOR, Money
from .token_port import Prices, Rates


class Balances(Protocol):
    def balances(self, owner: str) -> Mapping[str, int]:
        """coin id -> base units."""


class Accounts(Protocol):
    """The accounts of a desk, as far as prices need them."""

    @property
    def accounts(self) -> Balances: ...

    @property
    def rates(self) -> Rates: ...

    @property
    def prices(self) -> Prices: ...

    def coins(self, *, live: bool) -> Sequence[Coin]: ...

    def dues(self, price: Money, *, live: bool) -> Mapping[str, int]:
        """coin id -> base units."""


def covers(web3: Accounts, owner: str, price: Money, *, live: bool) -> bool:
    """Whether the account pays that price now, as its gateway would reckon it."""
    having = web3.accounts.balances(owner)
    dues = web3.dues(price, live=live)
    return any(0 < due <= having.get(coin_id, 0) for coin_id, due in dues.items())


def most(web3: Accounts, owner: str, currency: str, *, live: bool) -> Money:
    """The highest price that the account pays now."""
    having = web3.accounts.balances(owner)
    reached = [
        _most_of(web3, coin, having[coin.id], currency)
        for coin in web3.coins(live=live)
        if having.get(coin.id)
    ]
    return max(reached, default=Money.zero(currency))


def _most_of(web3: Accounts, coin: Coin, units: int, currency: str) -> Money:
    """As dues are rounded up, a price may be some minor units less than the coins are worth."""
    probe = Money.of_minor(LARGEST_MINOR, currency)
    dearest = web3.prices.due_in(coin, probe, web3.rates)
    if not dearest:
        return Money.zero(currency)
    low, high = 0, min(LARGEST_MINOR, int(Fraction(units, dearest) * LARGEST_MINOR) + 1)
    while low < high:
        middle = (low + high + 1) // 2
        due = web3.prices.due_in(coin, Money.of_minor(middle, currency), web3.rates)
        low, high = (middle, high) if due is not None and due <= units else (low, middle - 1)
    return Money.of_minor(low, currency)
