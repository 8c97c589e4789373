"""The audit is silent about a chain that was watched, and notices what breaks its books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from flask_till.base.invariants import find_breaches
from flask_till.desk.actions.web3_chain_audit import CHAIN_INVARIANTS
from flask_till.desk.onchain import FINAL, SEEN
from flask_till.desk.tables.web3 import (
    web3_blocks,
    web3_deposits,
    web3_heads,
    web3_incidents,
    web3_sendings,
)
from tests.desk.web3.the_office import TheOffice
from tests.desk.web3.the_watch import TheWatch
from tests.stand_ins.chain import TheChain


class Seen(Exception):
    """Carries what the audit found out of a transaction that must not be kept."""


def _deposits(work: Any, status: str, **values: Any) -> None:
    work.execute(update(web3_deposits).where(web3_deposits.c.status == status).values(**values))


def _block(work: Any, number: int) -> None:
    work.execute(insert(web3_blocks).values(chain_id=31337, number=number, hash="0x1"))


def _leave_out(work: Any) -> None:
    found = work.execute(web3_blocks.select().order_by(web3_blocks.c.number)).all()
    work.execute(delete(web3_blocks).where(web3_blocks.c.number == found[1].number))


SPOILS: dict[str, list[Callable[[Any], Any]]] = {
    "web3-head-kept": [
        lambda work: work.execute(update(web3_heads).values(hash="0x1")),
        lambda work: _block(work, 10**6),
    ],
    "web3-blocks-whole": [_leave_out],
    "web3-deposits-there": [
        lambda work: _deposits(work, SEEN, block_hash="0x1"),
        lambda work: _deposits(work, SEEN, block_number=10**6),
    ],
    "web3-final-when-final": [lambda work: work.execute(update(web3_heads).values(final_number=1))],
    "web3-received-within": [lambda work: _deposits(work, FINAL, received=2**256 - 1)],
    "web3-own-moves": [lambda work: work.execute(update(web3_sendings).values(purpose="gas"))],
    "web3-shrunk-told": [lambda work: work.execute(delete(web3_incidents))],
}


@pytest.fixture
def busy(chain: TheChain, office: TheOffice, nodes: Any) -> Iterator[TheWatch]:
    """One deposit that counts, one of which less does, one of ours, and one that is only seen."""
    watch = TheWatch(office.url, nodes, office.clock, is_new=False)
    mine = watch.account()
    watch.look()
    chain.pay(chain.usdc, mine, 10)
    chain.pay(chain.fee_coin, mine, 100)
    office.want(chain.eth, 10**15, to=mine)
    for _ in range(3):
        office.sender.step()
    chain.mine(3)
    watch.look()
    chain.pay(chain.usdc, mine, 20)
    watch.look()
    assert watch.states == [FINAL, FINAL, FINAL, SEEN]
    yield watch
    watch.close()


def found_after(watch: TheWatch, spoil: Callable[[Any], Any]) -> set[str]:
    def look(work: Any) -> None:
        spoil(work)
        raise Seen({breach.invariant.name for breach in find_breaches(work, CHAIN_INVARIANTS)})

    with pytest.raises(Seen) as seen:
        watch.database.write(look)
    found: set[str] = seen.value.args[0]
    return found


def test_it_is_silent_when_all_is_well_and_names_what_is_not(
    chain: TheChain, busy: TheWatch
) -> None:
    busy.check(chain)
    assert SPOILS.keys() == {invariant.name for invariant in CHAIN_INVARIANTS}
    for name, spoils in SPOILS.items():
        for spoil in spoils:
            assert name in found_after(busy, spoil), name
    busy.check(chain)
