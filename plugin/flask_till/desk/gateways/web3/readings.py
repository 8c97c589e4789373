"""What nodes say, read strictly into values. Raises `Odd` for anything that is not as it must be.

Addresses come out with their checksum, hashes in small letters, numbers as ints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .abi import decode_transfer
from .keys import checksum

MOST_NUMBER: Final = 2**63 - 1
"""The largest block number, nonce, time or gas that is believed."""
MOST_UNITS: Final = 2**256 - 1
_QUANTITY: Final = re.compile(r"0x[0-9a-fA-F]{1,64}")
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}")
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_DATA: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


class Odd(ValueError):
    """A node said something that is not what it was asked for."""


@dataclass(frozen=True, slots=True)
class NativeTransfer:
    """The native coin that a transaction moves by itself; what contracts pass on is not here."""

    tx_hash: str
    sender: str
    recipient: str
    units: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block; ``timestamp`` in seconds, ``base_fee`` in wei. ``transactions`` when asked for:

    those that move the native coin, whether or not they succeeded.
    """

    number: int
    hash: str
    parent: str
    timestamp: int
    base_fee: int | None = None
    transactions: tuple[NativeTransfer, ...] | None = None


@dataclass(frozen=True, slots=True)
class TokenTransfer:
    """What a log says a contract moved; only a contract that we trust says it rightly."""

    tx_hash: str
    log_index: int
    contract: str
    sender: str
    recipient: str
    units: int
    block_number: int
    block_hash: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a transaction went: ``status`` 1 is well. ``created`` is the contract that it made."""

    tx_hash: str
    status: int
    block_number: int
    block_hash: str
    sender: str
    recipient: str | None
    gas_used: int
    transfers: tuple[TokenTransfer, ...] = ()
    created: str | None = None


def number(value: Any, most: int = MOST_NUMBER) -> int:
    """A quantity, no larger than ``most``."""
    found = int(_text(value, _QUANTITY), 16)
    if found > most:
        raise Odd("a number is too large")
    return found


def units(value: Any) -> int:
    return number(value, MOST_UNITS)


def hash_of(value: Any) -> str:
    return _text(value, _HASH).lower()


def address(value: Any) -> str:
    return checksum(_text(value, _ADDRESS).lower())


def data(value: Any) -> str:
    return _text(value, _DATA).lower()


def block(said: Any, *, full: bool) -> Block | None:
    """A block; None when the node has none there."""
    if said is None:
        return None
    fee = _member(said, "baseFeePerGas", None)
    return Block(
        number(_member(said, "number")),
        hash_of(_member(said, "hash")),
        hash_of(_member(said, "parentHash")),
        number(_member(said, "timestamp")),
        None if fee is None else units(fee),
        tuple(_moves(_list(_member(said, "transactions")))) if full else None,
    )


def _moves(transactions: Iterable[Any]) -> Iterable[NativeTransfer]:
    for one in transactions:
        value, recipient = units(_member(one, "value")), _member(one, "to", None)
        tx_hash = hash_of(_member(one, "hash"))
        if value and recipient is not None:
            sender = address(_member(one, "from"))
            yield NativeTransfer(tx_hash, sender, address(recipient), value)


def logs(said: Any) -> list[TokenTransfer]:
    """The transfers of coins among logs, in the order of the chain. Moves of nothing are left out.

    Two logs in one place, or one that a node says was taken back, are odd.
    """
    found: dict[tuple[int, int], TokenTransfer | None] = {}
    for log in _list(said):
        place = (number(_member(log, "blockNumber")), number(_member(log, "logIndex")))
        if place in found or _member(log, "removed", False) is not False:
            raise Odd("a log is there twice, or was taken back")
        found[place] = _transfer(log, *place)
    return [one for _, one in sorted(found.items()) if one is not None]


def _transfer(log: Any, block_number: int, log_index: int) -> TokenTransfer | None:
    topics = [hash_of(topic) for topic in _list(_member(log, "topics"))]
    moved = decode_transfer(topics, data(_member(log, "data")))
    tx_hash = hash_of(_member(log, "transactionHash"))
    block_hash = hash_of(_member(log, "blockHash"))
    contract = address(_member(log, "address"))
    if moved is None or not moved.units:
        return None
    return TokenTransfer(
        tx_hash,
        log_index,
        contract,
        moved.sender,
        moved.recipient,
        moved.units,
        block_number,
        block_hash,
    )


def receipt(said: Any, tx_hash: str) -> Receipt | None:
    """The receipt of that transaction; None while it is in no block."""
    if said is None or _member(said, "blockHash", None) is None:
        return None
    to, created = _member(said, "to", None), _member(said, "contractAddress", None)
    read = Receipt(
        hash_of(_member(said, "transactionHash")),
        number(_member(said, "status"), 1),
        number(_member(said, "blockNumber")),
        hash_of(_member(said, "blockHash")),
        address(_member(said, "from")),
        None if to is None else address(to),
        number(_member(said, "gasUsed")),
        tuple(logs(_member(said, "logs"))),
        None if created is None else address(created),
    )
    where = {(one.tx_hash, one.block_hash, one.block_number) for one in read.transfers}
    if read.tx_hash != tx_hash or where - {(tx_hash, read.block_hash, read.block_number)}:
        raise Odd("the receipt is of another transaction")
    return read


_MISSING: Final = object()


def _member(said: Any, name: str, default: Any = _MISSING) -> Any:
    if not isinstance(said, Mapping):
        raise Odd("not a mapping")
    found = said.get(name, default)
    if found is _MISSING:
        raise Odd(f"{name} is missing")
    return found


def _list(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise Odd("not a list")
    return said


def _text(value: Any, shape: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Odd("a value of the wrong shape")
    return value
