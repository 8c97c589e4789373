"""Watchers beside each other, addresses that are made while blocks are read, news that get lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from flask_till.base.database import Database
from flask_till.desk.actions import web3_deposits, web3_incidents
from flask_till.desk.onchain import DROPPED, FINAL, SEEN
from flask_till.desk.web3.watching import Watcher
from tests.desk.the_desk import draft
from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.the_watch import TheWatch
from tests.stand_ins.chain import TheChain


class Between:
    """Nodes that do something else before each question, and after each answer."""

    def __init__(self, nodes: Any, do: Callable[[str], object]) -> None:
        self.chain = nodes.chain
        self._nodes = nodes
        self._do = do

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*given: Any, **named: Any) -> Any:
            self._do(name)
            answer = getattr(self._nodes, name)(*given, **named)
            self._do(name)
            return answer

        return ask


def test_an_address_that_is_made_and_paid_at_any_moment_is_seen(
    chain: TheChain, watch: TheWatch
) -> None:
    """Also while a step is under way that has not read the block that the payment will be in."""
    watch.account(0)
    watch.look()
    numbers = count(1)
    made: dict[str, int] = {}

    def somebody_pays(_: str) -> None:
        if len(made) < 20:
            number = next(numbers)
            address = watch.account(number)
            made[address] = number
            chain.pay(chain.eth if number % 2 else chain.usdc, address, number)

    watcher = watch.another(Between(watch.nodes, somebody_pays))
    for _ in range(30):
        watcher.step()
    chain.mine(2)
    watch.look()
    assert len(made) == 20
    assert {one.address: one.units for one in watch.final} == made
    watch.check(chain)


def test_the_slower_of_two_watchers_reads_again(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.pay(chain.usdc, mine, 10)
    other = watch.another()

    def overtake(name: str) -> None:
        if name == "transfers":
            chain.mine()
            watch.look(other)

    slow = watch.another(Between(watch.nodes, overtake))
    assert slow.step(), "there is more to read at once"
    assert watch.head.number == chain.height
    chain.mine(2)
    watch.look(slow)
    watch.look(other)
    assert watch.held(chain.usdc) == 10
    watch.check(chain)


def test_two_that_judge_one_deposit_credit_it_once(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.pay(chain.usdc, mine, 10)
    chain.mine(2)
    other = watch.another()

    def overtake(name: str) -> None:
        if name == "balance":
            watch.look(other)

    watch.look(watch.another(Between(watch.nodes, overtake)))
    assert watch.states == [FINAL]
    assert watch.held(chain.usdc) == 10
    assert watch.told.count({mine}) <= 2
    watch.check(chain)


def test_a_deposit_that_is_dropped_while_it_is_judged_does_not_count(
    own_chain: TheChain, reach: Callable[..., Any], watch_of: Callable[..., TheWatch]
) -> None:
    watch = watch_of(reach(own_chain, confirmations=2))
    mine = watch.account()
    watch.look()
    own_chain.pay(own_chain.usdc, mine, 10)
    own_chain.mine(1)
    other = watch.another()
    done = []

    def fork(name: str) -> None:
        if name == "balance" and not done:
            done.append(True)
            own_chain.reorg(3)
            own_chain.mine(1)
            watch.look(other)
            for one in watch.incidents:  # somebody was there at once
                watch.database.write(web3_incidents.close_incident, one.id)

    watch.look(watch.another(Between(watch.nodes, fork)))
    own_chain.mine(3)
    watch.look()
    assert done
    assert watch.states == [DROPPED]
    assert watch.held(own_chain.usdc) == 0


def test_a_deposit_that_moves_while_it_is_judged_is_judged_anew(
    own_chain: TheChain, reach: Callable[..., Any], watch_of: Callable[..., TheWatch]
) -> None:
    watch = watch_of(reach(own_chain, confirmations=2))
    mine = watch.account()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 10)
    watch.look()
    tx_hash = own_chain.pay(own_chain.usdc, mine, 10)
    signed = own_chain("eth_getRawTransactionByHash", tx_hash)
    other = watch.another()
    done = []

    def fork(name: str) -> None:
        if name == "balance" and not done:
            done.append(True)
            own_chain.reorg(2, [(signed, 1)])
            watch.look(other)
            for one in watch.incidents:  # somebody was there at once
                watch.database.write(web3_incidents.close_incident, one.id)

    watch.look()
    own_chain.mine(1)
    watch.look(watch.another(Between(watch.nodes, fork)))
    assert done
    assert watch.states == [SEEN], "its block is the newest now"
    own_chain.mine(1)
    watch.look()
    assert watch.held(own_chain.usdc) == 10
    watch.check(own_chain)


def test_a_block_that_goes_before_it_is_judged_does_not_count(
    own_chain: TheChain, reach: Callable[..., Any], watch_of: Callable[..., TheWatch]
) -> None:
    """Where the newest block is final at once; its transaction is in another one a moment later."""
    watch = watch_of(reach(own_chain, confirmations=1))
    mine = watch.account()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 10)
    watch.look()
    tx_hash = own_chain.pay(own_chain.usdc, mine, 10)
    signed = own_chain("eth_getRawTransactionByHash", tx_hash)
    own_chain.mine(1)
    done = []

    def fork(name: str) -> None:
        if name == "receipt" and not done:
            done.append(True)
            own_chain.reorg(2, [(signed, 1)])

    watch.look(watch.another(Between(watch.nodes, fork)))
    watch.look()
    assert done
    assert watch.states == [SEEN]
    assert watch.kinds == [web3_incidents.TAKEN_BACK]
    assert watch.held(own_chain.usdc) == 0
    watch.check(own_chain)


def test_what_is_known_is_no_news(chain: TheChain, watch: TheWatch) -> None:
    """Whoever reads a block again changes nothing of what it brought, final or not."""
    mine = watch.account()
    watch.look()
    chain.pay(chain.usdc, mine, 10)
    watch.look()
    (seen,) = watch.deposits
    assert watch.database.write(web3_deposits._keep, watch.chain.id, [seen]) == set()
    chain.mine(2)
    watch.look()
    assert watch.database.write(web3_deposits._keep, watch.chain.id, [seen]) == set()
    assert watch.states == [FINAL]


def test_many_watchers_count_everything_once(
    own_chain: TheChain,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
    at_once: Callable[..., list[Any]],
) -> None:
    watch = watch_of(reach(own_chain, confirmations=4))
    accounts = [watch.account(number) for number in range(3)]
    watch.look()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 10_000)
    own_chain.mine(3)
    ended = threading.Event()

    def follow(number: int) -> None:
        if number:
            watcher = watch.another()
            while not ended.is_set():
                watcher.step()
            return
        for turn in range(24):
            own_chain.pay(own_chain.usdc, accounts[turn % 3], 1 + turn)
            own_chain.pay(own_chain.eth, accounts[turn % 3], 1 + turn)
            if turn % 5 == 4:
                own_chain.reorg(1 + turn % 3)
        own_chain.mine(5)
        watch.look(watch.another())
        ended.set()

    at_once(follow, 4)
    watch.look()
    assert SEEN not in watch.states
    for number, address in enumerate(accounts):
        for coin in (own_chain.usdc, own_chain.eth):
            assert watch.held(coin, number) == own_chain.balance(coin, address)
    assert watch.incidents == []
    watch.check(own_chain)


# --- telling ------------------------------------------------------------------------------


def test_news_that_could_not_be_told_are_told_again(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    told: list[set[str]] = []

    def after(addresses: set[str]) -> None:
        told.append(addresses)
        if len(told) < 3:
            raise RuntimeError("not now")

    watcher = Watcher(watch.database, watch.nodes, watch.chain, after=after)
    chain.pay(chain.usdc, mine, 10)
    for _ in range(5):
        watch.look(watcher)
    assert told == [{mine}, {mine}, {mine}]


def test_a_watcher_that_starts_has_its_listener_look_once(chain: TheChain, watch: TheWatch) -> None:
    """News of a step whose process died before it told them."""
    watch.look()
    watch.told.clear()
    watcher = watch.another()
    watch.look(watcher)
    watch.look(watcher)
    assert watch.told == [set()]
    chain.mine()
    watch.look(watcher)
    assert watch.told == [set(), set()], "and again with each block"


# --- long absences ------------------------------------------------------------------------


def test_money_of_a_long_outage_is_found_although_its_time_is_over(
    chain: TheChain, desk: ChainDesk, clock: Any
) -> None:
    order = desk.cashier.create(desk.merchant, draft())
    standing = desk.open(order)
    desk.follow()
    chain.mine(40)  # more than are read at once
    desk.send(order, chain.usdc)
    clock.advance(days=400)
    desk.follow(2)
    (one,) = desk.standing(order).deposits
    assert one.status == FINAL
    assert one.received == standing.dues[chain.usdc.id]


def test_a_dropped_transaction_is_found_whenever_it_comes_again(
    database_url: str, clock: Any, tmp_path: Path, own_chain: TheChain, signer: Any
) -> None:
    """Long after its address is watched no more; who sent it may still believe that he paid."""
    desk = ChainDesk(database_url, clock, tmp_path, own_chain, signer, confirmations=6)
    try:
        order = desk.cashier.create(desk.merchant, draft())
        desk.open(order)
        own_chain.mint(own_chain.usdc, own_chain.people[0], 10**12)
        signed = own_chain("eth_getRawTransactionByHash", desk.send(order, own_chain.usdc))
        desk.follow()
        assert [one.status for one in desk.standing(order).deposits] == [SEEN]
        own_chain.reorg(1)
        desk.follow(1)
        assert desk.standing(order).deposits == []
        for _ in range(2):
            clock.advance(days=400)
            desk.follow(1)
        own_chain("eth_sendRawTransaction", signed)
        desk.follow(7)
        assert [one.status for one in desk.standing(order).deposits] == [FINAL]
    finally:
        desk.desk.close()


def test_a_long_chain_is_read_in_parts_that_show(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.mine(30)
    chain.pay(chain.usdc, mine, 10)
    chain.pay(chain.eth, mine, 10)
    chain.mine(39)
    seen = []
    while watch.watcher.step():
        assert watch.watcher.progress is not None
        seen.append((watch.head.number, watch.watcher.progress.lag))
    assert len(seen) == 4
    assert seen == sorted(seen)
    assert [lag for _, lag in seen] == [56, 40, 24, 8]
    assert (watch.held(chain.usdc), watch.held(chain.eth)) == (10, 10)
    watch.check(chain)


def test_how_many_statements_a_block_costs(chain: TheChain, watch: TheWatch) -> None:
    for number in range(50):
        watch.account(number)
    watch.look()
    said: list[str] = []
    event.listen(watch.database.engine, "before_cursor_execute",
                 lambda c, cursor, statement, *rest: said.append(statement))  # fmt: skip
    watch.look()
    assert len(said) <= 3, said
    said.clear()
    chain.mine()
    watch.look()
    assert len(said) <= 9, said


def test_a_database_that_is_away_is_no_fault_of_the_nodes(
    watch: TheWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flask_till.errors import Unavailable

    watch.look()

    def away(*given: Any, **named: Any) -> Any:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(Database, "read", away)
    with pytest.raises(Unavailable):
        watch.watcher.step()
    monkeypatch.undo()
    watch.look()
    assert watch.incidents == []
