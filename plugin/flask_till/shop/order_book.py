"""``till.orders``: the orders of a browser, and what the shop says about those from a wallet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .actions.orders import orders_of
from .actions.wallet_orders import (
    complete_order,
    describe_order,
    find_wallet_order,
    ship_order,
)
from .order import Order
from .routes.shopfront import shopfront
from .wallet import OrderNews
from .wallet_order import WalletOrder


class OrderBook:
    """Call it in a request for the browser's orders; its methods need an application only.

    The wallet is told after the commit, again and again while it is down. They raise `NotFound`
    (ORDER_NOT_FOUND) for an order that did not come from a wallet, and `InvalidRequest` for news
    that cannot be sent.
    """

    def __call__(self) -> Sequence[Order]:
        """The orders of the browser that asks, newest first."""
        front, basket_id = shopfront(), shopfront().basket_id()
        return front.database.read(lambda work: front.with_claims(work, orders_of(work, basket_id)))

    def details(self, order_id: str) -> WalletOrder | None:
        """Who ordered in the wallet, where it goes, the invoice, the consents given; None for an
        order of the shop's own checkout. Members of ``account``, ``invoice`` and
        ``carriage.wanted`` are those of InPost Pay, 4.3.
        """
        found = shopfront().database.read(find_wallet_order, order_id)
        return None if found is None else found[1]

    def describe(self, order_id: str, text: str) -> None:
        """Say in the wallet how the order is: "Packed", "On its way"."""
        _sendable(text=text)
        shopfront().database.write(describe_order, order_id, text)

    def ship(
        self,
        order_id: str,
        parcels: Sequence[str],
        *,
        text: str | None = None,
        delivery: Mapping[str, Any] | None = None,
    ) -> None:
        """Name all parcels of the order, those too that were named before.

        ``delivery`` is what changed of it: ``delivery_date``, ``delivery_point``,
        ``delivery_address``, ``mail``, ``phone_number``, ``courier_note`` (InPost Pay, 2.10).
        """
        news = _sendable(parcels=list(parcels), text=text, delivery=delivery)
        shopfront().database.write(
            ship_order, order_id, list(parcels), text=text, delivery=news.delivery
        )

    def complete(self, order_id: str, *, text: str | None = None) -> None:
        """The unpaid order was finished in the shop: the wallet neither pays nor rejects it now.

        Raises `Conflict` (ORDER_STATE) for one that is paid or over.
        """
        _sendable(text=text, completed=True)
        shopfront().database.write(complete_order, order_id, text=text)


def _sendable(**news: Any) -> OrderNews:
    front = shopfront()
    told = OrderNews("new", front.database.clock(), **news)
    return told if front.linking is None else front.linking.sendable(told)
