"""Follows one chain: reads its blocks, keeps what came in, and lets it count once it is final.

Every step ends in one guarded transaction, so it may be killed anywhere, and several watchers may
follow one chain: whoever is slower reads again. Blocks are read before the addresses are, since an
address that is made after a block was mined got nothing in it; and all that is not final yet is
searched again for tokens at each step, since nodes that are many machines behind one name may have
hidden a log once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...base.database import Database
from ...base.logs import logger
from ...chains import Chain
from ...errors import GatewayUnavailable, TillError, Unavailable
from ..actions import web3_chain, web3_deposits
from ..actions.web3_chain import Advance, Head
from ..onchain import Deposit
from .arrival import Arrivals
from .chain_port import ABlock, ReadsChain
from .reading import Moved, Reader, common_block, linked, same_chain
from .troubles import MOST_BEHIND, Troubles

log = logger(__name__)

AT_ONCE = 16
"""Blocks that are read and noted together, at most."""
MOST_MOVES = 5
"""Steps in a row that find another chain than the nodes named a moment before."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a step ended: ``top`` is the nodes' newest block, ``deposits`` what is new in those that
    were read. With ``error``, it did not; ``retry_after`` is in seconds."""

    number: int
    top: int
    final_number: int
    deposits: int = 0
    error: str | None = None
    retry_after: int = 0

    @property
    def lag(self) -> int:
        """Blocks that are still to be read."""
        return max(0, self.top - self.number)


class Watcher:
    """``after`` is told the addresses that something happened to; of none, too, when blocks came.

    It may be told twice, and after a crash of nothing at all: what waits has to be found by then.
    """

    def __init__(
        self,
        database: Database,
        nodes: ReadsChain,
        chain: Chain,
        *,
        after: Callable[[set[str]], None],
    ) -> None:
        self._database = database
        self._nodes = nodes
        self.chain = chain
        self._reader = Reader(nodes, chain)
        self._arrivals = Arrivals(nodes, chain, _Books(database, chain.id))
        self._troubles = Troubles(database, chain)
        self._after = after
        self._owed: set[str] = set()
        self._is_owing = True
        self._is_checked = False
        self._moves = 0
        self._at_once = AT_ONCE
        self.progress: Progress | None = None
        """How the last step ended."""

    @property
    def is_paused(self) -> bool:
        """Whether the last step could not read on."""
        return self.progress is not None and self.progress.error is not None

    def step(self) -> bool:
        """Read on, if there is something; True when there is more to be done at once.

        Nodes that do not answer or do not agree pause the chain, with words and an incident, until
        they do again. Raises `Unavailable` when the database does not answer.
        """
        try:
            more = self._step_unless_moved()
        except TillError as error:
            if isinstance(error, Unavailable) and not isinstance(error, GatewayUnavailable):
                raise
            self._pause(error)
            more = False
        self._tell()
        return more

    # --- one step -------------------------------------------------------------------------

    def _step_unless_moved(self) -> bool:
        try:
            more = self._step()
        except Moved:
            self._moves += 1
            if self._moves > MOST_MOVES:
                raise GatewayUnavailable(
                    f"The nodes of {self.chain.name} tell of another chain each time."
                ) from None
            return False
        self._moves = 0
        return more

    def _step(self) -> bool:
        asked_at = self._database.clock()
        head = self._database.read(web3_chain.find_head, self.chain.id)
        if not self._is_checked:
            self._nodes.check()
            self._is_checked = True
        top = self._nodes.head()
        if head is None:
            return self._begin(top)
        self._troubles.see_age(head, top, asked_at)
        is_new = top.number > head.number
        more = self._read_on(head, top, asked_at) if is_new else self._stay(head, top)
        self._troubles.resume(head)
        return more

    def _begin(self, top: ABlock) -> bool:
        """From the last final block: all that may still be taken back is read from the first."""
        number = self._nodes.final_number(top)
        first = top if number == top.number else self._nodes.block(number)
        if first is None:
            raise GatewayUnavailable(f"The nodes of {self.chain.name} do not have block {number}.")
        self._database.write(web3_chain.begin_chain, self.chain.id, first.number, first.hash)
        self.progress = Progress(first.number, top.number, first.number)
        return first.number < top.number

    def _stay(self, head: Head, top: ABlock) -> bool:
        """No new block; but perhaps another one where ours was, or something is still to do."""
        ours: str | None = head.hash
        if top.number < head.number:
            read = self._database.read
            ours = read(web3_chain.hashes_at, self.chain.id, [top.number]).get(top.number)
        if ours is not None and ours != top.hash:
            return self._go_back(head, top)
        if head.number - top.number > MOST_BEHIND or ours is None:
            raise GatewayUnavailable(
                f"The nodes of {self.chain.name} are at block {top.number}, and the chain was read"
                f" up to block {head.number}."
            )
        self.progress = Progress(head.number, top.number, head.final_number)
        return self._count(head, top, min(head.number, top.number))

    def _read_on(self, head: Head, top: ABlock, asked_at: datetime) -> bool:
        last = min(top.number, head.number + self._at_once)
        blocks = self._nodes.blocks(head.number + 1, last)
        if blocks and blocks[0].parent != head.hash:
            return self._go_back(head, top)
        if len(blocks) < last - head.number or not linked(head.hash, blocks):
            raise Moved
        if last == top.number and blocks[-1].hash != top.hash:
            raise Moved
        final = min(self._nodes.final_number(top), last)
        who = self._database.read(web3_deposits.recipients, head)
        found = self._found(head, blocks, who)
        done = Advance(
            [(block.number, block.hash) for block in blocks],
            final,
            asked_at if last == top.number else None,
        )
        changed = self._database.write(web3_deposits.read_on, head, done, found)
        if changed is None:
            return True
        self._owe(changed)
        self._at_once = min(2 * self._at_once, AT_ONCE)
        self.progress = Progress(last, top.number, final, len(found))
        has_more = self._count(head, top, last) if found or who.waiting else False
        return has_more or last < top.number

    def _found(
        self, head: Head, blocks: Sequence[ABlock], who: web3_deposits.Recipients
    ) -> list[Deposit]:
        """What is new in these blocks, and in those before that are not final."""
        first = min(head.final_number, head.number) + 1
        tokens = [
            one
            for one in self._reader.tokens(first, blocks[-1].number, who.addresses)
            if (one.tx_hash, one.log_index, one.block_hash) not in who.waiting
        ]
        hashes = {block.number: block.hash for block in blocks}
        if older := {one.block_number for one in tokens} - hashes.keys():
            hashes |= self._database.read(web3_chain.hashes_at, self.chain.id, older)
        if not same_chain(tokens, hashes):
            raise Moved
        return self._reader.native(blocks, who.addresses) + tokens

    # --- reorgs ---------------------------------------------------------------------------

    def _go_back(self, head: Head, top: ABlock) -> bool:
        """To the last block that we and the nodes have in common; what is above is dropped."""
        kept = self._database.read(web3_chain.kept_blocks, self.chain.id)
        ours = [block for block in kept if block[0] <= min(top.number, head.number)]
        if not ours:
            raise Moved
        common = common_block(self._nodes, ours)
        changed = self._database.write(web3_deposits.take_back, self.chain, head, common)
        if changed is not None:
            self._owe(changed)
            log.warning("%s went back from block %s to %s", self.chain.name, head.number, common[0])
        return True

    # --- finality -------------------------------------------------------------------------

    def _count(self, head: Head, top: ABlock, read_up_to: int) -> bool:
        """Let deposits of final blocks count. True when some are left for another step."""
        if head.is_held:
            return False
        if not self._ripe(read_up_to):
            return False
        final = min(self._nodes.final_number(top), read_up_to)
        waiting = self._ripe(final)
        if not waiting:
            return False
        verdicts = self._arrivals.judge(waiting, final)
        self._owe(self._database.write(web3_deposits.finish, self.chain.id, final, verdicts))
        return len(waiting) >= web3_deposits.AT_ONCE

    def _ripe(self, number: int) -> list[Deposit]:
        return self._database.read(web3_deposits.ripe_deposits, self.chain.id, number)

    def _pause(self, error: TillError) -> None:
        """Nothing moves while nodes do not answer or agree; a later step finds that they do."""
        self._is_checked = False
        self._at_once = max(1, self._at_once // 2)  # it may have been too much
        words = error.message[:500]
        retry_after = error.retry_after or 0 if isinstance(error, GatewayUnavailable) else 0
        last = self.progress or Progress(0, 0, 0)
        self.progress = Progress(last.number, last.top, last.final_number, 0, words, retry_after)
        self._troubles.pause(words)

    # --- telling --------------------------------------------------------------------------

    def _owe(self, changed: set[str]) -> None:
        self._owed |= changed
        self._is_owing = True

    def _tell(self) -> None:
        if not self._is_owing:
            return
        try:
            self._after(set(self._owed))
        except Exception:
            log.exception("what came in on %s is told again", self.chain.name)
            return
        self._owed, self._is_owing = set(), False


class _Books:
    """What the database knows of the desk's own addresses on a chain."""

    def __init__(self, database: Database, chain_id: int) -> None:
        self._read = database.read
        self._chain_id = chain_id

    def sent_from(self, address: str) -> list[str]:
        return self._read(web3_deposits.sent_from, self._chain_id, address)

    def received_at(self, address: str, coin_id: str) -> int:
        return self._read(web3_deposits.received_at, self._chain_id, address, coin_id)
