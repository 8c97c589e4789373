"""What every refusal has in common, in whatever shape its body is written."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from werkzeug.exceptions import HTTPException

from ..errors import RequestError

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


def finish(response: Response) -> Response:
    """Nobody keeps an answer, unless it says itself that it may be kept."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
