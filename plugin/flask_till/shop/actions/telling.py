"""A basket as a wallet is told of it: what cannot be had is not asked for, and suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...base.database import Work
from ...errors import NotFound
from ..basket import Basket, Held, is_sold, price_basket
from ..binding import Notice
from ..catalog import Product, Shelf
from ..notices import CAPPED, SOLD_OUT, Remarks
from ..terms import Terms
from ..wallet import Told
from .basket import read_lines
from .binding import read_binding
from .catalogs import left_of, look_up
from .promotions import uses_of
from .stock import stock_left


def read_told(work: Work, shelf: Shelf, terms: Terms, binding_id: str) -> Told:
    """All that a basket's message is made of. Raises `NotFound` (BASKET_NOT_FOUND).

    The notice is the stored one, else what there is to say of goods that ran out.
    """
    binding = read_binding(work, binding_id)
    basket, products, shortage = basket_for_wallet(work, shelf, binding.basket_id, terms.locale)
    related = related_products(work, shelf, terms.related_to(basket, products))
    notice = binding.notice or shortage
    return Told(binding, basket, {**products, **related}, notice, work.now)


def basket_for_wallet(
    work: Work, shelf: Shelf, basket_id: str, locale: str
) -> tuple[Basket, Mapping[str, Product], Notice | None]:
    """The basket with no more of anything than can be had: none of what is sold out (6)."""
    basket, products = read_lines(work, shelf, basket_id)
    if basket.id is None:
        raise NotFound("There is no basket with this id.", code="BASKET_NOT_FOUND")
    if basket.available:
        return basket, products, None
    remarks = Remarks(locale)
    for line in basket.lines:
        if not line.available:
            kind = CAPPED if line.max_quantity else SOLD_OUT
            remarks.add(kind, name=line.name, most=line.max_quantity)
    return _capped(work, shelf, basket, products), products, remarks.notice()


def _capped(work: Work, shelf: Shelf, basket: Basket, products: Mapping[str, Product]) -> Basket:
    assert basket.id is not None
    codes = [promotion.code for promotion in basket.promotions]
    return price_basket(
        basket.id,
        basket.version,
        [
            Held(line.product_id, min(line.quantity, line.max_quantity), line.left)
            for line in basket.lines
        ],
        products,
        shelf=shelf,
        codes=codes,
        uses=uses_of(work, codes, basket.id),
        now=work.now,
    )


def related_products(work: Work, shelf: Shelf, product_ids: tuple[str, ...]) -> dict[str, Product]:
    """Those that are sold and not sold out, ``stock`` being what is left now."""
    if not product_ids:
        return {}
    counted = stock_left(work, list(product_ids))
    found = look_up(work, shelf.catalog, product_ids)
    related = {}
    for product_id in product_ids:
        product = found.get(product_id)
        if is_sold(product, shelf):
            left = left_of(shelf.catalog, product, counted.get(product_id))
            if product.limit(left):
                related[product_id] = replace(product, stock=left)
    return related
