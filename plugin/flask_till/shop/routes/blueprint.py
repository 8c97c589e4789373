"""The blueprint that all routes hang on: how a refusal looks, and what every answer carries."""

from __future__ import annotations

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException

from ...errors import RequestError
from .body import answer
from .origin import allow_trusted
from .shopfront import shopfront

blueprint = Blueprint("till", __name__)

HTTP_CODES = {413: "BODY_TOO_LARGE", 415: "UNSUPPORTED_CONTENT_TYPE"}


@blueprint.before_request
def begin() -> None:
    shopfront().background.wake()


@blueprint.errorhandler(RequestError)
def refuse(error: RequestError) -> Response:
    body = {"error_code": error.code, "error_message": error.message}
    response = answer({**body, "fields": error.fields} if error.fields else body, error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


@blueprint.errorhandler(HTTPException)
def refuse_in_http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    code = HTTP_CODES.get(error.code) or error.name.upper().replace(" ", "_")
    response = answer({"error_code": code, "error_message": error.description}, error.code)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


@blueprint.after_request
def finish(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return allow_trusted(response)
