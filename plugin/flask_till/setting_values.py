"""How the values of settings are read, each from a text of the environment or from Python.

Each raises `ValueError` with what is needed instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

Parse = Callable[[Any], Any]


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text that is not empty is needed")
    return value.strip()


def whole(lowest: int, highest: int) -> Parse:
    def parse(value: Any) -> int:
        given = "" if isinstance(value, bool) else str(value).strip()
        if not (given.isdecimal() and len(given) < 16 and lowest <= int(given) <= highest):
            raise ValueError(f"a whole number from {lowest} to {highest} is needed")
        return int(given)

    return parse


def percent(value: Any) -> Decimal:
    text = "" if isinstance(value, bool | float) else str(value).strip()
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text) or Decimal(text) > 100:
        raise ValueError("a percentage from 0 to 100, with at most two places, is needed")
    return Decimal(text)


def flag(value: Any) -> bool:
    word = str(value).strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise ValueError("true or false is needed")


def words(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else list(value)
    return tuple(str(part).strip() for part in parts if str(part).strip())


def one_of(*choices: str) -> Parse:
    def parse(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(choices)} is needed")
        return str(value)

    return parse


def url(value: Any) -> str:
    given = text(value).rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an http or https URL is needed")
    return given


def origins(value: Any) -> tuple[str, ...]:
    return tuple(origin(word) for word in words(value))


def origin(word: str) -> str:
    parts = urlsplit(url(word))
    if parts.path or parts.query:
        raise ValueError(f"{word!r} is more than an origin such as https://shop.example")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def prefix(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", value):
        raise ValueError('a path such as "/till", with no final slash, is needed')
    return value


def long_secrets(value: Any) -> tuple[str, ...]:
    found = words(value)
    if any(len(word) < 16 for word in found):
        raise ValueError("each secret must have at least 16 characters")
    return found


def maybe(parse: Parse) -> Parse:
    return lambda value: None if value in (None, "") else parse(value)
