"""What the wallet asks of a merchant, in our words: whoever speaks a wallet's protocol fills it in.

A basket's contents and an order's are JSON documents as the merchant sent them, checked before
they come in here. No I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ..errors import TillError
from ..money import Money
from .linked_basket import LinkedBasket, Shopper
from .order import Adjustment, Line

GATEWAY, CASH_ON_DELIVERY, FREE_ORDER = "GATEWAY", "CASH_ON_DELIVERY", "FREE_ORDER"
"""How a shopper wants to pay: through the desk's gateways, at the door, or there is nothing to."""

DISCOUNT, DELIVERY = "discount", "delivery"
"""Labels of a placed order's adjustments."""

SendCode = Callable[[str, str], None]
"""Sends a sign-in code to a phone: ``send("+48501234567", "123456")``. May raise `Unavailable`."""


class MerchantRefused(TillError):
    """The merchant answered with a refusal (4xx); ``code`` is the merchant's. Final."""

    code = "MERCHANT_REFUSED"


class MerchantSilent(TillError):
    """No answer in time, or a failure of the merchant's (5xx, 429): worth another try."""

    code = "MERCHANT_UNAVAILABLE"

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class AnswerUnusable(TillError):
    """The merchant said yes with something that cannot be taken over, such as a wrong sum."""

    code = "MERCHANT_ANSWER_UNUSABLE"


@dataclass(frozen=True, slots=True)
class SentCode:
    """A sign-in code is on its way. ``shown`` is the code itself, in development only."""

    expires_at: datetime
    shown: str | None


@dataclass(frozen=True, slots=True)
class OrderWanted:
    """What a shopper chose on the wallet's order form.

    ``services`` are delivery codes; ``address`` is where a courier goes (``name, street, building,
    flat, postal_code, city, country_code``), else that of the profile; ``consents`` says yes or no
    by consent id; ``invoice`` holds the members of an invoice, of a person or a company.
    ``basket_version`` is the basket that was shown: another one by now refuses the order.
    """

    delivery_type: str
    services: tuple[str, ...] = ()
    delivery_point: str | None = None
    address: Mapping[str, Any] | None = None
    mail: str | None = None
    digital_mail: str | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)
    invoice: Mapping[str, Any] | None = None
    comments: str | None = None
    courier_note: str | None = None
    payment: str = GATEWAY
    locale: str = "pl"
    basket_version: int | None = None


@dataclass(frozen=True, slots=True)
class MerchantAddress:
    """Where a merchant is called, and how it is named in what we sign."""

    merchant_id: str
    merchant_external_id: str
    base_url: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A binding that the shopper agreed to; ``browser_id`` is None unless it is trusted."""

    inpost_basket_id: str
    country_prefix: str
    phone: str
    name: str | None
    surname: str | None
    browser_id: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A basket as the merchant answered. ``notice`` is (ERROR or ATTENTION, text)."""

    content: Mapping[str, Any]
    notice: tuple[str, str] | None
    expires_at: datetime | None = None

    @property
    def codes(self) -> frozenset[str]:
        """Promotion codes in force."""
        return frozenset(one["promo_code_value"] for one in self.content.get("promo_codes") or ())

    def quantity_of(self, product_id: str) -> str | None:
        """How much of a product is in it, as text; None when it is not."""
        for product in self.content["products"]:
            if product["product_id"] == product_id:
                return str(product["quantity"]["quantity"])
        return None


@dataclass(frozen=True, slots=True)
class EditEvent:
    """What a shopper changed. The same ``event_id`` and ``at`` each time that it is sent."""

    event_id: str
    at: datetime
    kind: str
    data: Mapping[str, Any]
    country_prefix: str
    phone: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An order ready to be asked for: the message, what the shopper will pay, and how.

    ``offer`` stands for the basket as it was shown: see `OrderWords.fingerprint`.
    """

    request: Mapping[str, Any]
    total: Money
    payment: str
    offer: str


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order as the merchant answered, and what it means for us."""

    order_id: str
    number: str
    status_text: str
    parcels: tuple[str, ...]
    total: Money
    content: Mapping[str, Any]
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True, slots=True)
class OrderNews:
    """What the wallet tells of an order: paid, or rejected before it was."""

    event_id: str
    at: datetime
    country_prefix: str
    phone: str
    is_paid: bool
    payment_id: str | None = None
    payment_reference: str | None = None
    payment_method: str | None = None


@dataclass(frozen=True, slots=True)
class OrderReply:
    """What a merchant says to that."""

    status_text: str | None
    parcels: tuple[str, ...] | None


class MerchantCalls(Protocol):
    """Calls over the network; nothing here holds a transaction open.

    Each raises `MerchantRefused`, `MerchantSilent` or `AnswerUnusable`.
    """

    def read_basket(self, to: MerchantAddress, basket_id: str) -> Offer: ...
    def confirm(self, to: MerchantAddress, basket_id: str, confirmed: Confirmed) -> Offer: ...
    def reject(self, to: MerchantAddress, basket_id: str) -> None: ...
    def send_edit(self, to: MerchantAddress, basket_id: str, event: EditEvent) -> Offer: ...
    def unlink(self, to: MerchantAddress, basket_id: str) -> None: ...
    def create_order(self, to: MerchantAddress, request: Mapping[str, Any]) -> PlacedOrder: ...
    def read_order(self, to: MerchantAddress, order_id: str) -> PlacedOrder: ...
    def tell_order(self, to: MerchantAddress, order_id: str, news: OrderNews) -> OrderReply: ...


class OrderWords(Protocol):
    """What an order is made of, in the protocol's arithmetic. No network."""

    def ask_for(self, basket: LinkedBasket, shopper: Shopper, wanted: OrderWanted) -> Asked:
        """Raises `InvalidRequest` with the fields that are missing or not offered."""

    def price(self, basket: LinkedBasket, wanted: OrderWanted) -> Money:
        """What the order would cost. Raises `InvalidRequest` as `ask_for`."""

    def fingerprint(self, content: Mapping[str, Any]) -> str:
        """Equal for two baskets that show a shopper the same."""

    def differences(
        self, request: Mapping[str, Any], content: Mapping[str, Any], placed: PlacedOrder
    ) -> list[str]:
        """How a placed order is not what was asked for; empty when it is."""
