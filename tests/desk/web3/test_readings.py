"""What a node says is read as it must be, or not at all."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from flask_till.desk.gateways.web3 import readings
from flask_till.desk.gateways.web3.abi import TRANSFER_TOPIC, holder_topic
from flask_till.desk.gateways.web3.readings import Odd
from tests.stand_ins.chain import TheChain

SHOP = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
HASH, OTHER = "0x" + "ab" * 32, "0x" + "cd" * 32
BLOCK = {
    "number": "0x10",
    "hash": HASH,
    "parentHash": OTHER,
    "timestamp": "0x6553f100",
    "baseFeePerGas": "0x7",
    "transactions": [
        {"hash": OTHER, "from": SHOP.lower(), "to": SHOP, "value": "0x5"},
        {"hash": HASH, "from": SHOP, "to": None, "value": "0x5"},
        {"hash": HASH, "from": SHOP, "to": SHOP, "value": "0x0"},
    ],
}
LOG = {
    "address": SHOP,
    "topics": [TRANSFER_TOPIC, holder_topic(SHOP), holder_topic(SHOP)],
    "data": "0x" + f"{12_500_000:064x}",
    "blockNumber": "0x10",
    "blockHash": HASH,
    "transactionHash": OTHER,
    "logIndex": "0x0",
    "removed": False,
}
RECEIPT = {
    "transactionHash": OTHER,
    "status": "0x1",
    "blockNumber": "0x10",
    "blockHash": HASH,
    "from": SHOP,
    "to": SHOP,
    "gasUsed": "0x5208",
    "logs": [LOG],
    "contractAddress": None,
}


def without(said: dict[str, Any], name: str) -> dict[str, Any]:
    return {member: value for member, value in said.items() if member != name}


# ---- single values ----


@pytest.mark.parametrize(("said", "read"), [("0x0", 0), ("0x1", 1), ("0xFf", 255), ("0x01", 1)])
def test_a_quantity_is_read(said: str, read: int) -> None:
    assert readings.number(said) == read


NO_QUANTITIES = ["", "0x", "1", "ff", "-0x1", "0x-1", "0X1", "0xg", " 0x1", "0x1\n", "0x1.0"]
NO_QUANTITIES += ["0x1_0", "0x" + "0" * 65]
NO_TEXTS = [None, 1, 1.0, True, ["0x1"], {"hex": "0x1"}]


@pytest.mark.parametrize("said", [*NO_QUANTITIES, *NO_TEXTS], ids=repr)
def test_what_is_no_quantity_is_odd(said: Any) -> None:
    with pytest.raises(Odd):
        readings.number(said)


def test_a_number_beyond_all_blocks_is_odd() -> None:
    assert readings.number(hex(2**63 - 1)) == 2**63 - 1
    with pytest.raises(Odd):
        readings.number(hex(2**63))


def test_units_may_have_256_bits_and_no_more() -> None:
    assert readings.units(hex(2**255)) == 2**255
    assert readings.units("0x" + "f" * 64) == 2**256 - 1
    with pytest.raises(Odd):
        readings.units("0x1" + "0" * 64)


@pytest.mark.parametrize("said", ["", "0x", HASH[:-1], HASH + "0", HASH[2:], HASH + "\n", None, 7])
def test_what_is_no_hash_is_odd(said: Any) -> None:
    with pytest.raises(Odd):
        readings.hash_of(said)


@pytest.mark.parametrize("said", ["", SHOP[:-1], SHOP + "0", SHOP[2:], HASH, None, 7])
def test_what_is_no_address_is_odd(said: Any) -> None:
    with pytest.raises(Odd):
        readings.address(said)


def test_addresses_get_their_checksum_however_a_node_writes_them() -> None:
    assert {readings.address(one) for one in (SHOP, SHOP.lower(), "0x" + SHOP[2:].upper())} == {
        SHOP
    }


@pytest.mark.parametrize("said", ["", "00", "0x0", "0xzz", None, 7])
def test_what_is_no_data_is_odd(said: Any) -> None:
    with pytest.raises(Odd):
        readings.data(said)


# ---- blocks ----


def test_a_block_is_read() -> None:
    block = readings.block(BLOCK, full=False)
    assert block == readings.Block(16, HASH, OTHER, 0x6553F100, 7)


def test_a_full_block_names_what_its_transactions_move() -> None:
    block = readings.block(BLOCK, full=True)
    assert block is not None
    assert block.transactions == (readings.NativeTransfer(OTHER, SHOP, SHOP, 5),)


def test_a_chain_may_have_no_base_fee() -> None:
    for said in (without(BLOCK, "baseFeePerGas"), BLOCK | {"baseFeePerGas": None}):
        block = readings.block(said, full=False)
        assert block is not None
        assert block.base_fee is None


def test_no_block_is_none() -> None:
    assert readings.block(None, full=True) is None


@pytest.mark.parametrize("name", ["number", "hash", "parentHash", "timestamp"])
@pytest.mark.parametrize("value", [None, 16, "", "0xzz", {}], ids=repr)
def test_a_block_with_an_odd_member_is_odd(name: str, value: Any) -> None:
    for said in (BLOCK | {name: value}, without(BLOCK, name)):
        with pytest.raises(Odd):
            readings.block(said, full=False)


@pytest.mark.parametrize("said", [[], "0x10", 16, True, {}], ids=repr)
def test_what_is_no_block_is_odd(said: Any) -> None:
    with pytest.raises(Odd):
        readings.block(said, full=False)


@pytest.mark.parametrize("transactions", [None, {}, [OTHER], [None], [[]], "0x"], ids=repr)
def test_a_full_block_without_whole_transactions_is_odd(transactions: Any) -> None:
    with pytest.raises(Odd):
        readings.block(BLOCK | {"transactions": transactions}, full=True)


@pytest.mark.parametrize("name", ["hash", "from", "to", "value"])
@pytest.mark.parametrize("value", [7, "", "0xzz", "0x" + "f" * 65], ids=repr)
def test_a_transaction_with_an_odd_member_is_odd(name: str, value: Any) -> None:
    said = deepcopy(BLOCK)
    said["transactions"][0][name] = value  # type: ignore[index]
    with pytest.raises(Odd):
        readings.block(said, full=True)


@pytest.mark.parametrize("name", ["hash", "from", "value"])
def test_a_transaction_without_a_member_is_odd(name: str) -> None:
    said = BLOCK | {"transactions": [without(BLOCK["transactions"][0], name)]}  # type: ignore[arg-type]
    with pytest.raises(Odd):
        readings.block(said, full=True)


# ---- logs ----


def test_a_transfer_is_read_from_its_log() -> None:
    assert readings.logs([LOG]) == [
        readings.TokenTransfer(OTHER, 0, SHOP, SHOP, SHOP, 12_500_000, 16, HASH)
    ]


def test_logs_come_out_in_the_order_of_the_chain() -> None:
    places = [("0x11", "0x0"), ("0x10", "0x2"), ("0x10", "0x1")]
    said = [LOG | {"blockNumber": block, "logIndex": index} for block, index in places]
    found = [(one.block_number, one.log_index) for one in readings.logs(said)]
    assert found == [(16, 1), (16, 2), (17, 0)]


@pytest.mark.parametrize(
    "changes",
    [
        {"data": "0x" + "0" * 64},
        {"topics": [*LOG["topics"], "0x" + "0" * 63 + "7"], "data": "0x"},  # type: ignore[misc]
        {"topics": [OTHER, *LOG["topics"][1:]]},  # type: ignore[index]
        {"topics": []},
        {"topics": LOG["topics"][:2]},  # type: ignore[index]
        {"data": "0x"},
        {"data": "0x" + "0" * 62 + "07" + "00"},
        {"topics": [TRANSFER_TOPIC, HASH, holder_topic(SHOP)]},
    ],
    ids=[
        "nothing",
        "erc-721",
        "another event",
        "anonymous",
        "two topics",
        "no data",
        "more data",
        "no address",
    ],
)
def test_a_log_that_is_no_transfer_of_a_coin_is_left_out(changes: dict[str, Any]) -> None:
    assert readings.logs([LOG | changes]) == []


@pytest.mark.parametrize(
    "name", ["address", "topics", "data", "blockNumber", "blockHash", "transactionHash", "logIndex"]
)
@pytest.mark.parametrize("value", [None, 7, "0xzz", ["0x1"], {}], ids=repr)
def test_a_log_with_an_odd_member_is_odd(name: str, value: Any) -> None:
    for said in (LOG | {name: value}, without(LOG, name)):
        with pytest.raises(Odd):
            readings.logs([said])


@pytest.mark.parametrize("said", [None, {}, "0x", [None], [[]], [7]], ids=repr)
def test_what_is_no_list_of_logs_is_odd(said: Any) -> None:
    with pytest.raises(Odd):
        readings.logs(said)


@pytest.mark.parametrize("value", [True, None, "false", 0], ids=repr)
def test_a_log_that_was_taken_back_is_odd(value: Any) -> None:
    with pytest.raises(Odd):
        readings.logs([LOG | {"removed": value}])


def test_a_node_need_not_say_that_a_log_was_not_taken_back() -> None:
    assert len(readings.logs([without(LOG, "removed")])) == 1


def test_two_logs_in_one_place_are_odd() -> None:
    with pytest.raises(Odd):
        readings.logs([LOG, LOG | {"transactionHash": HASH}])


# ---- receipts ----


def test_a_receipt_is_read() -> None:
    assert readings.receipt(RECEIPT, OTHER) == readings.Receipt(
        OTHER, 1, 16, HASH, SHOP, SHOP, 21000, tuple(readings.logs([LOG]))
    )


def test_the_receipt_of_a_contract_says_where_it_is() -> None:
    receipt = readings.receipt(RECEIPT | {"to": None, "contractAddress": SHOP.lower()}, OTHER)
    assert receipt is not None
    assert (receipt.recipient, receipt.created) == (None, SHOP)


def test_a_failed_transaction_has_status_0() -> None:
    receipt = readings.receipt(RECEIPT | {"status": "0x0", "logs": []}, OTHER)
    assert receipt is not None
    assert receipt.status == 0


@pytest.mark.parametrize("said", [None, RECEIPT | {"blockHash": None}], ids=["none", "waiting"])
def test_what_is_in_no_block_has_no_receipt(said: Any) -> None:
    assert readings.receipt(said, OTHER) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"transactionHash": HASH},
        {"blockHash": OTHER},
        {"blockNumber": "0x11"},
        {"logs": [LOG | {"transactionHash": HASH}]},
        {"logs": [LOG, LOG]},
    ],
    ids=["another hash", "another block", "another number", "another's log", "a log twice"],
)
def test_a_receipt_that_is_not_of_one_transaction_in_one_block_is_odd(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(Odd):
        readings.receipt(RECEIPT | changes, OTHER)


@pytest.mark.parametrize(
    "name",
    ["transactionHash", "status", "blockNumber", "blockHash", "from", "to", "gasUsed", "logs"],
)
@pytest.mark.parametrize("value", [7, "0xzz", {}, "0x2" + "0" * 64], ids=repr)
def test_a_receipt_with_an_odd_member_is_odd(name: str, value: Any) -> None:
    with pytest.raises(Odd):
        readings.receipt(RECEIPT | {name: value}, OTHER)


@pytest.mark.parametrize(
    "name", ["transactionHash", "status", "blockNumber", "from", "gasUsed", "logs"]
)
def test_a_receipt_without_a_member_is_odd(name: str) -> None:
    with pytest.raises(Odd):
        readings.receipt(without(RECEIPT, name), OTHER)


@pytest.mark.parametrize("status", ["0x2", "0xff", "1", True, None], ids=repr)
def test_a_status_is_0_or_1(status: Any) -> None:
    with pytest.raises(Odd):
        readings.receipt(RECEIPT | {"status": status}, OTHER)


def test_what_a_real_node_says_is_read(chain: TheChain) -> None:
    tx_hash = chain.pay(chain.usdc, SHOP, 7)
    receipt = readings.receipt(chain.receipt(tx_hash), tx_hash)
    block = readings.block(chain.block("latest"), full=False)
    assert receipt is not None
    assert block is not None
    assert (receipt.block_number, receipt.block_hash) == (block.number, block.hash)
    assert [one.units for one in receipt.transfers] == [7]
