"""What people are asked to send here, and how they do it: by script, by QR code, or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any

from ...chains import Coin
from ...money import Money
from .web3_desk import Web3Desk

_SHORT = Context(prec=5)


def rate_of(coin: Coin, due: int, price: Money) -> Decimal | None:
    """What one coin costs if so much of it is the price; None for a price in that very coin."""
    if coin.code == price.currency or not due:
        return None
    return _SHORT.divide(price.decimal, coin.amount(due))


def ask_for(web3: Web3Desk, address: str, units: Mapping[str, int]) -> list[Mapping[str, Any]]:
    """For each coin with so many base units, as the gateway tells the order page's script."""
    return [
        web3.offers.coin_to_page(chain, coin, address, units[coin.id])
        for chain in web3.chains
        for coin in chain.offered
        if units.get(coin.id, 0) > 0
    ]
