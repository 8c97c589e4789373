"""A signed transaction handed to several nodes: what is taken, what is not, and what is unknown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flask_till.desk.gateways.web3.keys import SeedSigner
from flask_till.desk.gateways.web3.nodes import Nodes
from flask_till.desk.gateways.web3.rpc import NodeRefused, NodeUnavailable
from flask_till.desk.gateways.web3.transactions import (
    Fees,
    eip1559,
    transfer_call,
    wallet_form,
)
from tests.stand_ins.chain import LyingNode, TheChain

SHOP = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
Sign = Callable[..., tuple[str, str]]


@pytest.fixture
def sign(chain: TheChain, signer: SeedSigner) -> Sign:
    """Signs a payment of some wei to the shop by the operator, who has enough."""
    chain.fund(signer.address("operator"))

    def signed(wei: int = 5, nonce: int = 0, price: int = 10**10) -> tuple[str, str]:
        call, fees = transfer_call(chain.eth, SHOP, wei), Fees(price, 1)
        transaction = eip1559(call, chain_id=31337, nonce=nonce, gas=21_000, fees=fees)
        return signer.sign("operator", transaction)

    return signed


def test_a_transaction_goes_to_all_nodes(
    chain: TheChain,
    sign: Sign,
    first_node: LyingNode,
    second_node: LyingNode,
    two_nodes: Nodes,
) -> None:
    raw, tx_hash = sign(wei=77)
    assert two_nodes.send(raw) == tx_hash
    chain.await_block_with(tx_hash)
    assert chain.balance(chain.eth, SHOP) == 77
    assert "eth_sendRawTransaction" in first_node.asked
    assert "eth_sendRawTransaction" in second_node.asked


def test_what_a_node_has_already_is_taken(chain: TheChain, sign: Sign, two_nodes: Nodes) -> None:
    chain.stop_mining()
    raw, tx_hash = sign()
    assert [two_nodes.send(raw), two_nodes.send(raw)] == [tx_hash, tx_hash]


def test_what_is_in_a_block_already_is_taken(chain: TheChain, sign: Sign, two_nodes: Nodes) -> None:
    raw, tx_hash = sign(wei=77)
    two_nodes.send(raw)
    chain.await_block_with(tx_hash)
    assert two_nodes.send(raw) == tx_hash
    assert chain.balance(chain.eth, SHOP) == 77


def test_a_nonce_that_another_transaction_used_is_refused(
    chain: TheChain, sign: Sign, two_nodes: Nodes
) -> None:
    first, tx_hash = sign(wei=5)
    two_nodes.send(first)
    chain.await_block_with(tx_hash)
    with pytest.raises(NodeRefused) as caught:
        two_nodes.send(sign(wei=6)[0])
    assert caught.value.kind == "nonce_used"


def test_one_node_that_takes_it_is_enough(
    chain: TheChain, sign: Sign, first_node: LyingNode, second_node: LyingNode, two_nodes: Nodes
) -> None:
    first_node.refuse("eth_sendRawTransaction", -32000, "transaction underpriced")
    raw, tx_hash = sign(nonce=0)
    assert two_nodes.send(raw) == tx_hash
    first_node.behave()
    chain.await_block_with(tx_hash)
    second_node.status = 503
    raw, tx_hash = sign(nonce=1)
    assert two_nodes.send(raw) == tx_hash


def test_an_answer_that_was_lost_does_no_harm(
    chain: TheChain, sign: Sign, first_node: LyingNode, two_nodes: Nodes
) -> None:
    chain.stop_mining()
    first_node.drop_answer("eth_sendRawTransaction")
    raw, tx_hash = sign()
    assert two_nodes.send(raw) == tx_hash


def test_when_no_answer_comes_it_is_unknown_whether_it_was_taken(
    chain: TheChain, sign: Sign, first_node: LyingNode, reach: Callable[..., Nodes]
) -> None:
    first_node.drop_answer("eth_sendRawTransaction")
    raw, tx_hash = sign()
    nodes = reach(chain, first_node)
    with pytest.raises(NodeUnavailable):
        nodes.send(raw)
    chain.await_block_with(tx_hash)
    assert nodes.transaction(tx_hash)


def test_a_refusal_and_a_silence_leave_it_unknown(
    sign: Sign, first_node: LyingNode, second_node: LyingNode, two_nodes: Nodes
) -> None:
    first_node.refuse("eth_sendRawTransaction", -32000, "insufficient funds")
    second_node.status = 502
    with pytest.raises(NodeUnavailable):
        two_nodes.send(sign()[0])


def test_what_all_nodes_refuse_is_refused(
    sign: Sign, first_node: LyingNode, second_node: LyingNode, two_nodes: Nodes
) -> None:
    for node in (first_node, second_node):
        node.refuse("eth_sendRawTransaction", -32000, "insufficient funds for gas")
    with pytest.raises(NodeRefused) as caught:
        two_nodes.send(sign()[0])
    assert caught.value.kind == "no_funds"


def test_a_nonce_said_to_be_used_by_a_node_that_cannot_say_for_what_is_unknown(
    sign: Sign, first_node: LyingNode, second_node: LyingNode, two_nodes: Nodes
) -> None:
    first_node.refuse("eth_sendRawTransaction", -32000, "nonce too low")
    first_node.refuse("eth_getTransactionByHash", -32000, "not now")
    second_node.refuse("eth_sendRawTransaction", -32000, "nonce too low")
    with pytest.raises(NodeUnavailable):
        two_nodes.send(sign()[0])


@pytest.mark.parametrize("said", ["0x" + "11" * 32, "0x", None, True], ids=repr)
def test_a_node_that_names_another_hash_did_not_take_it_for_sure(
    chain: TheChain, sign: Sign, first_node: LyingNode, reach: Callable[..., Nodes], said: object
) -> None:
    first_node.say("eth_sendRawTransaction", said)
    with pytest.raises(NodeUnavailable):
        reach(chain, first_node).send(sign()[0])


# ---- whether it is known ----


def test_one_node_that_knows_a_transaction_is_enough(
    chain: TheChain, second_node: LyingNode, first_node: LyingNode, two_nodes: Nodes
) -> None:
    tx_hash = chain.pay(chain.eth, SHOP, 5)
    first_node.say("eth_getTransactionByHash", None)
    assert two_nodes.transaction(tx_hash)
    second_node.say("eth_getTransactionByHash", None)
    assert not two_nodes.transaction(tx_hash)


def test_a_silence_leaves_open_whether_a_transaction_is_known(
    chain: TheChain, second_node: LyingNode, first_node: LyingNode, two_nodes: Nodes
) -> None:
    tx_hash = chain.pay(chain.eth, SHOP, 5)
    first_node.status = 502
    assert two_nodes.transaction(tx_hash)
    second_node.say("eth_getTransactionByHash", None)
    with pytest.raises(NodeUnavailable):
        two_nodes.transaction(tx_hash)


@pytest.mark.parametrize("said", [True, "0x", {}, {"hash": "0x" + "11" * 32}], ids=repr)
def test_another_transaction_than_was_asked_for_is_no_answer(
    chain: TheChain, first_node: LyingNode, reach: Callable[..., Nodes], said: object
) -> None:
    tx_hash = chain.pay(chain.eth, SHOP, 5)
    first_node.say("eth_getTransactionByHash", said)
    with pytest.raises(NodeUnavailable):
        reach(chain, first_node).transaction(tx_hash)


# ---- estimates ----


def test_gas_is_estimated_before_anything_is_signed(
    chain: TheChain, signer: SeedSigner, two_nodes: Nodes
) -> None:
    operator = signer.address("operator")
    chain.fund(operator)
    native = wallet_form(transfer_call(chain.eth, SHOP, 5), operator)
    assert two_nodes.estimate(native) == 21_000
    token = wallet_form(transfer_call(chain.usdc, SHOP, 5), operator)
    with pytest.raises(NodeRefused) as caught:
        two_nodes.estimate(token)
    assert caught.value.kind == "reverted"
    chain.mint(chain.usdc, operator, 5)
    assert 21_000 < two_nodes.estimate(token) < 100_000


def test_whole_numbers_are_estimated_as_well(
    chain: TheChain, signer: SeedSigner, two_nodes: Nodes
) -> None:
    operator = signer.address("operator")
    chain.fund(operator)
    assert two_nodes.estimate({"from": operator, "to": SHOP, "value": 5}) == 21_000


def test_another_node_estimates_when_one_does_not_answer(
    chain: TheChain, first_node: LyingNode, second_node: LyingNode, two_nodes: Nodes
) -> None:
    first_node.status = 503
    assert two_nodes.estimate({"from": chain.people[0], "to": SHOP, "value": 5}) == 21_000
    second_node.say("eth_estimateGas", "0x" + "f" * 64)
    with pytest.raises(NodeUnavailable):
        two_nodes.estimate({"from": chain.people[0], "to": SHOP, "value": 5})
