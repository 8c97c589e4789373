"""Creating, previewing, reading and listing orders (3.1 to 3.5)."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

from flask import Response

from ....errors import Conflict, NotFound, RequestError
from ....web.callers import limit_caller
from ....wire.ipos import tokens
from ....wire.ipos.orders import OrderStatus
from ....wire.ipos.requests import AccessKeys, CreateOrder, ListOrders
from ...actions.ipos_apps import widget_of_key
from ...actions.ipos_orders import Wanted as WantedStates
from ...actions.ipos_orders import due_without_payment, list_placed, read_both, read_placed
from ...actions.ipos_placing import Placing, place_order
from ...ipos_portal import Placed
from ...order import Order
from .admission import Caller, admitted
from .answers import body_of, order_id_of_query, query_of, say
from .drafting import taken, wanted_order
from .front import Front
from .words import EVERY, LISTED, NOT_CANCELLED, order_data, preview_data

TOKEN_LIFE_IN_DEVELOPMENT = timedelta(days=7)


def get_access_token(front: Front) -> Response:
    """POST developer/widgets/get-access-token (3.1). An unknown pair of keys is 404."""
    asked = body_of(AccessKeys)
    widget = front.database.read(widget_of_key, asked.access_key)
    # Something is always compared, so that an unknown key takes as long.
    kept = "-" if widget is None else front.secret_of(widget)
    is_right = hmac.compare_digest(kept.encode(), asked.secret_key.encode())
    if widget is None or not is_right:
        limit_caller(front.parts.limits, "ipos_wrong_keys")
        raise NotFound("Widget not found", code="WIDGET_NOT_FOUND")
    front.parts.remember_address()
    in_development = front.parts.settings.in_development
    life = TOKEN_LIFE_IN_DEVELOPMENT if in_development else tokens.WIDGET_TOKEN_LIFE
    token = tokens.issue_widget_token(asked.access_key, kept, front.now(), life)
    return say({"access_token": token})


# --- create and preview -----------------------------------------------------------------------


def create(front: Front) -> Response:
    """POST order/create (3.2)."""
    caller = admitted(front)
    order_id = placed_now(front, caller)
    return say(fresh_data(front, order_id))


def placed_now(front: Front, caller: Caller) -> str:
    """Place the order that the body asks for; its id. Raises `RequestError` as 3.2 says."""
    asked = body_of(CreateOrder)
    front.parts.limits.require(f"ipos_create_{caller.kind}", caller.name)
    return place(front, wanted_order(front, caller, asked))


def place(front: Front, wanted: Placing) -> str:
    """Raises `RequestError` (ORDER_EXISTS) when another request was faster with that id."""
    try:
        return front.database.write(place_order, wanted)
    except Conflict as conflict:
        if conflict.code in ("ORDER_EXISTS", "EXTERNAL_ID_TAKEN"):
            raise taken() from None
        raise


def preview(front: Front) -> Response:
    """POST order/preview (3.3): nothing is stored, and nobody is told."""
    caller = admitted(front)
    wanted = wanted_order(front, caller, body_of(CreateOrder))
    return say(preview_data(wanted, front.now()))


# --- read -------------------------------------------------------------------------------------


def detail(front: Front) -> Response:
    """GET order/detail (3.4). An order that is not the caller's is 404, like none."""
    caller = admitted(front)
    order_id = order_id_of_query()
    front.database.read(read_placed, order_id, caller.scope)
    front.cashier.follow(order_id)
    return say(fresh_data(front, order_id))


def fresh_data(front: Front, order_id: str) -> dict[str, Any]:
    """The order object as it is now, not as it was when the request came (10.2)."""
    order, placed = front.database.read(read_both, order_id)
    return data_of(front, order, placed)


def data_of(front: Front, order: Order, placed: Placed) -> dict[str, Any]:
    return order_data(order, placed, front.order_url(order.id))


def search(front: Front) -> Response:
    """GET order/list (3.5): newest first; ``total`` counts all that match."""
    caller = admitted(front)
    asked = query_of(ListOrders)
    states = _states(asked.status, caller)
    for order_id in front.database.read(due_without_payment, caller.scope):
        front.cashier.expire(order_id)
    skip = (asked.page_number - 1) * asked.size
    page = front.database.read(list_placed, caller.scope, states, skip=skip, most=asked.size)
    told = [data_of(front, order, placed) for order, placed in page.orders]
    return say({"orders": told, "total": page.total})


def _states(word: str | None, caller: Caller) -> WantedStates:
    if not word:
        return EVERY if caller.is_developer else NOT_CANCELLED
    try:
        return LISTED[OrderStatus(word)]
    except ValueError:
        known = ", ".join(OrderStatus)
        raise RequestError(f"status must be one of: {known}", code="INVALID_REQUEST") from None
