"""Which pages may read an answer: those of host apps (6). None of these calls takes a cookie."""

from __future__ import annotations

from flask import Response, g, request

from ....wire.boxo.error_codes import BoxoCode, refusal
from ...actions.boxo_partners import is_page_of_a_host
from ...boxo_payment import BoxoHost
from .front import Front

KEPT = "600"
"""Seconds for which a browser need not ask again."""
METHODS = "GET, POST, OPTIONS"


def remember_page(front: Front) -> None:
    """This call is one for pages: who asks may read whatever it is answered with."""
    origin = request.headers.get("Origin", "")
    is_known = origin not in ("", "null") and front.database.read(is_page_of_a_host, origin)
    g.till_boxo_page = origin if is_known else ""


def preflight() -> Response:
    """The SDK's calls carry a content type even on GET, so a browser asks before each."""
    response = Response(b"", 204)
    del response.headers["Content-Type"]
    return response


def open_to_page(response: Response) -> Response:
    """Let the page that asked read this answer, refusals too; after every request."""
    page = g.get("till_boxo_page")
    if page is None:
        return response
    response.vary.add("Origin")
    if page:
        response.headers["Access-Control-Allow-Origin"] = page
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = "content-type"
        response.headers["Access-Control-Max-Age"] = KEPT
    return response


def require_origin(host: BoxoHost) -> None:
    """Raises `RequestError` (ACCESS_DENIED) for a page that is not that host's; a caller that is
    no browser names none."""
    origin = request.headers.get("Origin")
    if origin and host.origins and origin not in host.origins:
        raise refusal(BoxoCode.ACCESS_DENIED, "The page is not one of this host app's.")
