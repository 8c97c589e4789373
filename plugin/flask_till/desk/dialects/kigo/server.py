"""The blueprint: which method of which path is answered by whom (3 to 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ....wire.kigo import paths
from ...kigo_partner import DIALECT
from . import claiming, orders, sessions
from .answers import JSON, speak_errors
from .front import Front

View = Callable[..., Response]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "OPTIONS")

DOCUMENT = "/openapi.json"


def _document(front: Front) -> Response:
    from .document import openapi

    return Response(openapi(f"{front.parts.base_address()}/{DIALECT}"), mimetype=JSON)


CALLS: Mapping[str, Mapping[str, View]] = {
    paths.SESSION: {"POST": sessions.session},
    paths.USER_SESSION: {"POST": sessions.user_session},
    paths.REFRESH: {"POST": sessions.refresh},
    paths.SSO_SESSIONS: {"POST": sessions.sso_session},
    f"{paths.PREFIX}/products/<product_id>/orders": {"POST": orders.place},
    paths.ORDERS: {"GET": orders.search},
    f"{paths.ORDERS}/<order_id>": {"GET": orders.one},
    f"{paths.ORDERS}/<order_id>/cancel": {"POST": orders.cancel},
    paths.CLAIM: {"POST": claiming.claim},
    f"{paths.CLAIM}/<claim_code>": {"GET": claiming.look},
    paths.TOKENS: {"GET": claiming.gallery},
    f"{paths.TOKENS}/<token_id>": {"GET": claiming.detail},
    DOCUMENT: {"GET": _document},
}
"""Path -> method -> who answers."""


def kigo_dialect(front: Front) -> Blueprint:
    """To be mounted under ``/kigo``, so that a client's base URL is ``<desk>/kigo``."""
    blueprint = Blueprint("till_desk_kigo", __name__)
    speak_errors(blueprint)
    for number, (path, views) in enumerate(CALLS.items()):
        answer = partial(_answer, front, views)
        blueprint.add_url_rule(path, f"answer_{number}", answer, methods=METHODS)
    for path in ("/", "/<path:rest>"):
        blueprint.add_url_rule(
            path, "nothing_here", _nothing_here, methods=METHODS, strict_slashes=False
        )
    return blueprint


def _answer(front: Front, views: Mapping[str, View], **parts: str) -> Response:
    view = views.get("GET" if request.method == "HEAD" else request.method)
    if view is None:
        raise MethodNotAllowed([*views])
    return view(front, **parts)


def _nothing_here(**_: str) -> Response:
    raise NotFound("There is nothing at this address.")
