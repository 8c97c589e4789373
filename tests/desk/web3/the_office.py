"""What sends from a desk's accounts on a real chain, on each database, with a still clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from flask_till.base.database import Database
from flask_till.base.invariants import find_breaches
from flask_till.chains import Coin
from flask_till.desk.actions import web3_sendings as actions
from flask_till.desk.actions.web3_sendings import Posted
from flask_till.desk.actions.web3_sendings_audit import SENDINGS_INVARIANTS
from flask_till.desk.onchain import OPERATOR, Sending
from flask_till.desk.tables import MIGRATIONS
from flask_till.desk.web3.sending import Sender
from tests import ready_made
from tests.stand_ins.chain import TheChain

CUSTOMER = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
ETHER = 10**18


class TheOffice:
    """One chain's sender, and shorthands for what tests do with it.

    ``heard`` are the sendings that were told to be final or failed, in order.
    """

    def __init__(
        self, url: str, chain: TheChain, nodes: Any, signer: Any, clock: Any, *, new: bool = True
    ) -> None:
        if new:
            ready_made.migrate(url, MIGRATIONS)
        self.url = url
        self.database = Database(url, clock=clock)
        self.chain = chain
        self.nodes = nodes
        self.signer = signer
        self.clock = clock
        self.heard: list[Sending] = []
        self.sender = self.another()
        self.operator: str = signer.address(OPERATOR)
        self._names = count(1)
        chain.fund(self.operator)

    def another(self, **changes: Any) -> Sender:
        """A sender of another process, as good as: it shares the database only."""
        parts = {"nodes": self.nodes, "signer": self.signer, "chain": self.nodes.chain}
        parts |= {"after": self.heard.append} | changes
        nodes, signer, chain = parts["nodes"], parts["signer"], parts["chain"]
        return Sender(self.database, nodes, signer, chain, after=parts["after"])

    def want(self, coin: Coin | None, units: int, to: str = CUSTOMER, **more: Any) -> str:
        """Queue a sending of the operator; its id."""
        given = {"id": f"snd_{next(self._names)}", "purpose": "refund", "path": OPERATOR}
        given |= {"recipient": to, "coin_id": coin and coin.id, "units": units} | more
        wanted = Sending(chain_id=self.chain.eth.chain_id, **given)
        return self.database.write(actions.queue_sending, wanted).id

    def now(self, sending_id: str) -> Sending:
        found = self.database.read(actions.read_sending, sending_id)
        assert found is not None
        return found

    def posted(self, sending_id: str) -> Posted:
        return self.database.read(actions.read_posted, sending_id)

    def has(self, coin: Coin, address: str = CUSTOMER) -> int:
        return self.chain.balance(coin, address)

    def nonce(self, tag: str = "latest") -> int:
        return int(self.chain("eth_getTransactionCount", self.operator, tag), 16)

    def mine(self, blocks: int = 3) -> None:
        self.chain.mine(blocks)

    def step(self) -> bool:
        """One step of the sender; the node mines what was sent on a thread of its own."""
        moved = self.sender.step()
        self.await_blocks()
        return moved

    def await_blocks(self) -> None:
        """Until the node has mined what it can, if it mines."""
        until = time.monotonic() + 30
        while self.chain._mining and self.nonce() != self.nonce("pending"):
            assert time.monotonic() < until, "the node mines nothing"
            time.sleep(0.002)

    def settle(self, *ids: str, steps: int = 40) -> list[Sending]:
        """Step and mine until all of them are final or failed; as they are then."""
        for _ in range(steps):
            self.step()
            if all(self.now(one).status in ("final", "failed") for one in ids):
                return [self.now(one) for one in ids]
            self.mine(1)
            self.clock.advance(0.1)
        raise AssertionError([self.now(one) for one in ids])

    def close(self) -> None:
        """What it keeps is audited at its end."""
        breaches = self.database.read(find_breaches, SENDINGS_INVARIANTS)
        self.database.close()
        assert not breaches, "\n".join(f"{b.invariant.name}: {b.rows}" for b in breaches)

    def wait_blocks(self, blocks: float) -> None:
        """Let the time of so many blocks pass on the desk's clock; no block comes."""
        self.clock.advance(blocks * self.nodes.chain.block_seconds + 0.001)


@pytest.fixture
def office(
    database_url: str, chain: TheChain, nodes: Any, signer: Any, clock: Any
) -> Iterator[TheOffice]:
    """Runs on SQLite, then on PostgreSQL."""
    made = TheOffice(database_url, chain, nodes, signer, clock)
    yield made
    made.close()


Make = Callable[..., TheOffice]


@pytest.fixture
def make_office(database_url: str, signer: Any, clock: Any) -> Iterator[Make]:
    """``make_office(chain, nodes)``: one for another chain, or through other nodes."""
    made: list[TheOffice] = []

    def make(chain: TheChain, nodes: Any) -> TheOffice:
        made.append(TheOffice(database_url, chain, nodes, signer, clock))
        return made[-1]

    yield make
    for one in made:
        one.close()
