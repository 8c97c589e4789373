"""The contract's example payloads, and a way to change them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flask_till.errors import RequestError

EXAMPLES = Path(__file__).with_name("examples")


def load(name: str) -> Any:
    """An example file, its fractions exact."""
    return json.loads((EXAMPLES / f"{name}.json").read_text(), parse_float=Decimal)


@pytest.fixture(scope="session")
def example() -> Callable[[str], Any]:
    return load


@pytest.fixture(scope="session")
def newer() -> dict[str, Any]:
    """The body of the newer form."""
    return load("create-order")["request"]["body"]


@pytest.fixture(scope="session")
def older() -> dict[str, Any]:
    """The body of the older form."""
    return load("create-order-older-form")["request"]["body"]


@pytest.fixture(scope="session")
def change() -> Callable[[Any, dict[str, Any]], Any]:
    """A copy with members set: ``change(body, {"payments.0.amount": "50"})``; ``...`` removes."""

    def changed(data: Any, changes: dict[str, Any]) -> Any:
        data = copy.deepcopy(data)
        for path, value in changes.items():
            *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
            part = data
            for step in way:
                part = part[step]
            if value is ...:
                del part[last]
            else:
                part[last] = value
        return data

    return changed


@pytest.fixture(scope="session")
def refused() -> Callable[..., RequestError]:
    """What calling raises, which must be the caller's fault and nothing else."""

    def call(*what: Any, **more: Any) -> RequestError:
        with pytest.raises(RequestError) as caught:
            what[0](*what[1:], **more)
        assert 400 <= caught.value.status < 500
        return caught.value

    return call
