"""The blueprint that all routes hang on: how a refusal looks, and what every answer carries."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ...errors import RequestError
from ...web import refusals
from ...web.callers import limit_caller
from ...web.refusals import apology, refused_by_flask, with_retry_after
from .body import answer
from .origin import allow_trusted
from .shopfront import shopfront

blueprint = Blueprint("till", __name__)

MOST = {
    "call": "6000/minute",
    "checkout": "120/minute",
    "look": "120/minute",
    "quote": "60/minute",
    "quotes": "240/minute",
    "link": "240/minute",
    "phone": "10/hour",
    "claim": "60/minute",
}
"""How often an address may call us, and a browser check out; how often an address may make us
ask a wallet; how often a browser, and an address, may ask for a price; how often an address may
link; how often one phone is asked; how often a browser may open its claims."""
UNCOUNTED = {"till.asset", "till.callback", "till.claim_callback"}
WALLET_CALLS = "till.merchant_"
"""How endpoints begin that a wallet calls: all shoppers' wallets call from few addresses."""


@blueprint.before_request
def begin() -> None:
    front = shopfront()
    front.background.wake()
    endpoint = request.endpoint or ""
    if endpoint not in UNCOUNTED and not endpoint.startswith(WALLET_CALLS):
        limit_caller(front.limits, "call")


@blueprint.errorhandler(RequestError)
def refuse(error: RequestError) -> Response:
    body = {"error_code": error.code, "error_message": error.message}
    response = answer({**body, "fields": error.fields} if error.fields else body, error.status)
    return with_retry_after(response, error)


@blueprint.errorhandler(HTTPException)
def refuse_in_http(error: HTTPException) -> Response | HTTPException:
    return refused_by_flask(error, _refusal)


@blueprint.errorhandler(Exception)
def apologise(error: Exception) -> Response:
    return _refusal(500, "INTERNAL_ERROR", apology(error))


def _refusal(status: int, code: str, message: str) -> Response:
    return answer({"error_code": code, "error_message": message}, status)


@blueprint.after_request
def finish(response: Response) -> Response:
    return allow_trusted(refusals.finish(response))
