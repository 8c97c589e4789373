"""What the confirmation page shows of a payment: what is bought, how it stands, who pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from ....errors import MoneyError
from ....money import Money
from ...boxo_payment import CANCELLED, FAILED, PAID, BoxoPayment
from ...host_sessions import HostUser
from ...order import EXPIRED, PARTIALLY_REFUNDED, PROCESSING, REFUNDED, Order
from ..waiting import standing
from ..wording import N_, Language
from .wording import OTHER_REASON, PARTS, REASONS, TITLES

MOST_ITEMS = 200
"""Shown one by one; the sum below them counts."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is bought, in the miniapp's words."""

    name: str
    variant: str | None
    quantity: int
    each: str | None
    total: str | None
    discount: str | None
    picture: str | None


@dataclass(frozen=True, slots=True)
class HostScreen:
    """A payment as one browser sees it now. ``balance`` is that of the user who is signed in,
    ``plays`` says that the sandbox may pay instead."""

    payment: BoxoPayment
    order: Order
    words: Mapping[str, str | None]
    language: Language
    now: datetime
    user: HostUser | None
    balance: Money | None
    plays: bool
    problem: str | None = None

    # --- how it stands --------------------------------------------------------------------

    @property
    def view(self) -> str:
        order, status = self.order, self.payment.status(self.order)
        if order.status in (PARTIALLY_REFUNDED, REFUNDED):
            return "refunded"
        if order.status == EXPIRED or order.is_due(self.now):
            return "expired"
        if status in (PAID, FAILED, CANCELLED):
            return status
        return "processing" if order.status == PROCESSING else "confirm"

    @property
    def title(self) -> str:
        return TITLES[self.view]

    @property
    def is_over(self) -> bool:
        return not self.order.is_open

    @property
    def key(self) -> str:
        """Changes when the page has to be drawn anew."""
        seen = (self.view, standing(self.order), self.balance and self.balance.minor)
        return sha256(repr(seen).encode()).hexdigest()[:12]

    @property
    def seconds_left(self) -> int:
        return max(0, round((self.order.expires_at - self.now).total_seconds()))

    @property
    def reason(self) -> str:
        """Why it failed, for the user."""
        return REASONS.get(self.payment.reason(self.order), OTHER_REASON)

    # --- who pays -------------------------------------------------------------------------

    @property
    def lacks(self) -> Money | None:
        """What the balance is short of."""
        having, price = self.balance, self.order.amount
        return price - having if having is not None and having < price else None

    @property
    def can_pay(self) -> bool:
        """Somebody is there to be charged, and has enough."""
        return self.lacks is None if self.balance is not None else self.plays

    @property
    def is_for_another(self) -> bool:
        """Signed in is not the user whom the payment is for."""
        return self.user is not None and self.balance is None and not self.plays

    # --- what is bought -------------------------------------------------------------------

    @property
    def items(self) -> list[Item]:
        given = self.payment.details.get("items") or []
        return [self._item(one) for one in given[:MOST_ITEMS] if isinstance(one, Mapping)]

    def _item(self, given: Mapping[str, Any]) -> Item:
        quantity = given.get("quantity")
        pieces = quantity if isinstance(quantity, int) and quantity > 0 else 1
        each = self._money(given.get("price"))
        name = given.get("product_name") or given.get("product_sku")
        return Item(
            name=str(name or self.language.text(N_("Item"))),
            variant=given.get("product_variant_name") or None,
            quantity=pieces,
            each=None if each is None else self.language.money(each),
            total=None if each is None else self.language.money(each * pieces),
            discount=self._shown(given.get("discount")),
            picture=given.get("product_image_url") or None,
        )

    @property
    def sums(self) -> list[tuple[str, str]]:
        """The parts of the total that the miniapp named: what, and how much."""
        details = self.payment.details
        shown = {
            name: self._shown(details.get(name), minus=name == "discount_amount") for name in PARTS
        }
        return [(self._label(name, PARTS[name]), text) for name, text in shown.items() if text]

    def _label(self, name: str, label: str) -> str:
        details = self.payment.details
        if name == "tax_amount":
            title = details.get("tax_title") or self.language.text(label)
            included = self.language.text(N_("included")) if details.get("taxes_included") else ""
            return f"{title} ({included})" if included else str(title)
        return self.language.text(label)

    def _shown(self, text: object, *, minus: bool = False) -> str | None:
        amount = self._money(text)
        if not amount:
            return None
        return self.language.money(-amount if minus else amount)

    def _money(self, text: object) -> Money | None:
        """An amount of the miniapp's, None when it names none that its currency has."""
        try:
            return Money(str(text), self.order.amount.currency) if text is not None else None
        except MoneyError:
            return None

    @property
    def note(self) -> str | None:
        return self.payment.details.get("note") or None

    @property
    def address(self) -> list[str]:
        """Where it goes, line by line; empty when nothing is sent."""
        at = self.payment.details.get("shipping_address") or {}
        lines = (
            ("first_name", "last_name"), ("address1",), ("address2",), ("postal_code", "city"),
            ("province_name", "region_name"), ("country",), ("phone",),
        )  # fmt: skip
        written = (" ".join(str(at[name]) for name in line if at.get(name)) for line in lines)
        return [line for line in written if line]

    @property
    def pictures(self) -> list[str]:
        return [item.picture for item in self.items if item.picture]

    # --- for scripts ----------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """The answer of ``pay/<order_payment_id>/status``."""
        return {
            "order_payment_id": self.payment.order_payment_id,
            **self.words,
            "view": self.view,
            "version": self.order.version,
            "key": self.key,
            "final": self.is_over,
        }
