"""Reading a request's body as strictly as money deserves."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ...errors import InvalidRequest
from ...web.body import json_object, raw_body

M = TypeVar("M", bound=BaseModel)


def read_body(kind: type[M], most: int) -> M:
    """The message in the body.

    Answers 415 for another content type, 413 when it is too long, 400 when it is no strict JSON
    object; raises `InvalidRequest` (422) with the members that do not fit.
    """
    try:
        return kind.model_validate(json_object(most))
    except ValidationError as error:
        raise invalid(error) from None


def no_body(most: int) -> None:
    """For requests that say all in their path: an empty body, or an empty JSON object."""
    if not raw_body(most):
        return
    unknown = json_object(most)
    if unknown:
        fields = dict.fromkeys(list(unknown)[:20], "unknown member")
        raise InvalidRequest("This request takes no members.", fields=fields)


def invalid(error: ValidationError) -> InvalidRequest:
    """What is wrong, member by member, without repeating what was sent."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    fields = {".".join(map(str, one["loc"])) or "body": one["msg"] for one in found[:20]}
    named = ", ".join(list(fields)[:5])
    return InvalidRequest(f"The request is not acceptable: {named}.", fields=fields)
