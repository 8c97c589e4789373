"""The demo's money: a coin of its own on the local chain, given away for nothing."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from .node import Node

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

CHAIN_ID = 31337
ETH, USDC = "ETH", "USDC"
DECIMALS = {ETH: 18, USDC: 6}
GIFT = {ETH: Decimal(1), USDC: Decimal(500)}
OPERATOR_GAS = Decimal(10)


class Bank:
    """Makes the coin, gives some away, and sends it for whoever's key it is shown."""

    def __init__(self, node: Node, account: LocalAccount) -> None:
        self._node = node
        self._account = account
        self._turn = threading.Lock()
        self.coin = _contract_of(account.address)

    def open(self) -> None:
        """Puts the coin on the chain, if it is not there already."""
        self.top_up(self._account.address, Decimal(10))
        if self._node.rpc("eth_getCode", self.coin, "latest") == "0x":
            made = json.loads((files(__package__) / "contracts" / "DemoCoin.json").read_bytes())
            self.send(self._account, None, 0, made["bytecode"])
            self._node.rpc("evm_mine")
        assert self._node.rpc("eth_getCode", self.coin, "latest") != "0x"

    # ---- what somebody has ----

    def balance(self, address: str, code: str) -> Decimal:
        if code == ETH:
            units = self._node.rpc("eth_getBalance", address, "latest")
        else:
            units = self._node.rpc("eth_call", self._asks_balance(address), "latest")
        return Decimal(int(units, 16)).scaleb(-DECIMALS[code])

    def _asks_balance(self, address: str) -> dict[str, str]:
        return {"to": self.coin, "data": call("balanceOf(address)", address)}

    # ---- gifts ----

    def top_up(self, address: str, amount: Decimal) -> None:
        """So much of the native coin at least, out of thin air."""
        if self.balance(address, ETH) < amount:
            self._node.rpc("anvil_setBalance", address, hex(units_of(amount, ETH)))

    def give(self, address: str) -> None:
        """Some of each; the coin is there with the next block."""
        native = self.balance(address, ETH) + GIFT[ETH]
        self._node.rpc("anvil_setBalance", address, hex(units_of(native, ETH)))
        data = call("mint(address,uint256)", address, units_of(GIFT[USDC], USDC))
        self.send(self._account, self.coin, 0, data)

    # ---- sending ----

    def pay(self, account: LocalAccount, recipient: str, units: int, code: str) -> str:
        """Sends base units of a coin; the hash of the transaction. Raises `Refused`."""
        if code == ETH:
            return self.send(account, recipient, units, "0x")
        return self.send(account, self.coin, 0, call(TRANSFER, recipient, units))

    def send(self, account: LocalAccount, to: str | None, value: int, data: str) -> str:
        """Signs a transaction and hands it in; its hash. Raises `Refused` when it would fail."""
        rpc = self._node.rpc
        what: dict[str, Any] = {"value": hex(value), "data": data}
        what |= {} if to is None else {"to": to}
        with self._turn:
            price = int(rpc("eth_gasPrice"), 16)
            gas = int(rpc("eth_estimateGas", {"from": account.address, **what}), 16)
            how = {
                "type": 2,
                "chainId": CHAIN_ID,
                "nonce": int(rpc("eth_getTransactionCount", account.address, "pending"), 16),
                "gas": gas * 5 // 4,
                "maxFeePerGas": 2 * price,
                "maxPriorityFeePerGas": min(price, 10**9),
            }
            signed = account.sign_transaction({**what, **how})
            sent: str = rpc("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
        return sent


TRANSFER = "transfer(address,uint256)"


def call(signature: str, *values: Any) -> str:
    """The data that calls a function of a contract."""
    from eth_abi.abi import encode
    from eth_utils.crypto import keccak

    kinds = signature.partition("(")[2].rstrip(")").split(",")
    return "0x" + (keccak(text=signature)[:4] + encode(kinds, values)).hex()


def units_of(amount: Decimal, code: str) -> int:
    """Base units. Raises `ValueError` for less than nothing, or more digits than the coin has."""
    units = amount.scaleb(DECIMALS[code])
    if units <= 0 or units != units.to_integral_value():
        raise ValueError(f"{amount} is no amount of {code}")
    return int(units)


def _contract_of(deployer: str) -> str:
    """Where the first contract of an account is: the coin stays at one address for good."""
    from eth_utils.address import to_checksum_address
    from eth_utils.crypto import keccak

    # RLP of [address, 0].
    return to_checksum_address(keccak(b"\xd6\x94" + bytes.fromhex(deployer[2:]) + b"\x80")[12:])
