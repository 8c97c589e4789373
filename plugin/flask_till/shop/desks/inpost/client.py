"""The shop's calls to the wallet, one method each (contract section 2), in the wallet's words."""

from __future__ import annotations

from ....wire.inpost.access import PaymentMethods
from ....wire.inpost.basket import Basket, BasketPut
from ....wire.inpost.binding import (
    REALIZED,
    BasketStored,
    Binding,
    BindingKey,
    BindingMethod,
    BindingRequest,
    DeepLink,
)
from ....wire.inpost.keys import SigningKey, SigningKeys
from ....wire.inpost.order_events import MerchantOrderEvent
from ...wallet import NotLinked, WalletRefused
from .connection import HURRIED, Connection, path, understood

_GONE = ("NOT_FOUND", "BROWSER_NOT_FOUND", "HTTP_404")


class InpostClient:
    """Baskets, orders and keys. Every method raises `WalletRefused` and `Unavailable`.

    Products that are promoted are in `promoted`, payments in `back_office`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # ---- linking ----

    def binding(self, basket_id: str, browser_id: str | None = None) -> Binding:
        """GET binding: is it linked, is the browser trusted (2.4)."""
        query = {"browser_id": browser_id} if browser_id else None
        where = _binding(basket_id)
        return understood(Binding, self._connection.ask("GET", where, query=query, within=HURRIED))

    def ask_binding(self, basket_id: str, request: BindingRequest) -> DeepLink | None:
        """POST binding, widget 1: nothing for a phone, links otherwise (2.5)."""
        answer = self._connection.ask("POST", _binding(basket_id), good=(200, 202), message=request)
        if request.binding_method == BindingMethod.PHONE:
            return None
        return understood(DeepLink, answer)

    def binding_key(self, basket_id: str) -> str:
        """PUT binding v2: a key for the page's widget 2 (2.7)."""
        answer = self._connection.ask("PUT", _binding(basket_id, "v2"))
        return understood(BindingKey, answer).basket_binding_api_key

    def unlink(self, basket_id: str, *, realized: bool = False) -> None:
        """DELETE binding; one that is not there counts as deleted (2.9)."""
        query = {"if_basket_realized": REALIZED} if realized else None
        try:
            self._connection.ask("DELETE", _binding(basket_id), good=(200, 204), query=query)
        except NotLinked:
            return

    def untrust(self, browser_id: str) -> None:
        """DELETE a browser's binding, widget 1 (1.9); one that is not there counts as deleted."""
        where = path("v1", "izi", "browser", browser_id, "binding")
        try:
            self._connection.ask("DELETE", where, good=(200, 204))
        except WalletRefused as refused:
            if refused.code not in _GONE and not isinstance(refused, NotLinked):
                raise

    # ---- baskets ----

    def put_basket(self, basket_id: str, basket: BasketPut) -> str:
        """PUT basket v1: update, or with a trusted browser create and link (2.6).

        Returns the wallet's id of it; raises `NotLinked`.
        """
        return self._put("v1", basket_id, basket)

    def put_basket_v2(self, basket_id: str, basket: Basket) -> str:
        """PUT basket v2: update only, without ``browser_id`` (2.8). Raises `NotLinked`."""
        return self._put("v2", basket_id, basket)

    def _put(self, version: str, basket_id: str, basket: Basket) -> str:
        where = path(version, "izi", "basket", basket_id)
        answer = self._connection.ask("PUT", where, message=basket)
        return understood(BasketStored, answer).inpost_basket_id

    # ---- orders ----

    def tell_order(self, order_id: str, event: MerchantOrderEvent) -> None:
        """POST order event; 201 is as good as 200, the body says nothing (2.10)."""
        where = path("v1", "izi", "order", order_id, "event")
        self._connection.ask("POST", where, good=(200, 201, 204), message=event)

    # ---- what the wallet is ----

    def signing_keys(self) -> SigningKeys:
        """All live keys of the wallet (3.1)."""
        where = path("v1", "izi", "signing-keys", "public")
        return understood(SigningKeys, self._connection.ask("GET", where, within=HURRIED))

    def signing_key(self, version: str) -> SigningKey:
        """The key of that version; refused with PUBLIC_KEY_NOT_FOUND (3.1)."""
        where = path("v1", "izi", "signing-keys", "public", version)
        return understood(SigningKey, self._connection.ask("GET", where, within=HURRIED))

    def payment_methods(self) -> list[str]:
        """What this shop's shoppers may pay with (2.3)."""
        where = path("v1", "izi", "payment-methods")
        return understood(PaymentMethods, self._connection.ask("GET", where)).payment_type

    def close(self) -> None:
        self._connection.close()


def _binding(basket_id: str, version: str = "v1") -> str:
    return path(version, "izi", "basket", basket_id, "binding")
