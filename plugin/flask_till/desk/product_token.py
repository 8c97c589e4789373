"""Product tokens: the single pieces of a product, each held by at most one holder. No I/O.

Some wait on a shelf and are sold (`product`), others are made when a claim is redeemed (`claim`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FOR_SALE, RESERVED, SOLD, HELD = "for_sale", "reserved", "sold", "held"
TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    FOR_SALE: {"take": RESERVED},
    RESERVED: {"sell": SOLD, "release": FOR_SALE},
    SOLD: {"move": HELD, "release": FOR_SALE},
    HELD: {},
}
"""state -> what happens -> next state. What is not here cannot happen."""


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
