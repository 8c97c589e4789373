"""Links that a wallet pays by (EIP-681), and the same as a code for a phone's camera."""

from __future__ import annotations

from ....base.qr import qr_path
from ....chains import Coin
from .keys import checksum

__all__ = ["payment_uri", "qr_path"]


def payment_uri(coin: Coin, address: str, units: int) -> str:
    """``ethereum:`` and who is called on which chain for how much, in base units, exactly.

    Of a native coin that is the recipient; of a token its contract, which transfers to him.
    Raises `InvalidRequest` for an address that is none and `ValueError` for no possible amount.
    """
    if not 0 < units < 2**256:
        raise ValueError("a link asks for more than nothing, in 256 bits")
    recipient = checksum(address)
    if coin.contract is None:
        return f"ethereum:{recipient}@{coin.chain_id}?value={units}"
    contract = checksum(coin.contract)
    return f"ethereum:{contract}@{coin.chain_id}/transfer?address={recipient}&uint256={units}"
