"""Addresses with check digits: those of the standard, and the digest against the library's."""

from __future__ import annotations

import random

import pytest

from flask_till.wire.eip55 import NOWHERE, checksummed, keccak256

# The examples of EIP-55.
RIGHT = (
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
)


@pytest.mark.parametrize("address", RIGHT)
def test_right_addresses_stay_and_others_get_their_check_digits(address):
    assert checksummed(address) == address
    assert checksummed(address.lower()) == address
    assert checksummed("0x" + address[2:].upper()) == address


@pytest.mark.parametrize("address", RIGHT[:4])
def test_a_letter_in_the_wrong_case_or_a_wrong_digit_is_noticed(address):
    for place in range(2, 42):
        turned = address[:place] + address[place].swapcase() + address[place + 1 :]
        if turned != address:
            with pytest.raises(ValueError, match="EIP-55"):
                checksummed(turned)
    with pytest.raises(ValueError, match="EIP-55"):
        checksummed(address[:-1] + ("0" if address[-1] != "0" else "1"))


ODD = ("", "0x", "0x" + "1" * 39, "0x" + "1" * 41, "0x" + "g" * 40, "1" * 42, RIGHT[0] + "\n",
       "0X" + "1" * 40, "0x" + "٣" * 40)  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="40 hexadecimal digits"):
        checksummed(text)


def test_the_address_of_nobody_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        checksummed(NOWHERE)


def test_the_digest_is_keccak_256():
    assert keccak256(b"").hex() == (
        "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    )
    assert keccak256(b"Transfer(address,address,uint256)").hex() == (
        "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    )


def test_the_digest_and_the_addresses_are_the_librarys():
    eth_utils = pytest.importorskip("eth_utils")
    chance = random.Random(55)
    for length in (0, 1, 135, 136, 137, 271, 272, 1000, *chance.sample(range(600), 40)):
        data = chance.randbytes(length)
        assert keccak256(data) == eth_utils.keccak(data)
    for _ in range(200):
        address = "0x" + chance.randbytes(20).hex()
        assert checksummed(address) == eth_utils.to_checksum_address(address)
