"""The partners' protocols that take orders over a server's API: put together, mounted, carried."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from .dialect_parts import Dialect, DialectParts

_CLASSES = {"ipos": "IposDialect", "boxo": "BoxoDialect"}


def _module(name: str) -> Any:
    try:
        return importlib.import_module(f"flask_till.desk.dialects.{name}")
    except ModuleNotFoundError:
        return None


def limits_of_partners() -> dict[str, str]:
    most: dict[str, str] = {}
    for name in _CLASSES:
        most.update(getattr(_module(name), "MOST", {}))
    return most


def partner_dialects(parts: DialectParts) -> Mapping[str, Dialect]:
    """By name."""
    found = {}
    for name, kind in _CLASSES.items():
        made = getattr(_module(name), kind, None)
        if made is not None:
            found[name] = made(parts)
    return found
