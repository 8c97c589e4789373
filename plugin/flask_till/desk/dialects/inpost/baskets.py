"""A shop's basket comes in: always whole, checked, and then the shopper sees it (2.6, 2.8)."""

from __future__ import annotations

from typing import Any

from flask import Response

from ....wire.inpost.arithmetic import faults
from ....wire.inpost.basket import Basket, BasketPut
from ....wire.inpost.binding import BasketStored
from ....wire.inpost.error_codes import WalletCode, refusal
from ....wire.inpost.message import write
from ....wire.inpost.values import write_moment
from ...actions.linked_baskets import page_of_baskets
from ...actions.linking import put_basket
from ...linked_basket import InpostMerchant, LinkedBasket
from .admission import page_of_query
from .answers import JSON, LARGEST_BASKET, body_of, say
from .front import Front
from .stored import basket_to_stored

REFUSALS = {
    "BASKET_NOT_FOUND": "There is no such basket.",
    "BASKET_NOT_BOUND": "The basket is not linked with any phone number.",
    "BASKET_EXPIRED": "The basket is over: past its date, or ordered.",
}


def put_v1(front: Front, merchant: InpostMerchant, basket_id: str) -> Response:
    """PUT basket v1 (2.6): an update, or create and link for a trusted browser."""
    basket = body_of(BasketPut, LARGEST_BASKET)
    return _put(front, merchant, basket_id, basket, basket.browser_id)


def put_v2(front: Front, merchant: InpostMerchant, basket_id: str) -> Response:
    """PUT basket v2 (2.8): an update only."""
    return _put(front, merchant, basket_id, body_of(Basket, LARGEST_BASKET), None)


def _put(
    front: Front,
    merchant: InpostMerchant,
    basket_id: str,
    basket: Basket,
    browser_id: str | None,
) -> Response:
    _check(basket, basket_id)
    put = front.database.write(
        put_basket,
        merchant.merchant_id,
        basket_id,
        basket_to_stored(basket),
        expires_at=basket.summary.basket_expiration_date,
        browser_id=browser_id,
    )
    if put.refused is not None or put.basket is None:
        code = put.refused or WalletCode.BASKET_NOT_FOUND
        raise refusal(WalletCode(code), REFUSALS[code])
    return say(BasketStored(inpost_basket_id=put.basket.id))


def _check(basket: Basket, basket_id: str) -> None:
    """Raises `RequestError` (BAD_REQUEST) when it is another basket's, or does not add up (4.2)."""
    if basket.basket_id not in (None, basket_id):
        raise refusal(WalletCode.BAD_REQUEST, "basket_id is another one than in the address.")
    if wrong := faults(basket):
        raise refusal(WalletCode.BAD_REQUEST, f"The basket does not add up: {'; '.join(wrong)}.")


def list_all(front: Front, merchant: InpostMerchant) -> Response:
    """GET baskets (2.3): the merchant's linked baskets as we hold them, a page at a time."""
    page_index, page_size = page_of_query()
    found, total = front.database.read(
        page_of_baskets, merchant.merchant_id, page_index=page_index, page_size=page_size
    )
    return page([_listed(basket) for basket in found], page_index, page_size, total)


def _listed(basket: LinkedBasket) -> dict[str, Any]:
    return {
        "basket_id": basket.merchant_basket_id,
        "inpost_basket_id": basket.id,
        "status": basket.status.upper(),
        "updated_at": write_moment(basket.updated_at),
        "basket": dict(basket.content or {}),
    }


def page(content: list[dict[str, Any]], page_index: int, page_size: int, total: int) -> Response:
    """A page of a back-office list, in the shape that 2.11 gives to products."""
    body = {
        "content": content,
        "page_index": page_index,
        "page_size": page_size,
        "total_items": total,
    }
    return Response(write(body), mimetype=JSON)
