"""Product tokens: single pieces that a product hands out, each held by at most one holder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

HELD = "held"
FOR_SALE, RESERVED = "for_sale", "reserved"
STATES = frozenset({FOR_SALE, RESERVED, HELD})


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """A token to be handed out; ``terms`` is what its protocol says of it, as JSON."""

    product_id: str
    name: str
    terms: Mapping[str, Any] = field(default_factory=dict)
    children: Sequence[TokenDraft] = ()


@dataclass(frozen=True, slots=True)
class ProductToken:
    """A token that somebody holds, with those inside it."""

    id: str
    product_id: str
    name: str
    terms: Mapping[str, Any]
    holder: str
    held_at: datetime
    children: tuple[ProductToken, ...] = ()
