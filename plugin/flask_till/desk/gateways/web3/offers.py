"""What the order page is told to have a payment made: an address, and what to send to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....chains import Chain, Coin
from ...onchain import Standing
from .. import Charge


def offer_to_page(charge: Charge, standing: Standing, chains: Sequence[Chain]) -> Mapping[str, Any]:
    """JSON for the page's script. Amounts are decimal texts of base units, times ISO 8601 UTC.

    ``call`` is the exact transaction that pays all that is due, as `eth_sendTransaction` takes it.
    """
    return {
        "payment_id": charge.payment_id,
        "address": standing.address,
        "expires_at": charge.expires_at.isoformat(),
        "coins": [
            coin_to_page(chain, coin, standing.address, standing.dues[coin.id])
            for chain in chains
            for coin in chain.offered
            if coin.id in standing.dues
        ],
    }


def coin_to_page(chain: Chain, coin: Coin, address: str, units: int) -> Mapping[str, Any]:
    """How so much of a coin is sent to an address, by script, by QR code or by hand."""
    from .uri import payment_uri, qr_path

    uri = payment_uri(coin, address, units)
    path, size = qr_path(uri)
    return {
        "id": coin.id,
        "code": coin.code,
        "name": coin.name or coin.code,
        "chain_id": chain.id,
        "chain_hex": hex(chain.id),
        "chain": chain.name,
        "decimals": coin.decimals,
        "contract": coin.contract,
        "units": str(units),
        "text": coin.show(units),
        "uri": uri,
        "qr": path,
        "qr_size": size,
        "explorer": chain.explorer,
        "call": _call(coin, address, units),
        "network": _network(chain),
        "confirmations": chain.confirmations,
    }


def _call(coin: Coin, address: str, units: int) -> Mapping[str, str]:
    from .abi import encode_transfer

    if coin.contract is None:
        return {"to": address, "value": hex(units), "data": "0x"}
    return {"to": coin.contract, "value": "0x0", "data": encode_transfer(address, units)}


def _network(chain: Chain) -> Mapping[str, Any] | None:
    """As `wallet_addEthereumChain` takes it; None for a chain without nodes for everybody."""
    if not chain.public_nodes:
        return None
    native, explorer = chain.native, chain.explorer
    return {
        "chainId": hex(chain.id),
        "chainName": chain.name,
        "rpcUrls": list(chain.public_nodes),
        "nativeCurrency": {
            "name": native.name or native.code,
            "symbol": native.code,
            "decimals": native.decimals,
        },
        "blockExplorerUrls": [explorer] if explorer else [],
    }
