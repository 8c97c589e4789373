"""A merchant: a shop as the desk knows it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who may place orders, where it is told about them, and which origins are its pages."""

    id: str
    name: str
    live: bool
    callback_url: str | None
    origins: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Shown once, when made; the desk keeps a hash of the key and the secret encrypted."""

    merchant_id: str
    api_key: str
    callback_secret: str
