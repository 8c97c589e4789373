"""Bodies in, envelopes out: what every answer has in common (2, 2.1)."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ....errors import RequestError, Unreadable
from ....web.body import raw_body
from ....web.refusals import apology, finish, with_retry_after
from ....wire.ipos import envelope
from ....wire.ipos.requests import Request
from ...actions.ipos_orders import unknown_order

R = TypeVar("R", bound=Request)

JSON = "application/json"
LARGEST = 256 * 1024
"""Bytes of a request."""
METHODS = "GET, POST, OPTIONS"
HEADERS = "Authorization, Content-Type, app-id, x-api-key"
REMEMBERED = "600"
"""Seconds that a browser may remember what it was allowed."""


def say(data: Any) -> Response:
    return Response(envelope.write(data), 200, mimetype=JSON)


def body_of(kind: type[R]) -> R:
    """The request in the body. Raises `RequestError` (400), answers 413 when it is too long."""
    return kind.read(json_body())


def json_body() -> dict[str, Any]:
    """The body as it is. Raises `RequestError` (400), also for another content type."""
    if request.mimetype != JSON:
        raise Unreadable("Send JSON with Content-Type: application/json")
    return envelope.read(raw_body(LARGEST))


def query_of(kind: type[R]) -> R:
    """The request in the query. Raises `RequestError` (400)."""
    return kind.read({name: request.args[name] for name in request.args})


def order_id_of(text: str) -> str:
    """An order's id as we write it. Raises `NotFound`: what is no UUID names no order."""
    try:
        return str(UUID(text))
    except ValueError:
        raise unknown_order() from None


def order_id_of_query() -> str:
    """Raises `RequestError` (400) without one, `NotFound`."""
    text = request.args.get("order_id", "")
    if not text:
        raise RequestError("Order id is required", code="ORDER_ID_REQUIRED")
    return order_id_of(text)


# --- refusals ---------------------------------------------------------------------------------


def refuse(error: RequestError) -> Response:
    status, body = envelope.refuse(error)
    response = Response(body, status, mimetype=JSON)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="ipos"'
    return with_retry_after(response, error)


def refuse_in_http(error: HTTPException) -> Response | HTTPException:
    """A refusal of Flask's own (404, 405, 413...) in an envelope; its headers stay."""
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    body = envelope.refusal(error.code, error.description or error.name)
    response = Response(body, error.code, mimetype=JSON)
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def apologise(error: Exception) -> Response:
    """The number of the fault is in the log; the caller reads what the contract says (2.1)."""
    apology(error)
    return Response(envelope.refusal(500, envelope.BROKEN), 500, mimetype=JSON)


# --- other origins ----------------------------------------------------------------------------


def preflight() -> Response | None:
    """A browser asks whether a page may call: every page may, it needs a token anyway (2)."""
    if request.method != "OPTIONS":
        return None
    response = Response(status=204)
    del response.headers["Content-Type"]
    asked = request.headers.get("Access-Control-Request-Headers", HEADERS)
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = asked
    response.headers["Access-Control-Max-Age"] = REMEMBERED
    return response


def let_any_origin_read(response: Response) -> Response:
    origin = request.headers.get("Origin")
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    response.vary.add("Origin")
    return response


def speak_envelopes(blueprint: Blueprint) -> None:
    """Have every refusal of a blueprint answered as 2.1 says, and every origin let in."""
    blueprint.before_request(preflight)
    blueprint.register_error_handler(RequestError, refuse)
    blueprint.register_error_handler(HTTPException, refuse_in_http)
    blueprint.register_error_handler(Exception, apologise)
    blueprint.after_request(let_any_origin_read)
    blueprint.after_request(finish)
