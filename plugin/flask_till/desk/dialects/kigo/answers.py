"""Bodies in, answers and refusals out: what every answer has in common (2, 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from ....base.limits import Standing
from ....errors import RequestError, TillError
from ....web.body import raw_body
from ....web.quiet_logs import forget_token
from ....web.refusals import apology, finish
from ....wire.kigo.error_codes import BROKEN, KigoCode, Refusal, answer, answer_http
from ....wire.kigo.message import LARGEST_BODY, Message, read_object
from ....wire.kigo.rates import Rate

JSON = "application/json"
NO_HEADERS: Mapping[str, str] = {}
OUR_WORDS: Mapping[str, KigoCode] = {
    "CLAIM_REDEEMED": KigoCode.ALREADY_CLAIMED,
    "CLAIM_WITHDRAWN": KigoCode.ORDER_CANCELLED,
    "CLAIM_EXPIRED": KigoCode.CLAIM_CODE_EXPIRED,
    "CLAIM_NOT_FOUND": KigoCode.CLAIM_CODE_NOT_FOUND,
    "TOKEN_NOT_FOUND": KigoCode.CLAIM_CODE_NOT_FOUND,
    "PRODUCT_NOT_FOUND": KigoCode.PRODUCT_NOT_FOUND,
    "PRODUCT_UNAVAILABLE": KigoCode.PRODUCT_UNAVAILABLE,
}
"""Codes of our own that the contract has another word for; the others are told by their kind."""


def json_body() -> dict[str, Any]:
    """The body's JSON object. Raises `RequestError` (400); answers 413 and 415."""
    body = raw_body(LARGEST_BODY)
    if request.mimetype != JSON:
        raise UnsupportedMediaType("Send JSON with Content-Type: application/json.")
    return read_object(body)


def say(message: Message, status: int = 200, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    return Response(message.to_bytes(), status, headers=dict(headers), mimetype=JSON)


def tell_rate(standing: Standing) -> None:
    """What is left to the caller goes out with the answer, whatever that will be (10)."""
    g.till_kigo_rate = Rate(standing.limit, standing.remaining, standing.reset)


# --- refusals ---------------------------------------------------------------------------------


def refuse(error: TillError) -> Response:
    code = OUR_WORDS.get(error.code)
    if code is not None:
        error.code = code
    if not isinstance(error, RequestError):
        apology(error)
    return _written(answer(error))


def refuse_in_http(error: HTTPException) -> Response | HTTPException:
    """A refusal of Flask's own (404, 405, 413...) in the same shape; its headers stay."""
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    response = _written(answer_http(error.code, error.description or error.name))
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def apologise(error: Exception) -> Response:
    """The number of the fault is in the log; the caller may repeat the call (2)."""
    apology(error)
    return _written(Refusal(503, KigoCode.UNAVAILABLE, BROKEN, retry_after=1))


def _written(refusal: Refusal) -> Response:
    response = Response(refusal.to_bytes(), refusal.status, refusal.headers, mimetype=JSON)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="kigo"'
    return response


def _with_rate(response: Response) -> Response:
    rate: Rate | None = g.get("till_kigo_rate")
    if rate is not None:
        response.headers.update(rate.to_headers())
    return response


def speak_errors(blueprint: Blueprint) -> None:
    """Have every refusal of a blueprint answered as section 2 says, and no answer stored.

    The address of a look-up holds a code, which no log of a server may show (5).
    """
    blueprint.before_request(forget_token)
    blueprint.register_error_handler(TillError, refuse)
    blueprint.register_error_handler(HTTPException, refuse_in_http)
    blueprint.register_error_handler(Exception, apologise)
    blueprint.after_request(_with_rate)
    blueprint.after_request(finish)
