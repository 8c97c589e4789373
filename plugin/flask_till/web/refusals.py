"""What every refusal has in common, in whatever shape its body is written."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import Response, current_app, got_request_exception
from werkzeug.exceptions import HTTPException

from ..base.logs import logger
from ..errors import RequestError

log = logger(__name__)
HTTP_CODES = {413: "BODY_TOO_LARGE", 415: "UNSUPPORTED_CONTENT_TYPE"}
Write = Callable[[int, str, str], Response]
"""Makes the answer of a status, a code and a sentence."""


def with_retry_after(response: Response, error: RequestError) -> Response:
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def refused_by_flask(error: HTTPException, write: Write) -> Response | HTTPException:
    """A refusal of Flask's own (404, 405, 413...) in our shape; its headers stay, redirects too."""
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    code = HTTP_CODES.get(error.code) or error.name.upper().replace(" ", "_")
    response = write(error.code, code, error.description or error.name)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def number_of(error: Exception) -> str:
    """Log a fault of ours under a new number, which is all that the caller may know of it.

    Whoever watches the application's faults (Flask's signal) hears of it as of any other.
    """
    number = f"err_{secrets.token_hex(8)}"
    log.error("%s: a request failed", number, exc_info=error)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
    got_request_exception.send(app, exception=error)
    return number


def apology(error: Exception) -> str:
    """What the caller reads about a fault of ours, once that is logged."""
    return f"Something went wrong here. Its number is {number_of(error)}."


def finish(response: Response) -> Response:
    """Nobody keeps an answer, unless it says itself that it may be kept."""
    given = {name.lower() for name, _ in response.headers}
    if "cache-control" not in given:
        response.headers.add("Cache-Control", "no-store")
    if "x-content-type-options" not in given:
        response.headers.add("X-Content-Type-Options", "nosniff")
    return response
