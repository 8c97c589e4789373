"""The beginning, the clock, the loop that follows a chain, and what a block costs to read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flask_till.desk.actions import web3_incidents
from flask_till.desk.web3 import watching
from flask_till.desk.web3.watch_loop import WatchLoop
from tests.desk.web3.the_watch import TheWatch
from tests.stand_ins.chain import LyingNode, TheChain
from tests.stand_ins.chain.the_chain import call

NODES = [web3_incidents.NODES]


# --- the beginning, and the clock ---------------------------------------------------------


def test_a_chain_whose_nodes_never_answered_is_told_of(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
) -> None:
    first_node.rest()
    watch = watch_of(reach(chain, first_node))
    watch.look()
    watch.look()
    assert watch.kinds == NODES
    first_node.behave()
    watch.look()
    assert watch.incidents == []
    assert watch.head.number == chain.height


def test_nodes_that_all_stand_still_are_told_of(
    chain: TheChain, nodes: Any, watch_of: Callable[..., TheWatch], clock: Any
) -> None:
    watch = watch_of(nodes, clock)
    live = replace(nodes.chain, testnet=False)
    watch.watcher = watching.Watcher(watch.database, nodes, live, after=watch.told.append)
    newest = int(chain.block("latest")["timestamp"], 16)
    clock.now = datetime.fromtimestamp(newest, UTC) + timedelta(seconds=290)
    watch.look()
    watch.look()
    assert watch.incidents == []
    clock.advance(20)
    watch.look()
    watch.look()
    assert watch.kinds == [web3_incidents.STALE]
    assert watch.head.paused is None, "there is nothing to be read"
    clock.now = datetime.fromtimestamp(newest, UTC) + timedelta(seconds=10)
    watch.look()
    assert watch.incidents == []


def test_answers_that_are_too_large_are_asked_for_in_parts(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flask_till.desk.gateways.web3.rpc.LARGEST_ANSWER", 5_000)
    watch = watch_of(reach(chain, first_node))
    mine = watch.account()
    watch.look()
    chain.mine(30)
    chain.pay(chain.eth, mine, 10)
    chain.mine(30)
    for _ in range(30):
        watch.look()
    assert watch.head.number == chain.height
    assert watch.held(chain.eth) == 10


# --- the loop -----------------------------------------------------------------------------


def wait_until(is_so: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)


@pytest.fixture
def loop_of() -> Iterator[Callable[..., WatchLoop]]:
    made: list[WatchLoop] = []

    def make(*given: Any, **named: Any) -> WatchLoop:
        made.append(WatchLoop(*given, **named))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_a_thread_follows_the_chain_until_it_is_stopped(
    chain: TheChain, watch: TheWatch, loop_of: Callable[..., WatchLoop]
) -> None:
    mine = watch.account()
    lines: list[watching.Progress] = []
    loop = loop_of(watch.watcher, pace=0.02, tell=lambda _, progress: lines.append(progress))
    loop.start()
    loop.start()
    wait_until(lambda: lines)
    chain.pay(chain.usdc, mine, 10)
    chain.mine(2)
    wait_until(lambda: watch.held(chain.usdc) == 10)
    loop.stop()
    ended = len(lines)
    chain.mine()
    assert len(lines) == ended
    assert any(one.deposits == 1 for one in lines)
    assert lines[-1].lag == 0
    loop.start()
    wait_until(lambda: watch.head.number == chain.height)


def test_it_asks_less_often_while_nodes_are_away(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = watch_of(reach(chain, first_node))
    waits: list[float] = []
    loop = WatchLoop(watch.watcher, pace=1.0)

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 9:
            first_node.behave()
        if len(waits) == 10:
            loop.stop()
        return False

    monkeypatch.setattr(loop._ended, "wait", wait)
    first_node.garbage = b"no"
    loop.run()
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60, 1]


def test_it_waits_as_long_as_a_node_asks_for(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
) -> None:
    watch = watch_of(reach(chain, first_node))
    first_node.rest(44)
    loop = WatchLoop(watch.watcher, pace=1.0)
    assert not loop._step()
    assert loop._wait() == 44


def test_a_step_that_fails_is_not_the_end(
    watch: TheWatch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    loop = WatchLoop(watch.watcher, pace=1.0)

    def broken() -> bool:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(watch.watcher, "step", broken)
    assert not loop._step()
    assert loop._wait() == 2
    assert "the disk is full" in caplog.text


# --- how much is asked --------------------------------------------------------------------


def test_how_many_questions_a_block_costs(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
) -> None:
    watch = watch_of(reach(chain, first_node))
    for number in range(40):
        watch.account(number)
    watch.look()
    first_node.asked.clear()
    watch.look()
    assert first_node.asked == ["eth_getBlockByNumber"], "nothing new"
    chain.mine()
    first_node.asked.clear()
    watch.look()
    assert first_node.asked == [
        "eth_getBlockByNumber",  # the newest
        "eth_getBlockByNumber",  # with its transactions
        "eth_getLogs", "eth_getBlockByNumber",  # one batch
    ]  # fmt: skip
    chain.mine(160)
    first_node.asked.clear()
    watch.look()
    assert len(first_node.asked) == 160 + 3 * 160 // watching.AT_ONCE
    assert watch.head.number == chain.height


def test_an_unreadable_call_is_no_transfer(chain: TheChain, watch: TheWatch) -> None:
    """A log is not looked for in a call: what was approved is not paid."""
    mine = watch.account()
    watch.look()
    assert chain.usdc.contract is not None
    chain.send(chain.usdc.contract, call("approve(address,uint256)", mine, 10))
    chain.mine(2)
    watch.look()
    assert watch.deposits == []
