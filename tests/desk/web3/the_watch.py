"""A watcher before a real chain, on either database, with shoppers' accounts to pay to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from flask_till.base.database import Database
from flask_till.base.invariants import find_breaches
from flask_till.chains import Chain, Coin
from flask_till.desk.actions import web3_accounts, web3_addresses, web3_chain, web3_incidents
from flask_till.desk.actions.web3_audit import WEB3_INVARIANTS
from flask_till.desk.actions.web3_chain_audit import CHAIN_INVARIANTS
from flask_till.desk.actions.web3_payments import deposit_from
from flask_till.desk.gateways.web3.keys import SeedSigner
from flask_till.desk.onchain import DROPPED, FINAL, Deposit, deposit_path
from flask_till.desk.tables import MIGRATIONS
from flask_till.desk.tables.web3 import web3_deposits
from flask_till.desk.web3.watching import Watcher
from tests import ready_made
from tests.stand_ins.chain import DESK_PHRASE, TheChain

SIGNER = SeedSigner(DESK_PHRASE)


class TheWatch:
    """A database, a watcher of a chain, and what tests ask them.

    ``told`` are the sets of addresses that the watcher told of.
    """

    def __init__(self, url: str, nodes: Any, clock: Any = None, *, is_new: bool = True) -> None:
        if is_new:
            ready_made.migrate(url, MIGRATIONS)
        self.database = Database(url) if clock is None else Database(url, clock=clock)
        self.nodes = nodes
        self.told: list[set[str]] = []
        self.watcher = self.another()

    def another(self, nodes: Any = None) -> Watcher:
        """A watcher as in another process: it remembers nothing."""
        before = nodes or self.nodes
        return Watcher(self.database, before, before.chain, after=self.told.append)

    @property
    def chain(self) -> Chain:
        chain: Chain = self.nodes.chain
        return chain

    def account(self, number: int = 0) -> str:
        """The address of a shopper's account, made when it is asked for the first time."""
        address = SIGNER.address(deposit_path(number))
        self.database.write(web3_addresses.add_address, number, address, f"shopper-{number}")
        return address

    def look(self, watcher: Watcher | None = None) -> None:
        """Step until there is nothing to do."""
        watcher = watcher or self.watcher
        for _ in range(1000):
            if not watcher.step():
                return
        raise AssertionError("it never comes to an end")

    # --- what is known --------------------------------------------------------------------

    @property
    def head(self) -> web3_chain.Head:
        head = self.database.read(web3_chain.find_head, self.chain.id)
        assert head is not None
        return head

    @property
    def deposits(self) -> list[Deposit]:
        """All that were ever seen and not replaced, in the order of the chain."""
        query = select(web3_deposits).order_by(
            web3_deposits.c.block_number, web3_deposits.c.log_index, web3_deposits.c.tx_hash
        )
        rows = self.database.read(lambda work: work.execute(query).all())
        return [deposit_from(row) for row in rows]

    @property
    def states(self) -> list[str]:
        return [one.status for one in self.deposits]

    def held(self, coin: Coin, number: int = 0) -> int:
        """What an account has of a coin."""
        balances = self.database.read(web3_accounts.balances_of, f"shopper-{number}")
        return balances.get(coin.id, 0)

    @property
    def incidents(self) -> list[web3_incidents.Incident]:
        return self.database.read(web3_incidents.list_incidents)

    @property
    def kinds(self) -> list[str]:
        return sorted(one.kind for one in self.incidents)

    # --- what must be true ----------------------------------------------------------------

    def check(self, chain: TheChain, *, but: Callable[[Deposit], bool] = lambda one: False) -> None:
        """All that must hold: of the database alone, and of it and the chain together."""
        invariants = (*WEB3_INVARIANTS, *CHAIN_INVARIANTS)
        assert self.database.read(find_breaches, invariants) == []
        for one in self.deposits:
            if one.status == DROPPED or but(one):
                continue
            receipt = chain.receipt(one.tx_hash)
            assert receipt is not None, one
            assert receipt["blockHash"] == one.block_hash, one
            assert int(receipt["status"], 16) == 1, one

    @property
    def final(self) -> list[Deposit]:
        return [one for one in self.deposits if one.status == FINAL]

    def close(self) -> None:
        self.database.close()


@pytest.fixture
def watch_of(new_database_url: Callable[[], str]) -> Iterator[Callable[..., TheWatch]]:
    """``watch_of(nodes)`` watches through these nodes; on SQLite, then on PostgreSQL."""
    made: list[TheWatch] = []

    def make(nodes: Any, clock: Any = None) -> TheWatch:
        made.append(TheWatch(new_database_url(), nodes, clock))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def watch(watch_of: Callable[..., TheWatch], nodes: Any) -> TheWatch:
    """Watches ``chain``: final after 3 blocks."""
    return watch_of(nodes)
