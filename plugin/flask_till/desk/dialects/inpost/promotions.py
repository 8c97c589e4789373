"""Promoted products: a shop lists what it would have us show (2.11)."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request

from ....wire.inpost.error_codes import WalletCode, refusal
from ....wire.inpost.promoted import (
    ProductPage,
    ProductQuery,
    PromotedLink,
    PromotedLinks,
    PromotedProduct,
    PromotedProducts,
    PromotedStatus,
)
from ...actions import promoted_products as actions
from ...linked_basket import InpostMerchant
from .answers import LARGEST_BASKET, body_of, nothing, say
from .front import Front
from .stored import from_stored, to_stored

PAGE_SIZE = 20
LAST_PAGE = 100_000


def add(front: Front, merchant: InpostMerchant) -> Response:
    """POST products: all of them or none; 201 with their ids."""
    listed = body_of(PromotedProducts, LARGEST_BASKET).content
    products = {product.product_id: _kept(product) for product in listed}
    if not listed or len(products) != len(listed):
        raise refusal(WalletCode.BAD_REQUEST, "content holds products, each once.")
    front.database.write(actions.add_products, merchant.merchant_id, products)
    links = [PromotedLink(product_id=product_id) for product_id in products]
    return say(PromotedLinks(content=links), 201)


def show(front: Front, merchant: InpostMerchant) -> Response:
    """GET products, a page at a time; the first page is 0."""
    query = ProductQuery.read(request.args)
    index, size = query.page_index or 0, query.page_size or PAGE_SIZE
    if index > LAST_PAGE:
        raise refusal(WalletCode.BAD_REQUEST, f"page_index is at most {LAST_PAGE}.")
    found, total = front.database.read(
        actions.page_of_products,
        merchant.merchant_id,
        product_ids=query.product_ids,
        page_index=index,
        page_size=size,
    )
    now = front.database.clock()
    content = [_with_status(from_stored(PromotedProduct, one), now) for one in found]
    return say(ProductPage(content=content, page_index=index, page_size=size, total_items=total))


def change(front: Front, merchant: InpostMerchant, product_id: str) -> Response:
    """PUT product: the whole of it; 200 with it as it is now."""
    product = body_of(PromotedProduct)
    if product.product_id != product_id:
        raise refusal(WalletCode.BAD_REQUEST, "product_id is another one than in the address.")
    kept = _kept(product)
    front.database.write(actions.change_product, merchant.merchant_id, product_id, kept)
    return say(_with_status(product, front.database.clock()))


def remove(front: Front, merchant: InpostMerchant, product_id: str) -> Response:
    front.database.write(actions.remove_product, merchant.merchant_id, product_id)
    return nothing(204)


def _kept(product: PromotedProduct) -> actions.Content:
    return to_stored(product.model_copy(update={"status": None}))


def _with_status(product: PromotedProduct, now: datetime) -> PromotedProduct:
    status = PromotedStatus.ACTIVE if _is_on_offer(product, now) else PromotedStatus.INACTIVE
    return product.model_copy(update={"status": status})


def _is_on_offer(product: PromotedProduct, now: datetime) -> bool:
    left = product.quantity.available_quantity
    dates = product.product_availability
    start, end = (None, None) if dates is None else (dates.start_date, dates.end_date)
    in_time = (start is None or start <= now) and (end is None or now < end)
    return in_time and (left is None or left > 0)
