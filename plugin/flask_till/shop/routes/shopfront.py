"""What one application has mounted: everything that the routes need to answer for it."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from flask import Flask, current_app, request, url_for

from ...base.background import Background
from ...base.database import Database, Work
from ...base.limits import Limits
from ...base.pace import Pace
from ...base.waiters import Waiters
from ...errors import SettingsError
from ...settings import ShopSettings
from ..actions.orders import Heard, always
from ..actions.versions import Versions
from ..catalog import Shelf
from ..checkout import Checkout
from ..claim_delivery import ClaimDelivery
from ..desks import Desk
from ..linking import Linking
from ..order import Order
from ..terms import Terms
from ..wallet_checkout import WalletCheckout
from ..wallet_setup import WalletHere
from .basket_cookie import BasketCookie
from .shared_read import SharedRead
from .wallet_words import WalletWords

Destination = str | Callable[[Order], str | None] | None
"""Where a shopper goes after paying: an endpoint that takes ``order_id``, or a function."""


@dataclass
class Shopfront:
    app: Flask
    settings: ShopSettings
    database: Database
    shelf: Shelf
    desk: Desk
    checkout: Checkout
    cookie: BasketCookie
    waiters: Waiters
    background: Background
    limits: Limits
    versions: SharedRead[Versions]
    owner: object
    terms: Terms
    words: WalletWords
    wallet_checkout: WalletCheckout
    order_complete: Destination = None
    wallet: WalletHere | None = None
    claims: ClaimDelivery | None = None
    heard: Heard = always
    pace: Pace = field(default_factory=Pace)

    @property
    def linking(self) -> Linking | None:
        """The way to a wallet; None when none is set up."""
        return None if self.wallet is None else self.wallet.linking

    def basket_id(self) -> str | None:
        """The basket of the browser that asks."""
        found: str | None = remembered("basket_id", lambda: self.cookie.read(request))
        return found

    def with_claims(self, work: Work, orders: Iterable[Order]) -> Sequence[Order]:
        """Orders of the browser that asks, with what of them is handed over as a claim."""
        if self.claims is None:
            return list(orders)
        return self.claims.on(work, orders, _opening)

    def mark_of(self, address: str) -> str:
        """The address in a form that can be compared and names nobody."""
        key = self.settings.secret_keys[0].encode()
        return hmac.new(key, f"till-asked-by:{address}".encode(), sha256).hexdigest()[:32]

    def thanks(self, order: Order) -> str | None:
        """The URL of the shop's page for a paid order; None when it named none."""
        if isinstance(self.order_complete, str):
            return url_for(self.order_complete, order_id=order.id)
        return self.order_complete(order) if self.order_complete is not None else None


def _opening(claim_id: str) -> str:
    return url_for("till.open_claim", claim_id=claim_id)


def remembered(name: str, read: Callable[[], Any]) -> Any:
    """What ``read`` returned first in this request."""
    # Not in flask.g: an application context that a test or a script holds open outlives requests.
    kept, key = request.environ, f"till.{name}"
    if key not in kept:
        kept[key] = read()
    return kept[key]


def is_remembered(name: str) -> bool:
    return f"till.{name}" in request.environ


def remember(name: str, value: Any) -> None:
    """From now on in this request, `remembered` returns this."""
    request.environ[f"till.{name}"] = value


def shopfront() -> Shopfront:
    """The one of the current application."""
    front: Shopfront | None = current_app.extensions.get("till")
    if front is None:
        raise SettingsError(
            f"The application {current_app.name!r} has no Till.",
            remedy="Call till.init_app(app) when it is made.",
        )
    return front
