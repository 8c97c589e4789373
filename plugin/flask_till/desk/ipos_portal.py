"""Portals of the IPOS protocol: their apps, widgets and users, and what they order. No I/O.

An app is a portal bound to an IP. A widget is a third party's web app shown in it; whoever has its
secret key is its developer. Users belong to the platform, or to the one portal that signs them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

CURRENCY = "USD"
"""Amounts of this protocol are whole US cents."""
ORDER_LIFE = timedelta(minutes=15)
REFUND_WINDOW = timedelta(days=10)
SESSION_LIFE = timedelta(days=7)
ACCOUNTS = ("credit", "wallet")
"""What a user may top up."""


@dataclass(frozen=True, slots=True)
class App:
    """``login_secret`` is sealed; ``shares_all`` lets rewards models hand out up to 100 %."""

    app_id: str
    merchant_id: str
    name: str
    ip_id: int | None
    login_secret: str | None = field(repr=False)
    login_origins: tuple[str, ...]
    shares_all: bool


@dataclass(frozen=True, slots=True)
class Widget:
    """``secret_key`` is sealed; without ``app_id`` it is in no portal of its own."""

    tag: str
    app_id: str | None
    merchant_id: str
    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class User:
    """``app_id`` is the only portal that may sign this user in; None for the platform's own."""

    id: str
    app_id: str | None
    username: str
    short_name: str
    email: str | None
    avatar: str
    is_blocked: bool


@dataclass(frozen=True, slots=True)
class Pool:
    """Rewards of an IP: so many ``tokens_per_dollar`` for each order that is bound to it."""

    id: int
    token: str
    name: str
    ip_id: int
    parent_ip_id: int | None
    tokens_per_dollar: int

    def serves(self, ip_id: int) -> bool:
        """Whether it is that IP's or one of its children's."""
        return ip_id in (self.ip_id, self.parent_ip_id)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose orders are meant: those of a user, or those of a widget."""

    user_id: str | None = None
    widget_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """What an order is in this protocol beside the desk's order.

    ``terms`` are what the order object echoes. ``updated_at`` grows with each change, and
    ``moments`` keeps it for each version of the order, in milliseconds since 1970.
    """

    order_id: str
    widget_tag: str | None
    app_id: str
    user_id: str
    ip_id: int
    callback_url: str | None
    terms: Mapping[str, Any]
    top_up: str | None = None
    pool: Pool | None = None
    spent: Mapping[str, int] = field(default_factory=dict)
    rewards_released_at: datetime | None = None
    updated_at: datetime | None = None
    moments: Mapping[str, int] = field(default_factory=dict)

    def is_of(self, scope: Scope) -> bool:
        if scope.widget_tag is not None:
            return self.widget_tag == scope.widget_tag
        return scope.user_id is not None and self.user_id == scope.user_id


def payer_of(user_id: str) -> str:
    """The owner of that user's balances at this desk."""
    return f"ipos:{user_id}"
