"""What blocks bring to our addresses, as they say it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from ...chains import Chain
from ..actions.web3_chain import BlockKey
from ..onchain import NATIVE_LOG, Deposit
from .chain_port import ABlock, ReadsChain


class Moved(Exception):
    """The chain is another one than a moment ago; what was read is put aside and read again."""


class Reader:
    """Reads blocks of one chain. Raises `Moved`, or `TillError` as its nodes do."""

    def __init__(self, nodes: ReadsChain, chain: Chain) -> None:
        self._nodes = nodes
        self._chain = chain
        self._tokens = {one.contract.lower(): one for one in chain.coins if one.contract}
        self._contracts = [one.contract for one in chain.coins if one.contract]

    def native(self, blocks: Sequence[ABlock], addresses: Iterable[str]) -> list[Deposit]:
        """The native coin that transactions of these blocks moved to these addresses."""
        ours = {address.lower(): address for address in addresses}
        found = []
        for block in blocks:
            for one in block.transactions or ():
                address = ours.get(one.recipient.lower())
                if address is None or not one.units or one.sender.lower() == address.lower():
                    continue
                receipt = self._nodes.receipt(one.tx_hash)
                if receipt is not None and not receipt.status:
                    continue
                found.append(
                    Deposit(
                        chain_id=self._chain.id,
                        tx_hash=one.tx_hash,
                        log_index=NATIVE_LOG,
                        address=address,
                        coin_id=self._chain.native.id,
                        sender=one.sender,
                        units=one.units,
                        block_number=block.number,
                        block_hash=block.hash,
                    )
                )
        return found

    def tokens(self, first: int, last: int, addresses: Sequence[str]) -> list[Deposit]:
        """What the chain's coins logged for these addresses; no contract but theirs is asked."""
        if not addresses or not self._contracts:
            return []
        ours = {address.lower(): address for address in addresses}
        logs = self._nodes.transfers(first, last, self._contracts, addresses)
        return [
            Deposit(
                chain_id=self._chain.id,
                tx_hash=log.tx_hash,
                log_index=log.log_index,
                address=ours[log.recipient.lower()],
                coin_id=self._tokens[log.contract.lower()].id,
                sender=log.sender,
                units=log.units,
                block_number=log.block_number,
                block_hash=log.block_hash,
            )
            for log in logs
            if log.units and log.sender.lower() != log.recipient.lower()
        ]


def common_block(nodes: ReadsChain, ours: Sequence[BlockKey]) -> BlockKey:
    """The highest of our blocks that the nodes have, too; the lowest as it is now, if there is
    none. Raises `Moved`."""

    def is_gone(place: int) -> bool:
        block = nodes.block(ours[place][0])
        return block is None or block.hash != ours[place][1]

    forked = bisect_left(range(len(ours)), True, key=is_gone)
    if forked:
        return ours[forked - 1]
    lowest = nodes.block(ours[0][0])
    if lowest is None:
        raise Moved
    return lowest.number, lowest.hash


def linked(after: str, blocks: Sequence[ABlock]) -> bool:
    """Whether these blocks are a chain upon a block of that hash."""
    parents = [after, *(block.hash for block in blocks)]
    return all(block.parent == parent for block, parent in zip(blocks, parents, strict=False))


def same_chain(found: Iterable[Deposit], hashes: Mapping[int, str]) -> bool:
    """Whether each is in the block that we know by its number."""
    return all(hashes.get(one.block_number) == one.block_hash for one in found)
