"""An order from a wallet: what was asked for, what the shop checks, what it keeps. No I/O.

The section numbers are those of the InPost Pay contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..errors import Conflict
from ..money import Money
from . import notices
from .basket import Basket
from .catalog import Product
from .order import CANCELLED, CAPTURED, Order
from .terms import CASH_SERVICE, COURIER, DIGITAL, Delivery, DeliveryService, Terms

FREE, CASH = "FREE_ORDER", "CASH_ON_DELIVERY"
CURRENCY = "PLN"


class NotCreated(Conflict):
    """The order cannot be made (3.8). ``why`` is a kind of notice, ``name`` completes its text."""

    code = "ORDER_NOT_CREATE"

    def __init__(self, why: str, *, name: str = "") -> None:
        self.why, self.name = why, name
        super().__init__(notices.say(why, "en", name=name))


class NotUpdated(Conflict):
    """What the wallet tells of an order cannot be (3.10)."""

    code = "ORDER_NOT_UPDATE"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a wallet asks for (4.3). The mappings are as the wallet wrote them.

    ``lacks`` are members that any such order needs and this one has not. ``paid_by_wallet`` are
    discounts that the wallet pays for.
    """

    binding_id: str
    currency: str
    total: Money | None
    paid_by_wallet: Money | None
    payment_type: str
    delivery_type: str
    services: tuple[str, ...]
    country: str | None
    digital_mail: str | None
    lacks: tuple[str, ...]
    consents: tuple[tuple[str, str, bool], ...]
    parameters: tuple[tuple[str, str], ...]
    comments: str | None
    account: Mapping[str, Any] = field(repr=False)
    delivery: Mapping[str, Any] = field(repr=False)
    invoice: Mapping[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Good:
    """A product as it was sold: with its tax rate, and how many."""

    product: Product
    quantity: int
    vat_rate: int | Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """An order that passed the checks: this basket with this delivery costs ``total``."""

    wanted: Wanted
    basket: Basket
    goods: tuple[Good, ...]
    delivery: Delivery
    services: tuple[DeliveryService, ...]
    delivery_price: Money
    total: Money
    vat_rate: int | Decimal

    @property
    def delivery_cost(self) -> Money:
        """Delivery and services."""
        extras = Money.sum((one.price for one in self.services), self.total.currency)
        return self.delivery_price + extras


@dataclass(frozen=True, slots=True)
class Carriage:
    """The delivery of an order as it was sold: ``wanted`` is what the wallet said of it."""

    type: str
    expected: datetime
    price: Money
    services: tuple[DeliveryService, ...]
    vat_rate: int | Decimal
    wanted: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WalletOrder:
    """What the shop keeps of an order besides the `Order` itself."""

    order_id: str
    binding_id: str
    account: Mapping[str, Any] = field(repr=False)
    carriage: Carriage
    invoice: Mapping[str, Any] | None = field(repr=False)
    consents: tuple[tuple[str, str, bool], ...]
    parameters: tuple[tuple[str, str], ...]
    goods: tuple[Good, ...]
    comments: str | None
    payment_type: str
    payment_id: str | None
    payment_reference: str | None
    status_text: str | None
    parcels: tuple[str, ...]
    completed_at: datetime | None
    created_at: datetime

    @property
    def phone(self) -> tuple[str, str]:
        """Prefix and number of who ordered."""
        number = self.account["phone_number"]
        return number["country_prefix"], number["phone"]


def check_order(
    wanted: Wanted, basket: Basket, products: Mapping[str, Product], terms: Terms
) -> Sale:
    """All that can be checked before stock is set aside (3.8). Raises `NotCreated`."""
    if wanted.currency != basket.currency or basket.currency != CURRENCY:
        raise NotCreated(notices.OTHER_CURRENCY)
    bought = [line for line in basket.lines if line.quantity]
    if not bought:
        raise NotCreated(notices.EMPTY)
    delivery = _delivery(wanted, basket, products, terms)
    services = _services(wanted, delivery)
    _check_details(wanted, basket, products, terms)
    sale = Sale(
        wanted=wanted,
        basket=basket,
        goods=tuple(
            Good(product, line.quantity, terms.vat_of(product))
            for line, product in [(line, products[line.product_id]) for line in bought]
        ),
        delivery=delivery,
        services=services,
        delivery_price=(price := delivery.price_for(basket.total)),
        total=basket.total + price + Money.sum((one.price for one in services), CURRENCY),
        vat_rate=terms.vat_rate,
    )
    _check_payment(wanted, sale, terms)
    _check_own(wanted, basket, terms)
    return sale


def _delivery(
    wanted: Wanted, basket: Basket, products: Mapping[str, Product], terms: Terms
) -> Delivery:
    offered = {one.type: one for one in terms.deliveries_for(basket, products)}
    all_digital = all(products[line.product_id].digital for line in basket.lines)
    if wanted.delivery_type not in offered or (wanted.delivery_type == DIGITAL) != all_digital:
        raise NotCreated(notices.NO_DELIVERY)
    return offered[wanted.delivery_type]


def _services(wanted: Wanted, delivery: Delivery) -> tuple[DeliveryService, ...]:
    """The chosen ones, whatever the order of their codes."""
    chosen = set(wanted.services)
    services = tuple(one for one in delivery.services if one.code in chosen)
    if len(services) != len(wanted.services) or (services and delivery.type == DIGITAL):
        raise NotCreated(notices.NO_SERVICE)
    return services


def _check_details(
    wanted: Wanted, basket: Basket, products: Mapping[str, Product], terms: Terms
) -> None:
    lacks = list(wanted.lacks)
    digital = any(products[line.product_id].digital for line in basket.lines if line.quantity)
    if digital and wanted.digital_mail is None:
        lacks.append("digital_delivery_email")
    if lacks:
        raise NotCreated(notices.INCOMPLETE, name=", ".join(dict.fromkeys(lacks)))
    if wanted.delivery_type == COURIER and wanted.country not in terms.countries:
        raise NotCreated(notices.OTHER_COUNTRY)
    given = {(one, version) for one, version, accepted in wanted.consents if accepted}
    for consent in terms.consents_for(basket):
        if consent.is_required and (consent.id, consent.version) not in given:
            raise NotCreated(notices.NO_CONSENT)


def _check_payment(wanted: Wanted, sale: Sale, terms: Terms) -> None:
    paid_by_wallet = wanted.paid_by_wallet or Money.zero(CURRENCY)
    if wanted.total is None or wanted.total != sale.total - paid_by_wallet:
        raise NotCreated(notices.OTHER_TOTAL)
    if (wanted.payment_type == FREE) != (not sale.total):
        raise NotCreated(notices.NO_PAYMENT)
    if wanted.payment_type == FREE:
        return
    if wanted.payment_type == CASH and not _takes_cash(sale, terms):
        raise NotCreated(notices.NO_PAYMENT)
    if terms.payment_types and wanted.payment_type not in terms.payment_types:
        raise NotCreated(notices.NO_PAYMENT)


def _takes_cash(sale: Sale, terms: Terms) -> bool:
    """Cash needs the service for it; a delivery without one takes cash if the shop says so."""
    if any(one.code == CASH_SERVICE for one in sale.delivery.services):
        return any(one.code == CASH_SERVICE for one in sale.services)
    return CASH in terms.payment_types


def _check_own(wanted: Wanted, basket: Basket, terms: Terms) -> None:
    if terms.minimum is not None and basket.total < terms.minimum:
        raise NotCreated(notices.BELOW_MINIMUM, name=terms.minimum.format(terms.locale))
    own = None if terms.refuse is None else terms.refuse(basket, wanted)
    if own is not None:
        raise NotCreated(notices.INCOMPLETE, name=own)


def costs_the_same(one: Basket, other: Basket) -> bool:
    """Whether an order of either freezes the same: content, prices, codes."""
    return _frozen(one) == _frozen(other)


def _frozen(basket: Basket) -> tuple[object, ...]:
    lines = [(line.product_id, line.quantity, line.unit_price) for line in basket.lines]
    codes = [(one.code, one.amount) for one in basket.promotions if one.applied]
    return basket.version, lines, codes, basket.total


@dataclass(frozen=True, slots=True)
class OrderTold:
    """What a wallet told of an order (3.10); ``says_status`` is whether it named any status."""

    event_id: str
    paid: bool
    rejected: bool
    says_status: bool
    phone: tuple[str, str] | None = field(default=None, repr=False)
    payment_id: str | None = None
    payment_reference: str | None = None
    payment_type: str | None = None


PAY, REJECT, NOTHING = "pay", "reject", "nothing"


def effect_of(told: OrderTold, order: Order, *, completed: bool) -> str:
    """What the shop does about it: a repeat does nothing. Raises `NotUpdated`.

    Nobody rejects what is paid or completed, nobody pays what was given up, and an event that
    says neither says nothing useful.
    """
    is_paid, is_over = order.status in CAPTURED, order.status == CANCELLED
    if (told.paid and told.rejected) or not told.says_status:
        raise NotUpdated("The event says neither that it was paid nor that it was rejected.")
    if told.paid and not is_paid:
        if is_over or completed:
            raise NotUpdated(f"{order.number} is over; it cannot be paid.")
        return PAY
    if told.rejected and not is_over:
        if is_paid or completed:
            raise NotUpdated(f"{order.number} is paid or completed; it cannot be rejected.")
        return REJECT
    return NOTHING
