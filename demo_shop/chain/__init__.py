"""A chain on this machine for ``scripts/demo --web3``: a node, a coin, and a wallet to try it with.

All of it is for trying things out. What a desk is told of a chain is in `settings_of`; a real one
names other nodes there, and nothing else of this folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .node import BLOCK_SECONDS, Node, run_node

if TYPE_CHECKING:
    from .. import Site
    from .bank import Bank
    from .keys import Keys

CONFIRMATIONS = 5
RATES = {
    "USDC": {"USD": "1", "PLN": "4.02", "EUR": "0.92", "BRL": "5.40"},
    "ETH": {"USD": "3000", "PLN": "12060", "EUR": "2760", "BRL": "16200"},
}


@dataclass(frozen=True)
class LocalChain:
    """The running node, the coin on it, and whose keys there are."""

    node: Node
    bank: Bank
    keys: Keys

    @property
    def private_key(self) -> str:
        """The demo shopper's; it is for everybody to use."""
        return "0x" + self.keys["shopper"].key.hex().removeprefix("0x")


def folder_of(site: Site) -> Path:
    return site.folder / "chain"


@contextmanager
def run_chain(site: Site) -> Iterator[LocalChain]:
    """Everything on the chain is as it was the last time; the first time there are gifts."""
    try:
        from .bank import OPERATOR_GAS, USDC, Bank
        from .keys import Keys
    except ImportError as missing:
        raise SystemExit(f"{missing.name} is not here. scripts/setup web3 brings it.") from None
    folder = folder_of(site)
    keys = Keys(folder)
    with run_node(site.chain_port, folder / "state.json") as node:
        bank = Bank(node, keys["bank"])
        bank.open()
        bank.top_up(keys.operator, OPERATOR_GAS)
        if not bank.balance(keys["shopper"].address, USDC):
            bank.give(keys["shopper"].address)
            bank.give(keys.operator)
            node.rpc("evm_mine")
        told = _file(site)
        told.write_text(json.dumps(_settings(site, bank.coin, keys), indent=2) + "\n")
        try:
            yield LocalChain(node, bank, keys)
        finally:
            told.unlink()


def settings_of(site: Site) -> dict[str, Any]:
    """What the desk is told of the chain while one runs: its settings, by their keys."""
    told = _file(site)
    if not told.exists():
        return {}
    found: dict[str, Any] = json.loads(told.read_text())
    return found


def forget(site: Site) -> None:
    """A demo that was killed could not take them away."""
    _file(site).unlink(missing_ok=True)


def _file(site: Site) -> Path:
    return folder_of(site) / "settings.json"


def _settings(site: Site, coin: str, keys: Keys) -> dict[str, Any]:
    from .bank import CHAIN_ID, DECIMALS, ETH, USDC

    node = f"http://127.0.0.1:{site.chain_port}"
    return {
        "TILL_WEB3_CHAINS": [
            {
                "id": CHAIN_ID,
                "name": "Demo chain",
                "testnet": True,
                "nodes": [node],
                "public_nodes": [node],
                "native": {"code": ETH, "decimals": DECIMALS[ETH], "name": "Demo ether"},
                "coins": [
                    {
                        "code": USDC,
                        "decimals": DECIMALS[USDC],
                        "contract": coin,
                        "name": "Demo dollar",
                    }
                ],
                "confirmations": CONFIRMATIONS,
                "block_seconds": BLOCK_SECONDS,
                "explorer": f"{site.desk_url}/chain",
            }
        ],
        "TILL_WEB3_SEED_FILE": str(keys.desk_file),
        "TILL_WEB3_RATES": RATES,
        "TILL_WEB3_TREASURY": keys["treasury"].address,
    }
