"""The pages that the desk serves to shoppers: the order page."""

from __future__ import annotations

from functools import partial

from flask import Blueprint
from werkzeug.exceptions import HTTPException

from ...errors import RequestError
from ...web.quiet_logs import quieten_development_server
from ..counter import Counter
from .faults import as_ours, begin, fault
from .headers import guard
from .static_files import send_static
from .views import OrderPage

__all__ = ["MOST", "order_pages"]

MOST = {"page": "1200/minute", "act": "60/minute"}
"""How often an address may look at order pages, and pay, confirm or cancel on them."""
ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def order_pages(desk: Counter) -> Blueprint:
    """``/order`` and what belongs to it, for one desk; register it where the desk is mounted."""
    pages = Blueprint("till_order_page", __name__)
    page = OrderPage(desk)
    pages.add_url_rule("/order", "show", page.show)
    pages.add_url_rule("/order/enter", "enter", page.enter, methods=["POST"])
    pages.add_url_rule("/order/status", "status", page.status)
    pages.add_url_rule("/order/web3", "arrived", page.arrived)
    pages.add_url_rule("/order/pay", "pay", page.pay, methods=["POST"])
    pages.add_url_rule("/order/act", "act", page.act, methods=["POST"])
    pages.add_url_rule("/order/cancel", "cancel", page.cancel, methods=["POST"])
    pages.add_url_rule("/order/static/<name>/<path:path>", "static_file", send_static)
    pages.add_url_rule("/order/<path:rest>", "nothing_here", page.nothing_here, methods=ANY_METHOD)
    pages.record_once(lambda _: quieten_development_server())
    pages.before_request(partial(begin, desk.limits))
    pages.after_request(guard)
    pages.register_error_handler(RequestError, page.dead_end)
    pages.register_error_handler(HTTPException, lambda error: page.dead_end(as_ours(error)))
    pages.register_error_handler(Exception, lambda error: page.dead_end(fault(error)))
    return pages
