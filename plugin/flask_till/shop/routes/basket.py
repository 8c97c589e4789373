"""The basket of the browser that asks: look at it, change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from ...errors import InvalidRequest
from ...signals import basket_changed
from ..actions import basket as basket_actions
from ..basket import Basket, empty_basket
from ..promotion import MOST_CODES
from .blueprint import blueprint
from .body import answer, json_body, quantity_of
from .origin import require_own_page
from .page_cookies import drop_old_key
from .shopfront import Shopfront, is_remembered, remember, remembered, shopfront
from .snapshot import basket_json, binding_json, locale_asked_for

LONGEST_CODE = 64


def basket_now(front: Shopfront) -> Basket:
    """The browser's basket, read once in a request."""
    basket: Basket = remembered("basket", lambda: _read(front))
    return basket


def count_now(front: Shopfront) -> int:
    """How many things are in it, for a page that needs no more than that."""
    if is_remembered("basket"):
        return basket_now(front).count
    return front.database.read(basket_actions.count_basket, front.shelf, front.basket_id())


def _read(front: Shopfront) -> Basket:
    if front.basket_id() is None:
        return empty_basket(front.shelf.currency)
    return front.database.read(basket_actions.read_basket, front.shelf, front.basket_id())


def kept(basket: Basket, response: Response) -> Response:
    """The answer to a change: the first one gives the browser its cookie."""
    front = shopfront()
    remember("basket", basket)
    if basket.id is not None and basket.id != front.basket_id():
        remember("basket_id", basket.id)
        front.cookie.give(response, request, basket.id)
    return response


def change(action: Callable[..., Basket], *arguments: Any) -> Basket:
    """Change the browser's basket in one transaction; returns it as it is then."""
    front = shopfront()
    announce = basket_changed.has_receivers_for(front.app)
    return front.database.write(
        action, front.shelf, front.basket_id(), *arguments, announce=announce
    )


def _shown(basket: Basket) -> Response:
    front = shopfront()
    return kept(basket, answer(basket_json(basket, locale_asked_for(front), front)))


@blueprint.get("/basket")
def show_basket() -> Response:
    front = shopfront()
    shown = basket_json(basket_now(front), locale_asked_for(front), front)
    if front.linking is None:
        return answer(shown | {"binding": None})
    binding = front.linking.binding(front.basket_id())
    return drop_old_key(answer(shown | {"binding": binding_json(binding)}), binding)


@blueprint.patch("/basket/lines/<product_id>")
def set_quantity(product_id: str) -> Response:
    require_own_page()
    quantity = quantity_of(json_body("quantity"))
    return _shown(change(basket_actions.set_quantity, product_id, quantity))


@blueprint.delete("/basket/lines/<product_id>")
def remove_line(product_id: str) -> Response:
    require_own_page()
    return _shown(change(basket_actions.remove_line, product_id))


@blueprint.put("/basket/promotions")
def set_promotions() -> Response:
    require_own_page()
    codes = _codes(json_body("codes").get("codes"))
    return _shown(change(basket_actions.set_promotions, codes))


def _codes(value: object) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_CODES:
        raise InvalidRequest(f"codes must be a list of at most {MOST_CODES} texts.")
    for code in value:
        if not isinstance(code, str) or not 0 < len(code) <= LONGEST_CODE:
            raise InvalidRequest(f"each code must be a text of 1 to {LONGEST_CODE} letters.")
    return value
