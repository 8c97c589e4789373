"""On what terms a shop sells through a wallet: deliveries, consents, suggestions, taxes. No I/O.

Each port takes a fixed value, or a function of the `Basket` that returns one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from ..errors import SettingsError
from ..money import Money
from .basket import Basket
from .catalog import Product
from .order import Order

T = TypeVar("T")

APM, COURIER, DIGITAL = "APM", "COURIER", "DIGITAL"
TYPES = (APM, COURIER, DIGITAL)
CASH_SERVICE = "COD"
"""The code of the service that lets a shopper pay the courier (4.0)."""
OPTIONAL, REQUIRED_ONCE, REQUIRED_ALWAYS = "OPTIONAL", "REQUIRED_ONCE", "REQUIRED_ALWAYS"
REQUIREMENTS = (OPTIONAL, REQUIRED_ONCE, REQUIRED_ALWAYS)
MOST_CONSENTS, MOST_OFFERS, MOST_RELATED = 10, 5, 10
LONGEST_TEXT = 10_000
LIFE = timedelta(days=2)
"""How long a wallet keeps a basket after it was sent last."""

_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_URL = re.compile(r"https?://\S+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DeliveryService:
    """A service that a shopper may add to a delivery: gift wrapping, cash on delivery..."""

    code: str
    name: str
    price: Money

    def __post_init__(self) -> None:
        _need(_CODE.match(self.code), f"{self.code!r} cannot be a service's code")
        _need(0 < len(self.name) <= 250, f"the service {self.code} needs a name")
        _need(self.price.minor >= 0, f"the service {self.code} has a negative price")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A way to get the goods to the shopper; ``days`` from now it is expected there, at noon UTC.

    From ``free_from`` on, the delivery itself costs nothing; its services keep their prices.
    Raises `SettingsError`.
    """

    type: str
    price: Money
    days: int = 2
    services: tuple[DeliveryService, ...] = ()
    free_from: Money | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "services", tuple(self.services))
        _need(self.type in TYPES, f"{self.type!r} is no delivery; there are {', '.join(TYPES)}")
        _need(self.price.minor >= 0, f"the delivery {self.type} has a negative price")
        _need(0 <= self.days <= 365, f"the delivery {self.type} takes 0 to 365 days")
        codes = [service.code for service in self.services]
        _need(len(set(codes)) == len(codes), f"the delivery {self.type} has a service twice")

    def price_for(self, goods: Money) -> Money:
        """What it costs for goods of that price."""
        free = self.free_from is not None and goods >= self.free_from
        return Money.zero(self.price.currency) if free else self.price

    def expected(self, now: datetime) -> datetime:
        day = now + timedelta(days=self.days)
        return day.replace(hour=12, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class ConsentLink:
    """A further link of a consent; ``#<id>`` in the consent's text is its place."""

    id: str
    link: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What a shopper is asked to agree to, in one ``version``. Raises `SettingsError`."""

    id: str
    text: str
    link: str
    version: str = "1"
    requirement: str = OPTIONAL
    label: str | None = None
    links: tuple[ConsentLink, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "links", tuple(self.links))
        _need(_CODE.match(self.id), f"{self.id!r} cannot be a consent's id")
        _need(0 < len(self.text) <= LONGEST_TEXT, f"the consent {self.id} needs a text")
        for link in (self.link, *(one.link for one in self.links)):
            _need(_URL.match(link), f"the consent {self.id} needs http(s) links")
        _need(0 < len(self.version) <= 250, f"the consent {self.id} needs a version")
        _need(
            self.requirement in REQUIREMENTS,
            f"the consent {self.id} is {self.requirement!r}; it can be {', '.join(REQUIREMENTS)}",
        )

    @property
    def is_required(self) -> bool:
        return self.requirement != OPTIONAL


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion code that the wallet shows as one to use; ``link`` explains it (4.1.5)."""

    code: str
    text: str
    link: str
    only_in_app: bool = False
    starts: datetime | None = None
    ends: datetime | None = None
    priority: int | None = None

    def __post_init__(self) -> None:
        _need(0 < len(self.code) <= 250, "an offer needs a code")
        _need(0 < len(self.text) <= LONGEST_TEXT, f"the offer {self.code} needs a text")
        _need(_URL.match(self.link), f"the offer {self.code} needs an http(s) link")
        _need(self.priority in (None, 1, 2, 3, 4, 5), f"the offer {self.code}: priority is 1 to 5")


Deliveries = Sequence[Delivery] | Callable[[Basket], Sequence[Delivery]]
Consents = Sequence[Consent] | Callable[[Basket], Sequence[Consent]]
Related = Sequence[str] | Callable[[Basket], Sequence[str]]


@dataclass(frozen=True)
class Terms:
    """A shop's terms. Everything has a default, so that any shop can answer a wallet.

    Without ``deliveries`` goods that travel cannot be ordered from a wallet; digital ones can.
    ``related`` are product ids suggested beside those that products name themselves. ``vat_rate``
    is in percent. ``omnibus`` are codes that do not count as a discount. ``countries`` are those
    that couriers go to. ``refuse`` is a shop's own check of an order: a text why not, or None.
    ``status_text`` is what the shopper reads in the wallet about an order.
    """

    deliveries: Deliveries = ()
    consents: Consents = ()
    related: Related = ()
    offers: Sequence[Offer] = ()
    omnibus: frozenset[str] = frozenset()
    vat_rate: int | Decimal = 23
    payment_types: Sequence[str] = ()
    countries: Sequence[str] = ("PL",)
    minimum: Money | None = None
    store_url: str | None = None
    locale: str = "en"
    status_text: Callable[[Order], str] | None = None
    refuse: Callable[..., str | None] | None = field(default=None)

    def deliveries_for(
        self, basket: Basket, products: Mapping[str, Product]
    ) -> tuple[Delivery, ...]:
        """What is offered: DIGITAL only for digital goods, the others when anything travels.

        Digital goods travel for nothing unless the shop says otherwise.
        """
        digital = [products[line.product_id].digital for line in basket.lines]
        offered = {one.type: one for one in _value(self.deliveries, basket)}
        if any(digital):
            offered.setdefault(DIGITAL, Delivery(DIGITAL, Money.zero(basket.currency), days=0))
        travels = not all(digital)
        return tuple(
            one for one in offered.values() if (any(digital) if one.type == DIGITAL else travels)
        )

    def consents_for(self, basket: Basket) -> tuple[Consent, ...]:
        return tuple(_value(self.consents, basket))[:MOST_CONSENTS]

    def related_to(self, basket: Basket, products: Mapping[str, Product]) -> tuple[str, ...]:
        """Ids of products to suggest, without those that are in the basket."""
        within = {line.product_id for line in basket.lines}
        named = [one for line in basket.lines for one in products[line.product_id].related]
        wanted = dict.fromkeys([*named, *_value(self.related, basket)])
        return tuple(one for one in wanted if one not in within)[:MOST_RELATED]

    def offers_at(self, now: datetime) -> tuple[Offer, ...]:
        """Offers that are not over."""
        live = [offer for offer in self.offers if offer.ends is None or offer.ends > now]
        return tuple(live)[:MOST_OFFERS]

    def check_currency(self, currency: str) -> None:
        """Raises `SettingsError` for a fixed price in another currency than the shop's."""
        fixed = [] if callable(self.deliveries) else list(self.deliveries)
        prices = [one.price for one in fixed] + [one.free_from for one in fixed if one.free_from]
        prices += [service.price for one in fixed for service in one.services]
        prices += [] if self.minimum is None else [self.minimum]
        for price in prices:
            _need(
                price.currency == currency,
                f"deliveries and minimum must be priced in {currency}, not {price.currency}",
            )

    def vat_of(self, product: Product) -> int | Decimal:
        return self.vat_rate if product.vat_rate is None else product.vat_rate

    def at_home(self, *, locale: str, store_url: str | None) -> Terms:
        """The same for a shop of that language and address."""
        return replace(self, locale=locale, store_url=self.store_url or store_url)


def _value(port: Sequence[T] | Callable[[Basket], Sequence[T]], basket: Basket) -> Sequence[T]:
    return port(basket) if callable(port) else port


def _need(holds: object, otherwise: str) -> None:
    if not holds:
        raise SettingsError(f"{otherwise[:1].upper()}{otherwise[1:]}.")
