"""What of a transfer really arrived, once its block is final."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from ...chains import Chain, Coin
from ...errors import GatewayUnavailable, TillError
from ..actions.web3_deposits import Verdict
from ..actions.web3_incidents import FORGED, SHRUNK
from ..onchain import NATIVE_LOG, Deposit
from .chain_port import AReceipt, ATokenTransfer, ReadsChain
from .reading import Moved
from .sending_port import HISTORY_GONE

Groups = dict[tuple[str, str], list[Deposit]]


class Books(Protocol):
    """What the desk knows of its own addresses."""

    def sent_from(self, address: str) -> Iterable[str]:
        """Every transaction that was signed with its key."""

    def received_at(self, address: str, coin_id: str) -> int:
        """What has counted of a coin so far."""


class Arrivals:
    """Judges deposits of one chain: by receipts, and by how much balances grew.

    ``judge`` raises `Moved`, or `TillError` as the nodes do.
    """

    def __init__(self, nodes: ReadsChain, chain: Chain, books: Books) -> None:
        self._nodes = nodes
        self._chain = chain
        self._books = books
        self._tokens = {one.contract.lower(): one for one in chain.coins if one.contract}

    def judge(self, ripe: Sequence[Deposit], final_number: int) -> list[Verdict]:
        """What deposits turn out to be that are final; all of a block have to be among them."""
        receipts = {one.tx_hash: self._receipt(one) for one in ripe}
        if any(receipts[one.tx_hash].block_hash != one.block_hash for one in ripe):
            raise Moved
        groups: Groups = defaultdict(list)
        verdicts = []
        for one in ripe:
            if self._is_real(one, receipts[one.tx_hash]):
                groups[one.address, one.coin_id].append(one)
            else:
                verdicts.append(self._refuse(one, receipts[one.tx_hash]))
        for group in groups.values():
            verdicts += self._accept(group, final_number)
        return verdicts

    # --- whether it is there --------------------------------------------------------------

    def _receipt(self, deposit: Deposit) -> AReceipt:
        found = self._nodes.receipt(deposit.tx_hash)
        if found is None:
            raise GatewayUnavailable(
                f"The nodes of {self._chain.name} have block {deposit.block_number}, but no receipt"
                f" of its transaction {deposit.tx_hash}."
            )
        return found

    def _is_real(self, deposit: Deposit, receipt: AReceipt) -> bool:
        if receipt.status != 1:
            return False
        if deposit.log_index == NATIVE_LOG:
            return (receipt.recipient or "").lower() == deposit.address.lower()
        return any(self._is_same(deposit, log) for log in receipt.transfers)

    def _is_same(self, deposit: Deposit, log: ATokenTransfer) -> bool:
        coin = self._tokens.get(log.contract.lower())
        told = (log.log_index, log.recipient.lower(), log.units)
        return (
            coin is not None
            and coin.id == deposit.coin_id
            and told == (deposit.log_index, deposit.address.lower(), deposit.units)
        )

    def _refuse(self, deposit: Deposit, receipt: AReceipt) -> Verdict:
        if receipt.status != 1:
            return Verdict(deposit, None)
        words = (
            f"The nodes of {self._chain.name} told of {self._coin(deposit).show(deposit.units)} for"
            f" {deposit.address} in transaction {deposit.tx_hash}, and its receipt does not."
        )
        return Verdict(deposit, None, FORGED, words)

    # --- how much of it -------------------------------------------------------------------

    def _accept(self, group: Sequence[Deposit], final_number: int) -> Iterator[Verdict]:
        """Deposits of one coin at one address, in one or several blocks."""
        blocks: dict[int, list[Deposit]] = defaultdict(list)
        for one in group:
            blocks[one.block_number].append(one)
        try:
            grown = [(these, self._grown(these)) for these in blocks.values()]
        except TillError as error:
            if error.code != HISTORY_GONE:
                raise
            grown = [(list(group), self._grown_in_all(group, final_number))]
        for these, units in grown:
            yield from self._share(these, units)

    def _share(self, group: Sequence[Deposit], grown: int) -> Iterator[Verdict]:
        """Share what a balance grew by among the transfers that made it grow."""
        told = _told(group)
        grown = min(max(grown, 0), told)
        shares = [one.units * grown // told for one in group]
        for place in range(grown - sum(shares)):  # what rounding left; fewer than there are shares
            shares[place] += 1
        for one, share in zip(group, shares, strict=True):
            if share == one.units:
                yield Verdict(one, share)
            else:
                yield Verdict(one, share, SHRUNK, self._shrunk(one, share))

    def _grown(self, group: Sequence[Deposit]) -> int:
        """By how much a balance grew in a block, without what we sent from there in the same."""
        deposit, told = group[0], _told(group)
        number, contract = deposit.block_number, self._coin(deposit).contract
        after = self._nodes.balance(deposit.address, contract, number)
        before = self._nodes.balance(deposit.address, contract, number - 1) if number else 0
        if after - before >= told:
            return told
        own = [one for one in self._sent(deposit) if one.block_hash == deposit.block_hash]
        if own and contract is None:
            return told  # a chain moves its own coin in full; how much of it gas took is not told
        return after - before + _left(own, deposit.address, contract)

    def _grown_in_all(self, group: Sequence[Deposit], final_number: int) -> int:
        """What came and has not counted, by what is there now: for nodes that forgot those blocks.

        It can only be more than what these brought when something else came too, and then by no
        more than that.
        """
        deposit = group[0]
        contract = self._coin(deposit).contract
        if contract is None:
            return _told(group)
        has = self._nodes.balance(deposit.address, contract, final_number)
        own = [one for one in self._sent(deposit) if one.block_number <= final_number]
        counted = self._books.received_at(deposit.address, deposit.coin_id)
        return has + _left(own, deposit.address, contract) - counted

    def _sent(self, deposit: Deposit) -> list[AReceipt]:
        """Receipts of what we sent from the address of a deposit."""
        found = [self._nodes.receipt(one) for one in self._books.sent_from(deposit.address)]
        return [one for one in found if one is not None]

    def _shrunk(self, deposit: Deposit, received: int) -> str:
        coin = self._coin(deposit)
        return (
            f"Transaction {deposit.tx_hash} on {self._chain.name} says that it moved"
            f" {coin.show(deposit.units)} to {deposit.address}, and {coin.show(received)} arrived."
        )

    def _coin(self, deposit: Deposit) -> Coin:
        coin = self._chain.coin(deposit.coin_id)
        if coin is None:
            raise GatewayUnavailable(
                f"A deposit on {self._chain.name} is in {deposit.coin_id}, a coin that the settings"
                " do not name any more."
            )
        return coin


def _told(group: Iterable[Deposit]) -> int:
    return sum(one.units for one in group)


def _left(receipts: Iterable[AReceipt], address: str, contract: str | None) -> int:
    """How much of a token these transactions took from an address."""
    return sum(
        log.units
        for receipt in receipts
        for log in receipt.transfers
        if contract is not None
        and log.contract.lower() == contract.lower()
        and log.sender.lower() == address.lower()
    )
