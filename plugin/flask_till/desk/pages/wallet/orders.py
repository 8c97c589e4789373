"""Orders placed in the wallet: their state, paying them, giving them up before that."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from ....errors import NotFound, RequestError
from .checkout import Checkout
from .order_screen import OrderScreen
from .page import Page
from .screen import BasketScreen
from .wording import problem, reason


class Orders(Page):
    """The order form of a basket, and the orders that came of it."""

    def add_to(self, pages: Blueprint) -> None:
        pages.add_url_rule("/baskets/<basket_id>/order", "checkout", self.checkout)
        pages.add_url_rule(
            "/baskets/<basket_id>/order", "place", self.place_order, methods=["POST"]
        )
        pages.add_url_rule("/orders", "orders", self.list_orders)
        pages.add_url_rule("/orders/<order_id>", "order", self.show)
        pages.add_url_rule("/orders/<order_id>/pay", "pay", self.pay, methods=["POST"])
        pages.add_url_rule("/orders/<order_id>/reject", "reject", self.reject, methods=["POST"])

    # --- ordering -------------------------------------------------------------------------

    def checkout(self, basket_id: str) -> AnyResponse:
        shopper = self.shopper()
        basket = self.wallet.basket(basket_id, shopper.id)
        screen = BasketScreen(basket, self.merchant(basket.merchant_id))
        if not screen.is_there or not screen.can_order:
            return self.to("basket", basket_id=basket_id)
        return self._form(Checkout.first(screen, shopper))

    def place_order(self, basket_id: str) -> AnyResponse:
        """Place the order; or with ``step=update`` only show what the choices come to."""
        shopper = self.acting_shopper()
        basket = self.wallet.basket(basket_id, shopper.id)
        screen = BasketScreen(basket, self.merchant(basket.merchant_id))
        if not screen.is_there or not screen.can_order:
            return self.to("basket", basket_id=basket_id)
        chosen = Checkout.read(screen, shopper, request.form)
        if request.form.get("step") == "update":
            return self._form(chosen)
        try:
            wanted = chosen.wanted(self.language().code)
            if profile := chosen.profile():
                self.wallet.save_profile(shopper.id, profile)
            order = self.wallet.place(basket_id, shopper.id, wanted)
        except NotFound:
            raise
        except RequestError as error:
            return self.refused(error, self._form(chosen, error))
        return self.to("order", order_id=order.id)

    def _form(self, chosen: Checkout, error: RequestError | None = None) -> Response:
        return self.page("checkout", checkout=chosen, screen=chosen.screen, problem=problem(error))

    # --- afterwards -----------------------------------------------------------------------

    def list_orders(self) -> AnyResponse:
        return self.page("orders", orders=self.wallet.orders(self.shopper().id))

    def show(self, order_id: str) -> AnyResponse:
        return self._show(order_id)

    def pay(self, order_id: str) -> AnyResponse:
        """On to the desk's order page, which leads back here."""
        try:
            return redirect(self.wallet.pay_url(order_id, self.acting_shopper().id), 303)
        except NotFound:
            raise
        except RequestError as error:
            return self._show(order_id, error)

    def reject(self, order_id: str) -> AnyResponse:
        try:
            self.wallet.reject(order_id, self.acting_shopper().id)
        except NotFound:
            raise
        except RequestError as error:
            return self._show(order_id, error)
        return self.to("order", order_id=order_id)

    def _show(self, order_id: str, error: RequestError | None = None) -> AnyResponse:
        order = self.wallet.order(order_id, self.shopper().id)
        screen = OrderScreen(order, self.merchant(order.merchant_id))
        self.show_images_of(screen.images)
        drawn = self.page("order", screen=screen, problem=problem(error), reason=reason)
        return drawn if error is None else self.refused(error, drawn)
