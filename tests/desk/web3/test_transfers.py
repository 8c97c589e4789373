"""What arrived, as logs and receipts have it: of trusted contracts, the same from every node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.chains import Coin
from flask_till.desk.gateways.web3 import rpc
from flask_till.desk.gateways.web3.nodes import Nodes, NodesDisagree, TokenTransfer
from flask_till.desk.gateways.web3.rpc import NodeUnavailable
from tests.stand_ins.chain import LyingNode, TheChain
from tests.stand_ins.chain.the_chain import call

SHOP = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
OTHER = "0x52908400098527886E0F7030069857D2E4169EE7"


def contract_of(coin: Coin) -> str:
    assert coin.contract is not None
    return coin.contract


def arrived(chain: TheChain, nodes: Nodes, *coins: Coin, at: str = SHOP) -> list[TokenTransfer]:
    return nodes.transfers(0, chain.height, [contract_of(coin) for coin in coins], [at])


@pytest.mark.parametrize("units", [1, 10**18, 2**255], ids=["one", "18 digits", "2^255"])
@pytest.mark.parametrize("code", ["points", "usdc", "dai"])
def test_a_transfer_says_its_units_exactly(
    chain: TheChain, two_nodes: Nodes, code: str, units: int
) -> None:
    coin = getattr(chain, code)
    tx_hash = chain.pay(coin, SHOP, units)
    (found,) = arrived(chain, two_nodes, coin)
    head = two_nodes.head()
    place = (head.number, head.hash, 0)
    assert found == TokenTransfer(
        tx_hash, place[2], coin.contract, chain.people[0], SHOP, units, place[0], place[1]
    )
    receipt = two_nodes.receipt(tx_hash)
    assert receipt is not None
    assert (receipt.status, receipt.transfers) == (1, (found,))


def test_only_trusted_contracts_and_ours_as_recipients_are_found(
    chain: TheChain, two_nodes: Nodes
) -> None:
    ours = chain.pay(chain.usdc, SHOP, 5)
    chain.pay(chain.look_alike, SHOP, 5)
    chain.pay(chain.dai, SHOP, 5)
    chain.pay(chain.usdc, OTHER, 5)
    assert [one.tx_hash for one in arrived(chain, two_nodes, chain.usdc)] == [ours]


def test_transfers_of_several_coins_come_in_the_order_of_the_chain(
    chain: TheChain, two_nodes: Nodes
) -> None:
    coins = (chain.dai, chain.usdc, chain.points)
    sent = [chain.pay(coin, SHOP, 5) for coin in coins]
    assert [one.tx_hash for one in arrived(chain, two_nodes, *coins)] == sent


def test_one_transaction_may_pay_two(chain: TheChain, two_nodes: Nodes) -> None:
    contract = contract_of(chain.usdc)
    chain.mint(chain.usdc, chain.payer, 100)
    pay = call("payCoins(address,address[],uint256[])", contract, [SHOP, OTHER], [30, 70])
    tx_hash = chain.send(chain.payer, pay)
    found = two_nodes.transfers(0, chain.height, [contract], [SHOP, OTHER])
    told = [(one.tx_hash, one.log_index, one.recipient, one.units) for one in found]
    assert told == [(tx_hash, 0, SHOP, 30), (tx_hash, 1, OTHER, 70)]


def test_a_token_with_a_number_is_no_coin(chain: TheChain, two_nodes: Nodes) -> None:
    token = chain.deploy("TillToken", "Passes", "PASS", "https://shop.example/", chain.people[0])
    chain.send(token, call("mint(address,uint256)", SHOP, 7))
    assert two_nodes.transfers(0, chain.height, [token], [SHOP]) == []


def test_a_transfer_of_nothing_is_none(chain: TheChain, two_nodes: Nodes) -> None:
    chain.pay(chain.usdc, SHOP, 0)
    assert arrived(chain, two_nodes, chain.usdc) == []


def test_what_a_coin_says_and_what_arrived_are_two_things(
    chain: TheChain, two_nodes: Nodes
) -> None:
    chain.pay(chain.fee_coin, SHOP, 100)
    chain.pay(chain.false_coin, SHOP, 100)
    said = {
        one.contract: one.units
        for one in arrived(chain, two_nodes, chain.fee_coin, chain.false_coin)
    }
    came = {
        contract: two_nodes.balance(SHOP, contract, chain.height)
        for contract in (chain.fee_coin.contract, chain.false_coin.contract)
    }
    assert said == {chain.fee_coin.contract: 100, chain.false_coin.contract: 100}
    assert came == {chain.fee_coin.contract: 90, chain.false_coin.contract: 0}


def test_a_coin_whose_transfer_returns_nothing_is_found_too(
    chain: TheChain, two_nodes: Nodes
) -> None:
    chain.pay(chain.old_coin, SHOP, 5)
    assert [one.units for one in arrived(chain, two_nodes, chain.old_coin)] == [5]


def test_what_contracts_pass_on_of_the_native_coin_is_seen_in_the_balance_only(
    chain: TheChain, two_nodes: Nodes
) -> None:
    pay = call("payNative(address[],uint256[])", [SHOP], [70])
    chain.send(chain.payer, pay, value=70)
    block = two_nodes.block(chain.height, full=True)
    assert block is not None
    assert [one.recipient for one in block.transactions or ()] == [chain.payer]
    assert two_nodes.balance(SHOP, None, chain.height) == 70


# ---- searches ----


def test_nothing_is_asked_when_nothing_can_be_found(
    chain: TheChain, first_node: LyingNode, two_nodes: Nodes
) -> None:
    contract = contract_of(chain.usdc)
    assert two_nodes.transfers(0, 9, [], [SHOP]) == []
    assert two_nodes.transfers(0, 9, [contract], []) == []
    assert two_nodes.transfers(9, 8, [contract], [SHOP]) == []
    assert first_node.asked == []


def test_a_search_is_bounded_by_its_blocks(chain: TheChain, two_nodes: Nodes) -> None:
    heights = []
    for units in (1, 2, 3):
        chain.pay(chain.usdc, SHOP, units)
        heights.append(chain.height)
    contract = contract_of(chain.usdc)
    for first, last, units in ((0, heights[0], [1]), (heights[1], heights[1], [2])):
        found = two_nodes.transfers(first, last, [contract], [SHOP])
        assert [one.units for one in found] == units


def test_many_recipients_are_searched_for_in_parts(
    chain: TheChain, first_node: LyingNode, two_nodes: Nodes
) -> None:
    from flask_till.desk.gateways.web3.keys import checksum

    many = [checksum(f"0x{number:040x}") for number in range(1, 1102)]
    asked: list[int] = []

    def count(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        asked.append(len(params[0]["topics"][2]))
        return said

    first_node.twist("eth_getLogs", count)
    for recipient in (many[0], many[-1]):
        chain.pay(chain.usdc, recipient, 5)
    found = two_nodes.transfers(0, chain.height, [contract_of(chain.usdc)], [*many, many[0]])
    assert [one.recipient for one in found] == [many[0], many[-1]]
    assert asked == [500, 500, 101]


@pytest.mark.parametrize("blocks", [1, 2, 3, 7])
def test_a_node_that_searches_few_blocks_at_once_finds_the_same(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes, blocks: int
) -> None:
    sent = [chain.pay(chain.usdc, SHOP, 5) for _ in range(4)]
    second_node.limit_search(blocks)
    assert [one.tx_hash for one in arrived(chain, two_nodes, chain.usdc)] == sent


def test_a_node_that_says_too_much_is_asked_in_parts(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Nodes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rpc, "LARGEST_ANSWER", 4000)
    sent = [chain.pay(chain.usdc, SHOP, 5) for _ in range(8)]
    assert [one.tx_hash for one in arrived(chain, reach(chain, first_node), chain.usdc)] == sent


def test_a_node_that_searches_for_few_recipients_at_once_finds_the_same(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    def few(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        if len(params[0]["topics"][2]) < 3:
            return said
        error = {"code": -32602, "message": "too many topics"}
        return {"jsonrpc": "2.0", "id": said["id"], "error": error}

    second_node.twist("eth_getLogs", few)
    chain.stop_mining()
    sent = [
        chain.pay(chain.usdc, one, 5)
        for one in chain.people[1:8]
        if chain.mint(chain.usdc, chain.people[0], 5)
    ]
    chain.mine()
    found = two_nodes.transfers(0, chain.height, [contract_of(chain.usdc)], chain.people[1:8])
    assert {one.tx_hash for one in found} == set(sent)
    assert [one.log_index for one in found] == sorted(one.log_index for one in found)


def test_a_node_that_refuses_the_smallest_search_gives_no_answer(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    second_node.limit_search(0)
    with pytest.raises(NodeUnavailable):
        arrived(chain, two_nodes, chain.usdc)


# ---- nodes that lie, or lag ----


def a_log(chain: TheChain) -> dict[str, Any]:
    """A transfer of 5 USDC to the shop, really made; its log as the node has it."""
    log: dict[str, Any] = chain.receipt(chain.pay(chain.usdc, SHOP, 5))["logs"][0]
    return log


def test_a_log_that_one_node_invents_is_a_disagreement(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    second_node.forge_log(a_log(chain) | {"logIndex": "0x9"})
    with pytest.raises(NodesDisagree):
        arrived(chain, two_nodes, chain.usdc)


@pytest.mark.parametrize("value", [f"0x{6:064x}", f"0x{2**200:064x}"])
def test_a_log_that_one_node_changes_is_a_disagreement(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes, value: str
) -> None:
    second_node.say("eth_getLogs", [a_log(chain) | {"data": value}])
    with pytest.raises(NodesDisagree):
        arrived(chain, two_nodes, chain.usdc)


def test_a_log_that_one_node_keeps_back_is_a_disagreement(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    a_log(chain)
    second_node.say("eth_getLogs", [])
    with pytest.raises(NodesDisagree):
        arrived(chain, two_nodes, chain.usdc)


def test_a_node_that_lags_has_not_searched_the_last_block(
    chain: TheChain, first_node: LyingNode, second_node: LyingNode, two_nodes: Nodes
) -> None:
    a_log(chain)
    first_node.stick(chain.height - 1)
    second_node.stick(chain.height - 1)
    with pytest.raises(NodeUnavailable, match="yet"):
        arrived(chain, two_nodes, chain.usdc)


@pytest.mark.parametrize(
    "changes",
    [
        {"address": OTHER},
        {"topics": "recipient"},
        {"blockNumber": "0x0"},
        {"blockHash": "0x" + "ee" * 32},
        {"data": "0x"},
        {"removed": True},
        {"logIndex": "0x" + "f" * 20},
        {"transactionHash": None},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_log_that_was_not_asked_for_is_no_answer_from_either(
    chain: TheChain,
    first_node: LyingNode,
    second_node: LyingNode,
    two_nodes: Nodes,
    changes: dict[str, Any],
) -> None:
    log = a_log(chain)
    if "topics" in changes:
        changes = {"topics": [*log["topics"][:2], log["topics"][1]]}
    for node in (first_node, second_node):
        node.say("eth_getLogs", [log | changes])
    search = (chain.height, chain.height, [contract_of(chain.usdc)], [SHOP])
    if "data" in changes:  # an odd contract, not an odd node
        assert two_nodes.transfers(*search) == []
        return
    with pytest.raises(NodeUnavailable):
        two_nodes.transfers(*search)


# ---- receipts ----


def test_a_transaction_that_waits_has_no_receipt(chain: TheChain, two_nodes: Nodes) -> None:
    chain.stop_mining()
    tx_hash = chain.pay(chain.eth, SHOP, 5)
    assert two_nodes.receipt(tx_hash) is None
    assert two_nodes.transaction(tx_hash)
    assert not two_nodes.transaction("0x" + "00" * 32)


def test_a_failed_transfer_has_status_0_and_no_logs(chain: TheChain, two_nodes: Nodes) -> None:
    transfer = call("transfer(address,uint256)", SHOP, 5)
    tx_hash = chain.send(contract_of(chain.usdc), transfer, sender=chain.people[5])
    receipt = two_nodes.receipt(tx_hash)
    assert receipt is not None
    assert (receipt.status, receipt.transfers, receipt.sender) == (0, (), chain.people[5])
    assert receipt.recipient == chain.usdc.contract


def test_a_receipt_that_only_one_node_has_is_waited_for(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    tx_hash = chain.pay(chain.usdc, SHOP, 5)
    real = chain.receipt(tx_hash)
    forged = "0x" + "11" * 32
    logs = [log | {"transactionHash": forged} for log in real["logs"]]
    second_node.forge_receipt(forged, real | {"transactionHash": forged, "logs": logs})
    assert two_nodes.receipt(forged) is None
    second_node.forge_receipt(tx_hash, None)
    assert two_nodes.receipt(tx_hash) is None


@pytest.mark.parametrize("changes", [{"status": "0x0"}, {"logs": []}, {"from": OTHER}], ids=repr)
def test_a_receipt_that_one_node_changes_is_a_disagreement(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes, changes: dict[str, Any]
) -> None:
    tx_hash = chain.pay(chain.usdc, SHOP, 5)
    second_node.forge_receipt(tx_hash, chain.receipt(tx_hash) | changes)
    with pytest.raises(NodesDisagree):
        two_nodes.receipt(tx_hash)


def test_a_receipt_on_another_branch_is_a_disagreement(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    tx_hash = chain.pay(chain.usdc, SHOP, 5)
    second_node.fork(chain.height)
    with pytest.raises(NodesDisagree):
        two_nodes.receipt(tx_hash)


def test_a_receipt_of_another_transaction_is_no_answer(
    chain: TheChain, second_node: LyingNode, two_nodes: Nodes
) -> None:
    first, second = chain.pay(chain.usdc, SHOP, 5), chain.pay(chain.usdc, SHOP, 5)
    second_node.forge_receipt(first, chain.receipt(second))
    with pytest.raises(NodeUnavailable):
        two_nodes.receipt(first)


def test_a_receipt_goes_with_its_block(own_chain: TheChain, reach: Callable[..., Nodes]) -> None:
    nodes = reach(own_chain)
    tx_hash = own_chain.pay(own_chain.usdc, SHOP, 5)
    assert nodes.receipt(tx_hash) is not None
    own_chain.reorg(1)
    assert nodes.receipt(tx_hash) is None
    assert arrived(own_chain, nodes, own_chain.usdc) == []
    assert nodes.balance(SHOP, own_chain.usdc.contract, own_chain.height) == 0
