"""Several nodes in front of one chain: what they all say is so, and nothing else is.

A node that does not answer, or lags, makes us wait; nodes that still contradict each other at a
second look are `NodesDisagree`. Nothing is guessed, and nothing is put to the vote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ....chains import Chain
from ....errors import GatewayUnavailable
from . import readings
from .abi import decode_number, encode_balance_of
from .answers import HistoryGone, block, blocks, fees, known, odd, read, sent
from .keys import keccak
from .log_search import LogSearch, parts
from .readings import Block, NativeTransfer, Receipt, TokenTransfer
from .refusals import KNOWN, NONCE_USED
from .rpc import Node, NodeRefused, NodeUnavailable
from .transactions import Fees, rpc_form

__all__ = [
    "Block",
    "Fees",
    "HistoryGone",
    "NativeTransfer",
    "Nodes",
    "NodesDisagree",
    "Receipt",
    "TokenTransfer",
    "nodes_of",
]

LOOKS: Final = 2
"""How often nodes are asked before they are said to disagree: a block may come in between."""
TOPICS: Final = 500
"""Recipients that one search for logs names."""

T = TypeVar("T")


class NodesDisagree(GatewayUnavailable):
    """The nodes of a chain say different things. Nothing is concluded until they agree."""

    code = "NODES_DISAGREE"


class Nodes:
    """The nodes of one chain, asked as one. Safe to share between threads.

    What is read is asked of every node and has to be the same; `NodeUnavailable` when one of them
    gives no proper answer. What is sent goes to all, and one that takes it is enough.
    """

    def __init__(self, chain: Chain, nodes: Sequence[Node]) -> None:
        if not nodes:
            raise ValueError("a chain needs a node")
        self.chain = chain
        self._nodes = tuple(nodes)

    def __repr__(self) -> str:
        return f"Nodes({self.chain.name!r}, {[node.name for node in self._nodes]})"

    def close(self) -> None:
        for node in self._nodes:
            node.close()

    # ---- blocks ----

    def check(self) -> None:
        """That every node is one of this chain's. Raises `NodesDisagree` for another chain's."""
        for node in self._nodes:
            found = read(node, lambda one: readings.number(one.call("eth_chainId")))
            if found != self.chain.id:
                raise NodesDisagree(f"The node {node.name} is of chain {found}, not {self._name}.")

    def head(self) -> Block:
        """The highest block that all nodes have."""
        head = self._common("latest")
        if head is None:
            raise NodeUnavailable(f"A node of {self._name} has no block yet.")
        return head

    def final_number(self, head: Block) -> int:
        """The number of the last block that stays, as seen from a head; never above it."""
        if self.chain.confirmations is not None:
            return max(head.number - self.chain.confirmations + 1, 0)
        final = self._common("finalized")
        return 0 if final is None else min(final.number, head.number)

    def block(self, number: int, *, full: bool = False) -> Block | None:
        """The block of that number, ``full`` with what it moves; None until all nodes have it."""
        return self._agreed(lambda node: block(node, hex(number), full=full))

    def blocks(self, first: int, last: int) -> list[Block]:
        """Full blocks of these numbers, in order; up to the first one that a node does not have."""
        if last < first:
            return []
        for _ in range(LOOKS):
            found = [read(node, lambda one: blocks(one, first, last)) for node in self._nodes]
            least = min(len(one) for one in found)
            if _all_same([one[:least] for one in found]):
                return found[0][:least]
        raise self._disagreement()

    def _common(self, tag: str) -> Block | None:
        """The lowest of the blocks that nodes call by a name; every node must have that one."""
        for _ in range(LOOKS):
            named = [read(node, lambda one: block(one, tag)) for node in self._nodes]
            if None in named:
                return None
            number = min(one.number for one in named if one is not None)
            found = [self._named(pair, number) for pair in zip(self._nodes, named, strict=True)]
            if _all_same(found):
                return found[0]
        if None in found:
            raise NodeUnavailable(f"A node of {self._name} has lost a block that it named.")
        raise self._disagreement()

    def _named(self, pair: tuple[Node, Block | None], number: int) -> Block | None:
        """The block of a number, which a node may have given already."""
        node, given = pair
        if given is not None and given.number == number:
            return given
        return read(node, lambda one: block(one, hex(number)))

    # ---- what happened ----

    def transfers(
        self, first: int, last: int, contracts: Iterable[str], recipients: Iterable[str]
    ) -> list[TokenTransfer]:
        """What these contracts moved to these recipients in blocks first to last, in order.

        Every node must have ``last``; one that limits its answers is asked in parts.
        """
        trusted, wanted = sorted(set(contracts)), sorted(set(recipients))
        if not trusted or not wanted or last < first:
            return []
        searches = [LogSearch(trusted, part) for part in parts(wanted, TOPICS)]

        def ask(node: Node) -> list[TokenTransfer]:
            return [found for search in searches for found in search.run(node, first, last)]

        return sorted(self._same(ask), key=lambda one: (one.block_number, one.log_index))

    def receipt(self, tx_hash: str) -> Receipt | None:
        """How a transaction went; None until all nodes have it in a block."""
        wanted = readings.hash_of(tx_hash)
        return self._agreed(
            lambda node: readings.receipt(node.call("eth_getTransactionReceipt", wanted), wanted)
        )

    def balance(self, address: str, contract: str | None, number: int) -> int:
        """Units of a coin that an address had after that block; ``contract`` None is the native.

        Raises `HistoryGone` when a node does not keep the state of a block so old.
        """
        if contract is None:
            return self._same(
                lambda node: readings.units(node.call("eth_getBalance", address, hex(number)))
            )
        said = self.call(contract, encode_balance_of(address), number)
        try:
            return decode_number(said)
        except ValueError:
            raise NodeUnavailable(f"{contract} on {self._name} has no balances.") from None

    def code(self, address: str) -> str:
        """The code of a contract, 0x for an address that is none."""
        return self._same(lambda node: readings.data(node.call("eth_getCode", address, "latest")))

    def call(self, to: str, data: str, block: int | str = "latest") -> bytes:
        """What a contract answers to a call that changes nothing.

        Raises `NodeRefused` when it reverts.
        """
        at = block if isinstance(block, str) else hex(block)
        asked = {"to": to, "data": data}
        found = self._same(
            lambda node: readings.data(node.call("eth_call", asked, at)), may_refuse=True
        )
        return bytes.fromhex(found[2:])

    # ---- to send ----

    def nonce(self, address: str, tag: str = "latest") -> int:
        """How many transactions an account has sent: the fewest that a node has in its ``latest``

        block, or the most that one knows of with ``pending``.
        """

        def ask(node: Node) -> int:
            return readings.number(node.call("eth_getTransactionCount", address, tag))

        found = [read(node, ask) for node in self._nodes]
        return max(found) if tag == "pending" else min(found)

    def fees(self) -> Fees:
        """What gas costs now: the lower of what the nodes say, since too little can be raised."""
        return min((read(node, fees) for node in self._nodes), key=lambda one: one.max_fee)

    def estimate(self, transaction: Mapping[str, Any]) -> int:
        """The gas that a call needs. Raises `NodeRefused` when it would fail."""
        asked = rpc_form(transaction)
        return self._any(lambda node: readings.number(node.call("eth_estimateGas", asked)))

    def send(self, raw: str) -> str:
        """Hand a signed transaction to all nodes; its hash. One that has it already takes it too.

        Raises `NodeRefused` when every node refuses, `NodeUnavailable` when it is unknown.
        """
        tx_hash = "0x" + keccak(bytes.fromhex(raw.removeprefix("0x"))).hex()
        failures = [failure for node in self._nodes if (failure := self._hand(node, raw, tx_hash))]
        if len(failures) < len(self._nodes):
            return tx_hash
        raise next((one for one in failures if isinstance(one, NodeUnavailable)), failures[0])

    def transaction(self, tx_hash: str) -> bool:
        """Whether any node knows a transaction, in a block or waiting."""
        return self._knows(readings.hash_of(tx_hash))

    def _hand(self, node: Node, raw: str, tx_hash: str) -> NodeRefused | NodeUnavailable | None:
        """Give it to one node; the error if it does not have it then."""
        try:
            said = read(node, lambda one: sent(one, raw), may_refuse=True)
        except NodeUnavailable as error:
            return error
        except NodeRefused as error:
            return self._unless_it_has(node, tx_hash, error)
        return None if said == tx_hash else odd(node)

    def _unless_it_has(
        self, node: Node, tx_hash: str, refusal: NodeRefused
    ) -> NodeRefused | NodeUnavailable | None:
        if refusal.kind == KNOWN:
            return None
        if refusal.kind != NONCE_USED:
            return refusal
        try:  # One that is in a block already has used its own nonce.
            return None if read(node, lambda one: known(one, tx_hash)) else refusal
        except NodeUnavailable as error:
            return error

    def _knows(self, tx_hash: str) -> bool:
        failures: list[NodeUnavailable] = []
        for node in self._nodes:
            try:
                if read(node, lambda one: known(one, tx_hash)):
                    return True
            except NodeUnavailable as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return False

    # ---- agreement ----

    @property
    def _name(self) -> str:
        return self.chain.name

    def _same(self, ask: Callable[[Node], T], *, may_refuse: bool = False) -> T:
        """What all nodes answer."""
        for _ in range(LOOKS):
            found = [read(node, ask, may_refuse=may_refuse) for node in self._nodes]
            if _all_same(found):
                return found[0]
        raise self._disagreement()

    def _agreed(self, ask: Callable[[Node], T | None]) -> T | None:
        """What all nodes have; None as long as one has nothing."""
        for _ in range(LOOKS):
            found = [read(node, ask) for node in self._nodes]
            if None in found:
                return None
            if _all_same(found):
                return found[0]
        raise self._disagreement()

    def _any(self, ask: Callable[[Node], T]) -> T:
        """What the first node says that answers; a refusal is an answer."""
        failures = []
        for node in self._nodes:
            try:
                return read(node, ask, may_refuse=True)
            except NodeUnavailable as error:
                failures.append(error)
        raise failures[0]

    def _disagreement(self) -> NodesDisagree:
        names = ", ".join(node.name for node in self._nodes)
        return NodesDisagree(f"The nodes of {self._name} say different things: {names}.")


def nodes_of(chain: Chain) -> Nodes:
    """Those that the chain's setting names. Raises `SettingsError` for an odd address."""
    return Nodes(chain, [Node(url) for url in chain.nodes])


def _all_same(found: Sequence[object]) -> bool:
    return all(one == found[0] for one in found[1:])
