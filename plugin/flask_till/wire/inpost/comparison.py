"""Whether two baskets offer the shopper the same, asked before an order (3.3, 7.11)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from .basket import Basket
from .message import write

_LEFT_OUT = {
    "basket_id",
    "browser_id",
    "related_products",
    "promotions_available",
    "merchant_store",
}
_LEFT_OUT_OF_SUMMARY = {"basket_expiration_date", "basket_notice"}


def canonical(basket: Basket) -> bytes:
    """The basket without what moves with the clock or is only for show.

    Left out are expiry and delivery dates, notice, suggestions, available promotions, the store
    link and the ids that only some messages carry. An empty list is an absent one, 2.0 is 2.
    """
    data = {name: part for name, part in basket.to_data().items() if name not in _LEFT_OUT}
    summary = data["summary"].items()
    data["summary"] = {name: part for name, part in summary if name not in _LEFT_OUT_OF_SUMMARY}
    for delivery in data["delivery"]:
        del delivery["delivery_date"]
    return write(_plain(data))


def fingerprint(basket: Basket) -> str:
    """SHA-256 of the canonical form, in hex: short enough to keep beside a stored basket."""
    return sha256(canonical(basket)).hexdigest()


def same_offer(one: Basket, other: Basket) -> bool:
    """Whether a shopper would be shown the same."""
    return canonical(one) == canonical(other)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(value[name]) for name in sorted(value) if value[name] != []}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value
