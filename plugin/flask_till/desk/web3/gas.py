"""What it costs to move tokens on their chains, as their nodes say it now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_UP, Context, Decimal
from secrets import randbits
from threading import Lock
from typing import Protocol

from ...base.logs import logger
from ...chains import Chain
from ...errors import RequestError, TillError, Unavailable
from ..onchain import OPERATOR
from ..w3block_company import Coin
from ..w3block_token import Contract
from .sending_port import refusal
from .token_port import Chains, TokenNodes

log = logger(__name__)

FRESH = timedelta(seconds=5)
"""For how long a fee is not asked for again; nor a node that did not answer."""
STALE = timedelta(minutes=5)
"""For how long the last known fee will do while no node answers."""
GAS_FRESH = timedelta(minutes=10)
"""For how long a contract is taken to need the gas that it was said to need."""
MINT_GAS = 150_000
"""What making a token needs, where the contract does not let it be tried."""
THROUGH = "USD"
"""The currency by which two coins are compared that have no rate for each other."""
_WIDE = Context(prec=80, rounding=ROUND_UP)


class Otherwise(Protocol):
    def of(self, coin: Coin, contract: Contract | None, pieces: int) -> Decimal: ...


@dataclass(slots=True)
class _Fee:
    """Wei for each gas at most, and since when that is known."""

    wei: int = 0
    known_at: datetime | None = None
    asked_at: datetime | None = None


class ChainGas:
    """Gas of a company with a contract is what its chain says; of others what ``otherwise`` does.

    A few seconds apart the nodes are asked once, however many look at their baskets.
    """

    def __init__(self, clock: Callable[[], datetime], chains: Chains, otherwise: Otherwise) -> None:
        self._clock = clock
        self._chains = chains
        self._otherwise = otherwise
        self._fees: dict[int, _Fee] = {}
        self._gas: dict[str, tuple[int, datetime]] = {}
        self._locks: dict[int, Lock] = {}
        self._lock = Lock()

    def look(self, contract: Contract | None) -> None:
        """Ask the nodes, if they were not asked just now; never in a transaction."""
        if contract is None:
            return
        fee, alone = self._kept(contract.chain_id)
        if not self._is_due(fee):
            return
        # Whoever has something to show does not wait for who asks.
        if not alone.acquire(blocking=not self._is_usable(fee)):
            return
        try:
            if self._is_due(fee):
                self._ask(contract, fee)
        finally:
            alone.release()

    def of(self, coin: Coin, contract: Contract | None, pieces: int) -> Decimal:
        """For so many tokens, in that currency, rounded up. Raises `Unavailable` (GAS_UNKNOWN)."""
        if contract is None:
            return self._otherwise.of(coin, None, pieces)
        fee, _ = self._kept(contract.chain_id)
        if not self._is_usable(fee):
            raise _unknown("What the network asks for is not known at the moment: try again soon.")
        chain = self._chain(contract.chain_id)
        gas, _ = self._gas.get(_name(contract), (MINT_GAS, None))
        amount = chain.native.amount(gas * fee.wei * pieces)
        exact = _WIDE.multiply(amount, self._rate(chain, coin))
        return exact.quantize(Decimal(1).scaleb(-coin.decimals), ROUND_UP, _WIDE)

    # --- what is known --------------------------------------------------------------------

    def _kept(self, chain_id: int) -> tuple[_Fee, Lock]:
        with self._lock:
            fee = self._fees.setdefault(chain_id, _Fee())
            return fee, self._locks.setdefault(chain_id, Lock())

    def _is_due(self, fee: _Fee) -> bool:
        return fee.asked_at is None or self._clock() - fee.asked_at >= FRESH

    def _is_usable(self, fee: _Fee) -> bool:
        return fee.known_at is not None and self._clock() - fee.known_at <= STALE

    def _chain(self, chain_id: int) -> Chain:
        for chain in self._chains.chains:
            if chain.id == chain_id:
                return chain
        raise _unknown("The chain of these tokens is not set up here.")

    def _rate(self, chain: Chain, coin: Coin) -> Decimal:
        """What one native coin of the chain costs in that currency."""
        rate, native = self._chains.rates.rate, chain.native.code
        if coin.code == native:
            return Decimal(1)
        direct = rate(native, coin.code)
        if direct is not None:
            return direct
        here, there = rate(native, THROUGH), rate(coin.code, THROUGH)
        if here is None or there is None:
            log.error("no rate says what %s costs in %s: no gas fee is told", native, coin.code)
            raise _unknown(f"What the network asks for cannot be told in {coin.code}.")
        return _WIDE.divide(here, there)

    # --- asking ---------------------------------------------------------------------------

    def _ask(self, contract: Contract, fee: _Fee) -> None:
        try:
            nodes = self._chains.nodes(contract.chain_id)
            self._ask_gas(nodes, contract)
            fee.wei, fee.known_at = nodes.fees().max_fee, self._clock()
        except (RequestError, TillError) as error:
            log.warning("the fee of chain %s is not known: %s", contract.chain_id, error.code)
        fee.asked_at = self._clock()

    def _ask_gas(self, nodes: TokenNodes, contract: Contract) -> None:
        """What making one more token would need."""
        name, now = _name(contract), self._clock()
        known = self._gas.get(name)
        if known is not None and now - known[1] < GAS_FRESH:
            return
        operator = self._chains.signer.address(OPERATOR)
        data = self._chains.calls.encode_mint(operator, randbits(256))
        try:
            gas = nodes.estimate({"from": operator, "to": contract.address, "data": data})
        except TillError as error:
            refusal(error)
            gas = MINT_GAS
        self._gas[name] = gas, now


def _name(contract: Contract) -> str:
    return f"{contract.chain_id}:{contract.address}"


def _unknown(message: str) -> Unavailable:
    return Unavailable(message, code="GAS_UNKNOWN")
