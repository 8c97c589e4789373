"""What one node answers to one question, with every way that it can fail made one of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from . import readings
from .readings import MOST_UNITS, Block, Odd
from .refusals import NO_STATE
from .rpc import AnswerTooLarge, Node, NodeRefused, NodeUnavailable
from .transactions import Fees

T = TypeVar("T")


class HistoryGone(NodeUnavailable):
    """A node no longer (or not yet) has the state of a block; only the near past is kept."""

    code = "HISTORY_GONE"


def read(node: Node, ask: Callable[[Node], T], *, may_refuse: bool = False) -> T:
    """What a node answers. A refusal to be read is no answer, unless it ``may_refuse``."""
    try:
        return ask(node)
    except Odd as error:
        raise odd(node) from error
    except NodeRefused as error:
        if error.kind == NO_STATE:
            why = f"The node {node.name} has no such state: {error.rpc_message}"
            raise HistoryGone(why) from error
        if may_refuse:
            raise
        raise NodeUnavailable(error.message) from error


def odd(node: Node) -> NodeUnavailable:
    return NodeUnavailable(f"The node {node.name} answers, but not as a node does.")


def block(node: Node, tag: str, *, full: bool = False) -> Block | None:
    """The block of a name or of a hexadecimal number, ``full`` with what it moves."""
    found = readings.block(node.call("eth_getBlockByNumber", tag, full), full=full)
    return _of_number(found, int(tag, 16)) if tag.startswith("0x") else found


def blocks(node: Node, first: int, last: int) -> list[Block]:
    """Full blocks up to the first that is missing; in halves, as long as they are too much."""
    numbers = range(first, last + 1)
    try:
        said = node.batch([("eth_getBlockByNumber", (hex(one), True)) for one in numbers])
    except (NodeRefused, AnswerTooLarge):
        if first == last:
            raise
        middle = (first + last) // 2
        found = blocks(node, first, middle)
        return found if len(found) <= middle - first else found + blocks(node, middle + 1, last)
    found = []
    for number, one in zip(numbers, said, strict=True):
        there = _of_number(readings.block(one, full=True), number)
        if there is None:
            break
        found.append(there)
    return found


def _of_number(found: Block | None, number: int) -> Block | None:
    if found is not None and found.number != number:
        raise Odd("another block than was asked for")
    return found


def sent(node: Node, raw: str) -> str:
    """The hash that a node gives to a signed transaction which it takes."""
    return readings.hash_of(node.call("eth_sendRawTransaction", raw))


def known(node: Node, tx_hash: str) -> bool:
    """Whether a node knows a transaction, in a block or waiting."""
    said = node.call("eth_getTransactionByHash", tx_hash)
    if said is None:
        return False
    if not isinstance(said, dict) or readings.hash_of(said.get("hash")) != tx_hash:
        raise Odd("another transaction than was asked for")
    return True


def fees(node: Node) -> Fees:
    """Room for the base fee to double, and the tip that a node suggests.

    On a chain without a base fee it is the gas price.
    """
    latest = block(node, "latest")
    base = None if latest is None else latest.base_fee
    if base is None:
        price = readings.units(node.call("eth_gasPrice"))
        return Fees(price, price)
    try:
        tip = readings.units(node.call("eth_maxPriorityFeePerGas"))
    except NodeRefused:
        tip = max(readings.units(node.call("eth_gasPrice")) - base, 0)
    if 2 * base + tip > MOST_UNITS:
        raise Odd("fees beyond all money")
    return Fees(2 * base + tip, tip)
