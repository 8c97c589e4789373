"""A transaction of the demo's chain, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .bank import DECIMALS, ETH, USDC

if TYPE_CHECKING:
    from . import LocalChain

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


@dataclass(frozen=True)
class Move:
    """What went from whom to whom; ``text`` such as 12.5 USDC."""

    sender: str
    recipient: str
    text: str


@dataclass(frozen=True)
class Transaction:
    """``state`` is waiting, done or failed; the rest is known once it is in a block."""

    hash: str
    state: str
    moves: tuple[Move, ...] = ()
    block: int | None = None
    confirmations: int = 0
    fee: str = ""


def find_transaction(chain: LocalChain, tx_hash: str) -> Transaction | None:
    rpc = chain.node.rpc
    found = rpc("eth_getTransactionByHash", tx_hash)
    if found is None:
        return None
    receipt = rpc("eth_getTransactionReceipt", tx_hash)
    if receipt is None:
        return Transaction(tx_hash, "waiting")
    block, went_well = int(receipt["blockNumber"], 16), receipt["status"] == "0x1"
    logs = [one for one in receipt["logs"] if one["address"].lower() == chain.bank.coin.lower()]
    return Transaction(
        hash=tx_hash,
        state="done" if went_well else "failed",
        moves=(*_native(found), *_tokens(logs)) if went_well else (),
        block=block,
        confirmations=int(rpc("eth_blockNumber"), 16) - block + 1,
        fee=show(int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16), ETH),
    )


def _native(found: dict[str, Any]) -> list[Move]:
    units = int(found["value"], 16)
    if not units or found["to"] is None:
        return []
    return [Move(_checked(found["from"]), _checked(found["to"]), show(units, ETH))]


def _tokens(logs: list[dict[str, Any]]) -> list[Move]:
    moves = []
    for log in logs:
        topic, *parties = log["topics"]
        if topic == TRANSFER:
            sender, recipient = (_checked("0x" + one[-40:]) for one in parties)
            moves.append(Move(sender, recipient, show(int(log["data"], 16), USDC)))
    return moves


def _checked(address: str) -> str:
    from eth_utils.address import to_checksum_address

    return to_checksum_address(address)


def show(units: int, code: str) -> str:
    """Base units as people write them."""
    return f"{Decimal(units).scaleb(-DECIMALS[code]).normalize():f} {code}"


def shorten(amount: Decimal, code: str) -> str:
    """Enough digits to see what changed."""
    return f"{amount:,.4f}" if code == ETH else f"{amount:,.2f}"
