"""How a shop speaks with whoever takes its money: one port, one client per protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..order import DeskSnapshot, Order


@dataclass(frozen=True, slots=True)
class PageKey:
    """What opens an order's page: its URL, and a token that works once and not for long."""

    order_url: str
    token: str


@dataclass(frozen=True, slots=True)
class DeskOrder:
    """The desk's answer to a new order."""

    snapshot: DeskSnapshot
    key: PageKey


class Desk(Protocol):
    """A desk that our orders are paid at.

    Each call may raise `Unavailable` (DESK_UNAVAILABLE): whether the desk acted is then unknown.
    Any other `RequestError` is the desk's own refusal, with its code.
    """

    @property
    def name(self) -> str:
        """In the URL of its callbacks, and with every order."""

    def create(self, order: Order) -> DeskOrder:
        """Ask for the order; asking again with the same order is asking once."""

    def token(self, order: Order) -> PageKey:
        """A fresh key to the page of an order that the desk has."""

    def get(self, order: Order) -> DeskSnapshot:
        """The order as the desk knows it now."""

    def cancel(self, order: Order) -> DeskSnapshot:
        """End an unpaid order. Raises `Conflict` when it can no longer be cancelled."""

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[str, DeskSnapshot]:
        """The event's id and what it tells; header names are lower case.

        Raises `BadSignature`, or `Unreadable` or `InvalidRequest` for a genuine muddle.
        """
