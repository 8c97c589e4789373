"""Products that the desk sells itself: made by an operator, found by those who buy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from ...base.database import Work
from ...errors import Conflict, NotFound
from ..product import FIXED, RELEASED, Piece, Product, Shelf, Value, Variant
from ..product_token import FOR_SALE
from ..tables.claims import product_tokens
from ..tables.products import (
    product_prices,
    product_sales,
    product_variants,
    products,
)
from .merchants import read_merchant


def unknown_product() -> NotFound:
    return NotFound("There is no such product.", code="PRODUCT_NOT_FOUND")


def add_product(work: Work, product: Product) -> Product:
    """Raises `NotFound` for its merchant, `Conflict` (PRODUCT_EXISTS) for its id or slug."""
    read_merchant(work, product.merchant_id)
    values = _values(product) | {"id": product.id, "created_at": work.now}
    if not work.insert_once(products, values):
        raise Conflict(f"There is a product {product.slug} already.", code="PRODUCT_EXISTS")
    _add_parts(work, product)
    return read_product(work, product.merchant_id, product.id)


def change_product(work: Work, product: Product) -> Product:
    """Have it as it is said here, under its id. Raises `NotFound` (PRODUCT_NOT_FOUND)."""
    lock_products(work, product.merchant_id, [product.id])
    work.execute(update(products).where(products.c.id == product.id).values(**_values(product)))
    for table in (product_prices, product_variants):
        work.execute(delete(table).where(table.c.product_id == product.id))
    _add_parts(work, product)
    return read_product(work, product.merchant_id, product.id)


def add_tokens(
    work: Work,
    product_id: str,
    tokens: Sequence[tuple[str, str | None]],
    terms: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    """Pieces for sale, behind those that are there: their ids, and to whom they are fixed.

    Each has its own ``terms``, if there are any; two of a merchant never have the same. Raises
    `NotFound` (PRODUCT_NOT_FOUND), `Conflict` (TOKEN_EXISTS, NUMBER_TAKEN).
    """
    if terms:
        _require_new(work, product_id, terms)
    name = work.execute(select(products.c.name).where(products.c.id == product_id)).scalar()
    if name is None:
        raise unknown_product()
    last = select(func.coalesce(func.max(product_tokens.c.position), 0))
    first = work.execute(last.where(product_tokens.c.product_id == product_id)).scalar_one() + 1
    new = {"product_id": product_id, "name": name, "state": FOR_SALE}
    said = terms or [{}] * len(tokens)
    for position, ((token_id, fixed_to), of) in enumerate(zip(tokens, said, strict=True), first):
        here = {"id": token_id, "position": position, "fixed_to": fixed_to, "terms": dict(of)}
        if not work.insert_once(product_tokens, new | here):
            raise Conflict(f"There is a token {token_id} already.", code="TOKEN_EXISTS")


def _require_new(work: Work, product_id: str, terms: Sequence[Mapping[str, Any]]) -> None:
    """The product's merchant is locked on the way, so that two at once do not say the same."""
    owner = select(products.c.merchant_id).where(products.c.id == product_id).scalar_subquery()
    mine = select(products.c.id).where(products.c.merchant_id == owner).order_by(products.c.id)
    ids = list(work.execute(mine.with_for_update()).scalars())
    taken = select(product_tokens.c.terms).where(
        product_tokens.c.product_id.in_(ids), product_tokens.c.terms.in_(terms)
    )
    if work.execute(taken.limit(1)).first() is not None:
        raise Conflict("One of these numbers is another token's.", code="NUMBER_TAKEN")


def find_product(work: Work, merchant_id: str, product_id: str) -> Product | None:
    """None also for another merchant's."""
    return _first(work, products.c.merchant_id == merchant_id, products.c.id == product_id)


def read_product(work: Work, merchant_id: str, product_id: str) -> Product:
    """Raises `NotFound` (PRODUCT_NOT_FOUND)."""
    found = find_product(work, merchant_id, product_id)
    if found is None:
        raise unknown_product()
    return found


def read_product_by_slug(work: Work, merchant_id: str, slug: str) -> Product:
    """Raises `NotFound` (PRODUCT_NOT_FOUND)."""
    found = _first(work, products.c.merchant_id == merchant_id, products.c.slug == slug)
    if found is None:
        raise unknown_product()
    return found


def list_products(
    work: Work, merchant_id: str, *, search: str | None = None, offset: int = 0, limit: int = 10
) -> tuple[list[Product], int]:
    """Newest first, those that are switched on, and how many there are in all."""
    wanted = [products.c.merchant_id == merchant_id, products.c.is_on == True]  # noqa: E712 - SQL
    if search is not None:
        name = func.lower(products.c.name)
        wanted.append(name.contains(search.lower(), autoescape=True))
    total = work.execute(select(func.count()).select_from(products).where(*wanted)).scalar_one()
    newest = select(products).where(*wanted)
    newest = newest.order_by(products.c.created_at.desc(), products.c.id).offset(offset)
    return [_product(work, row) for row in work.execute(newest.limit(limit)).all()], int(total)


def lock_products(work: Work, merchant_id: str, product_ids: Iterable[str]) -> dict[str, Product]:
    """These products by id, and nobody else takes of them before this transaction ends.

    In one order, so that two who want the same never wait for each other. Unknown ones are left
    out.
    """
    wanted = select(products).where(
        products.c.merchant_id == merchant_id, products.c.id.in_(sorted(set(product_ids)))
    )
    rows = work.execute(wanted.order_by(products.c.id).with_for_update()).all()
    return {row.id: _product(work, row) for row in rows}


def read_shelf(work: Work, product: Product, buyer: str) -> Shelf:
    """How many are left for this buyer, and how many he has by orders that did not end badly."""
    left = product.stock if product.stock is not None else _tokens_left(work, product, buyer)
    bought = select(func.coalesce(func.sum(product_sales.c.quantity), 0)).where(
        product_sales.c.product_id == product.id,
        product_sales.c.buyer == buyer,
        product_sales.c.state != RELEASED,
    )
    return Shelf(product, left, int(work.execute(bought).scalar_one()))


def find_token(work: Work, product_id: str, token_id: str) -> Piece | None:
    row = work.execute(
        select(product_tokens).where(
            product_tokens.c.id == token_id, product_tokens.c.product_id == product_id
        )
    ).first()
    return None if row is None else piece_from(row)


def tokens_of(work: Work, order_id: str) -> list[tuple[int, Piece]]:
    """What an order has, with the place of the line that took it."""
    query = select(product_tokens).where(product_tokens.c.order_id == order_id)
    ordered = query.order_by(product_tokens.c.place, product_tokens.c.position)
    return [(row.place, piece_from(row)) for row in work.execute(ordered).all()]


def is_offered_to(product: Product, buyer: str) -> Any:
    """Which tokens may be handed out to a buyer who names none."""
    if product.distribution == FIXED:
        return product_tokens.c.fixed_to == buyer
    return or_(product_tokens.c.fixed_to.is_(None), product_tokens.c.fixed_to == buyer)


def piece_from(row: Any) -> Piece:
    return Piece(
        id=row.id,
        product_id=row.product_id,
        position=row.position,
        state=row.state,
        fixed_to=row.fixed_to,
        order_id=row.order_id,
        holder=row.holder,
    )


def _tokens_left(work: Work, product: Product, buyer: str) -> int:
    query = select(func.count()).where(
        product_tokens.c.product_id == product.id,
        product_tokens.c.state == FOR_SALE,
        is_offered_to(product, buyer),
    )
    return int(work.execute(query).scalar_one())


def _values(product: Product) -> dict[str, Any]:
    return {
        "merchant_id": product.merchant_id,
        "slug": product.slug,
        "name": product.name,
        "description": product.description,
        "images": [dict(image) for image in product.images],
        "distribution": product.distribution,
        "on_sale_from": product.on_sale_from,
        "on_sale_until": product.on_sale_until,
        "per_buyer": product.per_buyer,
        "stock": product.stock,
        "is_on": product.is_on,
    }


def _add_parts(work: Work, product: Product) -> None:
    for place, (currency_id, amount) in enumerate(product.prices.items()):
        price = {"product_id": product.id, "currency_id": currency_id, "amount": amount}
        work.execute(insert(product_prices).values(**price, place=place))
    for place, variant in enumerate(product.variants):
        work.execute(
            insert(product_variants).values(
                id=variant.id,
                product_id=product.id,
                place=place,
                name=variant.name,
                label=variant.label,
                choices=[_choice(value) for value in variant.values],
            )
        )


def _choice(value: Value) -> dict[str, Any]:
    extra = {currency: format(amount, "f") for currency, amount in value.extra.items()}
    return {"id": value.id, "name": value.name, "key": value.key, "extra": extra}


def _first(work: Work, *wanted: Any) -> Product | None:
    row = work.execute(select(products).where(*wanted)).first()
    return None if row is None else _product(work, row)


def _product(work: Work, row: Any) -> Product:
    prices = select(product_prices).where(product_prices.c.product_id == row.id)
    variants = select(product_variants).where(product_variants.c.product_id == row.id)
    return Product(
        id=row.id,
        merchant_id=row.merchant_id,
        slug=row.slug,
        name=row.name,
        prices={
            one.currency_id: one.amount
            for one in work.execute(prices.order_by(product_prices.c.place)).all()
        },
        description=row.description,
        images=tuple(row.images),
        distribution=row.distribution,
        variants=tuple(
            _variant(one) for one in work.execute(variants.order_by(product_variants.c.place)).all()
        ),
        on_sale_from=row.on_sale_from,
        on_sale_until=row.on_sale_until,
        per_buyer=row.per_buyer,
        stock=row.stock,
        is_on=row.is_on,
        created_at=row.created_at,
    )


def _variant(row: Any) -> Variant:
    return Variant(row.id, row.name, row.label, tuple(_value(one) for one in row.choices))


def _value(choice: Any) -> Value:
    extra = {currency: Decimal(text) for currency, text in choice["extra"].items()}
    return Value(choice["id"], choice["name"], choice["key"], extra)
