"""Tokens of W3block orders on chains: minted to their holder, or passed on by the operator.

What has to be sent is queued, and followed by whatever sends; nothing is signed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ...base.database import Database, Work
from ...base.logs import logger
from ...errors import Conflict, TillError, Unavailable
from ..actions import w3block_moves
from ..onchain import OPERATOR, Sending
from ..w3block_token import ARRIVED, FAILED, Contract, Move
from .sending_port import refusal
from .token_port import Chains, TokenNodes

log = logger(__name__)

PAUSE = timedelta(seconds=10)
"""How long a chain whose nodes did not answer is left alone: a sweep has many orders."""


class Book(Protocol):
    """Who keeps what is not on a chain."""

    def move(self, order_id: str, token_id: str, holder: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Known:
    contract: Contract | None
    move: Move | None
    number: int


class ChainRegistry:
    """Stands before the desk's ``own`` book, which keeps what goes to no wallet, or of a company
    without a contract. Without ``chains`` what is on a chain stays where it is.
    """

    def __init__(self, database: Database, own: Book, chains: Chains | None) -> None:
        self._database = database
        self._own = own
        self._chains = chains
        self._away_until: dict[int, datetime] = {}

    def move(self, order_id: str, token_id: str, holder: str) -> bool:
        """Raises `Conflict` when it failed or cannot be, `Unavailable` when nodes are away."""
        known = self._database.read(_known, order_id, token_id)
        if known.move is not None:
            return _standing(known.move)
        if known.contract is None or not holder.startswith("0x"):
            return self._own.move(order_id, token_id, holder)
        wanted = self._wanted(known.contract, known.number, holder)
        return _standing(
            self._database.write(
                w3block_moves.begin_move,
                order_id,
                token_id,
                contract=known.contract,
                number=known.number,
                recipient=holder,
                wanted=wanted,
            )
        )

    def settle(self, order_id: str) -> bool:
        if order_id in self._database.read(w3block_moves.orders_that_moved, order_id=order_id):
            self._database.write(w3block_moves.settle_moves, order_id)
        return not self._database.read(w3block_moves.waits_for_chain, order_id)

    def stirred(self) -> Sequence[str]:
        return self._database.read(w3block_moves.orders_that_moved)

    # --- what to send ---------------------------------------------------------------------

    def _wanted(
        self, contract: Contract, number: int, holder: str
    ) -> Callable[[str], Sending] | None:
        """None when the holder has it already, for good."""
        if self._chains is None:
            raise Conflict(f"Chain {contract.chain_id} is not set up.", code="CHAIN_NOT_FOUND")
        now = self._database.clock()
        if now < self._away_until.get(contract.chain_id, now):
            raise Unavailable("The nodes did not answer a moment ago.", code="NODE_UNAVAILABLE")
        try:
            return self._sending(self._chains, contract, number, holder)
        except Unavailable:
            self._away_until[contract.chain_id] = now + PAUSE
            raise

    def _sending(
        self, chains: Chains, contract: Contract, number: int, holder: str
    ) -> Callable[[str], Sending] | None:
        nodes, calls = chains.nodes(contract.chain_id), chains.calls
        operator = chains.signer.address(OPERATOR)
        owner = self._owner(chains, nodes, contract, number)
        if owner is None:
            purpose, data = "mint", calls.encode_mint(holder, number)
        elif owner == operator and not _same(holder, operator):
            purpose, data = "transfer", calls.encode_safe_transfer(operator, holder, number)
        elif _same(owner, holder):
            self._require_final(chains, nodes, contract, number, holder)
            return None
        else:
            raise Conflict(
                f"Token {number} of {contract.address} is somebody else's.", code="TOKEN_ELSEWHERE"
            )

        def sending(sending_id: str) -> Sending:
            return Sending(
                id=sending_id,
                chain_id=contract.chain_id,
                purpose=purpose,
                path=OPERATOR,
                recipient=contract.address,
                coin_id=None,
                units=0,
                data=data,
            )

        return sending

    def _require_final(
        self, chains: Chains, nodes: TokenNodes, contract: Contract, number: int, holder: str
    ) -> None:
        """Raises `Unavailable` until it is for good that the holder has it."""
        final, calls = nodes.final_number(nodes.head()), chains.calls
        try:
            said = nodes.call(contract.address, calls.encode_owner_of(number), final)
            if _same(calls.decode_address(said), holder):
                return
        except TillError as error:
            refusal(error)
        except ValueError:
            pass  # at that block even the contract was not there
        raise Unavailable("The token is there, and not for good yet.", code="NOT_FINAL")

    def _owner(
        self, chains: Chains, nodes: TokenNodes, contract: Contract, number: int
    ) -> str | None:
        """Who has a token; None when nobody does. Raises `Conflict` where there is no contract."""
        data = chains.calls.encode_owner_of(number)
        try:
            return chains.calls.decode_address(nodes.call(contract.address, data))
        except TillError as error:
            refusal(error)
            return None
        except ValueError:
            raise self._no_contract(nodes, contract) from None

    def _no_contract(self, nodes: TokenNodes, contract: Contract) -> Conflict | Unavailable:
        if nodes.code(contract.address) != "0x":
            return Conflict(f"{contract.address} keeps no tokens.", code="NO_CONTRACT")
        if contract.sending_id and self._database.read(w3block_moves.is_open, contract.sending_id):
            return Unavailable("The contract is on its way to the chain.", code="NO_CONTRACT")
        return Conflict(f"There is no contract at {contract.address}.", code="NO_CONTRACT")


def _known(work: Work, order_id: str, token_id: str) -> _Known:
    return _Known(
        w3block_moves.contract_of_order(work, order_id),
        w3block_moves.find_move(work, token_id),
        w3block_moves.token_number(work, token_id),
    )


def _standing(move: Move) -> bool:
    """Raises `Conflict` for one that failed."""
    if move.state == FAILED:
        raise Conflict(move.reason or "The token was not moved.", code="TOKEN_NOT_MOVED")
    return move.state == ARRIVED


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
