"""Shops' baskets in the wallet: read, made, and moved from state to state.

Whoever changes a basket locks its row first, then its prompts, then the shopper's row, so that two
transactions never wait for each other. The shopper is told last, with `touch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, NotFound
from ..linked_basket import BOUND, LINKED, ORDERED, UNBOUND, LinkedBasket, step
from ..tables.wallet import linked_baskets
from .shoppers import touch

_by_id = select(linked_baskets).where(linked_baskets.c.id == bindparam("basket_id"))
_of_merchant = select(linked_baskets).where(
    linked_baskets.c.merchant_id == bindparam("merchant"),
    linked_baskets.c.merchant_basket_id == bindparam("basket"),
)
_BY_ID, _LOCK_BY_ID = Prepared(_by_id), Prepared(_by_id.with_for_update())
_FIND, _LOCK = Prepared(_of_merchant), Prepared(_of_merchant.with_for_update())


def unknown_basket() -> NotFound:
    return NotFound("There is no such basket, or it is not linked.", code="BASKET_NOT_FOUND")


def find_basket(work: Work, merchant_id: str, merchant_basket_id: str) -> LinkedBasket | None:
    """The merchant's basket under its own id; another merchant's may have the same."""
    return _found(work, _FIND, merchant_id, merchant_basket_id)


def lock_found(work: Work, merchant_id: str, merchant_basket_id: str) -> LinkedBasket | None:
    """As `find_basket`, and nobody else changes it before this transaction ends."""
    return _found(work, _LOCK, merchant_id, merchant_basket_id)


def _found(
    work: Work, statement: Prepared, merchant_id: str, merchant_basket_id: str
) -> LinkedBasket | None:
    names = {"merchant": merchant_id, "basket": merchant_basket_id}
    row = work.execute(statement, names).first()
    return None if row is None else basket_from(row)


def read_basket(work: Work, basket_id: str, *, shopper_id: str | None = None) -> LinkedBasket:
    """By our own id; for a shopper, only if it is linked to that one. Raises `NotFound`."""
    return _checked(work.execute(_BY_ID, {"basket_id": basket_id}).first(), shopper_id)


def lock_basket(work: Work, basket_id: str, *, shopper_id: str | None = None) -> LinkedBasket:
    """As `read_basket`, and nobody else changes it before this transaction ends."""
    return _checked(work.execute(_LOCK_BY_ID, {"basket_id": basket_id}).first(), shopper_id)


def _checked(row: Any, shopper_id: str | None) -> LinkedBasket:
    if row is None or (shopper_id is not None and row.shopper_id != shopper_id):
        raise unknown_basket()
    return basket_from(row)


def basket_of_key(work: Work, key_digest: str) -> LinkedBasket | None:
    """The basket that a widget's key stands for (2.7)."""
    row = work.execute(select(linked_baskets).where(linked_baskets.c.key == key_digest)).first()
    return None if row is None else basket_from(row)


def baskets_of(work: Work, shopper_id: str) -> list[LinkedBasket]:
    """What the shopper can shop with now, newest first: bound, and not past its date."""
    query = (
        select(linked_baskets)
        .where(
            linked_baskets.c.shopper_id == shopper_id,
            linked_baskets.c.status == BOUND,
            or_(linked_baskets.c.expires_at.is_(None), linked_baskets.c.expires_at > work.now),
        )
        .order_by(linked_baskets.c.linked_at.desc(), linked_baskets.c.id)
    )
    return [basket_from(row) for row in work.execute(query).all()]


def page_of_baskets(
    work: Work, merchant_id: str, *, page_index: int, page_size: int
) -> tuple[list[LinkedBasket], int]:
    """A page of the merchant's linked baskets, oldest first, and how many there are in all."""
    mine = (linked_baskets.c.merchant_id == merchant_id, linked_baskets.c.status.in_(LINKED))
    total = work.execute(select(func.count()).select_from(linked_baskets).where(*mine)).scalar_one()
    query = (
        select(linked_baskets)
        .where(*mine)
        .order_by(linked_baskets.c.created_at, linked_baskets.c.id)
        .limit(page_size)
        .offset(page_index * page_size)
    )
    return [basket_from(row) for row in work.execute(query).all()], total


def ensure_basket(work: Work, merchant_id: str, merchant_basket_id: str) -> LinkedBasket:
    """The merchant's basket, locked; a new unbound one if we never heard of it.

    The unique constraint keeps it to one row, whoever asks at the same time (1.1).
    """
    known = lock_found(work, merchant_id, merchant_basket_id)
    if known is not None:
        return known
    values = {
        "id": work.new_id("bsk"),
        "merchant_id": merchant_id,
        "merchant_basket_id": merchant_basket_id,
        "status": UNBOUND,
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
    }
    work.insert_once(linked_baskets, values)
    made = lock_found(work, merchant_id, merchant_basket_id)
    assert made is not None
    return made


def move_basket(work: Work, basket: LinkedBasket, happening: str, **values: Any) -> LinkedBasket:
    """Take one step of the transition table. Raises `Conflict` if it is none."""
    return change_basket(work, basket, status=step(basket.status, happening), **values)


def change_basket(work: Work, basket: LinkedBasket, **values: Any) -> LinkedBasket:
    """A new version of it, and its shopper is told. Raises `Conflict` (BASKET_CHANGED) when it
    is not the version that the caller saw."""
    done = work.execute(
        update(linked_baskets)
        .where(linked_baskets.c.id == basket.id, linked_baskets.c.version == basket.version)
        .values(version=basket.version + 1, updated_at=work.now, **values)
    )
    if not done.rowcount:
        raise Conflict("The basket changed meanwhile.", code="BASKET_CHANGED", remedy="Try again.")
    changed = read_basket(work, basket.id)
    for shopper_id in sorted({basket.shopper_id, changed.shopper_id} - {None}, key=str):
        touch(work, shopper_id)
    return changed


def store_content(
    work: Work, basket_id: str, content: Mapping[str, Any], *, expires_at: datetime | None
) -> LinkedBasket:
    """What the shop answered to us with. A basket that is not bound stays as it is."""
    basket = lock_basket(work, basket_id)
    if basket.status != BOUND:
        return basket
    if basket.content == content and basket.expires_at == expires_at:
        return basket
    return change_basket(work, basket, content=dict(content), expires_at=expires_at)


def order_basket(work: Work, basket_id: str) -> LinkedBasket:
    """The shop made an order of it: final (1.2); a repeat changes nothing.

    Raises `Conflict` (BASKET_STATE) for one that is not bound.
    """
    basket = lock_basket(work, basket_id)
    return basket if basket.status == ORDERED else move_basket(work, basket, "order")


def basket_from(row: Any) -> LinkedBasket:
    return LinkedBasket(
        id=row.id,
        merchant_id=row.merchant_id,
        merchant_basket_id=row.merchant_basket_id,
        shopper_id=row.shopper_id,
        status=row.status,
        version=row.version,
        content=row.content,
        expires_at=row.expires_at,
        unlinked_by=row.unlinked_by,
        linked_at=row.linked_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
