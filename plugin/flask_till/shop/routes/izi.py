"""The calls behind ``window.izi*``: can it be bought, put it in the basket, is it paid yet?"""

from __future__ import annotations

from flask import Response, request

from ...base.database import Work
from ..actions.basket import add_line, count_basket, read_basket
from ..actions.catalogs import product_now
from ..basket import is_sold
from ..catalog import Shelf, is_product_id
from .basket import change, kept
from .blueprint import blueprint
from .body import (
    answer,
    json_body,
    nothing_yet,
    product_id_of,
    quantity_of,
    seconds_of,
)
from .channel import LONGEST_WAIT, wait_for
from .feed import Feed
from .origin import require_own_page
from .shopfront import shopfront
from .snapshot import basket_json, complete_json, locale_asked_for


@blueprint.get("/iziCanBeBound")
def can_be_bound() -> Response:
    """Whether one more of the product can be bought now; without one, whether anything can."""
    front = shopfront()
    count, reason = front.database.read(
        _can_be_bound, front.shelf, front.basket_id(), request.args.get("product_id")
    )
    return answer(
        {
            "can_be_bound": reason is None,
            "reason": reason,
            "basket_linked": False,
            "browser_trusted": False,
            "masked_phone_number": None,
            "count": count,
        }
    )


def _can_be_bound(
    work: Work, shelf: Shelf, basket_id: str | None, product_id: str | None
) -> tuple[int, str | None]:
    if product_id is None:
        return count_basket(work, shelf, basket_id), None
    basket = read_basket(work, shelf, basket_id)
    line = basket.line(product_id)
    if line is not None:
        return basket.count, None if line.quantity < line.max_quantity else "OUT_OF_STOCK"
    product = product_now(work, shelf.catalog, product_id) if is_product_id(product_id) else None
    if not is_sold(product, shelf):
        return basket.count, "PRODUCT_NOT_FOUND"
    return basket.count, None if product.limit(product.stock) else "OUT_OF_STOCK"


@blueprint.post("/iziAddToCart")
def add_to_cart() -> Response:
    require_own_page()
    body = json_body("product_id", "quantity")
    basket = change(add_line, product_id_of(body), quantity_of(body, default=1))
    shown = basket_json(basket, locale_asked_for(shopfront()))
    return kept(basket, answer({"count": basket.count, "basket": shown}))


@blueprint.get("/iziGetOrderComplete")
def get_order_complete() -> Response:
    """What to do once this basket's latest order is paid; 204 while it is not."""
    front, wait = shopfront(), seconds_of("wait", LONGEST_WAIT)
    feed = Feed(front)
    if feed.basket_id is None:
        return nothing_yet()
    complete = complete_json(wait_for(feed.basket_id, feed, feed.paid_order, wait), front)
    return answer(complete) if complete else nothing_yet()
