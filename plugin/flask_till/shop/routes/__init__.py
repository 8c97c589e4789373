"""What the shop answers over HTTP. Importing this hangs every route on the `blueprint`."""

from __future__ import annotations

from . import (
    assets,
    basket,
    binding,
    callbacks,
    channel,
    checkout,
    claims,
    izi,
    merchant,
    merchant_orders,
    quote,
)
from .blueprint import blueprint

__all__ = [
    "assets",
    "basket",
    "binding",
    "blueprint",
    "callbacks",
    "channel",
    "checkout",
    "claims",
    "izi",
    "merchant",
    "merchant_orders",
    "quote",
]
