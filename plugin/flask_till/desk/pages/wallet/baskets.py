"""Baskets of all shops, and one of them: quantities, promotion codes, suggestions."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from ....errors import InvalidRequest, NotFound, RequestError
from ...actions.product_tokens import tokens_of_shopper
from ...linked_basket import LinkedBasket, Prompt
from .page import Page
from .screen import BasketScreen
from .wording import problem, reason

MOST_CODES = 20


class Baskets(Page):
    """Looking at baskets and changing them. What was changed waits for the shop's answer."""

    def add_to(self, pages: Blueprint) -> None:
        pages.add_url_rule("", "home", self.home, strict_slashes=False)
        pages.add_url_rule("/baskets/<basket_id>", "basket", self.show)
        for name, view in {
            "lines": self.change_quantity,
            "codes": self.change_codes,
            "suggestions": self.add_suggestion,
            "unlink": self.unlink,
        }.items():
            path = f"/baskets/<basket_id>/{name}"
            pages.add_url_rule(path, f"basket_{name}", view, methods=["POST"])

    def home(self) -> AnyResponse:
        shopper = self.shopper()
        if basket_id := request.args.get("basket_id"):
            return self.to("basket", basket_id=basket_id)  # a link of the shop's page
        screens = [self._screen(one) for one in self.wallet.baskets(shopper.id)]
        tokens = self.parts.database.read(tokens_of_shopper, shopper.id)
        pictures = [url for screen in screens for url in screen.images[:4]]
        self.show_images_of([*pictures, *(token.terms.get("image_url") for token in tokens)])
        return self.page(
            "home",
            prompts=self.wallet.prompts(shopper.id),
            screens=screens,
            orders=self.wallet.orders(shopper.id)[:3],
            tokens=tokens,
            reason=reason,
        )

    def show(self, basket_id: str) -> AnyResponse:
        try:
            return self._show(basket_id)
        except NotFound:
            asked = self._asked_for(basket_id)
            if asked is None:
                return self._show(basket_id)  # linked between the two looks, or none of ours
            return self.page("prompt", prompt=asked, problem=None, reason=reason)

    def _asked_for(self, basket_id: str) -> Prompt | None:
        """The prompt of a basket that is not linked yet: the shop is being told of the yes."""
        prompts = self.wallet.prompts(self.shopper().id)
        return next((one for one in prompts if one.linked_basket_id == basket_id), None)

    def change_quantity(self, basket_id: str) -> AnyResponse:
        product_id = request.form.get("product_id", "")
        return self._change(
            basket_id,
            lambda shopper: self.wallet.set_quantity(
                basket_id, shopper, product_id, _quantity(request.form.get("quantity", ""))
            ),
        )

    def change_codes(self, basket_id: str) -> AnyResponse:
        """Add the code in ``add``, or take the one in ``remove`` out."""
        shopper = self.shopper()
        screen = self._screen(self.wallet.basket(basket_id, shopper.id))
        present = [one.promo_code_value for one in screen.codes] if screen.is_there else []
        added, removed = request.form.get("add", "").strip(), request.form.get("remove")
        wanted = [code for code in present if code != removed]
        if added and added not in wanted:
            wanted.append(added[:250])
        if wanted == present:
            return self.to("basket", basket_id=basket_id)
        return self._change(
            basket_id, lambda s: self.wallet.set_codes(basket_id, s, wanted[:MOST_CODES])
        )

    def add_suggestion(self, basket_id: str) -> AnyResponse:
        product_id = request.form.get("product_id", "")
        return self._change(
            basket_id, lambda shopper: self.wallet.add_related(basket_id, shopper, product_id)
        )

    def unlink(self, basket_id: str) -> AnyResponse:
        self.wallet.unlink(basket_id, self.acting_shopper().id)
        return self.to("home")

    def _change(self, basket_id: str, verb: Callable[[str], object]) -> AnyResponse:
        shopper = self.acting_shopper()
        try:
            verb(shopper.id)
        except NotFound:
            raise
        except RequestError as error:
            return self._show(basket_id, error)
        return self.to("basket", basket_id=basket_id)

    def _show(self, basket_id: str, error: RequestError | None = None) -> AnyResponse:
        shopper = self.shopper()
        basket = self.wallet.basket(basket_id, shopper.id)
        screen = self._screen(basket, edits=True)
        self.show_images_of(screen.images)
        order = next(
            (o for o in self.wallet.orders(shopper.id) if o.linked_basket_id == basket.id), None
        )
        drawn = self.page(
            "basket", screen=screen, order=order, problem=problem(error), reason=reason
        )
        return drawn if error is None else self.refused(error, drawn)

    def _screen(self, basket: LinkedBasket, *, edits: bool = False) -> BasketScreen:
        told = self.wallet.edits(basket.id, self.shopper().id) if edits else ()
        return BasketScreen(basket, self.merchant(basket.merchant_id), told)


def _quantity(text: str) -> Decimal:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= 10**6:
        raise InvalidRequest("The quantity must be a number.", fields={"quantity": "a number"})
    return number
