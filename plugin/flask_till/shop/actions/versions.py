"""Which version baskets and their latest orders are at: one query for as many as are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from ...base.database import Work
from ..tables import baskets, orders


@dataclass(frozen=True, slots=True)
class Versions:
    """``order_seq`` and ``order_version`` are 0 while nothing was ordered; there is no status."""

    basket: int
    order_seq: int
    order_version: int
    order_status: str | None


_latest = (
    select(func.max(orders.c.seq))
    .where(orders.c.basket_id == baskets.c.id)
    .correlate(baskets)
    .scalar_subquery()
)

_VERSIONS = (
    select(
        baskets.c.id,
        baskets.c.version,
        orders.c.seq,
        orders.c.version.label("order_version"),
        orders.c.status,
    )
    .join(orders, orders.c.seq == _latest, isouter=True)
    .where(baskets.c.id.in_(bindparam("baskets", expanding=True)))
)


def versions_of(work: Work, basket_ids: Collection[str]) -> Mapping[str, Versions]:
    """The versions of those of the baskets that exist."""
    rows = work.execute(_VERSIONS, {"baskets": list(basket_ids)})
    return {
        row.id: Versions(row.version, row.seq or 0, row.order_version or 0, row.status)
        for row in rows
    }
