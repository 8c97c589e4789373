"""The page of a host app that this desk plays: a miniapp's payment is confirmed on it, or not."""

from __future__ import annotations

from functools import partial

from flask import Blueprint
from werkzeug.exceptions import HTTPException

from ....errors import RequestError
from ...boxo_desk import HostPayments
from ...counter import Counter
from ...host_sessions import HostSessions
from ..faults import as_ours, begin, fault
from ..headers import guard
from ..static_files import send_static
from .confirming import ConfirmPage

__all__ = ["host_pages"]

ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def host_pages(desk: Counter, payments: HostPayments, sessions: HostSessions) -> Blueprint:
    """``pay/<order_payment_id>`` and what belongs to it; register it at ``/boxo/hostapp`` below
    the desk's address, which is where its cookies are sent."""
    pages = Blueprint("till_host_page", __name__)
    page = ConfirmPage(desk, payments, sessions)
    pages.add_url_rule("/pay/<payment_id>", "show", page.show)
    pages.add_url_rule("/pay/<payment_id>/status", "status", page.status)
    pages.add_url_rule("/pay", "pay", page.pay, methods=["POST"], provide_automatic_options=False)
    pages.add_url_rule("/pay", "preflight", page.preflight, methods=["OPTIONS"])
    pages.add_url_rule("/static/<name>/<path:path>", "static_file", send_static)
    pages.add_url_rule("/<path:rest>", "nothing_here", page.nothing_here, methods=ANY_METHOD)
    pages.before_request(partial(begin, desk.limits))
    pages.after_request(guard)
    pages.register_error_handler(RequestError, page.dead_end)
    pages.register_error_handler(HTTPException, lambda error: page.dead_end(as_ours(error)))
    pages.register_error_handler(Exception, lambda error: page.dead_end(fault(error)))
    return pages
