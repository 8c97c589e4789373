"""The contract's example payloads, as bytes and as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).with_name("examples")


@pytest.fixture(scope="session")
def example() -> Callable[[str], bytes]:
    """The bytes of an example file, named without its suffix."""
    return lambda name: (EXAMPLES / f"{name}.json").read_bytes()


@pytest.fixture(scope="session")
def changed(example: Callable[[str], bytes]) -> Callable[..., bytes]:
    """An example with members set: ``changed("order_create", {"order_details.currency": "EUR"})``.

    A number in a path is a place in a list, ``...`` as a value removes the member.
    """

    def change(name: str, changes: dict[str, Any]) -> bytes:
        data = json.loads(example(name), parse_float=Decimal)
        for path, value in changes.items():
            *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
            part = data
            for step in way:
                part = part[step]
            if value is ...:
                del part[last]
            else:
                part[last] = value
        return json.dumps(data, default=float).encode()

    return change
