"""``{code, msg, data}``: the HTTP status repeats in ``code``; success is 200, never 201 (2.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ...errors import (
    Forbidden,
    InvalidRequest,
    NotFound,
    RequestError,
    TillError,
    TooMany,
    Unauthenticated,
    Unreadable,
)
from ..strict_json import parse_object

OK = 200
BROKEN = "Internal server error"
UNAUTHORIZED = "Unauthorized"

_KINDS: Mapping[type[TillError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    TooMany: 429,
    RequestError: 400,
}
_WORDS: Mapping[str, str] = {
    "int_type": "must be an integer number",
    "int_from_float": "must be an integer number",
    "string_type": "must be a string",
    "bool_type": "must be a boolean value",
    "list_type": "must be an array",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "missing": "should not be empty",
    "greater_than_equal": "must not be less than {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must not be greater than {le}",
    "string_pattern_mismatch": "must be a URL address",
    "string_too_long": "must be shorter than or equal to {max_length} characters",
    "string_too_short": "must be longer than or equal to {min_length} characters",
    "too_long": "must contain no more than {max_length} elements",
}


def write(data: Any) -> bytes:
    """The body of an answer of success."""
    return _write({"code": OK, "msg": "ok", "data": data})


def refuse(error: TillError) -> tuple[int, bytes]:
    """HTTP status and body for an error: all that is no kind of its own is 400 (2.1)."""
    unknown = not isinstance(error, RequestError) or error.status >= 500
    if unknown:
        status = getattr(error, "status", 500) if isinstance(error, RequestError) else 500
        message = error.message if status != 500 else BROKEN
    else:
        status = next(status for kind, status in _KINDS.items() if isinstance(error, kind))
        message = error.message
    return status, refusal(status, message)


def refusal(status: int, message: str) -> bytes:
    """The body of a refusal with that HTTP status (2.1)."""
    return _write({"code": status, "msg": message, "data": None})


def read(body: bytes) -> dict[str, Any]:
    """The JSON object of a request. Raises `RequestError` with status 400."""
    try:
        return parse_object(body)
    except (InvalidRequest, Unreadable) as error:
        raise RequestError(error.message, code="UNREADABLE") from None


def faults(error: ValidationError) -> RequestError:
    """All validation faults, joined with commas into one message (2.1)."""
    found = [_fault(one) for one in error.errors(include_url=False, include_input=False)]
    return RequestError(",".join(found[:20]), code="INVALID_REQUEST")


def _fault(one: Mapping[str, Any]) -> str:
    place = ".".join(map(str, one["loc"])) or "body"
    kind, context = one["type"], one.get("ctx", {})
    if kind in _WORDS:
        return f"{place} {_WORDS[kind].format(**context)}"
    return f"{place} {one['msg'].removeprefix('Value error, ')}"


def _write(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
