"""What an order of ours is called in the W3block protocol (6): there is a word for each."""

from __future__ import annotations

from ...wire.w3block.statuses import OrderStatus
from ..w3block_company import Placed
from ..w3block_hook import word_of


def status_of(placed: Placed) -> OrderStatus:
    """A word of its own goes before what follows from the order's state and its delivery."""
    return OrderStatus(word_of(placed))
