"""The port to how a wallet speaks, for the routes that it calls."""

from __future__ import annotations

from typing import Protocol

from ...wire.inpost.basket import Basket as BasketMessage
from ...wire.inpost.order import Order as OrderMessage
from ...wire.inpost.order import OrderCreate
from ...wire.inpost.order_events import OrderEventReply, WalletOrderEvent
from ...wire.inpost.promoted import ProductPage
from ..catalog import Product
from ..order import Order
from ..wallet import Told
from ..wallet_order import OrderTold, WalletOrder, Wanted


class WalletWords(Protocol):
    """Our values in the wallet's messages, and the reverse."""

    def basket(self, told: Told) -> BasketMessage: ...

    def wanted(self, create: OrderCreate) -> Wanted: ...

    def order(self, order: Order, kept: WalletOrder) -> OrderMessage: ...

    def told(self, event: WalletOrderEvent) -> OrderTold: ...

    def reply(self, order: Order, kept: WalletOrder) -> OrderEventReply: ...

    def page(
        self, products: list[Product], page_index: int, page_size: int, total: int
    ) -> ProductPage: ...
