"""How one node is asked for logs: in parts, when it will not give the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from . import readings
from .abi import TRANSFER_TOPIC, holder_topic
from .readings import Block, Odd, TokenTransfer
from .rpc import AnswerTooLarge, Node, NodeRefused, NodeUnavailable

T = TypeVar("T")


class LogSearch:
    """A search for transfers of some contracts to some recipients, all by EIP-55."""

    def __init__(self, contracts: Sequence[str], recipients: Sequence[str]) -> None:
        self._contracts = contracts
        self._recipients = recipients
        self._topics = [TRANSFER_TOPIC, None, [holder_topic(one) for one in recipients]]

    def run(self, node: Node, first: int, last: int) -> list[TokenTransfer]:
        """What a node finds in blocks first to last, in order.

        Every node limits its answers in its own way: what it refuses is asked for in halves.
        """
        try:
            return self._ask(node, first, last)
        except (NodeRefused, AnswerTooLarge):
            if first == last and len(self._recipients) == 1:
                raise
        found: list[TokenTransfer] = []
        for search, start, end in self._halves(first, last):
            found += search.run(node, start, end)
        return sorted(found, key=lambda one: (one.block_number, one.log_index))

    def _halves(self, first: int, last: int) -> Iterator[tuple[LogSearch, int, int]]:
        if first < last:
            middle = (first + last) // 2
            yield from ((self, first, middle), (self, middle + 1, last))
        else:
            for part in parts(self._recipients, (len(self._recipients) + 1) // 2):
                yield LogSearch(self._contracts, part), first, last

    def _ask(self, node: Node, first: int, last: int) -> list[TokenTransfer]:
        search = {
            "fromBlock": hex(first),
            "toBlock": hex(last),
            "address": list(self._contracts),
            "topics": self._topics,
        }
        # A node that lags finds nothing in blocks that it does not have: it is asked for the last.
        said, end = node.batch(
            [("eth_getLogs", [search]), ("eth_getBlockByNumber", [hex(last), False])]
        )
        block = readings.block(end, full=False)
        if block is None:
            raise NodeUnavailable(f"The node {node.name} does not have block {last} yet.")
        found = readings.logs(said)
        if block.number != last or not all(self._fits(one, first, block) for one in found):
            raise Odd("a log or a block that was not asked for")
        return found

    def _fits(self, one: TokenTransfer, first: int, last: Block) -> bool:
        inside = first <= one.block_number <= last.number
        ends_well = one.block_number != last.number or one.block_hash == last.hash
        wanted = one.contract in self._contracts and one.recipient in self._recipients
        return inside and ends_well and wanted


def parts(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The things in groups of that size, the last one smaller."""
    return (things[start : start + size] for start in range(0, len(things), size))
