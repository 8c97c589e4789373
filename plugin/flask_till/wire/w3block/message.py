"""The base of all messages: strict where they are read, plain where they are written.

Members that nobody knows are dropped when a message is read, so they can never be sent on. What
was given is written, ``None`` as ``null``; a member that was not given is absent.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from ...errors import InvalidRequest, RequestError, Unreadable
from ..strict_json import parse_object
from .error_codes import W3blockCode

LARGEST_BODY = 64 * 1024
"""Bytes of a request (designed)."""

LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes of an answer that a client reads (designed)."""

_MOST_FAULTS = 5


class Message(BaseModel):
    """One message, or a part of one. Frozen; members are camelCase on the wire (2)."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def read(cls, body: bytes, *, largest: int = LARGEST_BODY) -> Self:
        """The message that these bytes hold; ``largest`` in bytes.

        Raises `RequestError` with status 400 and code ``validation-error`` (4, check 1).
        """
        if len(body) > largest:
            raise invalid("The body is too large.")
        try:
            return cls.of_data(parse_object(body))
        except (Unreadable, InvalidRequest) as error:
            raise invalid(error.message) from None

    @classmethod
    def of_data(cls, data: Any) -> Self:
        """As `read`, from JSON values."""
        try:
            return cls.model_validate(data, by_alias=True, by_name=False, context={"wire": True})
        except ValidationError as error:
            raise _faults(error) from None

    def to_data(self) -> dict[str, Any]:
        """As JSON values: what was given, and no more."""
        return self.model_dump(by_alias=True, exclude_unset=True)

    def to_bytes(self) -> bytes:
        """The body to send, UTF-8."""
        return write(self.to_data())


def invalid(message: str, fields: dict[str, str] | None = None) -> RequestError:
    """An error to raise: 400 ``validation-error`` (4, check 1)."""
    return RequestError(message, code=W3blockCode.VALIDATION_ERROR, fields=fields)


def _faults(error: ValidationError) -> RequestError:
    fields = {
        ".".join(map(str, one["loc"])) or "body": one["msg"].removeprefix("Value error, ")
        for one in error.errors(include_url=False, include_input=False)
    }
    said = [f"{place}: {why}" for place, why in list(fields.items())[:_MOST_FAULTS]]
    return invalid("; ".join(said), fields)


def write(value: Any) -> bytes:
    """JSON in UTF-8 without spaces. A `Decimal` becomes a number, digit for digit; no floats."""
    return _text(value).encode("utf-8", "replace")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}:{_text(part)}" for name, part in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, float | Decimal):
        raise TypeError("a fraction is written from a finite Decimal, never from a float")
    return json.dumps(value, ensure_ascii=False)
