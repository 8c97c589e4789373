"""The few calls and one event of contracts that we use, encoded and decoded by hand.

All their arguments are words of 32 bytes, so no library is needed for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .keys import checksum

TRANSFER_TOPIC: Final = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak("Transfer(address,address,uint256)"), of ERC-20 and ERC-721 alike."""

_TRANSFER: Final = "0xa9059cbb"  # transfer(address,uint256)
_BALANCE_OF: Final = "0x70a08231"  # balanceOf(address)
_MINT: Final = "0x40c10f19"  # mint(address,uint256)
_SAFE_TRANSFER: Final = "0x42842e0e"  # safeTransferFrom(address,address,uint256)
_OWNER_OF: Final = "0x6352211e"  # ownerOf(uint256)
_WORD: Final = re.compile(r"0x[0-9a-fA-F]{64}")
_NO_WORD: Final = "0" * 24


@dataclass(frozen=True, slots=True)
class Moved:
    """What a ``Transfer`` of an ERC-20 contract says."""

    sender: str
    recipient: str
    units: int


def encode_transfer(recipient: str, units: int) -> str:
    """Call data of ERC-20's ``transfer``."""
    return _TRANSFER + _address(recipient) + _number(units)


def encode_balance_of(holder: str) -> str:
    return _BALANCE_OF + _address(holder)


def encode_mint(recipient: str, token_number: int) -> str:
    """Call data of ``mint(address,uint256)``: ours of ERC-721, and that of many test coins."""
    return _MINT + _address(recipient) + _number(token_number)


def encode_safe_transfer(sender: str, recipient: str, token_number: int) -> str:
    """Call data of ERC-721's ``safeTransferFrom`` without further data."""
    return _SAFE_TRANSFER + _address(sender) + _address(recipient) + _number(token_number)


def encode_owner_of(token_number: int) -> str:
    return _OWNER_OF + _number(token_number)


def decode_number(data: bytes) -> int:
    """The one number that a call returned. Raises `ValueError` for anything else."""
    if len(data) != 32:
        raise ValueError("the contract returned no number")
    return int.from_bytes(data, "big")


def decode_address(data: bytes) -> str:
    """The one address that a call returned. Raises `ValueError` for anything else."""
    if len(data) != 32 or any(data[:12]):
        raise ValueError("the contract returned no address")
    return checksum("0x" + data[12:].hex())


def decode_transfer(topics: Sequence[str], data: str) -> Moved | None:
    """What a log says was moved; None when it is not a transfer of a coin.

    A token of ERC-721 names its number in a fourth topic: that is no coin.
    """
    if len(topics) != 3 or topics[0].lower() != TRANSFER_TOPIC or not _WORD.fullmatch(data):
        return None
    sender, recipient = (_holder(topic) for topic in topics[1:])
    if sender is None or recipient is None:
        return None
    return Moved(sender, recipient, int(data, 16))


def holder_topic(address: str) -> str:
    """An address as a log's topic has it."""
    return "0x" + _address(address)


def _holder(topic: str) -> str | None:
    if not _WORD.fullmatch(topic) or topic[2:26] != _NO_WORD:
        return None
    return checksum("0x" + topic[26:].lower())


def _address(address: str) -> str:
    return _NO_WORD + checksum(address)[2:].lower()


def _number(number: int) -> str:
    if not 0 <= number < 2**256:
        raise ValueError("a number on a chain has 256 bits")
    return f"{number:064x}"
