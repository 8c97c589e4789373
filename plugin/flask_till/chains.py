"""EVM chains and the coins on them: what they are called, and exact amounts in base units.

A base unit is the smallest part of a coin (wei); amounts on a chain are whole numbers of them, up
to 2^256, and never `Money`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_UP, Context, Decimal, Inexact, InvalidOperation, Overflow

from .errors import MoneyError

MOST_UNITS = 2**256 - 1
MOST_DECIMALS = 36
ASKED_DIGITS = 8
"""Digits after the point of what people are asked to pay, however far a coin can be split."""
PRICED_DIGITS = 6
"""Those of a price that is in the coin itself. USDC has 6 on some chains and 18 on others."""
_EXACT = Context(prec=160, Emax=160, Emin=-160, traps=[InvalidOperation, Overflow, Inexact])
_WIDE = Context(prec=160, Emax=160, Emin=-160, traps=[InvalidOperation, Overflow])


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin on one chain: its native one, or an ERC-20 ``contract`` (EIP-55 address)."""

    chain_id: int
    code: str
    decimals: int
    contract: str | None = None
    name: str = ""

    @property
    def id(self) -> str:
        """``1:native`` or ``1:0xa0b8…`` in lower case: what tables and pages name it by."""
        return f"{self.chain_id}:{(self.contract or 'native').lower()}"

    @property
    def digits(self) -> int:
        """Digits after the point of what is asked for in it."""
        return min(self.decimals, ASKED_DIGITS)

    @property
    def priced_digits(self) -> int:
        """Digits after the point of a price in it: the same on chains that split it differently."""
        return min(self.decimals, PRICED_DIGITS)

    def units(self, amount: Decimal) -> int:
        """Base units of an amount. Raises `MoneyError` for more digits than the coin has."""
        try:
            return int(amount.scaleb(self.decimals, _EXACT).to_integral_exact(context=_EXACT))
        except (Inexact, InvalidOperation, Overflow):
            raise MoneyError(f"{amount} is no amount of {self.code}.") from None

    def due(self, amount: Decimal) -> int:
        """Base units to ask for an amount: rounded up to what people can be asked to pay."""
        step = Decimal(1).scaleb(-self.digits)
        return self.units(amount.quantize(step, ROUND_UP, _WIDE))

    def amount(self, units: int) -> Decimal:
        """The amount that so many base units are, exact and without trailing zeros."""
        exact = Decimal(units).scaleb(-self.decimals, _EXACT)
        return Decimal(format(exact.normalize(_EXACT), "f"))

    def show(self, units: int) -> str:
        """For people, in any language: ``12.5 USDC``."""
        return f"{self.amount(units):f}\u00a0{self.code}"


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain and how its desk reaches it. ``coins`` holds the native one first.

    ``confirmations`` is how many blocks make a transfer final, its own among them; None leaves
    that to the nodes' ``finalized`` block. ``explorer`` is an address without a slash at its end.
    """

    id: int
    name: str
    nodes: tuple[str, ...]
    coins: tuple[Coin, ...]
    confirmations: int | None = None
    explorer: str | None = None
    testnet: bool = False
    block_seconds: float = 12.0
    public_nodes: tuple[str, ...] = ()

    @property
    def native(self) -> Coin:
        return self.coins[0]

    @property
    def offered(self) -> tuple[Coin, ...]:
        """In the order that people are shown them: tokens as they are listed, the native last."""
        return (*self.coins[1:], self.native)

    def coin(self, coin_id: str) -> Coin | None:
        return next((one for one in self.coins if one.id == coin_id), None)

    def transaction_page(self, tx_hash: str) -> str | None:
        """Where people look at a transaction."""
        return None if self.explorer is None else f"{self.explorer}/tx/{tx_hash}"
