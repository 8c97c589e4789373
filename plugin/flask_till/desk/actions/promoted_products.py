"""Products that shops would have us show to shoppers (2.11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update

from ...base.database import Work
from ...errors import Conflict, NotFound
from ..tables.wallet import inpost_merchants, promoted_products

MOST = 500
"""Products of one merchant."""
Content = Mapping[str, Any]


def add_products(work: Work, merchant_id: str, products: Mapping[str, Content]) -> None:
    """All of them, by product id, or none.

    Raises `Conflict`: PRODUCT_EXISTS for an id that is there, MAX_LIMIT_PRODUCTS past the limit.
    """
    _lock(work, merchant_id)
    if count_products(work, merchant_id) + len(products) > MOST:
        raise Conflict(f"A shop has at most {MOST} products here.", code="MAX_LIMIT_PRODUCTS")
    for product_id, content in products.items():
        row: dict[str, Any] = {
            "merchant_id": merchant_id,
            "product_id": product_id,
            "content": dict(content),
        }
        row |= {"created_at": work.now, "updated_at": work.now}
        if not work.insert_once(promoted_products, row):
            raise Conflict(f"There is a product {product_id} already.", code="PRODUCT_EXISTS")


def _lock(work: Work, merchant_id: str) -> None:
    """Two lists at once must not pass the limit together."""
    mine = inpost_merchants.c.merchant_id == merchant_id
    work.execute(select(inpost_merchants.c.merchant_id).where(mine).with_for_update())


def count_products(work: Work, merchant_id: str) -> int:
    query = select(func.count()).where(promoted_products.c.merchant_id == merchant_id)
    return int(work.execute(query).scalar_one())


def change_product(work: Work, merchant_id: str, product_id: str, content: Content) -> None:
    """Replace it. Raises `NotFound` (PRODUCT_NOT_FOUND)."""
    done = work.execute(
        update(promoted_products)
        .where(*_one(merchant_id, product_id))
        .values(content=dict(content), updated_at=work.now)
    )
    if not done.rowcount:
        raise _unknown()


def remove_product(work: Work, merchant_id: str, product_id: str) -> None:
    """Raises `NotFound` (PRODUCT_NOT_FOUND)."""
    if not work.execute(delete(promoted_products).where(*_one(merchant_id, product_id))).rowcount:
        raise _unknown()


def page_of_products(
    work: Work,
    merchant_id: str,
    *,
    product_ids: Sequence[str],
    page_index: int,
    page_size: int,
) -> tuple[list[Content], int]:
    """A page of them, oldest first, only those of ``product_ids`` if there are any; and how many
    there are in all."""
    wanted = [promoted_products.c.merchant_id == merchant_id]
    if product_ids:
        wanted.append(promoted_products.c.product_id.in_(product_ids))
    total = work.execute(
        select(func.count()).select_from(promoted_products).where(*wanted)
    ).scalar_one()
    query = (
        select(promoted_products.c.content)
        .where(*wanted)
        .order_by(promoted_products.c.created_at, promoted_products.c.product_id)
        .limit(page_size)
        .offset(page_index * page_size)
    )
    return list(work.execute(query).scalars().all()), int(total)


def _one(merchant_id: str, product_id: str) -> tuple[Any, Any]:
    return (
        promoted_products.c.merchant_id == merchant_id,
        promoted_products.c.product_id == product_id,
    )


def _unknown() -> NotFound:
    return NotFound("There is no such product.", code="PRODUCT_NOT_FOUND")
