"""What the shop answers over HTTP. Importing this hangs every route on the `blueprint`."""

from __future__ import annotations

from . import assets, basket, callbacks, channel, checkout, izi
from .blueprint import blueprint

__all__ = ["assets", "basket", "blueprint", "callbacks", "channel", "checkout", "izi"]
