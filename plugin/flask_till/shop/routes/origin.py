"""Whose pages may call us: the shop's own, and those that the operator trusts."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, request

from ...errors import Forbidden
from ...web.asked import asked_origin
from .shopfront import shopfront

CUSTOM_HEADER = "X-Till"


def own_origin() -> str:
    """The shop's origin as its shoppers see it, e.g. ``https://shop.example``."""
    public = shopfront().settings.public_url
    if public is None:
        return asked_origin()
    parts = urlsplit(public)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def require_own_page(*, custom_header: bool = True) -> None:
    """Refuse what another site's page has sent; raises `Forbidden`.

    No browser lets a foreign page set a custom header unasked, so a caller without ``Origin``
    (curl, a server) shows that it means it with ``X-Till: 1``.
    """
    origin = request.headers.get("Origin")
    if origin is None and custom_header and request.headers.get(CUSTOM_HEADER) == "1":
        return
    if origin is None or not (_is_own(origin) or is_trusted(origin)):
        raise Forbidden("This call must come from a page of this shop.", code="FOREIGN_ORIGIN")


def is_trusted(origin: str) -> bool:
    return origin.lower() in shopfront().settings.trusted_origins


def _is_own(origin: str) -> bool:
    if origin.lower() == own_origin():
        return True
    settings = shopfront().settings
    if settings.public_url is not None and not settings.in_development:
        return False  # we know our address; what else the request says of it proves nothing
    scheme, _, host = origin.lower().partition("://")
    # Behind a proxy that ends TLS and does not say so, we look like plain http to ourselves.
    schemes = {"http", "https"} if request.scheme in ("http", "ws") else {"https"}
    return scheme in schemes and host == request.host.lower()


def allow_trusted(response: Response) -> Response:
    """Let pages of trusted origins read the answer. Nobody else's origin is ever repeated."""
    if not shopfront().settings.trusted_origins:
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if is_trusted(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
            response.headers["Access-Control-Allow-Headers"] = f"Content-Type, {CUSTOM_HEADER}"
    return response
