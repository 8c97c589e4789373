"""What a chain says at one moment, and what an account can spend then."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ...chains import Coin
from ..actions.web3_sendings import Posted
from .sending_port import Block, Fees, Nodes


class Look:
    """One look at a chain: each question is asked once, and only when its answer is needed."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self.head: Block = nodes.head()
        self._mined: dict[str, int] = {}
        self._pending: dict[str, int] = {}
        self._balances: dict[tuple[str, str | None], int] = {}

    @cached_property
    def final(self) -> int:
        """The number of the last block that stays."""
        return self.nodes.final_number(self.head)

    @cached_property
    def fees(self) -> Fees:
        return self.nodes.fees()

    def mined(self, address: str) -> int:
        """Nonces of the account below this one are used, by us or by others."""
        if address not in self._mined:
            self._mined[address] = self.nodes.nonce(address, hex(self.head.number))
        return self._mined[address]

    def pending(self, address: str) -> int:
        """Nonces below this one are used, or wait at a node to be."""
        if address not in self._pending:
            self._pending[address] = self.nodes.nonce(address, "pending")
        return self._pending[address]

    def balance(self, address: str, contract: str | None) -> int:
        key = address, contract
        if key not in self._balances:
            self._balances[key] = self.nodes.balance(address, contract, self.head.number)
        return self._balances[key]


class Purse:
    """What an account has left of each coin, once all that left it already has arrived."""

    def __init__(self, look: Look, address: str, native: Coin, leaving: Sequence[Posted]) -> None:
        self._look = look
        self._address = address
        self._native = native
        mined = look.mined(address)
        self.leaving = [one for one in leaving if (one.sending.nonce or 0) >= mined]

    def left(self, coin: Coin) -> int:
        """Base units; never below zero."""
        having = self._look.balance(self._address, coin.contract)
        return max(0, having - sum(self._takes(one, coin) for one in self.leaving))

    def _takes(self, posted: Posted, coin: Coin) -> int:
        """The most that a sending takes of a coin, its gas among it."""
        sending = posted.sending
        units = sending.units if sending.coin_id == coin.id else 0
        if coin != self._native:
            return units
        if sending.coin_id is None:
            units = sending.units
        if takes_gas_from_units(posted):
            return units
        return units + max((form.cost for form in posted.forms), default=0)


def takes_gas_from_units(posted: Posted) -> bool:
    """Whether all of its units leave the account, with the gas taken from them: a sweep of the
    native coin, which leaves nothing behind."""
    sending = posted.sending
    return sending.purpose == "sweep" and (sending.coin_id or "").endswith(":native")
