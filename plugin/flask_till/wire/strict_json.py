"""Reading JSON as strictly as money deserves.

Refuses what the standard library lets through: NaN, Infinity, numbers beyond a float, a member
named twice, nesting past 32 levels, NUL and lone surrogates. Fractions come out as `Decimal`.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from ..errors import InvalidRequest, Unreadable

DEEPEST = 32
_SURROGATE_OR_NUL = re.compile("[\x00\ud800-\udfff]")
# A string that does not end goes to the end of the text, so that nothing is looked at twice.
_BRACKET_OR_STRING = re.compile(r'[][{}]|"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)


def parse(body: bytes) -> Any:
    """The value that the bytes hold; raises `Unreadable`, or `InvalidRequest` for its texts."""
    try:
        text = body.decode("utf-8")
        if _is_deep(text):
            raise Unreadable("The JSON is nested too deeply.")
        value = _decode(text)
    except UnicodeDecodeError:
        raise Unreadable("The body is not UTF-8.") from None
    except ValueError as error:
        raise Unreadable(f"The body is not JSON: {error}.") from None
    # Neither UTF-8 nor JSON lets those characters through as they are, only escaped.
    if "\\u" in text:
        _check(value)
    return value


def _is_deep(text: str) -> bool:
    """Whether brackets nest deeper than is read, before any of it is.

    The recursion limit is no guard: libraries raise it for the whole process (eth_account does, to
    100,000), and the decoder then runs out of stack.
    """
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for found in _BRACKET_OR_STRING.finditer(text):
        part = found[0]
        depth += (part in "[{") - (part in "]}")
        if depth > DEEPEST:
            return True
    return False


def parse_object(body: bytes) -> dict[str, Any]:
    """As `parse`, for a body that must be a JSON object."""
    value = parse(body)
    if not isinstance(value, dict):
        raise Unreadable("The body must be a JSON object.")
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > 300:
        raise ValueError("a number is out of range")
    return number


_decode = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_no_constant, parse_float=_exact
).decode


def _check(value: Any) -> None:
    if isinstance(value, str):
        if _SURROGATE_OR_NUL.search(value):
            raise InvalidRequest("A text holds a NUL or half of a surrogate pair.")
    elif isinstance(value, dict | list):
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        for part in parts:
            _check(part)
