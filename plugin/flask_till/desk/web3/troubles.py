"""Why a chain is not read, or not believed, for the moment: in its head, and as incidents."""

from __future__ import annotations

from datetime import UTC, datetime

from ...base.database import Database
from ...base.logs import logger
from ...chains import Chain
from ..actions import web3_chain, web3_incidents
from ..actions.web3_chain import Head
from .chain_port import ABlock

log = logger(__name__)

MOST_BEHIND = 25
"""Blocks that nodes may be behind of what was read before somebody is told."""
OLDEST = 300.0
"""Seconds that the newest block may be old, or `MOST_BEHIND` times what blocks take."""
HELD = (
    "A final block was taken back. Deposits are read, but none counts before somebody has closed"
    " the incident (flask till web3 incidents)."
)


class Troubles:
    """Those of one chain. Nothing is written while nothing changes."""

    def __init__(self, database: Database, chain: Chain) -> None:
        self._database = database
        self._chain = chain

    def pause(self, words: str) -> None:
        """Its nodes do not answer, or do not agree."""
        head = self._database.read(web3_chain.find_head, self._chain.id)
        if head is None or head.paused != words or web3_incidents.NODES not in head.troubles:
            self._database.write(web3_chain.pause_chain, self._chain.id, words)
            log.warning("%s is not read further: %s", self._chain.name, words)

    def resume(self, head: Head) -> None:
        """They do again."""
        words = HELD if head.is_held else None
        if head.paused != words or web3_incidents.NODES in head.troubles:
            self._database.write(web3_chain.resume_chain, self._chain.id, words)

    def see_age(self, head: Head, top: ABlock, now: datetime) -> None:
        """Nodes that all stand still agree with each other; only the clock tells."""
        if self._chain.testnet:
            return
        age = (now - datetime.fromtimestamp(top.timestamp, UTC)).total_seconds()
        is_old = age > max(OLDEST, MOST_BEHIND * self._chain.block_seconds)
        if is_old != (web3_incidents.STALE in head.troubles):
            words = (
                f"The newest block of {self._chain.name} that the nodes have is {top.number}, and"
                f" it is {age / 60:.0f} minutes old."
            )
            told = words if is_old else None
            self._database.write(web3_chain.note_age, self._chain.id, told)
