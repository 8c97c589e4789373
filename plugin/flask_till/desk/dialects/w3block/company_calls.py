"""What a company's server and its staff do with orders (8)."""

from __future__ import annotations

from flask import Response, request

from ....wire.w3block.access import ADMIN_ROUTES, SUPER_ADMIN_ROUTES
from ....wire.w3block.error_codes import W3blockCode, refusal
from ....wire.w3block.paging import OrderFilter, Query
from ....wire.w3block.values import path_id
from ....wire.w3block.webhooks import DispatchOrderEvent
from ...actions import w3block_deliveries, w3block_news
from ...order import PAID
from . import words
from .admission import admitted, admitted_at_home
from .answers import body_of, nothing_more, say
from .front import Front
from .orders import listed, up_to_date
from .reading import Whole, read_whole


def search(front: Front, company_id: str) -> Response:
    caller = admitted(front, company_id, ADMIN_ROUTES)
    query = Query(request.args.items(multi=True))
    return listed(front, caller.company, query, OrderFilter.read_all(query))


def detail(front: Front, company_id: str, order_id: str) -> Response:
    return say(words.order(front, _whole(front, company_id, order_id)))


def cancel(front: Front, company_id: str, order_id: str) -> Response:
    """Ended if it is open; if it is paid and not handed over its money goes back (6)."""
    whole = _whole(front, company_id, order_id)
    order_id, placed = whole.order.id, whole.placed
    if placed.is_open:
        front.legs.cancel(order_id)
    elif placed.state == PAID:
        front.database.write(w3block_deliveries.call_off, order_id, is_free=placed.is_free)
        front.legs.wind_up(order_id)
    else:
        raise refusal(W3blockCode.INVALID_ORDER_STATUS)
    return nothing_more()


def approve_payment(front: Front, company_id: str, order_id: str) -> Response:
    """The money of a transfer is on the company's account (6): so says whoever calls."""
    caller = admitted(front, company_id, ADMIN_ROUTES)
    whole = up_to_date(front, path_id(order_id), caller.company.id)
    front.legs.approve(whole.order.id, f"{caller.identity.type}:{caller.id}")
    return nothing_more()


def force_deliver(front: Front, company_id: str, order_id: str) -> Response:
    whole = _whole(front, company_id, order_id)
    front.database.write(w3block_deliveries.force_delivery, whole.order.id)
    front.deliveries.deliver(whole.order.id)
    return nothing_more()


def dispatch_event(front: Front) -> Response:
    """Send the last event of that status again, to the configurations that are enabled now."""
    caller = admitted_at_home(front, SUPER_ADMIN_ROUTES)
    asked = body_of(DispatchOrderEvent)
    whole = front.database.read(read_whole, asked.order_id, caller.company.id)
    front.database.write(w3block_news.tell_again, whole.order.id, str(asked.status))
    return nothing_more()


def _whole(front: Front, company_id: str, order_id: str) -> Whole:
    caller = admitted(front, company_id, ADMIN_ROUTES)
    return up_to_date(front, path_id(order_id), caller.company.id)
