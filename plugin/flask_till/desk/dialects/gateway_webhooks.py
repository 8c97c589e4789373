"""``/gateways/<name>/webhook``: payment providers call us.

The raw bytes are verified before anything else, and success is answered only after the commit:
whatever else we answer, the provider tries again.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from ...errors import BadSignature, RequestError
from ...web.body import raw_body
from ..counter import counter
from .answers import problem, refuse, speak_problems

LARGEST = 256 * 1024


def receive(name: str) -> Response:
    counter().cashier.receive(name, raw_body(LARGEST), dict(request.headers.items()))
    return Response('{"received":true}', mimetype="application/json")


def _refuse(error: RequestError) -> Response:
    """Providers show one status for what they signed wrongly: 400, as Stripe's own samples do."""
    if isinstance(error, BadSignature):
        return problem(400, error.code, error.message, remedy=error.remedy)
    return refuse(error)


def gateway_webhooks() -> Blueprint:
    """To be mounted under ``/gateways``."""
    blueprint = Blueprint("till_desk_webhooks", __name__)
    speak_problems(blueprint)
    blueprint.register_error_handler(RequestError, _refuse)
    blueprint.add_url_rule("/<name>/webhook", "receive", receive, methods=["POST"])
    return blueprint
