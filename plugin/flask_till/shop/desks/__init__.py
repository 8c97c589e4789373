"""How a shop speaks with whoever takes its money: one port, one client per protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from ...errors import Conflict, Forbidden, RequestError
from ..claims import ClaimNews, KeptClaim, Made
from ..order import DeskSnapshot, Order
from ..quote import Goods, Quote, Wish


@dataclass(frozen=True, slots=True)
class PageKey:
    """What opens an order's page: its URL, and a token that works once and not for long. Either
    may be empty: an order that is paid at once has no page, and not every page wants a token.

    At a desk where shoppers sign in the token is the shopper's own, and works until it ends.
    """

    order_url: str
    token: str


@dataclass(frozen=True, slots=True)
class DeskOrder:
    """The desk's answer to a new order."""

    snapshot: DeskSnapshot
    key: PageKey


class ShopperUnknown(Forbidden):
    """The desk wants to know who pays, and the shop does not know; the shopper is told so."""

    code = "SHOPPER_UNKNOWN"
    remedy = "Sign in first."


class Declined(Conflict):
    """The desk does not take it as it is, and the shopper can do something about that: the reason
    is told."""


class SimilarOrder(Declined):
    """The same was bought a moment ago, with ``earlier``: does the shopper mean it?"""

    code = "SIMILAR_ORDER"
    remedy = "Say that it is meant, with again=true, or look at the earlier order."

    def __init__(self, message: str, earlier: Order | None = None) -> None:
        super().__init__(message)
        self.earlier = earlier


class Desk(Protocol):
    """A desk that our orders are paid at.

    Each call may raise `Unavailable` (DESK_UNAVAILABLE): whether the desk acted is then unknown.
    Any other `RequestError` is the desk's own refusal, with its code. A desk may besides be one
    that `ChecksShop`, `AnswersCallbacks`, `PaysInHost`, `LooksUpOrders` or `Quotes`.
    """

    @property
    def name(self) -> str:
        """In the URL of its callbacks, and with every order."""

    def create(self, order: Order) -> DeskOrder:
        """Ask for the order; asking again with the same order is asking once.

        Raises `ShopperUnknown` when somebody has to sign in first.
        """

    def token(self, order: Order) -> PageKey:
        """A fresh key to the page of an order that the desk has."""

    def get(self, order: Order) -> DeskSnapshot:
        """The order as the desk knows it now."""

    def cancel(self, order: Order) -> DeskSnapshot:
        """End an unpaid order. Raises `Conflict` when it can no longer be cancelled.

        A desk whose protocol has no word for it tells an unpaid order as cancelled, as one that
        ``may_be_paid``: it is given up here, and its money revives it.
        """

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[str, DeskSnapshot]:
        """The event's id and what it tells; header names are lower case.

        ``:path`` among the headers is the path that was called. Raises `BadSignature`, or
        `Unreadable` or `InvalidRequest` for a genuine muddle. A desk that has to be asked whether
        a callback is true is asked here.
        """


@runtime_checkable
class ChecksShop(Protocol):
    """A desk that does not serve every shop."""

    def check_shop(self, *, currency: str, live_only: bool) -> None:
        """Raises `SettingsError` when this shop could never sell through it.

        ``live_only``: the shop wants real money.
        """


@runtime_checkable
class AnswersCallbacks(Protocol):
    """A desk whose callbacks are answered in words, and numbers, of its own."""

    def answer_callback(self, error: RequestError | None) -> tuple[int, Mapping[str, Any]]:
        """HTTP status and JSON for a callback that was applied, or refused with the error."""


@runtime_checkable
class PaysInHost(Protocol):
    """A desk whose orders can be paid inside the app that shows the shop."""

    def host_payment(self, order: Order, key: PageKey) -> Mapping[str, Any]:
        """What the page hands to the app around it: JSON values, nothing secret."""


@runtime_checkable
class LooksUpOrders(Protocol):
    """A desk whose callbacks name its own orders only: the shop says which of ours that is."""

    def find_orders_with(self, find: Callable[[str], Order | None]) -> None:
        """``find`` takes the desk's id of an order."""


@runtime_checkable
class Quotes(Protocol):
    """A desk that holds a total for a while, and takes an order with that promise only.

    It cannot be asked twice for one order without harm, so it can be asked whether it has it.
    """

    def quote(self, goods: Goods) -> Quote:
        """What they cost now; asked as seldom as can be. Raises `Declined`, and `Unavailable`."""

    def place(self, order: Order, wish: Wish) -> DeskOrder:
        """As `Desk.create`, for an order that the desk cannot have yet.

        Raises `Declined`; `SimilarOrder` unless ``wish.again``, when the desk saw one like it.
        """

    def find(self, order: Order) -> DeskOrder | None:
        """The order, if the desk has it."""


class ClaimMaker(Protocol):
    """Makes codes for goods, and takes them back.

    Each call may raise `Unavailable`, after which nobody knows whether it acted, and
    `ClaimRefused`.
    """

    @property
    def name(self) -> str:
        """In the URL of its callbacks, and in the inbox."""

    @property
    def products(self) -> Mapping[str, str]:
        """Our product's id -> the maker's, for all that is handed over as a claim."""

    def make(self, claim: KeptClaim, order: Order) -> Made:
        """The code for this claim; the same one at every call."""

    def find(self, claim: KeptClaim) -> Made | None:
        """What an earlier `make` has made, if it did."""

    def withdraw(self, maker_order: str) -> str:
        """Take an unclaimed code back. The status after that: cancelled, or what was quicker."""

    def opened(self, link: str, order: Order) -> str:
        """The link, with which its order's shopper is signed in; good for one use."""

    def read_callback(self, header: str | None, body: bytes, now: datetime) -> ClaimNews:
        """What a callback tells. Raises `BadSignature`, or `RequestError` for a muddle."""

    def check(self) -> None:
        """Raises `RequestError` when it does not answer, or does not let this shop in."""

    def close(self) -> None:
        """End the connections."""
