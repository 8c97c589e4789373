"""Nodes that do not answer, lie, lag, or act and then hang up: sending waits, and pays once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.desk.web3.the_office import Make, TheOffice
from tests.stand_ins.chain import LyingNode, TheChain


@pytest.fixture
def wary(chain: TheChain, two_nodes: Any, make_office: Make) -> TheOffice:
    """Sends through two nodes that misbehave when they are told to."""
    return make_office(chain, two_nodes)


def test_nothing_is_asked_when_nothing_is_to_be_sent(
    wary: TheOffice, first_node: LyingNode, second_node: LyingNode
) -> None:
    assert not wary.step()
    assert first_node.asked + second_node.asked == []


def test_a_look_costs_few_questions(wary: TheOffice, first_node: LyingNode) -> None:
    wary.chain.stop_mining()
    wanted = [wary.want(wary.chain.eth, 1) for _ in range(10)]
    wary.step()
    asked = Counter(first_node.asked)
    assert asked["eth_getBlockByNumber"] <= 2
    assert asked["eth_getTransactionCount"] == 2
    assert asked["eth_getBalance"] == 1
    assert asked["eth_sendRawTransaction"] == asked["eth_estimateGas"] == 10
    first_node.asked.clear()
    wary.step()
    assert first_node.asked == ["eth_getBlockByNumber", "eth_getTransactionCount"]
    wary.mine(1)
    wary.step()
    first_node.asked.clear()
    wary.step()
    assert first_node.asked == ["eth_getBlockByNumber", "eth_getTransactionCount"]
    wary.chain.go_on_mining()
    wary.settle(*wanted)


@pytest.mark.parametrize("trouble", ["status", "garbage", "rest", "chain"])
def test_a_node_that_is_away_makes_it_wait(
    wary: TheOffice, second_node: LyingNode, trouble: str
) -> None:
    wanted = wary.want(wary.chain.eth, 5)
    if trouble == "status":
        second_node.status = 503
    elif trouble == "garbage":
        second_node.garbage = b"<html>"
    elif trouble == "rest":
        second_node.rest(7)
    else:
        second_node.fork(1)
    assert not wary.step()
    assert wary.now(wanted).status == "queued"
    second_node.behave()
    assert wary.settle(wanted)[0].status == "final"


def test_answers_that_are_lost_after_the_deed_change_nothing(
    wary: TheOffice, first_node: LyingNode, second_node: LyingNode
) -> None:
    wary.chain.stop_mining()
    wanted = wary.want(wary.chain.eth, 5)
    first_node.drop_answer("eth_sendRawTransaction")
    second_node.status = 200
    second_node.refuse("eth_sendRawTransaction", -32000, "internal error")
    wary.step()
    (form,) = wary.posted(wanted).forms
    assert form.sent_at is None
    second_node.behave()
    wary.step()
    (again,) = wary.posted(wanted).forms
    assert (again.raw, again.sent_at) == (form.raw, wary.clock())
    wary.chain.go_on_mining()
    assert wary.settle(wanted)[0].tx_hash == form.tx_hash
    assert wary.has(wary.chain.eth) == 5


def test_a_refusal_is_shown_and_tried_again(
    wary: TheOffice, first_node: LyingNode, second_node: LyingNode
) -> None:
    wanted = wary.want(wary.chain.eth, 5)
    for node in (first_node, second_node):
        node.refuse("eth_sendRawTransaction", -32000, "the pool is full")
    wary.step()
    assert wary.now(wanted).status == "sent"
    assert "the pool is full" in str(wary.now(wanted).reason)
    (form,) = wary.posted(wanted).forms
    first_node.behave()
    second_node.behave()
    (done,) = wary.settle(wanted)
    assert (done.tx_hash, done.reason) == (form.tx_hash, None)
    assert wary.has(wary.chain.eth) == 5


def test_a_nonce_far_off_that_a_node_names_is_not_taken(
    wary: TheOffice, second_node: LyingNode
) -> None:
    wanted = wary.want(wary.chain.eth, 5)
    second_node.say("eth_getTransactionCount", hex(10**6))
    wary.step()
    assert wary.now(wanted).status == "queued"
    assert "1000000 more" in str(wary.now(wanted).reason)
    second_node.behave()
    assert wary.settle(wanted)[0].nonce == 0


def test_a_receipt_that_one_node_forges_counts_for_nothing(
    wary: TheOffice, second_node: LyingNode
) -> None:
    wanted = wary.want(wary.chain.eth, 5)
    wary.step()
    tx_hash = str(wary.now(wanted).tx_hash)
    receipt = wary.chain.receipt(tx_hash)
    second_node.forge_receipt(tx_hash, receipt | {"status": "0x0"})
    wary.mine(5)
    wary.step()
    assert wary.now(wanted).status == "sent"
    second_node.behave()
    wary.step()
    assert wary.now(wanted).status == "final"


def test_a_node_that_lags_delays_what_is_final(wary: TheOffice, second_node: LyingNode) -> None:
    wanted = wary.want(wary.chain.eth, 5)
    wary.step()
    second_node.stick(wary.chain.height - 1)
    wary.mine(5)
    for _ in range(3):
        wary.step()
        wary.clock.advance(10)
    assert (wary.now(wanted).status, wary.now(wanted).nonce) == ("sent", 0)
    second_node.behave()
    wary.step()
    assert wary.now(wanted).status == "final"
    assert wary.has(wary.chain.eth) == 5


def test_a_node_that_forgot_old_balances_is_believed_by_its_logs(
    wary: TheOffice, first_node: LyingNode, second_node: LyingNode
) -> None:
    wary.chain.mint(wary.chain.usdc, wary.operator, 10)
    wanted = wary.want(wary.chain.usdc, 10)
    wary.step()
    wary.mine(5)
    for node in (first_node, second_node):
        node.refuse("eth_call", -32000, "missing trie node")
    wary.step()
    assert wary.now(wanted).status == "final"


def test_a_final_block_by_the_nodes_own_word(
    own_chain: TheChain, reach: Callable[..., Any], make_office: Make
) -> None:
    office = make_office(own_chain, reach(own_chain, confirmations=None))
    wanted = office.want(own_chain.eth, 5)
    office.step()
    office.step()
    assert office.now(wanted).status == "sent"
    assert office.settle(wanted)[0].status == "final"
    block = office.posted(wanted).block_number
    assert block is not None
    assert int(own_chain.block("finalized")["number"], 16) >= block
