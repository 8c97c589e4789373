"""What all nodes of a chain say is so; anything else is waited for, or complained of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.gateways.web3 import rpc
from flask_till.desk.gateways.web3.nodes import Nodes, NodesDisagree
from flask_till.desk.gateways.web3.rpc import NodeUnavailable
from flask_till.errors import GatewayUnavailable
from tests.stand_ins.chain import LyingNode, TheChain

SHOP = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
OTHER = "0x52908400098527886E0F7030069857D2E4169EE7"
NO_HASH = "0x" + "00" * 32


def answer(said: dict[str, Any], result: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": said["id"], "result": result}


# ---- whose nodes they are ----


def test_nodes_of_the_right_chain_are_fine(two_nodes: Nodes) -> None:
    two_nodes.check()


def test_a_node_of_another_chain_is_named(second_node: LyingNode, two_nodes: Nodes) -> None:
    second_node.say("eth_chainId", "0x1")
    with pytest.raises(NodesDisagree, match=second_node.url.removeprefix("http://")):
        two_nodes.check()


def test_a_chain_needs_a_node(chain: TheChain) -> None:
    with pytest.raises(ValueError, match="needs a node"):
        Nodes(chain.chain(), [])


# ---- its head ----


def test_the_head_is_the_last_block(chain: TheChain, two_nodes: Nodes) -> None:
    chain.mine(3)
    said = chain.block("latest")
    head = two_nodes.head()
    assert (head.number, head.hash, head.parent) == (
        chain.height,
        said["hash"],
        said["parentHash"],
    )


def test_a_node_that_lags_is_waited_for(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    chain.mine(3)
    second_node.stick(chain.height - 2)
    assert two_nodes.head().hash == chain.block(chain.height - 2)["hash"]


def test_nodes_on_two_branches_disagree(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    chain.mine(3)
    second_node.fork(chain.height - 1)
    with pytest.raises(NodesDisagree) as caught:
        two_nodes.head()
    assert isinstance(caught.value, GatewayUnavailable)
    assert caught.value.code == "NODES_DISAGREE"


def test_a_node_that_lags_on_another_branch_disagrees(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    chain.mine(3)
    second_node.fork(chain.height - 2)
    second_node.stick(chain.height - 1)
    with pytest.raises(NodesDisagree):
        two_nodes.head()


def test_a_branch_that_both_have_left_at_a_second_look_is_no_disagreement(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    looks: list[Any] = []

    def once(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        looks.append(params)
        return answer(said, said["result"] | {"hash": NO_HASH}) if len(looks) == 1 else said

    second_node.twist("eth_getBlockByNumber", once)
    assert two_nodes.head().hash == chain.block("latest")["hash"]


def test_a_node_that_lost_the_block_it_named_gives_no_answer(
    chain: TheChain, first_node: LyingNode, second_node: LyingNode, two_nodes: Nodes
) -> None:
    chain.mine(2)
    first_node.stick(chain.height - 1)

    def lost(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        return said if params[0] == "latest" else answer(said, None)

    second_node.twist("eth_getBlockByNumber", lost)
    with pytest.raises(NodeUnavailable, match="lost"):
        two_nodes.head()


def test_both_nodes_have_to_answer(second_node: LyingNode, two_nodes: Nodes) -> None:
    second_node.rest(17)
    with pytest.raises(NodeUnavailable) as caught:
        two_nodes.head()
    assert caught.value.retry_after == 17


@pytest.mark.parametrize("said", [None, [], "0x1", {}, {"number": "0x1"}], ids=repr)
def test_a_head_that_is_no_block_is_no_answer(
    second_node: LyingNode, two_nodes: Nodes, said: Any
) -> None:
    second_node.say("eth_getBlockByNumber", said)
    with pytest.raises(NodeUnavailable):
        two_nodes.head()


def test_a_node_that_will_not_be_read_is_no_answer(
    second_node: LyingNode, two_nodes: Nodes
) -> None:
    second_node.refuse("eth_getBlockByNumber", -32601, "the method does not exist")
    with pytest.raises(NodeUnavailable, match="does not exist"):
        two_nodes.head()


# ---- what is final ----


def test_a_block_is_final_with_the_confirmations_asked_for(
    chain: TheChain, reach: Callable[..., Nodes]
) -> None:
    chain.mine(5)
    for confirmations in (1, 3, 6):
        nodes = reach(chain, confirmations=confirmations)
        assert nodes.final_number(nodes.head()) == chain.height - confirmations + 1
    nodes = reach(chain, confirmations=10_000)
    assert nodes.final_number(nodes.head()) == 0


def test_finality_may_be_left_to_the_nodes(
    own_chain: TheChain, reach: Callable[..., Nodes], new_node: Callable[..., LyingNode]
) -> None:
    own_chain.mine(9)
    nodes = reach(own_chain, new_node(own_chain), new_node(own_chain), confirmations=None)
    head = nodes.head()
    final = nodes.final_number(head)
    assert final == int(own_chain.block("finalized")["number"], 16)
    assert 0 < final < head.number


def final_at(number: int | None) -> Callable[[list[Any], dict[str, Any]], dict[str, Any]]:
    """Makes a node call another block its final one."""

    def twist(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        if params[0] != "finalized":
            return said
        return answer(said, None if number is None else said["result"] | {"number": hex(number)})

    return twist


def test_the_lower_of_two_final_blocks_is_final(
    own_chain: TheChain, reach: Callable[..., Nodes], new_node: Callable[..., LyingNode]
) -> None:
    own_chain.mine(9)
    first, second = new_node(own_chain), new_node(own_chain)

    def lower(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        return answer(said, own_chain.block(3)) if params[0] == "finalized" else said

    second.twist("eth_getBlockByNumber", lower)
    nodes = reach(own_chain, first, second, confirmations=None)
    assert nodes.final_number(nodes.head()) == 3


def test_final_blocks_on_two_branches_disagree(
    own_chain: TheChain, reach: Callable[..., Nodes], new_node: Callable[..., LyingNode]
) -> None:
    own_chain.mine(9)
    first, second = new_node(own_chain), new_node(own_chain)
    nodes = reach(own_chain, first, second, confirmations=None)
    head = nodes.head()
    second.fork(2)
    with pytest.raises(NodesDisagree):
        nodes.final_number(head)


def test_nothing_above_the_head_is_final(own_chain: TheChain, reach: Callable[..., Nodes]) -> None:
    own_chain.mine(9)
    nodes = reach(own_chain, confirmations=None)
    low = nodes.block(2)
    assert low is not None
    assert nodes.final_number(low) == 2


def test_nothing_is_final_while_a_node_says_so(
    chain: TheChain, first_node: LyingNode, second_node: LyingNode, reach: Callable[..., Nodes]
) -> None:
    second_node.twist("eth_getBlockByNumber", final_at(None))
    nodes = reach(chain, first_node, second_node, confirmations=None)
    assert nodes.final_number(nodes.head()) == 0


def test_a_node_that_does_not_know_finality_gives_no_answer(
    chain: TheChain, first_node: LyingNode, reach: Callable[..., Nodes]
) -> None:
    nodes = reach(chain, first_node, confirmations=None)
    head = nodes.head()
    first_node.refuse("eth_getBlockByNumber", -39001, "finalized block tag is not supported")
    with pytest.raises(NodeUnavailable, match="not supported"):
        nodes.final_number(head)


# ---- its blocks ----


def test_a_block_is_had_by_its_number(chain: TheChain, two_nodes: Nodes) -> None:
    block = two_nodes.block(chain.height - 1)
    assert block is not None
    assert block.hash == chain.block(chain.height - 1)["hash"]
    assert block.transactions is None


def test_a_block_that_is_not_there_yet_is_none(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    assert two_nodes.block(chain.height + 1) is None
    second_node.stick(chain.height - 1)
    assert two_nodes.block(chain.height) is None


def test_nodes_with_two_blocks_of_one_number_disagree(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    second_node.fork(chain.height)
    with pytest.raises(NodesDisagree):
        two_nodes.block(chain.height)
    assert two_nodes.block(chain.height - 1) is not None


def test_another_block_than_was_asked_for_is_no_answer(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    second_node.say("eth_getBlockByNumber", chain.block(chain.height - 1))
    with pytest.raises(NodeUnavailable):
        two_nodes.block(chain.height)
    second_node.say(
        "eth_getBlockByNumber", chain("eth_getBlockByNumber", hex(chain.height - 1), True)
    )
    with pytest.raises(NodeUnavailable):
        two_nodes.blocks(chain.height, chain.height)


def test_a_full_block_says_what_it_moves(chain: TheChain, two_nodes: Nodes) -> None:
    chain.fund(chain.people[1], 2**101)
    chain.stop_mining()
    first = chain.pay(chain.eth, SHOP, 7)
    second = chain.pay(chain.eth, OTHER, 2**100, sender=chain.people[1])
    nothing = chain.pay(chain.eth, OTHER, 0, sender=chain.people[2])
    chain.mine()
    block = two_nodes.block(chain.height, full=True)
    assert block is not None
    assert block.transactions is not None
    moved = {one.tx_hash: (one.sender, one.recipient, one.units) for one in block.transactions}
    assert moved[first] == (chain.people[0], SHOP, 7)
    assert moved[second] == (chain.people[1], OTHER, 2**100)
    assert nothing not in moved
    assert two_nodes.blocks(chain.height, chain.height) == [block]


def test_a_transaction_that_only_one_node_has_in_a_block_is_a_disagreement(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    chain.pay(chain.eth, OTHER, 7)

    def forge(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        block = said["result"]
        if not params[1]:
            return said
        forged = [one | {"to": SHOP} for one in block["transactions"]]
        return answer(said, block | {"transactions": forged})

    second_node.twist("eth_getBlockByNumber", forge)
    with pytest.raises(NodesDisagree):
        two_nodes.block(chain.height, full=True)
    with pytest.raises(NodesDisagree):
        two_nodes.blocks(chain.height, chain.height)


def test_blocks_come_in_order(chain: TheChain, two_nodes: Nodes) -> None:
    chain.mine(60)
    found = two_nodes.blocks(chain.height - 54, chain.height)
    assert [one.number for one in found] == list(range(chain.height - 54, chain.height + 1))
    assert [one.parent for one in found[1:]] == [one.hash for one in found[:-1]]
    assert two_nodes.blocks(chain.height, chain.height - 1) == []


def test_blocks_end_before_the_first_that_a_node_lacks(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    chain.mine(8)
    second_node.stick(chain.height - 3)
    found = two_nodes.blocks(chain.height - 7, chain.height + 5)
    assert [one.number for one in found] == list(range(chain.height - 7, chain.height - 2))


def test_a_node_that_gives_few_blocks_at_once_is_asked_in_halves(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Nodes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rpc, "LARGEST_ANSWER", 8000)
    chain.mine(20)
    found = reach(chain, first_node).blocks(chain.height - 19, chain.height + 2)
    assert [one.number for one in found] == list(range(chain.height - 19, chain.height + 1))


@pytest.mark.parametrize("largest", [8000, 8 * 1024 * 1024], ids=["in halves", "at once"])
def test_there_is_no_gap_between_blocks(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Nodes],
    monkeypatch: pytest.MonkeyPatch,
    largest: int,
) -> None:
    monkeypatch.setattr(rpc, "LARGEST_ANSWER", largest)
    chain.mine(20)
    gap = hex(chain.height - 15)

    def lose(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        return answer(said, None) if params[0] == gap else said

    first_node.twist("eth_getBlockByNumber", lose)
    found = reach(chain, first_node).blocks(chain.height - 19, chain.height)
    assert [one.number for one in found] == list(range(chain.height - 19, chain.height - 15))


def test_a_node_that_refuses_a_single_block_gives_no_answer(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    second_node.refuse("eth_getBlockByNumber", -32000, "no")
    with pytest.raises(NodeUnavailable):
        two_nodes.blocks(chain.height - 1, chain.height)
