"""What nodes mean by their words: those of the clients and providers in use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flask_till.desk.gateways.web3.abi import encode_transfer
from flask_till.desk.gateways.web3.keys import SeedSigner
from flask_till.desk.gateways.web3.refusals import kind_of, wants_rest
from flask_till.desk.gateways.web3.rpc import Node, NodeRefused
from flask_till.desk.gateways.web3.transactions import Call, Fees, eip1559
from tests.stand_ins.chain import TheChain

SAID = [
    ("reverted", 3, "execution reverted: ERC20InsufficientBalance"),
    ("reverted", 3, ""),
    ("reverted", -32015, "VM execution error."),
    ("reverted", -32000, "execution reverted"),
    ("reverted", -32603, "Error: VM Exception while processing transaction: reverted with panic"),
    ("reverted", -32000, "execution reverted: insufficient funds, nonce too low, already known"),
    ("known", -32000, "already known"),
    ("known", -32010, "AlreadyKnown, hash 0x1234"),
    ("known", -32003, "transaction already imported"),
    ("known", -32000, "Known transaction"),
    ("known", -32010, "Transaction with the same hash was already imported."),
    ("nonce_used", -32000, "nonce too low: next nonce 7, tx nonce 6"),
    ("nonce_used", -32001, "Nonce too low"),
    ("nonce_used", -32010, "OldNonce, Current nonce: 7, nonce of rejected tx: 6"),
    ("underpriced", -32000, "replacement transaction underpriced"),
    ("underpriced", -32000, "transaction underpriced: gas tip cap 0, minimum needed 1"),
    (
        "underpriced",
        -32000,
        "max fee per gas less than block base fee: address 0x",
    ),
    ("underpriced", -32010, "FeeTooLowToCompete"),
    ("underpriced", -32000, "could not replace existing tx"),
    ("underpriced", -32009, "Gas price below configured minimum gas price"),
    ("underpriced", -32010, "ReplacementNotAllowed"),
    ("no_funds", -32000, "insufficient funds for gas * price + value: balance 0, tx cost 1"),
    ("no_funds", -32003, "Insufficient funds for gas * price + value"),
    ("no_funds", -32010, "InsufficientFunds, Account balance: 0, cumulative cost: 1"),
    ("no_funds", -32004, "Upfront cost exceeds account balance"),
    ("no_state", -32000, "missing trie node 0xabc (path ) state 0xabc is not available"),
    ("no_state", -32000, "header not found"),
    ("no_state", -32000, "historical state 0xabc is not available"),
    ("no_state", -32801, "pruned history unavailable"),
    ("no_state", -32000, "distance to target block exceeds maximum proof window"),
    ("no_state", -32000, "project ID does not have access to archive state"),
    ("no_state", -32001, "Block with such an ID is pruned"),
    ("no_state", -32002, "No state available for block 0x10"),
    ("no_state", -32602, "BlockOutOfRangeError: block height is 7 but requested was 9"),
    ("no_state", -32001, "block not found: 0x99"),
    ("other", -32601, "the method eth_foo does not exist/is not available"),
    ("other", -32005, "query returned more than 10000 results"),
    ("other", -32602, "invalid argument 0: hex string without 0x prefix"),
    ("other", -32000, "intrinsic gas too low"),
]


@pytest.mark.parametrize(("kind", "code", "said"), SAID, ids=[said[2][:40] for said in SAID])
def test_the_words_of_a_node_have_a_meaning(kind: str, code: int, said: str) -> None:
    assert kind_of(code, said) == kind
    assert not wants_rest(code, said)


@pytest.fixture
def refused(chain: TheChain) -> Callable[..., str]:
    """The kind of the refusal of a real node to a call."""

    def kind(method: str, *params: object) -> str:
        node = Node(chain.url)
        try:
            with pytest.raises(NodeRefused) as caught:
                node.call(method, *params)
        finally:
            node.close()
        return caught.value.kind

    return kind


def test_a_real_node_says_that_a_call_reverts(chain: TheChain, refused: Callable[..., str]) -> None:
    call = {
        "from": chain.people[0],
        "to": chain.usdc.contract,
        "data": encode_transfer(chain.people[1], 5),
    }
    assert refused("eth_estimateGas", call) == "reverted"
    assert refused("eth_call", call, "latest") == "reverted"


def test_a_real_node_says_why_it_takes_no_transaction(
    chain: TheChain, signer: SeedSigner, refused: Callable[..., str]
) -> None:
    def raw(nonce: int = 0, price: int = 10**10) -> str:
        call, fees = Call(chain.people[0], 1), Fees(price, 1)
        transaction = eip1559(call, chain_id=31337, nonce=nonce, gas=21_000, fees=fees)
        return signer.sign("operator", transaction)[0]

    assert refused("eth_sendRawTransaction", raw()) == "no_funds"
    chain.fund(signer.address("operator"))
    chain("anvil_setNextBlockBaseFeePerGas", hex(10**9))  # it fell with each empty block before
    chain.mine()
    assert refused("eth_sendRawTransaction", raw(price=7)) == "underpriced"
    chain.stop_mining()
    chain("eth_sendRawTransaction", raw())
    assert refused("eth_sendRawTransaction", raw()) == "known"
    assert refused("eth_sendRawTransaction", raw(price=10**10 - 1)) == "underpriced"
    chain.mine()
    assert refused("eth_sendRawTransaction", raw(price=10**11)) == "nonce_used"


def test_a_real_node_says_that_it_has_no_such_block(
    chain: TheChain, refused: Callable[..., str]
) -> None:
    above = hex(chain.height + 1000)
    assert refused("eth_getBalance", chain.people[0], above) == "no_state"
