"""What a shop says when it names its W3block platform: checked once, at the start."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from ....errors import SettingsError
from ....wire.w3block.products import DOLLAR, REAL
from ....wire.w3block.values import PaymentMethod, PaymentProvider, read_id
from ...order import Order
from .words import Trade, W3blockProduct

CURRENCIES: Mapping[str, str] = {"BRL": REAL, "USD": DOLLAR}
"""Those that every storefront knows (7)."""
Destination = Callable[[Order], str | None]
_WALLET = re.compile(r"0x[0-9a-fA-F]{40}")
W = TypeVar("W", PaymentMethod, PaymentProvider)


def trade_of(
    products: Mapping[str, str | W3blockProduct],
    currencies: Mapping[str, str],
    method: str | None,
    provider: str | None,
) -> Trade:
    """Raises `SettingsError` for what is no id, and for a word that the protocol does not have."""
    return Trade(
        {ours: _product(ours, theirs) for ours, theirs in products.items()},
        {code: id_of(code, one) for code, one in currencies.items()},
        _word(PaymentMethod, method),
        _word(PaymentProvider, provider),
    )


def destination_of(order: Order, find: Destination | None) -> str | None:
    """Where the order's tokens go: a wallet's address, a user's id, or None: they stay with the
    company. Raises `SettingsError` for anything else."""
    found = None if find is None else find(order)
    if not found:
        return None
    return found if _WALLET.fullmatch(found) else id_of("destination", found)


def id_of(what: str, text: str) -> str:
    """Raises `SettingsError`."""
    try:
        return read_id(text)
    except (TypeError, ValueError):
        raise SettingsError(
            f"W3blockDesk: {text!r} of {what} is no id.", remedy="Ids there are UUIDs."
        ) from None


def _product(ours: str, given: str | W3blockProduct) -> W3blockProduct:
    product = W3blockProduct(given) if isinstance(given, str) else given
    token = product.token_id
    return W3blockProduct(
        id_of(ours, product.id),
        tuple(id_of(ours, one) for one in product.variant_ids),
        None if token is None else id_of(ours, token),
    )


def _word(kind: type[W], word: str | None) -> W | None:
    try:
        return None if word is None else kind(word)
    except ValueError:
        raise SettingsError(
            f"W3blockDesk: {word!r} is no {kind.__name__}.",
            remedy=f"Name one of {', '.join(kind)}.",
        ) from None
