"""The hub: what a claim code is for, who one is, and claiming it (Kigo contract, section 5.2)."""

from __future__ import annotations

from functools import partial

from flask import Blueprint
from werkzeug.exceptions import HTTPException

from ....errors import RequestError
from ..faults import as_ours, begin, fault
from ..headers import guard
from ..static_files import send_static
from .hub import Hub, HubParts

__all__ = ["HubParts", "hub_pages"]


def hub_pages(parts: HubParts) -> Blueprint:
    """``/hub`` and what belongs to it; register it at ``/kigo`` below the desk's address."""
    pages = Blueprint("till_kigo_hub", __name__)
    hub = Hub(parts)
    # Both forms, without a redirect from one to the other: that would carry the code on.
    pages.add_url_rule("/hub", "show", hub.show, methods=["GET"])
    pages.add_url_rule("/hub/", "show", hub.show, methods=["GET"])
    pages.add_url_rule("/sso/<program>", "show_program", hub.show_program, methods=["GET"])
    for name, view in {
        "look": hub.look,
        "enter": hub.enter,
        "claim": hub.claim,
        "code": hub.send_code,
        "sign-in": hub.sign_in,
    }.items():
        pages.add_url_rule(f"/hub/{name}", name, view, methods=["POST"])
    pages.add_url_rule("/hub/colours/<first>/<second>.css", "colours", hub.colours)
    pages.add_url_rule("/hub/static/<name>/<path:path>", "static_file", send_static)
    pages.before_request(partial(begin, parts.limits))
    pages.after_request(guard)
    pages.register_error_handler(RequestError, hub.dead_end)
    pages.register_error_handler(HTTPException, lambda error: hub.dead_end(as_ours(error)))
    pages.register_error_handler(Exception, lambda error: hub.dead_end(fault(error)))
    return pages
