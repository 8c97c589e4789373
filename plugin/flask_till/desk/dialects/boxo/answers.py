"""Bodies in, answers and refusals out: whatever is refused is a 400 with a code (3.1, 5)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ....base.logs import logger
from ....errors import RequestError, TillError, TooMany
from ....web.body import raw_body
from ....web.refusals import apology, finish, with_retry_after
from ....wire.boxo.error_codes import BoxoCode, error_body, refusal
from ....wire.boxo.messages import LARGEST_BODY, read_body
from .exact_json import write

log = logger(__name__)
JSON = "application/json"
OUR_WORDS = {
    "ORDER_STATE": BoxoCode.INVALID_PAYMENT_STATUS,
    "MONEY_INVALID": BoxoCode.INVALID_ORDER_DATA,
    "NONCE_USED": BoxoCode.INVALID_SIGNATURE,
}
"""Codes of our own that the contract has another word for."""
IN_HTTP = {
    404: BoxoCode.NOT_IMPLEMENTED,
    405: BoxoCode.NOT_IMPLEMENTED,
    501: BoxoCode.NOT_IMPLEMENTED,
}
"""There is nothing at that address, or not by that method; all else is a bad body."""


def asked() -> tuple[dict[str, Any], bytes]:
    """The body as a JSON object, and its bytes as they came.

    Raises `RequestError` (PARSING_ERROR_INVALID_REQUEST_BODY), also for another content type.
    """
    body = raw_body(LARGEST_BODY)
    if request.mimetype != JSON:
        raise refusal(
            BoxoCode.PARSING_ERROR_INVALID_REQUEST_BODY,
            "Send JSON with Content-Type: application/json.",
        )
    return read_body(body), body


def say(data: Any, status: int = 200) -> Response:
    return Response(write(data), status, mimetype=JSON)


def refuse(error: TillError) -> Response:
    """Any error of ours in the words of the contract; one that it does not know is
    ``UNKNOWN_ERROR``, to be tried again."""
    code = OUR_WORDS.get(error.code)
    if code is not None:
        error = RequestError(error.message, code=code)
    body = error_body(error)
    if body["error_code"] != error.code and not isinstance(error, TooMany):
        log.error("a partner's request failed: %s", error, exc_info=error)
    response = say(body, 400)
    return with_retry_after(response, error) if isinstance(error, RequestError) else response


def refuse_in_http(error: HTTPException) -> Response:
    """A refusal of Flask's own (404, 405, 413...), as a 400 like all others."""
    code = IN_HTTP.get(error.code or 0, BoxoCode.PARSING_ERROR_INVALID_REQUEST_BODY)
    return say({"error_code": code, "error_message": error.description or error.name}, 400)


def apologise(error: Exception) -> Response:
    return say({"error_code": BoxoCode.UNKNOWN_ERROR, "error_message": apology(error)}, 400)


def speak_errors(blueprint: Blueprint) -> None:
    """Have every refusal of a blueprint answered as section 5 says, and no answer stored."""
    blueprint.register_error_handler(TillError, refuse)
    blueprint.register_error_handler(HTTPException, refuse_in_http)
    blueprint.register_error_handler(Exception, apologise)
    blueprint.after_request(finish)
