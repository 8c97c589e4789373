"""Baskets and orders of the wire as the desk keeps them: plain JSON, amounts as texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from ....wire.inpost.basket import Basket
from ....wire.inpost.message import Message, write

M = TypeVar("M", bound=Message)

_NOT_KEPT = ("basket_id", "browser_id", "merchant_store")
"""Ids that only some messages carry, and a link that holds the shop's session (4.1.6)."""


def to_stored(message: Message) -> dict[str, Any]:
    """As JSON values; a measured quantity, being no whole number, is a text."""
    kept: dict[str, Any] = json.loads(write(message.to_data()), parse_float=str)
    return kept


def basket_to_stored(basket: Basket) -> dict[str, Any]:
    """A basket without what is not the shopper's to see."""
    kept = to_stored(basket)
    return {name: part for name, part in kept.items() if name not in _NOT_KEPT}


def from_stored(kind: type[M], kept: Mapping[str, Any]) -> M:
    """The message that `to_stored` was given."""
    return kind.model_validate(dict(kept))
