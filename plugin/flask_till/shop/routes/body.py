"""Reading a request's JSON, and writing ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from ...errors import InvalidRequest
from ...web.body import json_object

LARGEST = 16 * 1024
"""Bytes of a request's body."""
LONGEST_ID = 128
MOST = 1_000_000


def json_body(*allowed: str) -> dict[str, Any]:
    """The body as a JSON object with no other members than ``allowed``.

    Answers 415 for another content type, 413 for a long body, 400 for bytes that are not JSON
    and 422 for a member that is not known here.
    """
    body = json_object(LARGEST)
    for name in body:
        if name not in allowed:
            raise InvalidRequest(f"{name[:40]!r} is not a member of this request.")
    return body


def product_id_of(body: Mapping[str, Any]) -> str:
    value = body.get("product_id")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        raise InvalidRequest("product_id must be the text that names a product.")
    return value


def quantity_of(body: Mapping[str, Any], default: int | None = None) -> int:
    """A whole number of at least 1. True is not 1 here, and neither is 1.0."""
    value = body.get("quantity", default)
    if type(value) is not int or not 1 <= value <= MOST:
        raise InvalidRequest(
            "quantity must be a whole number of at least 1.", code="INVALID_QUANTITY"
        )
    return value


def argument(name: str) -> str | None:
    """A query parameter. Most requests have none: to look is cheaper than to take it apart."""
    return request.args.get(name) if request.environ.get("QUERY_STRING") else None


def seconds_of(name: str, most: int) -> int:
    """A query parameter that counts seconds: 0 when missing, 422 unless it is 0..most."""
    return _number(name, most, f"{name} must be a whole number of seconds from 0 to {most}.")


def version_of(name: str) -> int:
    """A query parameter that names a version already seen: 0 when missing."""
    return _number(name, 2**53, f"{name} must be a version that was seen.")


def _number(name: str, most: int, refusal: str) -> int:
    text = argument(name)
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= most):
        raise InvalidRequest(refusal)
    return int(text)


_to_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def to_json(value: Any) -> str:
    return _to_json.encode(value)


def answer(value: Any, status: int = 200) -> Response:
    return Response(to_json(value), status, mimetype="application/json")


def nothing_yet() -> Response:
    return Response(status=204)
