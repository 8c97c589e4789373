"""Calls and logs of contracts, byte for byte as the library for it has them."""

from __future__ import annotations

import pytest
from eth_abi import encode
from eth_hash.auto import keccak

from flask_till.desk.gateways.web3 import abi
from flask_till.errors import InvalidRequest

SHOP = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
OTHER = "0x52908400098527886E0F7030069857D2E4169EE7"
NUMBERS = [0, 1, 12_500_000, 10**18, 2**255, 2**256 - 1]


def expected(signature: str, *values: object) -> str:
    types = signature[signature.index("(") + 1 : -1].split(",")
    return "0x" + (keccak(signature.encode())[:4] + encode(types, values)).hex()


@pytest.mark.parametrize("number", NUMBERS)
def test_calls_are_encoded(number: int) -> None:
    assert abi.encode_transfer(SHOP, number) == expected("transfer(address,uint256)", SHOP, number)
    assert abi.encode_mint(SHOP, number) == expected("mint(address,uint256)", SHOP, number)
    assert abi.encode_owner_of(number) == expected("ownerOf(uint256)", number)
    assert abi.encode_safe_transfer(SHOP, OTHER, number) == expected(
        "safeTransferFrom(address,address,uint256)", SHOP, OTHER, number
    )


def test_a_question_for_a_balance_is_encoded() -> None:
    assert abi.encode_balance_of(SHOP) == expected("balanceOf(address)", SHOP)


@pytest.mark.parametrize("number", [-1, 2**256])
def test_a_number_has_256_bits(number: int) -> None:
    with pytest.raises(ValueError, match="256"):
        abi.encode_transfer(SHOP, number)


@pytest.mark.parametrize("address", ["", SHOP[:-1], SHOP.swapcase(), "0x" + SHOP[2:].swapcase()])
def test_a_mistyped_address_is_not_encoded(address: str) -> None:
    with pytest.raises(InvalidRequest):
        abi.encode_transfer(address, 1)


# ---- logs ----

TOPICS = [abi.TRANSFER_TOPIC, abi.holder_topic(SHOP), abi.holder_topic(OTHER)]


def test_the_topic_of_a_transfer_is_that_of_its_event() -> None:
    assert "0x" + keccak(b"Transfer(address,address,uint256)").hex() == abi.TRANSFER_TOPIC


@pytest.mark.parametrize("number", NUMBERS)
def test_a_transfer_is_decoded(number: int) -> None:
    data = "0x" + encode(["uint256"], [number]).hex()
    assert abi.decode_transfer(TOPICS, data) == abi.Moved(SHOP, OTHER, number)


def test_small_and_capital_digits_are_the_same() -> None:
    shouted = ["0x" + topic[2:].upper() for topic in TOPICS]
    data = "0x" + "AB" * 32
    assert abi.decode_transfer(shouted, data) == abi.decode_transfer(TOPICS, data.lower())


WORD = "0x" + f"{7:064x}"


@pytest.mark.parametrize(
    ("topics", "data"),
    [
        ([], WORD),
        (TOPICS[:2], WORD),
        ([*TOPICS, WORD], "0x"),
        ([*TOPICS, WORD], WORD),
        ([WORD, *TOPICS[1:]], WORD),
        (TOPICS, "0x"),
        (TOPICS, WORD[:-2]),
        (TOPICS, WORD + "00"),
        (TOPICS, WORD[:-1] + "g"),
        (TOPICS, WORD + "\n"),
        ([TOPICS[0], "0x01" + TOPICS[1][4:], TOPICS[2]], WORD),
        ([TOPICS[0], TOPICS[1], TOPICS[2][:-2]], WORD),
    ],
    ids=[
        "anonymous",
        "two topics",
        "erc-721",
        "four topics and data",
        "another event",
        "no data",
        "short data",
        "long data",
        "no digits",
        "a line",
        "a sender too large",
        "a recipient too short",
    ],
)
def test_what_is_no_transfer_of_a_coin_is_none(topics: list[str], data: str) -> None:
    assert abi.decode_transfer(topics, data) is None


# ---- what is returned ----


def test_a_number_is_one_word() -> None:
    assert abi.decode_number(encode(["uint256"], [2**255])) == 2**255
    for data in (b"", b"\x00" * 31, b"\x00" * 33, b"\x00" * 64):
        with pytest.raises(ValueError, match="no number"):
            abi.decode_number(data)


def test_an_address_is_one_word() -> None:
    assert abi.decode_address(encode(["address"], [SHOP])) == SHOP
    for data in (b"", b"\x00" * 31, b"\x01" + b"\x00" * 31, b"\x00" * 64):
        with pytest.raises(ValueError, match="no address"):
            abi.decode_address(data)
