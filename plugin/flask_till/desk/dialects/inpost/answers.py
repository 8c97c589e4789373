"""Bodies in, messages and refusals out: what every answer to a shop has in common (2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ....base.logs import logger
from ....errors import RequestError, TillError
from ....web.body import raw_body
from ....web.refusals import apology, finish, with_retry_after
from ....wire.inpost.error_codes import Refusal, WalletCode, wallet_refusal
from ....wire.inpost.message import Message

log = logger(__name__)
M = TypeVar("M", bound=Message)

JSON = "application/json"
LARGEST_BASKET = 1024 * 1024
"""Bytes of a basket or a list of products; anything else is small."""
LARGEST = 64 * 1024

OUR_WORDS: Mapping[str, WalletCode] = {
    "BASKET_IS_BOUND": WalletCode.BASKET_IS_BINDED,
    "PHONE_BUSY": WalletCode.PHONE_BINDING_METHOD_UNAVAILABLE,
}
"""Codes of our own that the contract has another word for."""
NO_HEADERS: Mapping[str, str] = {}


def body_of(kind: type[M], most: int = LARGEST) -> M:
    """The message in the body. Raises `RequestError` (400), answers 413 when it is too long."""
    return kind.read(raw_body(most))


def say(message: Message, status: int = 200, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    return Response(message.to_bytes(), status, headers=dict(headers), mimetype=JSON)


def nothing(status: int) -> Response:
    """An answer without a body."""
    response = Response(b"", status)
    del response.headers["Content-Type"]
    return response


def refuse(error: TillError) -> Response:
    """Any error of ours, in the words of the contract (2.2)."""
    code = OUR_WORDS.get(error.code)
    if code is not None:
        error = RequestError(error.message, code=code)
    refusal = wallet_refusal(error)
    if refusal.status >= 500:
        log.error("a shop's request failed: %s", error, exc_info=error)
    response = _written(refusal)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="wallet"'
    return with_retry_after(response, error) if isinstance(error, RequestError) else response


def _written(refusal: Refusal) -> Response:
    return Response(refusal.to_bytes(), refusal.status, mimetype=JSON)


def refuse_in_http(error: HTTPException) -> Response | HTTPException:
    """A refusal of Flask's own (404, 405, 413...) in the same shape; its headers stay."""
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    code = WalletCode.NOT_FOUND if error.code == 404 else WalletCode.BAD_REQUEST
    response = _written(Refusal(error.code, code, error.description or error.name))
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def apologise(error: Exception) -> Response:
    return _written(Refusal(500, WalletCode.INTERNAL_SERVER_ERROR, apology(error)))


def speak_errors(blueprint: Blueprint) -> None:
    """Have every refusal of a blueprint answered as 2.2 says, and no answer stored."""
    blueprint.register_error_handler(TillError, refuse)
    blueprint.register_error_handler(HTTPException, refuse_in_http)
    blueprint.register_error_handler(Exception, apologise)
    blueprint.after_request(finish)
