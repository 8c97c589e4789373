"""Errands about baskets: a binding that was agreed to or not, changes, and its end (3.3 to 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from ..base.database import Database
from ..base.outbox import Delivery
from ..errors import Gone, TillError
from .actions import basket_edits, binding_answers, linking, wallet_orders
from .actions.linked_baskets import read_basket
from .actions.prompts import read_prompt
from .actions.shoppers import read_shopper
from .errands import Errand, Watched
from .linked_basket import (
    ACCEPTED,
    BOUND,
    BY_MERCHANT,
    REALIZED,
    WAITING,
    BasketEdit,
    Prompt,
    Shopper,
)
from .wallet_port import (
    Confirmed,
    EditEvent,
    MerchantAddress,
    MerchantCalls,
    MerchantRefused,
    MerchantSilent,
    Offer,
)

CONFIRM_WITHIN = timedelta(seconds=60)
REJECT_WITHIN = timedelta(hours=1)
EDIT_WITHIN = timedelta(seconds=90)
UNLINKED = basket_edits.Outcome("The basket is not linked any more.", "BASKET_NOT_BOUND")


DEAF = frozenset({"INVALID_SIGNATURE", "UNAUTHORIZED", "HTTP_401"})
"""Answers of a shop that cannot fetch our keys just now (3.1). Where no shopper waits, it is
tried again: the shop has to hear of an end, and we of its basket."""


def is_heard(refused: MerchantRefused) -> bool:
    return refused.code not in DEAF


class BasketErrands:
    def __init__(self, database: Database, calls: MerchantCalls, watched: Watched) -> None:
        self._database = database
        self._calls = calls
        self._watched = watched

    def errands(self) -> Mapping[str, Errand]:
        return {
            binding_answers.CONFIRM: Errand(self.confirm, self.give_up_confirm, CONFIRM_WITHIN),
            binding_answers.REJECT: Errand(self.reject, None, REJECT_WITHIN, is_heard),
            binding_answers.DELETE: Errand(self.unlink, is_final=is_heard),
            basket_edits.EDIT: Errand(self.edit, self.give_up_edit, EDIT_WITHIN),
            basket_edits.LOOK: Errand(self.look, self.give_up_look, is_final=is_heard),
        }

    # --- binding --------------------------------------------------------------------------

    def confirm(self, delivery: Delivery, to: MerchantAddress) -> None:
        """Tell of a yes; the basket in the answer is linked, and without one there is no link."""
        prompt = self._database.read(read_prompt, delivery.data["prompt_id"])
        if prompt.status != ACCEPTED or prompt.shopper_id is None:
            return
        shopper = self._database.read(read_shopper, prompt.shopper_id)
        offer = self._watched.ask(
            self._calls.confirm, to, prompt.merchant_basket_id, _confirmed(prompt, shopper)
        )
        with suppress(Gone):  # withdrawn by the shop while it answered: it knows
            self._database.write(
                linking.link_basket, prompt.id, offer.content, expires_at=offer.expires_at
            )

    def give_up_confirm(self, delivery: Delivery, error: TillError) -> None:
        """Nothing is linked. Unless the shop itself refused, it may think otherwise: tell it."""
        self._database.write(
            binding_answers.give_up_prompt,
            delivery.data["prompt_id"],
            error.code,
            tell=not isinstance(error, MerchantRefused),
        )

    def reject(self, delivery: Delivery, to: MerchantAddress) -> None:
        """Tell of a no, unless the shop asked for the basket anew since."""
        basket = self._database.write(
            binding_answers.may_be_told_of_the_end, delivery.data["basket_id"]
        )
        if basket is not None:
            self._watched.ask(self._calls.reject, to, basket.merchant_basket_id)

    def unlink(self, delivery: Delivery, to: MerchantAddress) -> None:
        """Tell of the end, unless the shop asked for the basket anew since."""
        basket = self._database.write(
            binding_answers.may_be_told_of_the_end, delivery.data["basket_id"]
        )
        if basket is not None:
            self._watched.ask(self._calls.unlink, to, basket.merchant_basket_id)

    # --- changes --------------------------------------------------------------------------

    def edit(self, delivery: Delivery, to: MerchantAddress) -> None:
        """Tell of a change; what the shop answers is the basket by now (3.5)."""
        event_id = delivery.event_id
        edit = self._database.read(basket_edits.read_edit, event_id)
        if edit.status != WAITING:
            return
        basket = self._database.read(read_basket, edit.linked_basket_id)
        if basket.status != BOUND or basket.shopper_id is None:
            self._database.write(basket_edits.finish_edit, event_id, UNLINKED)
            return
        shopper = self._database.read(read_shopper, basket.shopper_id)
        event = _event(edit, shopper)
        offer = self._watched.ask(self._calls.send_edit, to, basket.merchant_basket_id, event)
        self._database.write(
            basket_edits.finish_edit,
            event_id,
            outcome_of(edit, offer),
            content=offer.content,
            expires_at=offer.expires_at,
            seen_version=basket.version,
        )

    def give_up_edit(self, delivery: Delivery, error: TillError) -> None:
        """It is shown with the shop's code. What the shop did in silence, a look will tell, and
        another one what reached it too late."""
        outcome = basket_edits.Outcome(error.message, error.code)
        self._database.write(basket_edits.finish_edit, delivery.event_id, outcome)
        basket_id = delivery.data["basket_id"]
        if not self._ended_at_the_shop(basket_id, error):
            self._database.write(basket_edits.ask_again, basket_id)
            if isinstance(error, MerchantSilent):
                self._database.write(basket_edits.look_when_late, basket_id)

    def look(self, delivery: Delivery, to: MerchantAddress) -> None:
        """Read the basket (3.3); once more when it changed during that."""
        basket = self._database.read(read_basket, delivery.data["basket_id"])
        if basket.status != BOUND:
            return
        offer = self._watched.ask(self._calls.read_basket, to, basket.merchant_basket_id)
        if not self._database.write(
            basket_edits.store_look,
            basket.id,
            offer.content,
            expires_at=offer.expires_at,
            seen_version=basket.version,
        ):
            raise MerchantSilent("The basket changed while it was read.")

    def give_up_look(self, delivery: Delivery, error: TillError) -> None:
        self._ended_at_the_shop(delivery.data["basket_id"], error)

    def _ended_at_the_shop(self, basket_id: str, error: TillError) -> bool:
        """The shop ordered it otherwise, or does not know it: then it is linked no more (6)."""
        ends = {"ORDER_EXISTS": REALIZED, "BASKET_NOT_FOUND": BY_MERCHANT}
        if not isinstance(error, MerchantRefused) or error.code not in ends:
            return False
        self._database.write(linking.unlink_basket, basket_id, ends[error.code])
        if error.code == "ORDER_EXISTS":
            self._database.write(wallet_orders.look_for_order, basket_id)
        return True


def _confirmed(prompt: Prompt, shopper: Shopper) -> Confirmed:
    return Confirmed(
        inpost_basket_id=prompt.linked_basket_id,
        country_prefix=shopper.country_prefix,
        phone=shopper.phone,
        name=shopper.name,
        surname=shopper.surname,
        browser_id=prompt.browser_id,
    )


def _event(edit: BasketEdit, shopper: Shopper) -> EditEvent:
    return EditEvent(
        event_id=edit.event_id,
        at=edit.created_at,
        kind=edit.kind,
        data=edit.data,
        country_prefix=shopper.country_prefix,
        phone=shopper.phone,
    )


def outcome_of(edit: BasketEdit, offer: Offer) -> basket_edits.Outcome:
    """Whether the basket that the shop answered with is what the shopper wished for (3.5).

    A code that does not apply, or more than there is in stock, is no error of HTTP: the shop
    answers with the basket as it stays, and says why in a notice.
    """
    if _is_as_wished(edit, offer):
        return basket_edits.TAKEN
    kind, text = offer.notice or ("", "")
    return basket_edits.Outcome(
        text or "The shop did not take the change over.", kind or "NOT_TAKEN"
    )


def _is_as_wished(edit: BasketEdit, offer: Offer) -> bool:
    if edit.kind == "PROMO_CODES":
        there_now = {code.casefold() for code in offer.codes}
        wanted = {code.casefold() for code in edit.data["codes"]}
        removed = {code.casefold() for code in edit.data["removed"]}
        return wanted <= there_now and not removed & there_now
    there = offer.quantity_of(edit.data["product_id"])
    if edit.kind == "RELATED_PRODUCTS":
        return there is not None
    return Decimal(there or 0) == Decimal(edit.data["quantity"])
