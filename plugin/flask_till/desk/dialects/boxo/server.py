"""The blueprint: which method of which path is answered by whom (3, 6, 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import NotFound

from . import browser_calls, opening, standing
from .answers import JSON, speak_errors
from .cross_origin import open_to_page, preflight, remember_page
from .front import Front

NOTHING = "nothing_here"


@dataclass(frozen=True, slots=True)
class Call:
    """One call; those ``by_pages`` are let through browsers' walls, the others are for servers."""

    name: str
    method: str
    path: str
    view: Callable[..., Response]
    by_pages: bool = False


def _document(front: Front) -> Response:
    from .document import openapi

    return Response(openapi(f"{front.parts.base_address()}/boxo"), mimetype=JSON)


CALLS = (
    Call("create", "POST", "/api/v1/orders/create-order-payment/", opening.create),
    Call("show", "POST", "/api/v1/orders/get-payment-status/", standing.show),
    Call("complete", "POST", "/api/v1/orders/complete-order/", standing.complete),
    Call("settings", "GET", "/api/v1/miniapps/<app_id>/settings/", browser_calls.settings, True),
    Call("authorize", "POST", "/api/v1/authorize/", browser_calls.authorize, True),
    Call("login", "POST", "/api/v1/partner/login/", browser_calls.login, True),
    Call("track", "POST", "/api/v1/analytics/track/", browser_calls.track, True),
    Call("document", "GET", "/openapi.json", _document, True),
)


def boxo_dialect(front: Front) -> Blueprint:
    """To be mounted under ``/boxo``, so that the SDK's ``baseUrl`` is ``<desk>/boxo/api/v1``.

    Each path is answered with and without its final slash, and every method of it in JSON.
    """
    blueprint = Blueprint("till_desk_boxo", __name__)
    speak_errors(blueprint)
    for call in CALLS:
        blueprint.add_url_rule(
            call.path,
            call.name,
            partial(_answer, front, call),
            methods=[call.method, *(["OPTIONS"] if call.by_pages else [])],
            strict_slashes=False,
            merge_slashes=False,
            provide_automatic_options=False,
        )
    blueprint.add_url_rule(
        "/<path:rest>",
        NOTHING,
        _nothing_here,
        merge_slashes=False,
        provide_automatic_options=False,
    )
    blueprint.record(_all_else)
    blueprint.after_request(open_to_page)
    return blueprint


def _all_else(state: BlueprintSetupState) -> None:
    """Whatever was sent by whatever method. Flask wants methods named; a rule need not."""
    for path in ("/", "/<path:rest>"):
        rule = state.app.url_rule_class(
            f"{state.url_prefix}{path}",
            endpoint=f"{state.name_prefix}.{state.name}.{NOTHING}".lstrip("."),
            strict_slashes=False,
            merge_slashes=False,
        )
        state.app.url_map.add(rule)


def _answer(front: Front, call: Call, **parts: str) -> Response:
    if call.by_pages:
        remember_page(front)
        if request.method == "OPTIONS":
            return preflight()
    return call.view(front, **parts)


def _nothing_here(**_: str) -> Response:
    raise NotFound("There is nothing at this address, or not by this method.")
