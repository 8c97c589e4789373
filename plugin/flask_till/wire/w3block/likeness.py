"""What makes two baskets the same: for the gas fee (3.1) and for the similar order (4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from .basket import Wanted
from .statuses import ENDED_BADLY, OrderStatus

SIMILAR_WITHIN = timedelta(seconds=120)
"""Exactly this old still counts (4)."""


def items_digest(products: Sequence[Wanted]) -> str:
    """Hex SHA-256 of the multiset of (product, token, variants, quantity).

    The order of lines and of variants does not matter, nor whether a quantity came as a text.
    """
    lines = sorted(_line(product) for product in products)
    return _digest(lines)


def likeness(products: Sequence[Wanted], currency_ids: Iterable[str]) -> str:
    """Hex SHA-256 of the basket and the currencies: equal for similar orders of one buyer (4)."""
    return _digest([items_digest(products), *sorted(set(currency_ids))])


def stands_in_the_way(status: OrderStatus, created_at: datetime, now: datetime) -> bool:
    """Whether an earlier order of this likeness makes a new one a slip (4)."""
    return status not in ENDED_BADLY and now - created_at <= SIMILAR_WITHIN


def _line(product: Wanted) -> str:
    parts = [
        product.product_id,
        product.product_token_id or "",
        sorted(product.variant_ids or []),
        product.count,
    ]
    return json.dumps(parts, separators=(",", ":"))


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(texts, separators=(",", ":")).encode()).hexdigest()
