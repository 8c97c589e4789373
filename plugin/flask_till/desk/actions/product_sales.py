"""Pieces of products on their way: taken for an order, sold, moved to a holder, or let go.

Whoever takes has the product locked, so what he saw on the shelf is still there; the conditional
updates and the constraints are the last guard.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, insert, select, update

from ...base.database import Work
from ...errors import OutOfStock
from ..product import RANDOM, RELEASED, Product, Taking
from ..product_token import FOR_SALE, HELD, RESERVED, SOLD
from ..tables.claims import product_tokens
from ..tables.products import product_sales, products
from .product_tokens import ensure_holder, tell_holder
from .products import is_offered_to


def take(work: Work, product: Product, taking: Taking) -> None:
    """Reserve pieces for a line of an order. Raises `OutOfStock` unless it gets all of them.

    Where tokens stand for the pieces these are reserved, else the stock is counted down.
    """
    of_stock = product.stock is not None
    got = _count_down(work, taking) if of_stock else _reserve(work, product, taking)
    if got != taking.quantity:
        raise OutOfStock(f"{product.name} was sold meanwhile.")
    work.execute(
        insert(product_sales).values(
            order_id=taking.order_id,
            place=taking.place,
            product_id=taking.product_id,
            buyer=taking.buyer,
            quantity=taking.quantity,
            of_stock=of_stock,
            state=RESERVED,
            taken_at=work.now,
        )
    )


def _count_down(work: Work, taking: Taking) -> int:
    enough = products.c.id == taking.product_id, products.c.stock >= taking.quantity
    done = work.execute(
        update(products).where(*enough).values(stock=products.c.stock - taking.quantity)
    )
    return taking.quantity if done.rowcount else 0


def _reserve(work: Work, product: Product, taking: Taking) -> int:
    wanted = [product_tokens.c.product_id == product.id, product_tokens.c.state == FOR_SALE]
    if taking.token_id is not None:
        free = product_tokens.c.fixed_to.is_(None) | (product_tokens.c.fixed_to == taking.buyer)
        wanted += [product_tokens.c.id == taking.token_id, free]
    else:
        wanted.append(is_offered_to(product, taking.buyer))
    order: Any = func.random() if product.distribution == RANDOM else product_tokens.c.position
    chosen = select(product_tokens.c.id).where(*wanted).order_by(order).limit(taking.quantity)
    ids = list(work.execute(chosen).scalars())
    done = work.execute(
        update(product_tokens)
        .where(product_tokens.c.id.in_(ids), product_tokens.c.state == FOR_SALE)
        .values(state=RESERVED, order_id=taking.order_id, place=taking.place)
    )
    return int(done.rowcount)


def sell(work: Work, order_id: str) -> None:
    """The order was paid: what it reserved is its for good, unless it is refunded."""
    for table in (product_sales, product_tokens):
        work.execute(
            update(table)
            .where(table.c.order_id == order_id, table.c.state == RESERVED)
            .values(state=SOLD)
        )


def release(work: Work, order_id: str, *, keep: Collection[str] = ()) -> None:
    """The order ended badly: what it took is for sale again. A repeat does nothing.

    What was moved to a holder stays there; the tokens to ``keep`` may be on their way to one, and
    are let go by a later repeat, if they do not arrive.
    """
    ended = work.execute(
        update(product_sales)
        .where(product_sales.c.order_id == order_id, product_sales.c.state != RELEASED)
        .values(state=RELEASED)
        .returning(product_sales.c.product_id, product_sales.c.quantity, product_sales.c.of_stock)
    ).all()
    for row in sorted(ended, key=lambda one: one.product_id):
        if row.of_stock:
            more = products.c.stock + row.quantity
            work.execute(update(products).where(products.c.id == row.product_id).values(stock=more))
    work.execute(
        update(product_tokens)
        .where(
            product_tokens.c.order_id == order_id,
            product_tokens.c.state.in_((RESERVED, SOLD)),
            product_tokens.c.id.not_in(keep),
        )
        .values(state=FOR_SALE, order_id=None, place=None)
    )


def move(work: Work, order_id: str, token_id: str, holder: str) -> bool:
    """A token that was sold goes to its holder; True also when it is there already."""
    ensure_holder(work, holder)
    moved = work.execute(
        update(product_tokens)
        .where(
            product_tokens.c.id == token_id,
            product_tokens.c.order_id == order_id,
            product_tokens.c.state == SOLD,
        )
        .values(state=HELD, holder=holder, held_at=work.now)
    )
    if moved.rowcount:
        tell_holder(work, holder)
    held = select(product_tokens.c.holder).where(
        product_tokens.c.id == token_id, product_tokens.c.order_id == order_id
    )
    return work.execute(held).scalar() == holder
