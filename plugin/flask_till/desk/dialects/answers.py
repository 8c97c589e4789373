"""How the desk's own protocol answers: JSON, and every refusal as RFC 9457 problem details."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException

from ...errors import RequestError
from ...web.refusals import apology, finish, refused_by_flask, with_retry_after
from ...wire import till

PROBLEM = "application/problem+json"


def answer(message: BaseModel, status: int = 200) -> Response:
    return Response(message.model_dump_json(), status, mimetype="application/json")


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    remedy: str = "",
    fields: dict[str, str] | None = None,
) -> Response:
    told = till.Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        remedy=remedy,
        fields=fields or {},
    )
    return Response(told.model_dump_json(), status, mimetype=PROBLEM)


def refuse(error: RequestError) -> Response:
    response = problem(
        error.status, error.code, error.message, remedy=error.remedy, fields=error.fields
    )
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="order desk"'
    return with_retry_after(response, error)


def refuse_in_http(error: HTTPException) -> Response | HTTPException:
    return refused_by_flask(error, problem)


def apologise(error: Exception) -> Response:
    return problem(500, "INTERNAL_ERROR", apology(error))


def speak_problems(blueprint: Blueprint) -> None:
    """Have every refusal of a blueprint answered as a problem, and no answer stored."""
    blueprint.register_error_handler(RequestError, refuse)
    blueprint.register_error_handler(HTTPException, refuse_in_http)
    blueprint.register_error_handler(Exception, apologise)
    blueprint.after_request(finish)
