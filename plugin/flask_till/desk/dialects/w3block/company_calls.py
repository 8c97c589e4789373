"""What a company's server and its staff do with orders (8)."""

from __future__ import annotations

from flask import Response, request

from ....wire.w3block.access import ADMIN_ROUTES
from ....wire.w3block.error_codes import W3blockCode, refusal
from ....wire.w3block.paging import OrderFilter, Query
from ....wire.w3block.values import path_id
from ...actions import w3block_deliveries
from ...order import PAID
from . import words
from .admission import admitted
from .answers import nothing_more, say
from .front import Front
from .orders import listed, up_to_date
from .reading import Whole


def search(front: Front, company_id: str) -> Response:
    caller = admitted(front, company_id, ADMIN_ROUTES)
    query = Query(request.args.items(multi=True))
    return listed(front, caller.company, query, OrderFilter.read_all(query))


def detail(front: Front, company_id: str, order_id: str) -> Response:
    return say(words.order(front, _whole(front, company_id, order_id)))


def cancel(front: Front, company_id: str, order_id: str) -> Response:
    """Ended if it is open; if it is paid and not handed over its money goes back (6)."""
    whole = _whole(front, company_id, order_id)
    if whole.order.is_open:
        front.cashier.cancel(whole.order.id)
    elif whole.order.status == PAID:
        is_free = not whole.order.amount
        front.database.write(w3block_deliveries.call_off, whole.order.id, is_free=is_free)
        if not is_free:
            front.cashier.refund(whole.order.id, reason="cancelled by the company")
    else:
        raise refusal(W3blockCode.INVALID_ORDER_STATUS)
    return nothing_more()


def force_deliver(front: Front, company_id: str, order_id: str) -> Response:
    whole = _whole(front, company_id, order_id)
    front.database.write(w3block_deliveries.force_delivery, whole.order.id)
    front.deliveries.deliver(whole.order.id)
    return nothing_more()


def _whole(front: Front, company_id: str, order_id: str) -> Whole:
    caller = admitted(front, company_id, ADMIN_ROUTES)
    return up_to_date(front, path_id(order_id), caller.company.id)
