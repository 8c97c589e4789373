"""Trzos, "purse": a wallet on the demo's chain, for people who have none.

Its key is on this server, where everybody who comes may send with it; a real wallet's never leaves
its owner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .bank import CHAIN_ID, ETH, USDC
from .node import Refused
from .transactions import show

if TYPE_CHECKING:
    from . import LocalChain

NAME = "Trzos, the demo wallet"
MANY = 12
TRANSFER_CALL = "0xa9059cbb"
READS = {
    "eth_blockNumber",
    "eth_call",
    "eth_estimateGas",
    "eth_gasPrice",
    "eth_getBalance",
    "eth_getBlockByNumber",
    "eth_getTransactionByHash",
    "eth_getTransactionCount",
    "eth_getTransactionReceipt",
}


class Wallet:
    """Its one account, and ``sent``: the hashes of what it sent last, newest first."""

    def __init__(self, chain: LocalChain) -> None:
        self.chain = chain
        self.account = chain.keys["shopper"]
        self.sent: list[str] = []

    def answer(self, method: str, params: list[Any]) -> Any:
        """What a page asks of a wallet (EIP-1193), once its owner agreed. Raises `Refused`."""
        match method:
            case "eth_accounts" | "eth_requestAccounts":
                return [self.account.address.lower()]
            case "eth_chainId":
                return hex(CHAIN_ID)
            case "wallet_switchEthereumChain" | "wallet_addEthereumChain":
                return self._switch(params[0]["chainId"])
            case "eth_sendTransaction":
                return self._send(**params[0])
            case "wallet_review":  # asked by our own script only
                return self._review(**params[0])
        if method in READS:
            return self.chain.node.rpc(method, *params)
        raise Refused({"code": 4200, "message": f"This wallet does not know {method}."})

    def _switch(self, chain_id: str) -> None:
        if chain_id != hex(CHAIN_ID):
            raise Refused({"code": 4902, "message": "This wallet knows the demo's chain only."})

    def _send(self, to: str, value: str = "0x0", data: str = "0x", **_: Any) -> str:
        from eth_utils.address import to_checksum_address

        recipient = to_checksum_address(to)
        return self._noted(self.chain.bank.send(self.account, recipient, int(value, 16), data))

    def _review(self, to: str, value: str = "0x0", data: str = "0x", **_: Any) -> dict[str, str]:
        """What its owner is asked before: what goes where."""
        from eth_utils.address import to_checksum_address

        if data.startswith(TRANSFER_CALL) and to.lower() == self.chain.bank.coin.lower():
            recipient, units, code = f"0x{data[34:74]}", int(data[74:138], 16), USDC
        else:
            recipient, units, code = to, int(value, 16), ETH
        return {"amount": show(units, code), "recipient": to_checksum_address(recipient)}

    def pay(self, recipient: str, units: int, code: str) -> str:
        """The hash of what was sent. Raises `Refused`."""
        return self._noted(self.chain.bank.pay(self.account, recipient, units, code))

    def _noted(self, tx_hash: str) -> str:
        self.sent = [tx_hash, *self.sent][:MANY]
        return tx_hash
