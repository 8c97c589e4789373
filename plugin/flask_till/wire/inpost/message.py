"""The base of all messages: strict where they are read, plain where they are written.

Unknown members are dropped when a message is read, so they can never be sent on. ``None`` and an
absent member mean the same (4.0): a message never writes ``null``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ...errors import InvalidRequest, RequestError, Unreadable
from ..strict_json import parse_object
from .error_codes import MerchantCode

T = TypeVar("T")

_SHAPE = ("missing", "union_tag_not_found")


class WrongShape(ValueError):
    """Raised by a validator that was given another kind of thing, or nothing."""


class Message(BaseModel):
    """One message, or a part of one. Frozen; equal when it means the same."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    amounts_are_numbers: ClassVar[bool] = False
    """How this message writes amounts (7.1): JSON numbers, or texts with two places."""

    def to_data(self) -> dict[str, Any]:
        """As JSON values; a fraction that is written as a number is a `Decimal`."""
        context = {"amounts_are_numbers": self.amounts_are_numbers}
        return self.model_dump(by_alias=True, exclude_none=True, context=context)

    def to_bytes(self) -> bytes:
        """The body to send, UTF-8."""
        return write(self.to_data())

    @classmethod
    def read(cls, body: bytes) -> Self:
        """The message these bytes hold.

        Raises `RequestError` with status 400 and code ``MALFORMED_REQUEST`` when they are not
        JSON or not of this shape, ``BAD_REQUEST`` when a value is not acceptable (3.2).
        """
        return read(cls.model_validate, body)


def read(validate: Callable[[Any], T], body: bytes) -> T:
    """As `Message.read`, for a message that is one of several: ``validate`` picks which."""
    try:
        data = parse_object(body)
    except InvalidRequest as error:
        raise RequestError(error.message, code=MerchantCode.BAD_REQUEST) from None
    except Unreadable as error:
        raise Unreadable(error.message, code=MerchantCode.MALFORMED_REQUEST) from None
    try:
        return validate(data)
    except ValidationError as error:
        raise _refused(error) from None


def _refused(error: ValidationError) -> RequestError:
    found = error.errors(include_url=False, include_input=False)
    fields = {
        ".".join(map(str, one["loc"])) or "body": one["msg"].removeprefix("Value error, ")
        for one in found
    }
    message = "; ".join(f"{place}: {why}" for place, why in list(fields.items())[:5])
    if any(map(_is_wrong_shape, found)):
        return Unreadable(message, code=MerchantCode.MALFORMED_REQUEST, fields=fields)
    return RequestError(message, code=MerchantCode.BAD_REQUEST, fields=fields)


def _is_wrong_shape(one: Mapping[str, Any]) -> bool:
    kind, cause = one["type"], one.get("ctx", {}).get("error")
    return kind in _SHAPE or kind.endswith("_type") or isinstance(cause, WrongShape)


def write(value: Any) -> bytes:
    """JSON in UTF-8 without spaces. A `Decimal` becomes a number, digit for digit; no floats."""
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}:{_text(part)}" for name, part in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        raise TypeError("a fraction is written from a Decimal, never from a float")
    return json.dumps(value, ensure_ascii=False)
