"""A real chain on this machine, coins that behave well or badly on it, and nodes that lie."""

from __future__ import annotations

from .anvil import Anvil
from .lying_node import LyingNode
from .the_chain import DESK_PHRASE, TheChain

__all__ = ["DESK_PHRASE", "Anvil", "LyingNode", "TheChain"]
