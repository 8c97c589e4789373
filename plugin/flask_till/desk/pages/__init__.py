"""The pages that the desk serves to shoppers: the order page."""

from __future__ import annotations

import logging
import secrets
from functools import partial

from flask import Blueprint, request
from werkzeug.exceptions import HTTPException

from ...base.limits import Limits
from ...errors import RequestError, Unreadable
from ...web.callers import limit_caller
from .headers import guard
from .parts import Admits, DeskParts
from .quiet_logs import forget_token, quieten_development_server
from .static_files import send_static
from .views import OrderPage

__all__ = ["Admits", "DeskParts", "order_pages"]

log = logging.getLogger(__name__)
LARGEST_FORM = 64 * 1024
ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def order_pages(desk: DeskParts) -> Blueprint:
    """``/order`` and what belongs to it, for one desk; register it where the desk is mounted."""
    pages = Blueprint("till_order_page", __name__)
    page = OrderPage(desk)
    pages.add_url_rule("/order", "show", page.show)
    pages.add_url_rule("/order/status", "status", page.status)
    pages.add_url_rule("/order/pay", "pay", page.pay, methods=["POST"])
    pages.add_url_rule("/order/act", "act", page.act, methods=["POST"])
    pages.add_url_rule("/order/cancel", "cancel", page.cancel, methods=["POST"])
    pages.add_url_rule("/order/static/<name>/<path:path>", "static_file", send_static)
    pages.add_url_rule("/order/<path:rest>", "nothing_here", page.nothing_here, methods=ANY_METHOD)
    pages.record_once(lambda _: quieten_development_server())
    pages.before_request(partial(_begin, desk.limits))
    pages.after_request(guard)
    pages.register_error_handler(RequestError, page.dead_end)
    pages.register_error_handler(HTTPException, lambda error: page.dead_end(_as_ours(error)))
    pages.register_error_handler(Exception, lambda error: page.dead_end(_fault(error)))
    return pages


def _begin(limits: Limits) -> None:
    request.max_content_length = LARGEST_FORM
    forget_token()  # whatever becomes of the request, the server logs its address
    if not str(request.endpoint).endswith(".static_file"):
        limit_caller(limits, "act" if request.method == "POST" else "page")


def _as_ours(error: HTTPException) -> RequestError:
    ours = Unreadable(error.name, code="UNREADABLE")
    ours.status = error.code or 400  # type: ignore[misc]  # of this one error only
    return ours


def _fault(error: Exception) -> RequestError:
    """Something of ours broke: the log says what, the page only a number to find it by."""
    number = secrets.token_hex(4)
    log.error("order page fault %s", number, exc_info=error)
    ours = Unreadable(f"Fault {number}.", code="FAULT")
    ours.status = 500  # type: ignore[misc]  # of this one error only
    return ours
