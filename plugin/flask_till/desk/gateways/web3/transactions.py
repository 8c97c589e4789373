"""What is asked of a chain, in the shapes that a signer, a node and a wallet want it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ....chains import Coin
from .abi import encode_transfer
from .keys import checksum


@dataclass(frozen=True, slots=True)
class Fees:
    """What a unit of gas may cost, in wei (EIP-1559)."""

    max_fee: int
    priority_fee: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an address: coins of the chain, data, or both.

    ``to`` is EIP-55; None makes a contract of the data.
    """

    to: str | None
    value: int = 0
    data: str = "0x"


def transfer_call(coin: Coin, recipient: str, units: int) -> Call:
    """What moves so many units of a coin to a recipient."""
    if coin.contract is None:
        return Call(checksum(recipient), units)
    return Call(checksum(coin.contract), 0, encode_transfer(recipient, units))


def wallet_form(call: Call, sender: str | None = None) -> dict[str, str]:
    """A call as ``eth_sendTransaction`` and ``eth_estimateGas`` read it."""
    form = {"from": sender, "to": call.to, "value": hex(call.value), "data": call.data}
    return {name: value for name, value in form.items() if value is not None}


def eip1559(call: Call, *, chain_id: int, nonce: int, gas: int, fees: Fees) -> dict[str, Any]:
    """A transaction for a signer."""
    return {
        "chainId": chain_id,
        "nonce": nonce,
        "to": call.to,
        "value": call.value,
        "data": call.data,
        "gas": gas,
        "maxFeePerGas": fees.max_fee,
        "maxPriorityFeePerGas": fees.priority_fee,
    }


def rpc_form(transaction: Mapping[str, Any]) -> dict[str, Any]:
    """A transaction with its whole numbers as a node reads them."""
    return {
        name: hex(value) if isinstance(value, int) else value
        for name, value in transaction.items()
        if value is not None
    }
