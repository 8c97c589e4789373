"""Writing JSON that was read exactly: a fraction goes out digit for digit as it came in (10.8)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ....wire.strict_json import parse


def write(value: Any) -> str:
    """Compact JSON. A `Decimal` becomes a number; raises `TypeError` for a float."""
    if isinstance(value, dict):
        members = (f"{write(str(name))}:{write(part)}" for name, part in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(write, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        raise TypeError("a fraction is written from a Decimal, never from a float")
    return json.dumps(value, ensure_ascii=False)


def read(text: str) -> Any:
    """What `write` wrote."""
    return parse(text.encode())
