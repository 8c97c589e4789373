"""One chain as tests play with it: accounts with coins, contracts, blocks at will."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from flask_till.chains import Chain, Coin

from .anvil import CHAIN_ID, Anvil

DESK_PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
"""For desks in tests. Not anvil's own: its accounts would be the desk's deposit addresses."""
PEOPLE_PHRASE = "test test test test test test test test test test test junk"
"""Anvil's: the accounts of `TheChain.people` are m/44'/60'/0'/0/0 to 9."""
FOLDERS = (
    Path(__file__).parent,
    Path(__file__).parents[3] / "plugin/flask_till/desk/gateways/contracts",
)
ETHER = 10**18
MINES_WITHIN = 30.0
"""Seconds; it needs a thousandth of one."""


Argument = str | int | list[str] | list[int]


class TheChain:
    """The chain of an `Anvil`, with coins on it. Calling it calls a method of the node.

    ``eth`` is the native coin; ``usdc`` (6 decimals), ``dai`` (18) and ``points`` (0) are honest.
    ``look_alike`` has the code of usdc, ``fee_coin`` keeps a tenth of what is sent, ``false_coin``
    moves nothing and says that it did, ``old_coin`` returns nothing from its transfer. ``payer`` is
    a contract that pays many at once.
    """

    def __init__(self, anvil: Anvil) -> None:
        self.anvil = anvil
        self.url = anvil.url
        self._mining = True
        self.people: list[str] = [_checksummed(one) for one in anvil("eth_accounts")]
        self.eth = Coin(CHAIN_ID, "ETH", 18, name="Ether")
        self.usdc = self._coin("TestCoin", "USDC", 6)
        self.dai = self._coin("TestCoin", "DAI", 18)
        self.points = self._coin("TestCoin", "POINTS", 0)
        self.look_alike = self._coin("TestCoin", "USDC", 6)
        self.fee_coin = self._nasty("FeeCoin", "FEE")
        self.false_coin = self._nasty("FalseCoin", "FALSE")
        self.old_coin = self._nasty("OldCoin", "OLD")
        self.payer = self.deploy("Payer")

    def __call__(self, method: str, *params: Any) -> Any:
        return self.anvil(method, *params)

    def chain(self, **changes: Any) -> Chain:
        """As a desk is set up for it: all coins but the look-alike, final after 3 blocks."""
        coins = (
            self.eth,
            self.usdc,
            self.dai,
            self.points,
            self.fee_coin,
            self.false_coin,
            self.old_coin,
        )
        chain = Chain(CHAIN_ID, "Anvil", (self.url,), coins, confirmations=3, block_seconds=0.1)
        return replace(chain, testnet=True, **changes)

    # ---- money ----

    def fund(self, address: str, wei: int = 100 * ETHER) -> None:
        """Give an address that much of the native coin, out of nothing and without a block."""
        self("anvil_setBalance", address, hex(wei))

    def mint(self, coin: Coin, address: str, units: int) -> str:
        """Make units of a token for an address, in a block; the transaction's hash."""
        assert coin.contract is not None
        return self.send(coin.contract, call("mint(address,uint256)", address, units))

    def pay(self, coin: Coin, recipient: str, units: int, *, sender: str | None = None) -> str:
        """Send units of a coin from a person; the transaction's hash.

        The tokens for it are made first. In a block at once, unless mining was stopped.
        """
        sender = sender or self.people[0]
        if coin.contract is None:
            return self.send(recipient, value=units, sender=sender)
        if self.balance(coin, sender) < units:
            self.mint(coin, sender, units)
        data = call("transfer(address,uint256)", recipient, units)
        return self.send(coin.contract, data, sender=sender)

    def send(
        self,
        to: str | None,
        data: str = "0x",
        *,
        value: int = 0,
        sender: str | None = None,
        gas: int | None = 3_000_000,
    ) -> str:
        """A transaction of a person; its hash. What would fail fails on the chain."""
        asked = {"from": sender or self.people[0], "data": data, "value": hex(value)}
        if to is not None:
            asked["to"] = to
        if gas is not None:
            asked["gas"] = hex(gas)
        sent: str = self("eth_sendTransaction", asked)
        if self._mining:
            self.await_block_with(sent)
        return sent

    def balance(self, coin: Coin, address: str) -> int:
        if coin.contract is None:
            return int(self("eth_getBalance", address, "latest"), 16)
        return int(self.ask(coin.contract, call("balanceOf(address)", address)), 16)

    def ask(self, contract: str, data: str) -> str:
        """What a contract returns, as 0x text."""
        said: str = self("eth_call", {"to": contract, "data": data}, "latest")
        return said

    # ---- contracts ----

    def deploy(self, name: str, *arguments: str | int) -> str:
        """Put a contract on the chain; its address. ``arguments`` are its constructor's."""
        data = compiled(name)["bytecode"] + encoded(*arguments)
        tx_hash = self.send(None, data, gas=8_000_000)
        return _checksummed(self.receipt(tx_hash)["contractAddress"])

    def _coin(self, name: str, code: str, decimals: int) -> Coin:
        return Coin(CHAIN_ID, code, decimals, self.deploy(name, code, decimals), name=code)

    def _nasty(self, name: str, code: str) -> Coin:
        return Coin(CHAIN_ID, code, 6, self.deploy(name), name=code)

    # ---- blocks ----

    @property
    def height(self) -> int:
        return int(self("eth_blockNumber"), 16)

    def mine(self, blocks: int = 1) -> None:
        self("anvil_mine", hex(blocks))

    def stop_mining(self) -> None:
        """Transactions wait from now on, until `mine`."""
        self("evm_setAutomine", False)
        self._mining = False

    def go_on_mining(self) -> None:
        self("evm_setAutomine", True)
        self._mining = True

    def reorg(self, depth: int, transactions: Sequence[tuple[Any, int]] = ()) -> None:
        """Replace that many of the last blocks by as many others.

        They are empty, but for ``transactions``: pairs of a call and the place of its block, 0 the
        lowest. What was in the old ones is gone for good.
        """
        self("anvil_reorg", depth, list(transactions))

    def await_block_with(self, tx_hash: str) -> Any:
        """The receipt of a transaction, once it is in a block: the node mines on its own thread."""
        until = time.monotonic() + MINES_WITHIN
        while (receipt := self.receipt(tx_hash)) is None:
            assert time.monotonic() < until, f"{tx_hash} is in no block"
            time.sleep(0.002)
        return receipt

    def block(self, number: int | str) -> Any:
        at = hex(number) if isinstance(number, int) else number
        return self("eth_getBlockByNumber", at, False)

    def receipt(self, tx_hash: str) -> Any:
        return self("eth_getTransactionReceipt", tx_hash)


@cache
def compiled(name: str) -> dict[str, Any]:
    """What scripts/contracts made of a contract's source."""
    (file,) = (path for folder in FOLDERS if (path := folder / f"{name}.json").is_file())
    made: dict[str, Any] = json.loads(file.read_text())
    return made


def call(signature: str, *arguments: Argument) -> str:
    """Call data of a function with these arguments: addresses, numbers and texts."""
    from eth_hash.auto import keccak

    return "0x" + keccak(signature.encode()).hex()[:8] + encoded(*arguments)


def encoded(*arguments: Argument) -> str:
    """Arguments as the ABI has them, in hexadecimal: an address, a number, a text, or a list."""
    heads: list[str] = []
    tails = ""
    for argument in arguments:
        if isinstance(argument, list):
            tail = _word(len(argument)) + encoded(*argument)
        elif isinstance(argument, int) or argument.startswith("0x"):
            heads.append(_word(argument if isinstance(argument, int) else int(argument, 16)))
            continue
        else:
            said = argument.encode()
            tail = _word(len(said)) + said.hex().ljust(-(-len(said) // 32) * 64, "0")
        heads.append(_word(32 * len(arguments) + len(tails) // 2))
        tails += tail
    return "".join(heads) + tails


def _word(number: int) -> str:
    return f"{number:064x}"


def _checksummed(address: str) -> str:
    from flask_till.desk.gateways.web3.keys import checksum

    return checksum(address)
