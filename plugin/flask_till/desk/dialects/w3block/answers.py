"""Bodies in, answers and refusals out: what every answer has in common (2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from ....errors import RequestError, TillError
from ....web.body import raw_body
from ....web.refusals import apology, finish, with_retry_after
from ....wire.w3block.error_codes import Refusal, W3blockCode
from ....wire.w3block.message import LARGEST_BODY, Message

M = TypeVar("M", bound=Message)
JSON = "application/json"
METHODS = "GET, POST, PATCH, OPTIONS"
HEADERS = "Authorization, Content-Type, x-w3block-id, x-w3block-api-key, x-w3block-secret"
REMEMBERED = "600"
"""Seconds that a browser may remember what it was allowed."""


def say(message: Message, status: int = 200) -> Response:
    return Response(message.to_bytes(), status, mimetype=JSON)


def nothing_more() -> Response:
    """204, without a body (8)."""
    return Response(status=204)


def body_of(kind: type[M]) -> M:
    """The message in the body. Raises `RequestError` (400), answers 413 when it is too long."""
    return kind.read(raw_body(LARGEST_BODY))


def name_conflicts(code: W3blockCode) -> None:
    """What a wrong state is called in the answer to this request."""
    g.till_w3block_conflict = code


# --- refusals ---------------------------------------------------------------------------------


def refuse(error: RequestError) -> Response:
    conflict = g.get("till_w3block_conflict", W3blockCode.INVALID_ORDER_STATUS)
    return with_retry_after(_refusal(Refusal.of(error, conflict=conflict)), error)


def refuse_in_http(error: HTTPException) -> Response | HTTPException:
    """A refusal of Flask's own (404, 405, 413...) in this shape; its headers stay."""
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    response = _refusal(Refusal(error.code, None, error.description or error.name))
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def apologise(error: Exception) -> Response:
    """The number of the fault is in the log; the caller reads what the contract says (2)."""
    apology(error)
    return _refusal(Refusal.of(TillError("broken")))


def _refusal(refusal: Refusal) -> Response:
    body = refusal.to_bytes(request.path, datetime.now(UTC))
    return Response(body, refusal.status, mimetype=JSON)


# --- other origins ----------------------------------------------------------------------------


def preflight() -> Response | None:
    """A browser asks whether a storefront may call: every page may, it needs a token anyway."""
    if request.method != "OPTIONS":
        return None
    response = Response(status=204)
    del response.headers["Content-Type"]
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = HEADERS
    response.headers["Access-Control-Max-Age"] = REMEMBERED
    return response


def let_any_origin_read(response: Response) -> Response:
    """No cookie is looked at here, so there is nothing that a page could borrow."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def speak_w3block(blueprint: Blueprint) -> None:
    """Have every refusal of a blueprint answered as 2 says, and every origin let in."""
    blueprint.before_request(preflight)
    blueprint.register_error_handler(RequestError, refuse)
    blueprint.register_error_handler(HTTPException, refuse_in_http)
    blueprint.register_error_handler(Exception, apologise)
    blueprint.after_request(let_any_origin_read)
    blueprint.after_request(finish)
