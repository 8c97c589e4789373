"""The gas fee's signature, opaque to clients: how long it is good, and when to ask anew (3.1)."""

from __future__ import annotations

from datetime import timedelta

LIFE = timedelta(seconds=40)
"""Exactly this old still passes (3.1)."""

ASK_AGAIN = timedelta(seconds=20)
"""How often a storefront asks for a preview while the buyer decides (1, 10)."""
