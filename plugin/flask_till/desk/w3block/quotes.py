"""What a gas fee is now, and the quotes that the desk signs for it (3.1).

Such a quote is bound to company, buyer, currency, amount and basket; not to a coupon or a payment
method. It may be used again within its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from ...errors import Gone, InvalidRequest, Unavailable
from ...wire.w3block.amounts import read_amount, shortest, write_amount
from ...wire.w3block.error_codes import W3blockCode, refusal
from ...wire.w3block.gas_fee import LIFE
from ...wire.w3block.products import DOLLAR, REAL
from ..quote import derive_secrets, read_quote, sign_quote
from ..w3block_company import Coin
from ..w3block_token import Contract

PURPOSE = "w3block gas fee"
GAS: Mapping[str, Decimal] = {REAL: Decimal("0.35"), DOLLAR: Decimal("0.07")}


@dataclass(frozen=True, slots=True)
class Bound:
    """What a gas fee is quoted for; ``items`` is the digest of `likeness.items_digest`."""

    company_id: str
    user_id: str
    currency_id: str
    items: str

    def to_data(self, **more: str) -> dict[str, str]:
        return {
            "companyId": self.company_id,
            "userId": self.user_id,
            "currencyId": self.currency_id,
            **more,
            "items": self.items,
        }


@dataclass(frozen=True, slots=True)
class Moved:
    """What is to be moved: so many tokens, in that contract, or in the desk's own book."""

    pieces: int = 1
    contract: Contract | None = None


class GasPrice(Protocol):
    def look(self, contract: Contract | None) -> None:
        """Ask whoever knows, if that was long ago; never in a transaction."""
        ...

    def of(self, coin: Coin, contract: Contract | None, pieces: int) -> Decimal:
        """What moving an order's tokens costs now, in that currency, with no more digits than it
        has. Raises `Unavailable` when nobody knows."""
        ...


class FixedGas:
    """A table; a currency that is not in it has no gas fee."""

    def __init__(self, prices: Mapping[str, Decimal] = GAS) -> None:
        self.prices = dict(prices)

    def look(self, contract: Contract | None) -> None:
        """It knows."""

    def of(self, coin: Coin, contract: Contract | None, pieces: int) -> Decimal:
        """For an order, however many tokens it has."""
        return self.prices.get(coin.id, Decimal(0))


class Quotes:
    """Signed with the first of the desk's keys, believed with any of them."""

    def __init__(self, keys: Sequence[str], gas: GasPrice) -> None:
        self._secrets = derive_secrets(keys, "till-w3block-gas-fee")
        self._gas = gas

    def look(self, contract: Contract | None) -> None:
        """To be done before gas fees are offered; never in a transaction."""
        self._gas.look(contract)

    def offer(self, bound: Bound, coin: Coin, moved: Moved, now: datetime) -> tuple[Decimal, str]:
        """The gas fee as it is now, and its signature.

        Raises `RequestError` (gas-fee-not-available) when nobody knows what it is.
        """
        try:
            gas = shortest(self._gas.of(coin, moved.contract, moved.pieces))
        except Unavailable as error:
            raise refusal(W3blockCode.GAS_FEE_NOT_AVAILABLE, error.message) from None
        return gas, sign_gas_fee(bound, gas, self._secrets, now)

    def read(self, signature: str, bound: Bound, now: datetime) -> Decimal:
        """What was quoted. Raises `RequestError` as `read_gas_fee` does."""
        return read_gas_fee(signature, bound, self._secrets, now)


def sign_gas_fee(bound: Bound, gas: Decimal, secrets: Sequence[bytes], now: datetime) -> str:
    """The signature of a preview's gas fee, with the first secret; ``gas`` in that currency.

    Raises `ValueError` for no secret, for one under 16 bytes and for what is no amount.
    """
    amount = write_amount(read_amount(write_amount(gas)))
    return sign_quote(PURPOSE, bound.to_data(gas=amount), secrets, now)


def read_gas_fee(signature: str, bound: Bound, secrets: Sequence[bytes], now: datetime) -> Decimal:
    """The gas fee that was quoted for this, at most 40 s before ``now``, by any of the secrets.

    Raises `RequestError` 400: ``gas-fee-signature-invalid`` for a forged one and for one of
    another company, buyer, currency or basket, else ``gas-fee-signature-expired`` when too old.
    """
    try:
        said = read_quote(signature, PURPOSE, secrets, now, bound=bound.to_data(), life=LIFE)
    except InvalidRequest:
        raise refusal(
            W3blockCode.GAS_FEE_SIGNATURE_INVALID,
            "The gas fee is not the one of this order's preview.",
        ) from None
    except Gone:
        raise refusal(
            W3blockCode.GAS_FEE_SIGNATURE_EXPIRED, "The gas fee is too old: ask for a preview."
        ) from None
    return read_amount(said["gas"])
