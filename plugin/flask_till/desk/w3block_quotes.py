"""What a gas fee is now, and the quotes that the desk signs for it (3.1)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from ..wire.w3block.gas_fee import Bound, read_gas_fee, sign_gas_fee
from ..wire.w3block.products import DOLLAR, REAL

_PURPOSE = b"till-w3block-gas-fee"
GAS: Mapping[str, Decimal] = {REAL: Decimal("0.35"), DOLLAR: Decimal("0.07")}


class GasPrice(Protocol):
    def of(self, currency_id: str) -> Decimal:
        """What moving an order's tokens costs now, in that currency."""
        ...


class FixedGas:
    """A table; a currency that is not in it has no gas fee."""

    def __init__(self, prices: Mapping[str, Decimal] = GAS) -> None:
        self.prices = dict(prices)

    def of(self, currency_id: str) -> Decimal:
        return self.prices.get(currency_id, Decimal(0))


class Quotes:
    """Signed with the first of the desk's keys, believed with any of them."""

    def __init__(self, keys: Sequence[str], gas: GasPrice) -> None:
        self._secrets = [hmac.new(key.encode(), _PURPOSE, hashlib.sha256).digest() for key in keys]
        self._gas = gas

    def offer(self, bound: Bound, now: datetime) -> tuple[Decimal, str]:
        """The gas fee as it is now, and its signature."""
        gas = self._gas.of(bound.currency_id)
        return gas, sign_gas_fee(bound, gas, self._secrets, now)

    def read(self, signature: str, bound: Bound, now: datetime) -> Decimal:
        """What was quoted. Raises `RequestError` as `read_gas_fee` does."""
        return read_gas_fee(signature, bound, self._secrets, now)
