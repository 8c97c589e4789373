"""The calls behind ``window.izi*``: can it be bought, put it in the basket, is it paid yet?"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from ...base.database import Work
from ...web.callers import caller
from ..actions.basket import add_line, count_basket, read_basket
from ..actions.catalogs import product_now
from ..basket import is_sold
from ..binding import DELETED
from ..catalog import Shelf, is_product_id
from ..linking import Linking, LinkStatus
from .basket import change, kept
from .blueprint import blueprint
from .body import (
    answer,
    argument,
    json_body,
    nothing_yet,
    product_id_of,
    quantity_of,
    seconds_of,
)
from .channel import LONGEST_WAIT, wait_for
from .feed import Feed
from .origin import require_own_page
from .page_cookies import browser_id, drop_old_key
from .shopfront import Shopfront, shopfront
from .snapshot import basket_json, complete_json, locale_asked_for


@blueprint.get("/iziCanBeBound")
def can_be_bound() -> Response:
    """Whether one more of the product can be bought now; without one, whether anything can."""
    front = shopfront()
    count, reason = front.database.read(
        _can_be_bound, front.shelf, front.basket_id(), argument("product_id")
    )
    link, has_wallet = LinkStatus(), front.linking is not None
    if front.linking is not None and not front.linking.speaks_currency:
        has_wallet, reason = False, "WALLET_CURRENCY"
    elif front.linking is not None:
        link = _look(front, front.linking, hurry=reason is not None)
    return answer(
        {
            "can_be_bound": reason is None,
            "reason": reason,
            "wallet": has_wallet,
            "basket_linked": link.basket_linked,
            "browser_trusted": link.browser_trusted,
            "masked_phone_number": link.masked_phone_number,
            "count": count,
        }
    )


def _look(front: Shopfront, linking: Linking, *, hurry: bool) -> LinkStatus:
    """Linked or trusted; the wallet is asked, but not in a hurry, nor by who asks too often."""
    if hurry or not front.limits.hit("look", caller()):
        return linking.status(front.basket_id())
    return linking.look(front.basket_id(), browser_id())


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
    front = shopfront()
    shown = basket_json(basket, locale_asked_for(front), front)
    return kept(basket, answer({"count": basket.count, "basket": shown}))


@blueprint.get("/iziGetOrderComplete")
def get_order_complete() -> Response:
    """What to do once this basket's latest order is paid; 204 while it is not.

    Who waits while the basket is unlinked in the wallet loads the page anew.
    """
    front, wait = shopfront(), seconds_of("wait", LONGEST_WAIT)
    feed = Feed(front)
    if feed.basket_id is None:
        return nothing_yet()
    is_unlinked = _unlinking(front, feed.basket_id) if wait else _never

    def look() -> dict[str, str] | None:
        complete = complete_json(feed.paid_order(), front)
        return complete or ({"action": "refresh"} if is_unlinked() else None)

    complete = wait_for(feed.basket_id, feed, look, wait)
    if complete is None:
        return nothing_yet()
    response = answer(complete)
    return response if front.linking is None else drop_old_key(response, None)


def _unlinking(front: Shopfront, basket_id: str) -> Callable[[], bool]:
    """Whether the basket, linked now, has been unlinked in the wallet since (3.6)."""
    linking = front.linking
    if linking is None or not linking.status(basket_id).basket_linked:
        return _never
    return lambda: linking.status(basket_id).refusal == DELETED


def _never() -> bool:
    return False
