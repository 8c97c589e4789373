"""The wallet: what a shopper does with baskets of many shops, from sign-in to a paid order.

Whatever has to be said to a merchant is recorded together with the change and carried by the relay
at once (`errands`); until the merchant has answered it is shown as under way. Every method takes
the shopper that the session belongs to: what is somebody else's is `NotFound`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from urllib.parse import urlencode

from ..base.database import Database
from ..base.sealing import digest
from ..errors import Conflict, InvalidRequest, NotFound
from ..money import Money
from .actions import basket_edits, binding_answers, browsers, linked_baskets, prompts, wallet_orders
from .actions import shoppers as shopper_actions
from .cashier import Cashier
from .linked_basket import (
    PLACING,
    PROCESSING,
    BasketEdit,
    LinkedBasket,
    Prompt,
    Shopper,
    TrustedBrowser,
    WalletOrder,
    topic_of,
)
from .profile import checked_profile
from .signing_in import SigningIn
from .wallet_port import OrderWanted, OrderWords, SentCode

MOST_CODES = 20
LARGEST_QUANTITY = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Wallet:
    """What the wallet's page calls. Raises `RequestError`s, each with a stable code.

    ``base_address`` is the desk's own, as browsers see it, without a final slash.
    """

    database: Database
    cashier: Cashier
    words: OrderWords
    signing_in: SigningIn
    base_address: Callable[[], str]

    # --- signing in -----------------------------------------------------------------------

    def send_code(self, country_prefix: str, phone: str, *, address: str = "") -> SentCode:
        """Send a six-digit code, good for ten minutes, to a phone; ``address`` is the caller's.

        Answers alike for numbers that are known and that are not. Raises `InvalidRequest`
        (PHONE_INVALID), `TooMany` with ``retry_after`` seconds, `Unavailable` when no code can
        be sent.
        """
        return self.signing_in.send_code(country_prefix, phone, address)

    def sign_in(self, country_prefix: str, phone: str, code: str, *, address: str = "") -> str:
        """The secret of a new session of 30 days; the first one makes the shopper.

        Raises `Unauthenticated` (CODE_WRONG: wrong, too old, used, or tried too often; the same
        for all), `InvalidRequest` (PHONE_INVALID), `TooMany`.
        """
        return self.signing_in.sign_in(country_prefix, phone, code, address)

    def shopper_of(self, session: str) -> Shopper | None:
        """Whose session it is; None when it ended."""
        return self.signing_in.shopper_of(session)

    def sign_out(self, session: str) -> None:
        """End the session. Harmless for one that ended."""
        self.signing_in.sign_out(session)

    def shopper(self, shopper_id: str) -> Shopper:
        """As it is now. Raises `NotFound`."""
        return self.database.read(shopper_actions.read_shopper, shopper_id)

    def save_profile(self, shopper_id: str, profile: Mapping[str, Any]) -> Shopper:
        """Keep ``name``, ``surname``, ``mail``, ``address`` and ``invoice``, those that are given.

        ``address`` has ``street, building, flat, postal_code, city, country_code``; ``invoice`` is
        kept as the last one that the shopper used. Raises `InvalidRequest` with fields.
        """
        shopper = self.shopper(shopper_id)
        values = checked_profile(profile, shopper.profile)
        if not values:
            return shopper
        change = partial(shopper_actions.change_shopper, shopper_id=shopper_id, **values)
        return self.database.write(change)

    # --- binding --------------------------------------------------------------------------

    def prompts(self, shopper_id: str) -> Sequence[Prompt]:
        """Bindings that wait for a yes or no (``open``), that the shop is being told of
        (``accepted``) or that came to nothing lately (``failed``, with a reason), newest first."""
        return self.database.read(prompts.shown_prompts, shopper_id)

    def open_link(self, code: str, shopper_id: str) -> Prompt:
        """The prompt behind a deep link; from now on this shopper's. Raises `NotFound`, `Gone`."""
        return self.database.write(prompts.open_link, digest(code), shopper_id)

    def accept(self, prompt_id: str, shopper_id: str, trust: bool) -> None:
        """Agree to a binding, and to the browser if ``trust``. The merchant is asked; the basket
        is linked when it has answered with a whole basket.

        Raises `NotFound`, `Gone` (PROMPT_OVER), `Conflict` (MERCHANT_DISABLE).
        """
        self.database.write(binding_answers.accept, prompt_id, shopper_id, trust=trust)

    def refuse(self, prompt_id: str, shopper_id: str) -> None:
        """Say no; the merchant is told. Raises `NotFound`, `Gone` (PROMPT_OVER)."""
        self.database.write(binding_answers.refuse, prompt_id, shopper_id)

    # --- baskets --------------------------------------------------------------------------

    def baskets(self, shopper_id: str) -> Sequence[LinkedBasket]:
        """Linked baskets of all shops that are not ordered yet, newest first."""
        return self.database.read(linked_baskets.baskets_of, shopper_id)

    def basket(self, basket_id: str, shopper_id: str) -> LinkedBasket:
        """One of them, also when it was ordered since. Raises `NotFound`."""
        return self.database.read(linked_baskets.read_basket, basket_id, shopper_id=shopper_id)

    def edits(self, basket_id: str, shopper_id: str) -> Sequence[BasketEdit]:
        """Changes that wait for the shop, and those that it refused in the last ten minutes."""
        self.basket(basket_id, shopper_id)
        return self.database.read(basket_edits.edits_of, basket_id)

    def set_quantity(
        self, basket_id: str, shopper_id: str, product_id: str, quantity: Decimal
    ) -> BasketEdit:
        """Ask the shop for another quantity; zero removes the product.

        Raises `NotFound` (BASKET_NOT_FOUND, PRODUCT_NOT_FOUND), `InvalidRequest`
        (QUANTITY_INVALID), `Conflict` (BASKET_NOT_BOUND, BASKET_EXPIRED, ORDER_EXISTS,
        MERCHANT_DISABLE, TOO_MANY_EDITS).
        """
        product = self._product(basket_id, shopper_id, "products", product_id)
        data = {
            "product_id": product_id,
            "quantity": _quantity(product, quantity),
            "echo": _echo(product),
        }
        return self._edit(basket_id, shopper_id, "PRODUCTS_QUANTITY", data)

    def set_codes(self, basket_id: str, shopper_id: str, codes: Sequence[str]) -> BasketEdit:
        """Ask for just these promotion codes: all that should be in force.

        Raises as `set_quantity`, with `InvalidRequest` (CODES_INVALID).
        """
        wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
        if len(wanted) > MOST_CODES or any(len(code) > 100 for code in wanted):
            raise InvalidRequest("These are no promotion codes.", code="CODES_INVALID")
        content = self.basket(basket_id, shopper_id).content or {}
        there = [one["promo_code_value"] for one in content.get("promo_codes") or ()]
        removed = [code for code in there if code not in wanted]
        data = {"codes": wanted, "removed": removed}
        return self._edit(basket_id, shopper_id, "PROMO_CODES", data)

    def add_related(
        self, basket_id: str, shopper_id: str, product_id: str, quantity: Decimal | None = None
    ) -> BasketEdit:
        """Ask for a suggested product; without a quantity as much as the shop suggests.

        Raises as `set_quantity`.
        """
        product = self._product(basket_id, shopper_id, "related_products", product_id)
        amount = Decimal(product["quantity"]["quantity"]) if quantity is None else quantity
        if not amount:
            raise InvalidRequest("Nothing would be added.", code="QUANTITY_INVALID")
        data = {
            "product_id": product_id,
            "ean": product.get("ean"),
            "quantity": _quantity(product, amount),
            "echo": {"quantity_type": product["quantity"]["quantity_type"]},
        }
        return self._edit(basket_id, shopper_id, "RELATED_PRODUCTS", data)

    def unlink(self, basket_id: str, shopper_id: str) -> None:
        """Take the basket out of the wallet; the shop is told.

        Raises `NotFound` (also for one that is out), `Conflict` (ORDER_PLACING; BASKET_STATE once
        it is ordered).
        """
        self.database.write(binding_answers.unlink, basket_id, shopper_id)

    def _edit(
        self, basket_id: str, shopper_id: str, kind: str, data: Mapping[str, Any]
    ) -> BasketEdit:
        return self.database.write(basket_edits.record_edit, basket_id, shopper_id, kind, data)

    def _product(
        self, basket_id: str, shopper_id: str, among: str, product_id: str
    ) -> Mapping[str, Any]:
        content = self.basket(basket_id, shopper_id).content or {}
        for product in content.get(among) or ():
            if product["product_id"] == product_id:
                found: Mapping[str, Any] = product
                return found
        raise NotFound("That product is not there.", code="PRODUCT_NOT_FOUND")

    # --- orders ---------------------------------------------------------------------------

    def price(self, basket_id: str, shopper_id: str, wanted: OrderWanted) -> Money:
        """What the order would cost with delivery and services. Raises as `place`."""
        basket = self.basket(basket_id, shopper_id)
        return self.words.price(basket, wanted)

    def place(self, basket_id: str, shopper_id: str, wanted: OrderWanted) -> WalletOrder:
        """Order the basket as it was shown. The answer is ``placing``; the shop decides.

        Raises `InvalidRequest` (ORDER_INCOMPLETE with fields, BASKET_EMPTY), `NotFound`,
        `Conflict` (BASKET_CHANGED, EDIT_WAITING, ORDER_EXISTS, BASKET_NOT_BOUND, BASKET_EXPIRED,
        MERCHANT_DISABLE).
        """
        basket = self.basket(basket_id, shopper_id)
        if wanted.basket_version not in (None, basket.version):
            raise Conflict("The basket changed.", code="BASKET_CHANGED", remedy="Look at it again.")
        if basket.status == "ordered":
            raise Conflict("The basket was ordered.", code="ORDER_EXISTS")
        asked = self.words.ask_for(basket, self.shopper(shopper_id), wanted)
        base = self.base_address()
        wish = wallet_orders.Wish(
            asked=asked,
            locale=wanted.locale,
            return_url=f"{base}/wallet" if base else None,
            seen_version=basket.version,
        )
        return self.database.write(wallet_orders.place_order, basket_id, shopper_id, wish)

    def orders(self, shopper_id: str) -> Sequence[WalletOrder]:
        """The newest hundred, newest first."""
        return self.database.read(wallet_orders.wallet_orders_of, shopper_id)

    def order(self, order_id: str, shopper_id: str) -> WalletOrder:
        """As it is now: one whose time to pay is over is expired on the way. Raises `NotFound`."""
        order = self._own_order(order_id, shopper_id)
        if order.status == PROCESSING and order.order_id is not None:
            self.cashier.get(order.order_id)
            order = self._own_order(order_id, shopper_id)
        return order

    def refresh(self, order_id: str, shopper_id: str) -> None:
        """Have the shop asked how its order stands; the channel tells when it answered with news.

        Raises `NotFound`.
        """
        self.database.write(wallet_orders.ask_shop, order_id, shopper_id)

    def _own_order(self, order_id: str, shopper_id: str) -> WalletOrder:
        return self.database.read(wallet_orders.read_wallet_order, order_id, shopper_id=shopper_id)

    def pay_url(self, order_id: str, shopper_id: str) -> str:
        """The desk's order page, opened once within 60 seconds; it leads back to the wallet.

        Raises `NotFound`, `Conflict` (ORDER_STATE) when there is nothing to pay.
        """
        order = self.order(order_id, shopper_id)
        if order.status != PROCESSING or order.order_id is None:
            raise Conflict(f"The order is {order.status}.", code="ORDER_STATE")
        token = self.cashier.issue_token(order.order_id)
        query = urlencode({"orderId": order.order_id, "token": token})
        return f"{self.base_address()}/order?{query}"

    def reject(self, order_id: str, shopper_id: str) -> WalletOrder:
        """Give up an order before it is paid; the shop is told. A repeat changes nothing.

        Raises `NotFound`, `Conflict` (ORDER_STATE, also when money came first; ORDER_PLACING).
        """
        order = self._own_order(order_id, shopper_id)
        if order.status == PLACING:
            raise Conflict("The shop is being asked for it.", code="ORDER_PLACING")
        if order.status == "rejected":
            return order
        if order.order_id is None:
            raise Conflict(f"The order is {order.status}.", code="ORDER_STATE")
        self.cashier.cancel(order.order_id)
        return self._own_order(order_id, shopper_id)

    # --- browsers -------------------------------------------------------------------------

    def browsers(self, shopper_id: str) -> Sequence[TrustedBrowser]:
        """Browsers that link this phone's baskets without asking, newest first."""
        return self.database.read(browsers.browsers_of, shopper_id)

    def revoke_browser(self, browser_id: str, shopper_id: str) -> None:
        """Trust it no more. Raises `NotFound` (BROWSER_NOT_FOUND)."""
        self.database.write(browsers.revoke_browser, browser_id, shopper_id)

    # --- the channel ----------------------------------------------------------------------

    def topic(self, shopper_id: str) -> str:
        """The bell's topic that rings when `version` grew."""
        return topic_of(shopper_id)

    def version(self, shopper_id: str) -> int:
        """Grows with every change that this shopper would see. Raises `NotFound`."""
        return self.database.read(shopper_actions.version_of, shopper_id)


def _quantity(product: Mapping[str, Any], quantity: Decimal) -> str:
    """As text, exactly. Raises `InvalidRequest` (QUANTITY_INVALID)."""
    try:
        number = Decimal(quantity)
        exact = number.is_finite() and number == number.quantize(Decimal("0.000001"))
    except (InvalidOperation, TypeError, ValueError):
        exact, number = False, Decimal(0)
    whole = product["quantity"]["quantity_type"] == "INTEGER"
    if not exact or not 0 <= number <= LARGEST_QUANTITY or (whole and number != int(number)):
        raise InvalidRequest(
            "That quantity is not possible.",
            code="QUANTITY_INVALID",
            fields={"quantity": "a whole number" if whole else "a number"},
        )
    return format(int(number) if number == int(number) else number.normalize(), "f")


def _echo(product: Mapping[str, Any]) -> dict[str, Any]:
    """What a change repeats of the basket (3.5)."""
    names = ("quantity_type", "quantity_unit", "available_quantity", "max_quantity")
    quantity = product["quantity"]
    return {name: quantity[name] for name in names if quantity.get(name) is not None}
