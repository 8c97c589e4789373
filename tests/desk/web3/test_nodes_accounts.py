"""What all nodes say of accounts, fees and contracts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.gateways.web3.nodes import HistoryGone, Nodes, NodesDisagree
from flask_till.desk.gateways.web3.rpc import NodeRefused, NodeUnavailable
from tests.stand_ins.chain import Anvil, LyingNode, TheChain

SHOP = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
OTHER = "0x52908400098527886E0F7030069857D2E4169EE7"


# ---- what an account sent, and what that costs ----


def test_nonces_are_counted(chain: TheChain, two_nodes: Nodes) -> None:
    before = two_nodes.nonce(chain.people[3])
    chain.pay(chain.eth, SHOP, 1, sender=chain.people[3])
    chain.stop_mining()
    chain.pay(chain.eth, SHOP, 1, sender=chain.people[3])
    assert two_nodes.nonce(chain.people[3], "latest") == before + 1
    assert two_nodes.nonce(chain.people[3], "pending") == before + 2


def test_only_what_all_nodes_have_in_a_block_was_sent_for_sure(
    second_node: LyingNode, two_nodes: Nodes, chain: TheChain
) -> None:
    known = two_nodes.nonce(chain.people[0])
    second_node.say("eth_getTransactionCount", hex(known - 2))
    assert two_nodes.nonce(chain.people[0], "latest") == known - 2
    assert two_nodes.nonce(chain.people[0], "pending") == known
    second_node.say("eth_getTransactionCount", hex(known + 2))
    assert two_nodes.nonce(chain.people[0], "latest") == known
    assert two_nodes.nonce(chain.people[0], "pending") == known + 2


@pytest.mark.parametrize("said", [None, 7, "7", "0x", "0x" + "f" * 17], ids=repr)
def test_an_odd_nonce_is_no_answer(
    second_node: LyingNode, two_nodes: Nodes, chain: TheChain, said: Any
) -> None:
    second_node.say("eth_getTransactionCount", said)
    with pytest.raises(NodeUnavailable):
        two_nodes.nonce(chain.people[0])


def test_fees_leave_room_for_the_base_fee_to_double(chain: TheChain, two_nodes: Nodes) -> None:
    base = int(chain.block("latest")["baseFeePerGas"], 16)
    tip = int(chain("eth_maxPriorityFeePerGas"), 16)
    fees = two_nodes.fees()
    assert (fees.max_fee, fees.priority_fee) == (2 * base + tip, tip)


def test_a_node_cannot_make_us_pay_more_than_another_says(
    second_node: LyingNode, two_nodes: Nodes
) -> None:
    fees = two_nodes.fees()
    second_node.say("eth_maxPriorityFeePerGas", hex(10**18))
    assert two_nodes.fees() == fees


def test_a_node_that_suggests_no_tip_is_asked_for_a_price(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    base = int(chain.block("latest")["baseFeePerGas"], 16)
    second_node.refuse("eth_maxPriorityFeePerGas", -32601, "method not found")
    second_node.say("eth_gasPrice", hex(base + 5))
    assert two_nodes.fees().priority_fee == 5
    second_node.say("eth_gasPrice", hex(base - 1))
    assert two_nodes.fees().priority_fee == 0


def test_a_chain_without_a_base_fee_has_one_price(
    chain: TheChain, first_node: LyingNode, reach: Callable[..., Nodes]
) -> None:
    first_node.say("eth_getBlockByNumber", chain.block("latest") | {"baseFeePerGas": None})
    first_node.say("eth_gasPrice", "0x7")
    fees = reach(chain, first_node).fees()
    assert (fees.max_fee, fees.priority_fee) == (7, 7)


def test_fees_beyond_all_money_are_no_answer(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    second_node.say("eth_getBlockByNumber", chain.block("latest") | {"baseFeePerGas": hex(2**255)})
    with pytest.raises(NodeUnavailable):
        two_nodes.fees()


# ---- contracts ----


def test_a_contract_is_asked(chain: TheChain, two_nodes: Nodes) -> None:
    contract = chain.usdc.contract
    assert contract is not None
    assert int.from_bytes(two_nodes.call(contract, "0x313ce567")) == 6
    assert len(two_nodes.code(contract)) > 100
    assert two_nodes.code(SHOP) == "0x"


def test_a_contract_that_reverts_refuses(chain: TheChain, two_nodes: Nodes) -> None:
    contract = chain.usdc.contract
    assert contract is not None
    with pytest.raises(NodeRefused) as caught:
        two_nodes.call(contract, "0xffffffff")
    assert caught.value.kind == "reverted"


def test_nodes_with_two_answers_of_a_contract_disagree(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    second_node.say("eth_call", "0x" + "07" * 32)
    with pytest.raises(NodesDisagree):
        two_nodes.call(chain.usdc.contract or "", "0x313ce567")


# ---- balances ----


def test_balances_are_those_after_a_block(chain: TheChain, two_nodes: Nodes) -> None:
    for coin, units in ((chain.eth, 2**60), (chain.usdc, 2**255), (chain.points, 1)):
        before = chain.height
        chain.fund(chain.people[0], 2**70)
        chain.pay(coin, SHOP, units)
        assert two_nodes.balance(SHOP, coin.contract, before) == 0
        assert two_nodes.balance(SHOP, coin.contract, chain.height) == units


def test_nodes_with_two_balances_disagree(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    second_node.say("eth_getBalance", "0x7")
    with pytest.raises(NodesDisagree):
        two_nodes.balance(SHOP, None, chain.height)


@pytest.mark.parametrize("said", ["0x", "0x07", "0x" + "00" * 64], ids=repr)
def test_what_is_no_balance_is_no_answer(
    chain: TheChain, first_node: LyingNode, second_node: LyingNode, two_nodes: Nodes, said: str
) -> None:
    first_node.say("eth_call", said)
    second_node.say("eth_call", said)
    with pytest.raises(NodeUnavailable, match="no balances"):
        two_nodes.balance(SHOP, chain.usdc.contract, chain.height)


def test_an_address_without_code_is_no_coin(chain: TheChain, two_nodes: Nodes) -> None:
    with pytest.raises(NodeUnavailable, match="no balances"):
        two_nodes.balance(SHOP, OTHER, chain.height)


def test_state_that_is_no_longer_kept_is_told_apart(reach: Callable[..., Nodes]) -> None:
    with Anvil(history=3) as anvil:
        chain = TheChain(anvil)
        chain.mine(30)
        nodes = reach(chain)
        assert nodes.balance(SHOP, None, chain.height) == 0
        with pytest.raises(HistoryGone):
            nodes.balance(SHOP, None, chain.height - 25)
        with pytest.raises(HistoryGone):
            nodes.balance(SHOP, chain.usdc.contract, chain.height - 25)
