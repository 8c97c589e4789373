"""How far a chain was read, and which blocks that were: what a reorg is seen by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, insert, select, update

from ...base.database import Work
from ..tables.web3 import web3_blocks, web3_heads
from .web3_incidents import NODES, STALE, TAKEN_BACK, end_incident, open_incident, open_kinds

KEPT = 256
"""Blocks that are remembered below the final one, to find where a chain that took it back forked
off."""

BlockKey = tuple[int, str]
"""The number of a block and its hash."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last block that was read. ``read_at`` is until when all that the chain had was read.

    ``troubles`` are the kinds of incidents that are open.
    """

    chain_id: int
    number: int
    hash: str
    final_number: int
    paused: str | None
    read_at: datetime
    troubles: frozenset[str] = frozenset()

    @property
    def is_held(self) -> bool:
        """A final block was taken back, and nobody has looked yet: nothing new becomes final."""
        return TAKEN_BACK in self.troubles


@dataclass(frozen=True, slots=True)
class Advance:
    """Blocks that were read. ``read_at`` as in `Head`, None while there are more to read."""

    blocks: Sequence[BlockKey]
    final_number: int
    read_at: datetime | None = None


def find_head(work: Work, chain_id: int) -> Head | None:
    """None for a chain that nobody has begun to read."""
    row = work.execute(select(web3_heads).where(web3_heads.c.chain_id == chain_id)).first()
    if row is None:
        return None
    return Head(
        chain_id,
        row.number,
        row.hash,
        row.final_number,
        row.paused,
        row.updated_at,
        open_kinds(work, chain_id),
    )


def read_chains(work: Work) -> set[int]:
    """The ids of the chains that somebody has begun to read."""
    return set(work.execute(select(web3_heads.c.chain_id)).scalars())


def list_heads(work: Work) -> list[Head]:
    """Of every chain that is read."""
    ids = work.execute(select(web3_heads.c.chain_id).order_by(web3_heads.c.chain_id)).scalars()
    found = [find_head(work, chain_id) for chain_id in ids.all()]
    return [head for head in found if head is not None]


def begin_chain(work: Work, chain_id: int, number: int, block_hash: str) -> bool:
    """Read a chain from behind that block on, which is final; False when it was begun before."""
    row = {
        "chain_id": chain_id,
        "number": number,
        "hash": block_hash,
        "final_number": number,
        "paused": None,
        "updated_at": work.now,
    }
    if not work.insert_once(web3_heads, row):
        return False
    _keep(work, chain_id, [(number, block_hash)])
    end_incident(work, NODES, str(chain_id))
    return True


def move_head(work: Work, head: Head, done: Advance) -> bool:
    """Put the head behind the blocks that were read; False when somebody else moved it before."""
    number, block_hash = done.blocks[-1]
    values = {
        "number": number,
        "hash": block_hash,
        "final_number": max(head.final_number, done.final_number),
        "updated_at": done.read_at or head.read_at,
    }
    if not _guarded(work, head, values):
        return False
    _keep(work, head.chain_id, done.blocks)
    _forget(work, head.chain_id, min(done.final_number, number) - KEPT)
    return True


def move_head_back(work: Work, head: Head, common: BlockKey) -> bool:
    """Forget the blocks above the last common one; False when somebody else moved the head."""
    number, block_hash = common
    if not _guarded(work, head, {"number": number, "hash": block_hash}):
        return False
    work.execute(
        delete(web3_blocks).where(
            web3_blocks.c.chain_id == head.chain_id, web3_blocks.c.number >= number
        )
    )
    _keep(work, head.chain_id, [common])
    return True


def raise_final(work: Work, chain_id: int, number: int) -> bool:
    """Let the chain be final up to there at least, and nobody change that it is meanwhile.

    False when a final block was taken back and nobody has looked yet.
    """
    higher = web3_heads.c.final_number < number
    work.execute(
        update(web3_heads)
        .where(web3_heads.c.chain_id == chain_id)
        .values(final_number=case((higher, number), else_=web3_heads.c.final_number))
    )
    return TAKEN_BACK not in open_kinds(work, chain_id)


def pause_chain(work: Work, chain_id: int, words: str) -> None:
    """Say why it is not read further, and have somebody look."""
    work.execute(update(web3_heads).where(web3_heads.c.chain_id == chain_id).values(paused=words))
    open_incident(work, chain_id, NODES, str(chain_id), words)


def resume_chain(work: Work, chain_id: int, words: str | None) -> None:
    """Its nodes answer again; ``words`` when it waits for something else."""
    work.execute(update(web3_heads).where(web3_heads.c.chain_id == chain_id).values(paused=words))
    end_incident(work, NODES, str(chain_id))


def note_age(work: Work, chain_id: int, words: str | None) -> None:
    """The newest block of the nodes is too old for its chain, or no longer (None)."""
    if words is None:
        end_incident(work, STALE, str(chain_id))
    else:
        open_incident(work, chain_id, STALE, str(chain_id), words)


def kept_blocks(work: Work, chain_id: int) -> list[BlockKey]:
    """The blocks that are remembered, the lowest first."""
    query = (
        select(web3_blocks.c.number, web3_blocks.c.hash)
        .where(web3_blocks.c.chain_id == chain_id)
        .order_by(web3_blocks.c.number)
    )
    return [(row.number, row.hash) for row in work.execute(query).all()]


def hashes_at(work: Work, chain_id: int, numbers: Iterable[int]) -> dict[int, str]:
    """Those of the remembered blocks among these."""
    query = select(web3_blocks.c.number, web3_blocks.c.hash).where(
        web3_blocks.c.chain_id == chain_id, web3_blocks.c.number.in_(sorted(set(numbers)))
    )
    return {row.number: row.hash for row in work.execute(query).all()}


def _guarded(work: Work, head: Head, values: dict[str, object]) -> bool:
    """Change the head if it still is what was read; two watchers must not both go on from it."""
    return bool(
        work.execute(
            update(web3_heads)
            .where(
                web3_heads.c.chain_id == head.chain_id,
                web3_heads.c.number == head.number,
                web3_heads.c.hash == head.hash,
            )
            .values(**values)
        ).rowcount
    )


def _keep(work: Work, chain_id: int, blocks: Iterable[BlockKey]) -> None:
    work.execute(
        insert(web3_blocks),
        [{"chain_id": chain_id, "number": number, "hash": own} for number, own in blocks],
    )


def _forget(work: Work, chain_id: int, below: int) -> None:
    work.execute(
        delete(web3_blocks).where(web3_blocks.c.chain_id == chain_id, web3_blocks.c.number < below)
    )
