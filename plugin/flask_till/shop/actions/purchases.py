"""What a shopper bought before: to ask whether the same once more is meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from ...base.database import Work
from ..order import Order
from .reading import orders_of

NEWEST = 20
"""Orders of one basket that are looked at."""


def similar_purchase(
    work: Work, basket_id: str, quantities: Mapping[str, int], within: timedelta
) -> Order | None:
    """The newest paid order of the basket for just these goods that is no older than that."""
    for order in orders_of(work, basket_id, most=NEWEST):
        if work.now - order.created_at > within:
            return None
        if order.is_paid and order.quantities == quantities:
            return order
    return None
