"""A wallet on the shopper's phone, as the shop knows it: the port, in no protocol's words. No I/O.

A basket is known there by the id of its binding. Any call may raise `Unavailable`
(WALLET_UNAVAILABLE), after which it is unknown whether the wallet acted, and `WalletRefused`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ..errors import Conflict
from .basket import Basket
from .binding import Binding, LinkFacts, Notice
from .catalog import Product


class WalletRefused(Conflict):
    """The wallet understood and said no; the code is the wallet's own."""

    code = "WALLET_REFUSED"


class NotLinked(WalletRefused):
    """The wallet says that the basket is not linked, unknown or expired there."""


class AlreadyLinked(WalletRefused):
    """Asked to link a basket that is linked."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """What a wallet knows of a basket and a browser; ``facts`` say whose phone it is."""

    linked: bool
    browser_trusted: bool
    facts: LinkFacts


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """``+48`` and digits."""

    country_prefix: str
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PayLink:
    """What opens the wallet: a picture in base64, a link, a link for phones without Google."""

    qr_code: str
    deep_link: str
    deep_link_hms: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """The shopper's browser as the shop saw it; shown on the phone."""

    user_agent: str
    address: str
    port: str
    description: str | None = None
    platform: str | None = None
    architecture: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """All that a basket's message is made of."""

    binding: Binding
    basket: Basket
    products: Mapping[str, Product]
    notice: Notice | None
    now: datetime


@dataclass(frozen=True, slots=True)
class OrderNews:
    """What a shop has to say about a wallet's order; ``parcels`` is the whole list."""

    event_id: str
    at: datetime
    phone: PhoneNumber | None = None
    text: str | None = None
    parcels: Sequence[str] | None = None
    delivery: Mapping[str, Any] | None = None
    completed: bool = False


class Keys(Protocol):
    """The keys that a wallet signs its calls with."""

    def find(self, version: str) -> Any:
        """The key of that version, as the wallet's protocol has it; None when there is none."""


class Wallet(Protocol):
    """The calls from a shop to a wallet."""

    def look(self, binding_id: str, browser_id: str | None = None) -> LinkState:
        """Is it linked, is the browser trusted; false for what the wallet never saw."""

    def ask(
        self,
        binding_id: str,
        phone: PhoneNumber | None,
        place: str | None,
        visitor: Visitor,
        now: datetime,
    ) -> PayLink | None:
        """Ask to link, by a prompt on that phone or, without one, by the link returned.

        Raises `AlreadyLinked`.
        """

    def key(self, binding_id: str) -> str:
        """A key with which the vendor's second widget links the basket by itself."""

    def put(self, told: Told, browser_id: str | None = None) -> str:
        """Tell the whole basket; with a trusted browser's id, create and link it.

        Returns the wallet's id of it. Raises `NotLinked`.
        """

    def unlink(self, binding_id: str, *, realized: bool = False) -> None:
        """Unlink; ``realized`` when it was bought in the shop. Unknown there counts as done."""

    def untrust(self, browser_id: str) -> None:
        """The browser is no longer trusted. Unknown there counts as done."""

    def sendable(self, news: OrderNews) -> OrderNews:
        """The news as they can be kept and told later. Raises `InvalidRequest`."""

    def tell_order(self, order_id: str, news: OrderNews) -> None:
        """News of an order that came from the wallet."""

    def close(self) -> None:
        """Let go of connections."""
