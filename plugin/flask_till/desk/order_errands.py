"""Errands about orders: asking for one, and telling what became of its payment (3.8 to 3.10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from ..base.database import Database
from ..base.logs import logger
from ..base.outbox import Delivery
from ..errors import Conflict, TillError
from .actions import basket_edits, linking, wallet_orders
from .actions.linked_baskets import read_basket
from .actions.shoppers import read_shopper
from .errands import Errand, Watched
from .linked_basket import (
    BOUND,
    BY_MERCHANT,
    FAILED,
    PLACING,
    REALIZED,
    LinkedBasket,
    WalletOrder,
)
from .order import Adjustment, OrderDraft
from .snapshot import from_data
from .wallet_port import (
    DELIVERY,
    DISCOUNT,
    AnswerUnusable,
    MerchantAddress,
    MerchantCalls,
    MerchantRefused,
    OrderNews,
    OrderWords,
    PlacedOrder,
)

log = logger(__name__)
PLACE_WITHIN = timedelta(seconds=60)
"""A shopper looks on. Each try may take 20 seconds (3.8)."""
LOOK_WITHIN = timedelta(hours=1)
FINAL = frozenset({"ORDER_NOT_FOUND", "ORDER_NOT_UPDATE", "BAD_REQUEST", "MALFORMED_REQUEST"})
"""Refusals of an order event that another try would not change (3.2). Anything else is tried
again: the shop has to learn that it was paid."""

WORDING: Mapping[str, Mapping[str, str]] = {
    "en": {DISCOUNT: "Discount", DELIVERY: "Delivery"},
    "pl": {DISCOUNT: "Rabat", DELIVERY: "Dostawa"},
}


def is_final(refused: MerchantRefused) -> bool:
    return refused.code in FINAL


class OrderErrands:
    def __init__(
        self, database: Database, calls: MerchantCalls, words: OrderWords, watched: Watched
    ) -> None:
        self._database = database
        self._calls = calls
        self._words = words
        self._watched = watched

    def errands(self) -> Mapping[str, Errand]:
        told = self.give_up_telling
        return {
            wallet_orders.PLACE: Errand(self.place, self.give_up_place, PLACE_WITHIN),
            wallet_orders.ORDER_RECLAIM: Errand(self.reclaim),
            wallet_orders.ORDER_PAID: Errand(self.tell_paid, told, is_final=is_final),
            wallet_orders.ORDER_REJECT: Errand(self.tell_rejected, is_final=is_final),
            wallet_orders.ORDER_LOOK: Errand(self.look, None, LOOK_WITHIN),
            "order.paid": Errand(self.tell_desk_order_paid, told, is_final=is_final),
            "order.cancelled": Errand(self.tell_desk_order_ended, is_final=is_final),
            "order.expired": Errand(self.tell_desk_order_ended, is_final=is_final),
        }

    # --- asking for an order --------------------------------------------------------------

    def place(self, delivery: Delivery, to: MerchantAddress) -> None:
        """Compare, ask, take. Once it was asked for, only asking again tells what there is."""
        order = self._order(delivery)
        if order.status != PLACING:
            return
        basket = self._database.read(read_basket, order.linked_basket_id)
        if order.asked_at is None and not self._is_as_shown(order, basket, to):
            return
        self._database.write(wallet_orders.note_asked, order.id)
        placed = self._watched.ask(self._calls.create_order, to, order.request["message"])
        self._take(order, basket, placed)

    def _is_as_shown(self, order: WalletOrder, basket: LinkedBasket, to: MerchantAddress) -> bool:
        """The basket at the shop, compared with the one that was shown (3.3, 7.11). If they differ
        the shopper is told, and no order is asked for."""
        if basket.status != BOUND or basket.content is None:
            self._fail(order, "BASKET_NOT_BOUND", "The basket is not linked any more.")
            return False
        offer = self._watched.ask(self._calls.read_basket, to, basket.merchant_basket_id)
        if self._words.fingerprint(offer.content) == order.request["offer"]:
            return True
        self._fail(order, "BASKET_CHANGED", "The shop's basket is another one by now.", look=False)
        self._database.write(
            basket_edits.store_look,
            basket.id,
            offer.content,
            expires_at=offer.expires_at,
            seen_version=basket.version,
        )
        return False

    def _take(self, order: WalletOrder, basket: LinkedBasket, placed: PlacedOrder) -> None:
        if self._database.read(wallet_orders.is_order_id_taken, order, placed.order_id):
            raise AnswerUnusable("The shop's order id is that of another order.")
        message, content = order.request["message"], basket.content
        wrong = (
            ["binding"] if content is None else self._words.differences(message, content, placed)
        )
        try:
            if not wrong:
                self._database.write(
                    wallet_orders.take_order, order.id, placed, draft_of(order, placed)
                )
                return
        except Conflict:  # unlinked at the last moment
            wrong = ["binding"]
        text = f"The shop's order is not what was asked for: {', '.join(wrong)}."
        log.warning("order %s: %s", order.id, text)
        self._database.write(wallet_orders.refuse_placed, order.id, placed, "ORDER_DIFFERS", text)

    def give_up_place(self, delivery: Delivery, error: TillError) -> None:
        """No order, as far as we know. The shopper may try again: a repeat finds what there is."""
        order = self._order(delivery)
        self._fail(order, error.code, error.message)
        if order.asked_at is not None and not isinstance(error, MerchantRefused):
            self._database.write(basket_edits.look_when_late, order.linked_basket_id)
        if isinstance(error, MerchantRefused) and error.code in (
            "ORDER_EXISTS",
            "BASKET_NOT_FOUND",
        ):
            by = REALIZED if error.code == "ORDER_EXISTS" else BY_MERCHANT
            self._database.write(linking.unlink_basket, order.linked_basket_id, by)

    def reclaim(self, delivery: Delivery, to: MerchantAddress) -> None:
        """A repeat of the create is answered with the order that exists (3.8)."""
        order = self._order(delivery)
        if order.status != FAILED:
            return
        placed = self._watched.ask(self._calls.create_order, to, order.request["message"])
        if not self._database.read(wallet_orders.is_order_id_taken, order, placed.order_id):
            self._database.write(wallet_orders.reclaim_order, order.id, placed)

    def _fail(self, order: WalletOrder, code: str, text: str, *, look: bool = True) -> None:
        self._database.write(wallet_orders.fail_order, order.id, code, text, look=look)

    def look(self, delivery: Delivery, to: MerchantAddress) -> None:
        """How the order stands at the shop (3.9)."""
        order = self._order(delivery)
        if order.merchant_order_id is not None:
            found = self._watched.ask(self._calls.read_order, to, order.merchant_order_id)
            self._database.write(
                wallet_orders.note_reply, order.id, found.status_text, found.parcels
            )

    # --- telling of its payment -----------------------------------------------------------

    def tell_paid(self, delivery: Delivery, to: MerchantAddress) -> None:
        """Cash on delivery, or nothing to pay: it counts as paid at once (1.8)."""
        order = self._order(delivery)
        payment = order.request["payment"]
        news = self._news(
            delivery, order, is_paid=True, payment_id=order.id, payment_method=payment
        )
        self._tell(order, to, news)

    def tell_rejected(self, delivery: Delivery, to: MerchantAddress) -> None:
        order = self._order(delivery)
        self._tell(order, to, self._news(delivery, order, is_paid=False))

    def tell_desk_order_paid(self, delivery: Delivery, to: MerchantAddress) -> None:
        """AUTHORIZED, once; the event's id is the same in each try (3.10)."""
        order = self._database.read(wallet_orders.order_paid_by, delivery.subject)
        payment = from_data(delivery.data).payment
        if order is None or payment is None:
            return
        news = self._news(
            delivery, order, is_paid=True, payment_id=payment.id, payment_method=payment.method
        )
        self._tell(order, to, news)

    def tell_desk_order_ended(self, delivery: Delivery, to: MerchantAddress) -> None:
        """ORDER_REJECTED, unless the shop ended it itself."""
        order = self._database.read(wallet_orders.order_paid_by, delivery.subject)
        if order is None or order.reason == BY_MERCHANT:
            return
        self._tell(order, to, self._news(delivery, order, is_paid=False))

    def give_up_telling(self, delivery: Delivery, error: TillError) -> None:
        """The shop will not take money for it. Nobody but an operator can decide what then."""
        order_id = delivery.data.get("wallet_order_id")
        if order_id is None:
            found = self._database.read(wallet_orders.order_paid_by, delivery.subject)
            order_id = None if found is None else found.id
        if order_id is not None:
            log.error("order %s is paid, but its shop refuses it: %s", order_id, error)
            self._database.write(wallet_orders.note_trouble, order_id, error.code)

    def _tell(self, order: WalletOrder, to: MerchantAddress, news: OrderNews) -> None:
        if order.merchant_order_id is None:
            return
        reply = self._watched.ask(self._calls.tell_order, to, order.merchant_order_id, news)
        self._database.write(wallet_orders.note_reply, order.id, reply.status_text, reply.parcels)

    def _news(
        self,
        delivery: Delivery,
        order: WalletOrder,
        *,
        is_paid: bool,
        payment_id: str | None = None,
        payment_method: str | None = None,
    ) -> OrderNews:
        shopper = self._database.read(read_shopper, order.shopper_id)
        return OrderNews(
            event_id=delivery.event_id,
            at=delivery.created_at,
            country_prefix=shopper.country_prefix,
            phone=shopper.phone,
            is_paid=is_paid,
            payment_id=payment_id,
            payment_reference=(order.order_id or order.id) if is_paid else None,
            payment_method=payment_method,
        )

    def _order(self, delivery: Delivery) -> WalletOrder:
        order_id = delivery.data["wallet_order_id"]
        return self._database.read(wallet_orders.read_wallet_order, order_id)


def draft_of(order: WalletOrder, placed: PlacedOrder) -> OrderDraft:
    """The desk's order that pays for a wallet order: just what the shop's order says."""
    words = WORDING.get(order.request["locale"][:2], WORDING["en"])
    return OrderDraft(
        external_id=order.id,
        amount=placed.total,
        lines=placed.lines,
        adjustments=tuple(
            Adjustment(words.get(one.label, one.label), one.amount) for one in placed.adjustments
        ),
        description=placed.number,
        locale=order.request["locale"],
        redirect_url=_page_of(order),
        metadata={"wallet_order_id": order.id, "merchant_order_id": placed.order_id},
        dialect="inpost",
    )


def _page_of(order: WalletOrder) -> str | None:
    """Where the wallet shows it; its order page leads back there."""
    wallet = order.request["return_url"]
    return None if wallet is None else f"{wallet}/orders/{order.id}"
