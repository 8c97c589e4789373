"""Amounts of coins are exact from one base unit to the most that a chain can count."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.chains import MOST_UNITS, Chain, Coin
from flask_till.errors import MoneyError

USDC = Coin(1, "USDC", 6, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")
ETH = Coin(1, "ETH", 18)


@given(st.integers(0, MOST_UNITS), st.integers(0, 36))
def test_base_units_come_back_from_an_amount(units: int, decimals: int) -> None:
    coin = Coin(1, "ANY", decimals)
    assert coin.units(coin.amount(units)) == units


def test_amounts_are_shown_without_zeros_that_say_nothing() -> None:
    assert USDC.show(12_500_000) == "12.5\u00a0USDC"
    assert USDC.show(0) == "0\u00a0USDC"
    assert USDC.show(10_000_000) == "10\u00a0USDC"
    assert ETH.show(1) == "0.000000000000000001\u00a0ETH"


def test_more_digits_than_a_coin_has_are_refused() -> None:
    with pytest.raises(MoneyError):
        USDC.units(Decimal("0.0000001"))


@given(st.decimals(0, 10**12, allow_nan=False), st.integers(0, 18))
def test_what_is_due_is_never_less_than_the_amount(amount: Decimal, decimals: int) -> None:
    coin = Coin(1, "ANY", decimals)
    due = coin.due(amount)
    assert coin.amount(due) >= amount
    assert coin.amount(due) - amount < Decimal(1).scaleb(-coin.digits)


def test_a_coin_is_named_by_its_chain_and_contract() -> None:
    assert ETH.id == "1:native"
    assert USDC.id == "1:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
    chain = Chain(1, "Ethereum", ("https://node.example",), (ETH, USDC))
    assert chain.coin(USDC.id) is USDC
    assert chain.coin("2:native") is None
