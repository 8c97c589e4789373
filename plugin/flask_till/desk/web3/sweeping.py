"""Brings what lies at deposit addresses to the treasury: looked at first, then queued, once.

Only money that is final in our books, on the chain as well, and needed for nothing is moved. A
token needs gas where it lies: the operator's account sends it, and the token follows when that is
final. The native coin leaves an address with nothing but what its own gas costs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...base.database import Database
from ...chains import Chain, Coin
from ...errors import Conflict, TillError
from ..actions import web3_sweeps as actions
from ..actions.web3_sweeps import Holding, Move
from ..onchain import OPERATOR, Sending, deposit_path
from .sending_look import Look
from .sending_port import HISTORY_GONE, Nodes, refusal, said
from .signing import PLAIN_GAS, call_of

SPARE = 5, 4
"""The gas that is sent to an address is so much more than it costs now: fees rise meanwhile."""


@dataclass(frozen=True, slots=True)
class Line:
    """One coin at one address: what would be moved, its gas, and what that costs at most, in wei.

    ``obstacle`` says why it is not moved.
    """

    chain: Chain
    address: str
    coin: Coin
    units: int
    gas: int = 0
    cost: int = 0
    obstacle: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep of one chain would do. ``moves`` are what is queued for it.

    ``gas_sent`` is what the operator's account sends to addresses, in wei; it has ``funds``.
    """

    chain: Chain
    lines: Sequence[Line] = ()
    moves: Sequence[Move] = ()
    gas_sent: int = 0
    funds: int = 0

    def total(self, coin: Coin) -> int:
        """Base units of a coin that would reach the treasury at least."""
        moved = [one for one in self.lines if one.coin == coin and one.obstacle is None]
        gas = sum(one.cost for one in moved) if coin == self.chain.native else 0
        return sum(one.units for one in moved) - gas


class Sweeping:
    """``address_of`` derives the address of a path; ``treasury`` is where all goes.

    Raises `Conflict` without a treasury (TREASURY_MISSING).
    """

    def __init__(
        self,
        database: Database,
        nodes: Nodes,
        chain: Chain,
        *,
        address_of: Callable[[str], str],
        treasury: str | None,
    ) -> None:
        if treasury is None:
            raise Conflict(
                "There is no treasury to sweep to.",
                code="TREASURY_MISSING",
                remedy="Set TILL_WEB3_TREASURY to an address whose key you hold.",
            )
        self._database = database
        self._nodes = nodes
        self._chain = chain
        self._address_of = address_of
        self._treasury = treasury

    def plan(self, coins: Collection[Coin] | None = None, *, least: Decimal | None = None) -> Plan:
        """What a sweep would do now; nothing is changed.

        Only of these coins, and only where there is so much of one. Raises `GatewayUnavailable`
        when the nodes do not answer, and `Conflict` (TREASURY_OURS).
        """
        found = self._database.read(actions.holdings, self._chain.id)
        if any(one.address.lower() == self._treasury.lower() for one in found):
            raise Conflict(
                "The treasury is a deposit address of this desk.",
                code="TREASURY_OURS",
                remedy="Set TILL_WEB3_TREASURY to an address outside of it.",
            )
        if not found:
            return Plan(self._chain)
        planner = _Planner(self._chain, self._nodes, self._address_of, self._treasury)
        wanted = [one for one in self._chain.coins if coins is None or one in coins]
        return planner.plan(found, wanted, least or Decimal(0))

    def queue(self, plan: Plan) -> list[Sending]:
        """Queue what was planned. What has changed since, or is swept by somebody else at the
        same moment, is left for the next sweep."""
        queued: list[Sending] = []
        for move in plan.moves:
            try:
                queued += self._database.write(
                    actions.queue_sweep,
                    self._chain.id,
                    move,
                    native=self._chain.native.id,
                    to=self._treasury,
                )
            except Conflict:
                continue
        return queued


class _Planner:
    """One look at a chain, and what it makes of the holdings of our books."""

    def __init__(
        self, chain: Chain, nodes: Nodes, address_of: Callable[[str], str], treasury: str
    ) -> None:
        self._chain = chain
        self._nodes = nodes
        self._address_of = address_of
        self._treasury = treasury
        self._look = Look(nodes)
        self._token_gas: dict[str, int | str] = {}

    def plan(self, found: Iterable[Holding], coins: Sequence[Coin], least: Decimal) -> Plan:
        lines: list[Line] = []
        moves: list[Move] = []
        for holding in found:
            planned, move = self._address(holding, coins, least)
            lines += planned
            if move is not None:
                moves.append(move)
        gas_sent = sum(one.gas for one in moves)
        # The gas that is sent has to be paid for, too.
        gas_sent += sum(1 for one in moves if one.gas) * PLAIN_GAS * self._look.fees.max_fee
        operator = self._address_of(OPERATOR)
        return Plan(
            self._chain, tuple(lines), tuple(moves), gas_sent, self._look.balance(operator, None)
        )

    def _address(
        self, holding: Holding, coins: Sequence[Coin], least: Decimal
    ) -> tuple[list[Line], Move | None]:
        native = self._chain.native
        lines = [
            self._line(holding, coin, there)
            for coin in coins
            if coin != native and (there := self._there(holding, coin, least))
        ]
        units = {one.coin.id: one.units for one in lines if one.obstacle is None}
        waiting = [one for one in holding.moving if one.coin_id != native.id]
        price = self._look.fees.max_fee
        needed = sum(one.cost for one in lines if one.obstacle is None)
        needed += sum(self._gas_of(one) * price for one in waiting)
        needed = needed * SPARE[0] // SPARE[1]
        having = self._native_at(holding)
        gas = 0 if holding.gas_comes else max(0, needed - having)
        if native in coins and (free := self._there(holding, native, least)):
            line = self._native_line(holding, min(free, having - min(having, needed)))
            if line is not None:
                lines.append(line)
                if line.obstacle is None:
                    units[native.id] = line.units
        if not units and not gas:
            return lines, None
        return lines, Move(holding.address, units, gas)

    def _there(self, holding: Holding, coin: Coin, least: Decimal) -> int:
        """What our books and the last final block both have of a coin; 0 for less than is worth."""
        booked = holding.free.get(coin.id, 0)
        if not booked or coin.amount(booked) < least:
            return 0
        found = min(booked, self._look.balance(holding.address, coin.contract))
        try:
            found = min(
                found, self._nodes.balance(holding.address, coin.contract, self._look.final)
            )
        except TillError as error:  # then our books are all that knows what is final
            if error.code != HISTORY_GONE:
                raise
        return found if coin.amount(found) >= least else 0

    def _native_at(self, holding: Holding) -> int:
        """Wei at an address, without what leaves it already."""
        native = self._chain.native.id
        leaving = sum(one.units for one in holding.leaving if one.coin_id == native)
        return max(0, self._look.balance(holding.address, None) - leaving)

    def _line(self, holding: Holding, coin: Coin, units: int) -> Line:
        gas = self._gas_for(holding.address, coin, units)
        obstacle = self._obstacle(holding)
        if isinstance(gas, str):
            return Line(self._chain, holding.address, coin, units, obstacle=obstacle or gas)
        cost = gas * self._look.fees.max_fee
        return Line(self._chain, holding.address, coin, units, gas, cost, obstacle)

    def _native_line(self, holding: Holding, units: int) -> Line | None:
        if units <= 0:
            return None
        native, cost = self._chain.native, PLAIN_GAS * self._look.fees.max_fee
        obstacle = self._obstacle(holding)
        if obstacle is None and units <= cost:
            obstacle = "less than its gas costs"
        return Line(self._chain, holding.address, native, units, PLAIN_GAS, cost, obstacle)

    def _obstacle(self, holding: Holding) -> str | None:
        if self._address_of(deposit_path(holding.number)) == holding.address:
            return None
        return "its key is not in the seed phrase"

    def _gas_for(self, address: str, coin: Coin, units: int) -> int | str:
        """Of a token's transfer; estimated once for each coin. Words when it would fail."""
        if coin.id not in self._token_gas:
            self._token_gas[coin.id] = self._estimated(address, coin, units)
        return self._token_gas[coin.id]

    def _estimated(self, address: str, coin: Coin, units: int) -> int | str:
        sending = Sending(
            "", self._chain.id, "sweep", OPERATOR, self._treasury, coin.id, units
        )  # only for what it calls
        call = call_of(sending, coin)
        asked: Mapping[str, object] = {
            "from": address, "to": call.to, "value": 0, "data": call.data
        }  # fmt: skip
        try:
            return self._nodes.estimate(asked) * 5 // 4
        except TillError as error:
            refusal(error)
            return f"it would fail: {said(error)}"

    def _gas_of(self, waiting: Sending) -> int:
        coin = None if waiting.coin_id is None else self._chain.coin(waiting.coin_id)
        if coin is None:
            return 0
        address = self._address_of(waiting.path)
        gas = self._gas_for(address, coin, waiting.units)
        return 0 if isinstance(gas, str) else gas
