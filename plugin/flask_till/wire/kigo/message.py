"""The base of all messages: strict where they are read, plain where they are written (2).

Members that nobody knows are dropped when a message is read: the contract says nothing of them,
and an older side must not stumble over a newer one.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ...errors import InvalidRequest, RequestError, Unreadable
from ..strict_json import parse_object
from .error_codes import KigoCode, refusal

LARGEST_BODY = 64 * 1024
"""Bytes of a request or a webhook; whoever reads it off a socket stops there."""
LARGEST_ANSWER = 1024 * 1024
"""Bytes of an answer: a full page of orders, each with all the metadata it may have."""
MOST_FAULTS = 20


class Message(BaseModel):
    """One message, or a part of one. Frozen; equal when it means the same."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    writes_null: ClassVar[bool] = True
    """Whether a member without a value is written as null, or left out."""

    def to_data(self) -> dict[str, Any]:
        """As JSON values; a fraction in ``metadata`` stays a `Decimal`."""
        return self.model_dump(exclude_none=not self.writes_null)

    def to_bytes(self) -> bytes:
        """The body to send, UTF-8."""
        return write(self.to_data())

    @classmethod
    def of(cls, data: Any) -> Self:
        """The message that these JSON values are.

        Raises `RequestError` (400 ``invalid_request``) whose ``fields`` name what is wrong (2).
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise _refused(error) from None

    @classmethod
    def read(cls, body: bytes) -> Self:
        """The message that these bytes hold. Raises as `of`, also for what is no JSON object."""
        return cls.of(read_object(body))


class Question(Message):
    """A message that asks: what is not said is left out when it is written."""

    writes_null = False


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises `RequestError` (400 ``invalid_request``) (2)."""
    try:
        return parse_object(body)
    except (Unreadable, InvalidRequest) as error:
        raise Unreadable(error.message, code=KigoCode.INVALID_REQUEST) from None


def write(value: Any) -> bytes:
    """JSON in UTF-8 without spaces; a `Decimal` keeps its digits. Raises `TypeError` for floats."""
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        members = (f"{_quoted(name)}:{_text(part)}" for name, part in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, Decimal):
        # As str() has it: written out in full, 1E+300 would be three hundred digits.
        return str(value)
    if isinstance(value, float):
        raise TypeError("a fraction is written from a Decimal, never from a float")
    return _quoted(value)


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _refused(error: ValidationError) -> RequestError:
    found = error.errors(include_url=False, include_input=False)[:MOST_FAULTS]
    fields = {
        ".".join(map(str, one["loc"])) or "body": one["msg"].removeprefix("Value error, ")
        for one in found
    }
    message = "; ".join(f"{place}: {why}" for place, why in list(fields.items())[:5])
    return refusal(KigoCode.INVALID_REQUEST, message, fields=fields)
