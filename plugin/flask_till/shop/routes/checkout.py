"""From a basket to the desk's order page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from ...errors import Conflict, InvalidRequest
from ...web.callers import caller
from ..desks import SimilarOrder
from ..quote import Wish
from .blueprint import blueprint
from .body import answer, json_body
from .origin import own_origin, require_own_page
from .shopfront import Shopfront, shopfront
from .snapshot import locale_asked_for, order_json

_SENDABLE = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2048}\Z")
MODES = ("popup", "redirect", "frame")


@blueprint.post("/checkout")
def check_out() -> Response:
    require_own_page()
    front, body = shopfront(), json_body("mode", "again", "total")
    mode, wish = _mode(body.get("mode", "popup")), _wish(body)
    basket_id = front.basket_id()
    if basket_id is None:
        raise Conflict("There is nothing in the basket.", code="BASKET_EMPTY")
    front.limits.require("checkout", basket_id)
    origin = _page_origin()
    try:
        opened = front.checkout.open(
            basket_id,
            mode=mode,
            locale=locale_asked_for(front),
            origin=origin,
            redirect_url=_back_to(origin),
            asked_by=front.mark_of(caller()),
            wish=wish,
        )
    except SimilarOrder as error:
        return _is_it_meant(front, error)
    told: dict[str, Any] = {
        "order_id": opened.order.id,
        "order_url": opened.order_url,
        "token": opened.token,
    }
    if opened.in_host is not None:
        told["pay_in_host"] = dict(opened.in_host)
    return answer(told)


def _mode(value: object) -> str:
    if value not in MODES or not isinstance(value, str):
        raise InvalidRequest(f"mode must be one of {', '.join(MODES)}.")
    return value


def _wish(body: Mapping[str, Any]) -> Wish:
    """What the click means at a desk that quotes: ``again``, and the ``total`` that was shown."""
    again, total = body.get("again", False), body.get("total")
    if not isinstance(again, bool):
        raise InvalidRequest("again must be true or false.")
    if total is not None and (type(total) is not int or total < 0):
        raise InvalidRequest("total must be the amount that was shown, in minor units.")
    return Wish(again, total)


def _is_it_meant(front: Shopfront, error: SimilarOrder) -> Response:
    """The refusal, with the order that the shopper may have forgotten."""
    told: dict[str, Any] = {"error_code": error.code, "error_message": error.message}
    if error.earlier is not None:
        told["order"] = order_json(error.earlier, locale_asked_for(front), front)
    return answer(told, error.status)


def _page_origin() -> str:
    """The origin of the page that opens the order page; it was checked already."""
    return request.headers.get("Origin") or own_origin()


def _back_to(origin: str) -> str:
    """The page that the shopper came from, which will say thank you; else the shop's first page."""
    came_from = request.headers.get("Referer", "").partition("#")[0]
    if came_from.startswith(f"{origin}/") and _SENDABLE.match(came_from):
        return came_from
    return f"{own_origin()}{request.root_path}/"
