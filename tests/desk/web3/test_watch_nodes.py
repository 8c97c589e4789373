"""Nodes that lag, lie, fail or want rest: the chain waits with words, and goes on by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.actions import web3_chain, web3_incidents
from flask_till.desk.onchain import FINAL, SEEN
from tests.desk.web3.the_watch import TheWatch
from tests.stand_ins.chain import LyingNode, TheChain

NODES = [web3_incidents.NODES]


@pytest.fixture
def pair(watch_of: Callable[..., TheWatch], two_nodes: Any) -> TheWatch:
    """Watches ``chain`` through two nodes, and has begun."""
    watch = watch_of(two_nodes)
    watch.look()
    return watch


@pytest.fixture
def paid(chain: TheChain, pair: TheWatch) -> str:
    """A payment of 10 that is in a block which was not read yet; its transaction."""
    return chain.pay(chain.usdc, pair.account(), 10)


def assert_it_goes_on(chain: TheChain, watch: TheWatch) -> None:
    chain.mine(2)
    watch.look()
    assert watch.head.paused is None
    assert watch.incidents == []
    assert not watch.watcher.is_paused
    assert watch.states == [FINAL]
    assert watch.held(chain.usdc) == 10
    watch.check(chain)


TROUBLES: dict[str, Callable[[LyingNode], object]] = {
    "429": lambda node: node.rest(7),
    "500": lambda node: setattr(node, "status", 500),
    "garbage": lambda node: setattr(node, "garbage", b"<html>"),
    "another block": lambda node: node.fork(1),
    "another chain": lambda node: node.say("eth_chainId", "0x1"),
    "no blocks": lambda node: node.say("eth_getBlockByNumber", None),
    "no sense": lambda node: node.say("eth_getBlockByNumber", {"number": "twelve"}),
    "no logs": lambda node: node.refuse("eth_getLogs", -32000, "not today"),
    "other logs": lambda node: node.say("eth_getLogs", []),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_node_in_trouble_pauses_the_chain(
    chain: TheChain, pair: TheWatch, second_node: LyingNode, paid: str, trouble: str
) -> None:
    before = pair.head
    TROUBLES[trouble](second_node)
    pair.watcher = pair.another()
    pair.look()
    head = pair.head
    assert (head.number, head.hash, head.final_number) == (
        before.number, before.hash, before.final_number,
    )  # fmt: skip
    assert pair.deposits == []
    assert pair.kinds == NODES
    assert pair.watcher.is_paused
    assert head.paused == pair.incidents[0].words
    assert pair.watcher.progress is not None
    assert (pair.watcher.progress.retry_after == 7) == (trouble == "429")
    pair.look()
    assert pair.kinds == NODES, "one incident, however long it lasts"
    second_node.behave()
    assert_it_goes_on(chain, pair)


def test_a_node_that_comes_back_is_asked_again_whose_it_is(
    chain: TheChain, pair: TheWatch, second_node: LyingNode, paid: str
) -> None:
    second_node.garbage = b"starting"
    pair.look()
    assert pair.kinds == NODES
    second_node.behave()
    second_node.say("eth_chainId", "0x1")
    pair.look()
    assert pair.deposits == []
    assert "of chain 1" in (pair.head.paused or "")
    second_node.behave()
    assert_it_goes_on(chain, pair)


def test_trouble_with_a_deposit_does_not_stop_what_is_read(
    chain: TheChain, pair: TheWatch, second_node: LyingNode, paid: str
) -> None:
    chain.mine(2)
    second_node.refuse("eth_call", -32000, "missing trie node")
    pair.look()
    pair.look()
    assert pair.head.number == chain.height
    assert pair.states == [SEEN]
    assert pair.held(chain.usdc) == 0
    assert pair.kinds == NODES
    assert "state" in (pair.head.paused or "")
    opened = pair.incidents[0].at
    chain.mine()
    pair.look()
    assert pair.head.number == chain.height
    assert pair.incidents[0].at == opened, "it is still the same trouble"
    second_node.behave()
    assert_it_goes_on(chain, pair)


def test_a_node_that_lags_is_waited_for(
    chain: TheChain, pair: TheWatch, second_node: LyingNode, paid: str
) -> None:
    second_node.stick(chain.height - 1)
    pair.look()
    assert pair.deposits == []
    assert pair.incidents == []
    assert pair.head.paused is None
    chain.mine(30)
    pair.look()
    assert pair.deposits == []
    assert pair.head.number < chain.height - 25
    second_node.behave()
    assert_it_goes_on(chain, pair)


def test_nodes_that_fall_far_back_are_told_of(
    chain: TheChain, pair: TheWatch, first_node: LyingNode, second_node: LyingNode, paid: str
) -> None:
    chain.mine(30)
    pair.look()
    for node in (first_node, second_node):
        node.stick(chain.height - 27)
    number = pair.head.number
    pair.look()
    assert pair.head.number == number
    assert pair.kinds == NODES
    assert str(number) in pair.incidents[0].words
    for node in (first_node, second_node):
        node.behave()
    assert_it_goes_on(chain, pair)


def test_nodes_of_a_chain_that_is_much_shorter_are_told_of(
    chain: TheChain, own_chain: TheChain, watch: TheWatch, reach: Callable[..., Any]
) -> None:
    """Another chain with the same number, as after a test chain was begun anew."""
    chain.mine(300)
    watch.look()
    number = watch.head.number
    watch.look(watch.another(reach(own_chain)))
    assert watch.head.number == number
    assert watch.kinds == NODES
    watch.look()
    assert watch.incidents == []


def test_blocks_that_are_never_there_are_told_of(
    chain: TheChain, pair: TheWatch, second_node: LyingNode, paid: str
) -> None:
    """Now and then a block is gone the moment after it was named; always is another matter."""

    def without(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "result": None} if params[1] else said

    second_node.twist("eth_getBlockByNumber", without)
    pair.look()
    assert pair.incidents == []
    for _ in range(6):
        pair.look()
    assert pair.kinds == NODES
    assert pair.watcher.is_paused
    second_node.behave()
    assert_it_goes_on(chain, pair)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_blocks_of_two_branches_are_not_taken_together(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
    place: int,
) -> None:
    """As when the chain forks while three blocks are read; once, for one of them."""
    watch = watch_of(reach(chain, first_node))
    watch.look()
    number = chain.height + place
    twisted = []

    def other(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        block = said["result"]
        if not params[1] or int(block["number"], 16) != number or twisted:
            return said
        twisted.append(block["hash"])
        return {**said, "result": {**block, "hash": "0x" + "7" * 64}}

    first_node.twist("eth_getBlockByNumber", other)
    chain.mine(3)
    before = watch.head.number
    assert not watch.watcher.step()
    assert twisted
    assert watch.head.number == before
    watch.look()
    assert watch.head.number == chain.height
    kept = dict(watch.database.read(web3_chain.kept_blocks, watch.chain.id))
    assert kept[number] == twisted[0]


@pytest.mark.parametrize("blocks", [1, 2])
def test_logs_of_another_branch_are_not_taken(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
    blocks: int,
) -> None:
    """In a block that is read now, or in one that was read before."""
    watch = watch_of(reach(chain, first_node))
    mine = watch.account()
    first_node.say("eth_getLogs", [])
    watch.look()
    chain.pay(chain.usdc, mine, 10)
    if blocks == 2:
        watch.look()
    chain.mine(1)
    first_node.behave()
    twisted: list[Any] = []

    def other(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        if twisted:
            return said
        twisted.extend(said["result"])
        return {**said, "result": [{**one, "blockHash": "0x" + "7" * 64} for one in twisted]}

    first_node.twist("eth_getLogs", other)
    before = watch.head.number
    assert not watch.watcher.step()
    assert len(twisted) == 1
    assert watch.deposits == []
    assert watch.head.number == before
    chain.mine(1)
    watch.look()
    assert watch.held(chain.usdc) == 10
    watch.check(chain)


# --- lies ---------------------------------------------------------------------------------


def test_a_log_that_one_node_made_up_is_not_believed(
    chain: TheChain, pair: TheWatch, second_node: LyingNode, paid: str
) -> None:
    log = chain.receipt(paid)["logs"][0]
    second_node.forge_log({**log, "logIndex": "0x7"})
    pair.look()
    assert pair.deposits == []
    assert pair.kinds == NODES
    second_node.behave()
    assert_it_goes_on(chain, pair)


def test_a_receipt_that_one_node_made_up_is_not_believed(
    chain: TheChain, pair: TheWatch, second_node: LyingNode, paid: str
) -> None:
    pair.look()
    second_node.forge_receipt(paid, {**chain.receipt(paid), "status": "0x0"})
    chain.mine(2)
    pair.look()
    assert pair.states == [SEEN]
    assert pair.held(chain.usdc) == 0
    assert pair.kinds == NODES
    second_node.behave()
    assert_it_goes_on(chain, pair)


def test_a_receipt_that_is_missing_is_waited_for(
    chain: TheChain, pair: TheWatch, second_node: LyingNode, paid: str
) -> None:
    pair.look()
    second_node.forge_receipt(paid, None)
    chain.mine(2)
    pair.look()
    assert pair.states == [SEEN]
    assert pair.kinds == NODES
    assert "receipt" in pair.incidents[0].words
    second_node.behave()
    assert_it_goes_on(chain, pair)


def test_a_log_that_no_receipt_knows_is_told_of(
    chain: TheChain, pair: TheWatch, first_node: LyingNode, second_node: LyingNode, paid: str
) -> None:
    """All nodes made it up: what they say does not fit together."""
    log = {**chain.receipt(paid)["logs"][0], "logIndex": "0x7"}
    for node in (first_node, second_node):
        node.forge_log(log)
    chain.mine(2)
    pair.look()
    assert pair.held(chain.usdc) == 10
    assert sorted(pair.states) == ["dropped", FINAL]
    assert pair.kinds == [web3_incidents.FORGED]
    assert paid in pair.incidents[0].words


def test_a_log_that_was_hidden_at_first_is_found(
    chain: TheChain, pair: TheWatch, first_node: LyingNode, second_node: LyingNode, paid: str
) -> None:
    """As by many machines behind one name, one of which lags."""
    for node in (first_node, second_node):
        node.say("eth_getLogs", [])
    pair.look()
    assert pair.head.number == chain.height
    assert pair.deposits == []
    for node in (first_node, second_node):
        node.behave()
    assert_it_goes_on(chain, pair)


def test_a_balance_that_nodes_do_not_agree_on_is_not_believed(
    chain: TheChain, pair: TheWatch, second_node: LyingNode, paid: str
) -> None:
    chain.mine(2)
    second_node.say("eth_call", "0x" + f"{99:064x}")
    pair.look()
    assert pair.held(chain.usdc) == 0
    assert pair.kinds == NODES
    second_node.behave()
    assert_it_goes_on(chain, pair)


def test_what_is_final_never_gets_less(
    own_chain: TheChain, reach: Callable[..., Any], watch_of: Callable[..., TheWatch]
) -> None:
    with LyingNode(own_chain.url) as node:
        watch = watch_of(reach(own_chain, node, confirmations=None))
        mine = watch.account()
        watch.look()
        own_chain.pay(own_chain.usdc, mine, 10)
        own_chain.mine(10)
        watch.look()
        final_number = watch.head.final_number
        assert watch.states == [FINAL]
        rolled_back = own_chain.block(final_number - 5)

        def older(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
            return {**said, "result": rolled_back} if params[0] == "finalized" else said

        node.twist("eth_getBlockByNumber", older)
        own_chain.pay(own_chain.usdc, mine, 5)
        own_chain.mine(1)
        watch.look()
        assert watch.head.final_number == final_number
        assert watch.states == [FINAL, SEEN]
        node.behave()
        own_chain.mine(10)
        watch.look()
        assert watch.states == [FINAL, FINAL]
        assert watch.held(own_chain.usdc) == 15
