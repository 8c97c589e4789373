"""From a basket to the desk's order page."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, request

from ...errors import Conflict, InvalidRequest
from ...web.callers import caller
from .blueprint import blueprint
from .body import answer, json_body
from .origin import own_origin, require_own_page
from .shopfront import shopfront
from .snapshot import locale_asked_for

_SENDABLE = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2048}\Z")
MODES = ("popup", "redirect", "frame")


@blueprint.post("/checkout")
def check_out() -> Response:
    require_own_page()
    front, mode = shopfront(), _mode(json_body("mode").get("mode", "popup"))
    basket_id = front.basket_id()
    if basket_id is None:
        raise Conflict("There is nothing in the basket.", code="BASKET_EMPTY")
    front.limits.require("checkout", basket_id)
    origin = _page_origin()
    opened = front.checkout.open(
        basket_id,
        mode=mode,
        locale=locale_asked_for(front),
        origin=origin,
        redirect_url=_back_to(origin),
        asked_by=front.mark_of(caller()),
    )
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


def _page_origin() -> str:
    """The origin of the page that opens the order page; it was checked already."""
    return request.headers.get("Origin") or own_origin()


def _back_to(origin: str) -> str:
    """The page that the shopper came from, which will say thank you; else the shop's first page."""
    came_from = request.headers.get("Referer", "").partition("#")[0]
    if came_from.startswith(f"{origin}/") and _SENDABLE.match(came_from):
        return came_from
    return f"{own_origin()}{request.root_path}/"
