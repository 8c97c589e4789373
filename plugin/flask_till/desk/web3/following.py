"""What became of a sending that was signed: judged by what the chain says for good."""

from __future__ import annotations

from ...chains import Chain, Coin
from ...errors import TillError
from ..actions.web3_sendings import Posted
from .sending_look import Look
from .sending_port import HISTORY_GONE, Nodes, Receipt

ROUNDING = 1000
"""Coins that grow by themselves round: what left may be less than was sent by one in so many."""


def receipt_of(nodes: Nodes, posted: Posted) -> Receipt | None:
    """That of whichever form a block has; the newest is the likeliest."""
    for form in reversed(posted.forms):
        receipt = nodes.receipt(form.tx_hash)
        if receipt is not None:
            return receipt
    return None


def failure_of(nodes: Nodes, chain: Chain, posted: Posted, receipt: Receipt) -> str | None:
    """Why a transaction of a final block did not do what it was for; None when it did.

    Raises `Unclear` when a coin's own balances do not tell.
    """
    if receipt.status != 1:
        return f"The chain took it back: {receipt.tx_hash} failed."
    sending = posted.sending
    coin = None if sending.coin_id is None else chain.coin(sending.coin_id)
    if coin is None or coin.contract is None or not sending.units:
        return None
    if _moved(nodes, coin, posted, receipt):
        return None
    return f"{coin.code} did not move in {receipt.tx_hash}, although it succeeded."


class Unclear(Exception):
    """Something of a coin moved, and not what was sent: a person has to look."""


def _moved(nodes: Nodes, coin: Coin, posted: Posted, receipt: Receipt) -> bool:
    """Whether the coin left its sender: by the log, and by what the contract says he has since."""
    sender, recipient = str(posted.sender).lower(), posted.sending.recipient.lower()
    logged = any(
        one.contract.lower() == str(coin.contract).lower()
        and (one.sender.lower(), one.recipient.lower()) == (sender, recipient)
        for one in receipt.transfers
    )
    try:
        left = _left(nodes, coin, posted, receipt.block_number)
    except TillError as error:
        if error.code != HISTORY_GONE:
            raise
        return logged
    if left <= 0:
        return False
    if logged and left >= posted.sending.units - posted.sending.units // ROUNDING:
        return True
    raise Unclear(
        f"{coin.show(left)} left {posted.sender} in {receipt.tx_hash}, and"
        f" {coin.show(posted.sending.units)} were sent."
    )


def _left(nodes: Nodes, coin: Coin, posted: Posted, block: int) -> int:
    """How much of a coin left its sender in a block, by his balances and what came to him."""
    assert coin.contract is not None
    sender = str(posted.sender)
    before = nodes.balance(sender, coin.contract, block - 1)
    gone = before - nodes.balance(sender, coin.contract, block)
    if gone >= posted.sending.units:
        return gone
    came = nodes.transfers(block, block, [coin.contract], [sender])
    return gone + sum(one.units for one in came)


class Strangers:
    """Nonces that somebody else used with our key: found, and believed once that is final."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], tuple[int, str]] = {}

    def displaced(self, look: Look, posted: Posted) -> bool:
        """Whether none of its forms can ever be in a block any more.

        To be asked while the chain has used the nonce and no node knows one of our forms. It is
        true once the block that said so first is final itself.
        """
        key = posted.sending.id, posted.sending.nonce or 0
        number, block_hash = self._seen.setdefault(key, (look.head.number, look.head.hash))
        if look.final < number:
            return False
        block = look.nodes.block(number)
        del self._seen[key]
        return block is not None and block.hash == block_hash

    def forget(self, posted: Posted) -> None:
        """It was not so: a node knows one of its forms."""
        self._seen.pop((posted.sending.id, posted.sending.nonce or 0), None)
