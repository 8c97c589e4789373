"""Reading a request's body, as strictly as money deserves."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from ..wire.strict_json import parse_object


def raw_body(most: int) -> bytes:
    """The bytes as they came; more than ``most`` are answered with 413."""
    request.max_content_length = most
    data = request.get_data()
    if len(data) > most:
        raise RequestEntityTooLarge
    return data


def json_object(most: int) -> dict[str, Any]:
    """The body as a strict JSON object.

    Answers 415 for another content type, 413 when it is too long, 400 when it is no such object.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send JSON with Content-Type: application/json.")
    return parse_object(raw_body(most))
