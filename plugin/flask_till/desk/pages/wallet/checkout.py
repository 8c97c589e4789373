"""The order form of a basket: what can be chosen, what was chosen, what it comes to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ....errors import Conflict, InvalidRequest
from ....money import Money
from ....wire.inpost import arithmetic
from ....wire.inpost import basket as wire
from ....wire.inpost.values import DeliveryType
from ...linked_basket import Shopper
from ...wallet_port import CASH_ON_DELIVERY, FREE_ORDER, GATEWAY, OrderWanted
from .me import ADDRESS, INVOICE
from .screen import BasketScreen, money

COD = "COD"
"""The delivery code of cash on delivery (4.0): chosen with the payment, not as a service."""


@dataclass(frozen=True)
class Service:
    """An extra of a delivery."""

    option: wire.DeliveryOption
    chosen: bool

    @property
    def code(self) -> str:
        return self.option.delivery_code_value

    @property
    def price(self) -> Money:
        return money(self.option.delivery_option_price)


@dataclass(frozen=True)
class Choice:
    """A way of delivery."""

    delivery: wire.Delivery
    chosen: bool
    codes: frozenset[str]

    @property
    def type(self) -> str:
        return str(self.delivery.delivery_type.value)

    @property
    def price(self) -> Money:
        return money(self.delivery.delivery_price)

    @property
    def services(self) -> list[Service]:
        told = self.delivery.delivery_options or []
        return [
            Service(one, one.delivery_code_value in self.codes)
            for one in told
            if one.delivery_code_value != COD
        ]

    @property
    def cash(self) -> Money | None:
        """What paying at the door costs more; None when that is not offered."""
        for one in self.delivery.delivery_options or []:
            if one.delivery_code_value == COD:
                return money(one.delivery_option_price)
        return None


@dataclass(frozen=True)
class Checkout:
    """The form with what was typed into it so far."""

    screen: BasketScreen
    shopper: Shopper
    given: Mapping[str, str]
    picked: Sequence[str] = ()
    accepted: frozenset[str] = frozenset()

    @classmethod
    def first(cls, screen: BasketScreen, shopper: Shopper) -> Checkout:
        """Before anything was typed."""
        return cls(screen, shopper, {})

    @classmethod
    def read(cls, screen: BasketScreen, shopper: Shopper, form: Any) -> Checkout:
        """What was sent."""
        given = {name: value.strip() for name, value in form.items()}
        accepted = frozenset(form.getlist("consent"))
        return cls(screen, shopper, given, form.getlist("service"), accepted)

    @property
    def content(self) -> wire.Basket:
        return self.screen.content

    def text(self, name: str) -> str:
        """What was typed; before that, what the wallet knows of the shopper."""
        return self.given[name] if name in self.given else known_of(self.shopper).get(name, "")

    def invoice_text(self, name: str) -> str:
        return self.text(f"invoice_{name}")

    # --- what can be chosen ---------------------------------------------------------------

    @cached_property
    def choices(self) -> list[Choice]:
        """A mixed basket goes by its physical types; only an all digital one goes by mail."""
        offered = [
            one
            for one in self.content.delivery
            if self.content.all_digital == (one.delivery_type == DeliveryType.DIGITAL)
        ]
        wanted = self.text("delivery")
        known = {str(one.delivery_type.value) for one in offered}
        chosen = wanted if wanted in known else next(iter(sorted(known)), "")
        return [
            Choice(one, str(one.delivery_type.value) == chosen, frozenset(self.picked))
            for one in sorted(offered, key=lambda one: str(one.delivery_type.value))
        ]

    @property
    def choice(self) -> Choice | None:
        return next((one for one in self.choices if one.chosen), None)

    @property
    def consents(self) -> list[tuple[wire.Consent, bool, list[tuple[str, str | None]]]]:
        """Each with whether it was given, and its words with their links."""
        told = self.content.consents or []
        return [(one, one.consent_id in self.accepted, words_of(one)) for one in told]

    @property
    def needs_mail_for_files(self) -> bool:
        return self.content.has_digital

    # --- what it comes to -----------------------------------------------------------------

    @property
    def services(self) -> tuple[str, ...]:
        """The chosen codes that this delivery offers, cash on delivery among them."""
        choice = self.choice
        if choice is None:
            return ()
        codes = [one.code for one in choice.services if one.chosen]
        return (*codes, COD) if self.payment == CASH_ON_DELIVERY else tuple(codes)

    @property
    def payment(self) -> str:
        if self._costs_nothing:
            return FREE_ORDER
        cash = self.choice is not None and self.choice.cash is not None
        return CASH_ON_DELIVERY if cash and self.text("payment") == "cash" else GATEWAY

    @property
    def _costs_nothing(self) -> bool:
        choice = self.choice
        parts = [self.screen.total]
        if choice is not None:
            parts += [choice.price, *(one.price for one in choice.services if one.chosen)]
        return not Money.sum(parts, self.screen.total.currency).minor

    @property
    def delivery_total(self) -> Money:
        return self.total - self.screen.total

    @property
    def total(self) -> Money:
        choice = self.choice
        if choice is None:
            return self.screen.total
        kind = choice.delivery.delivery_type
        return money(arithmetic.order_total(self.content, kind, self.services))

    def wanted(self, locale: str) -> OrderWanted:
        """The order to place. Raises `Conflict` (TOTAL_CHANGED, BASKET_CHANGED) unless the
        shopper was shown just this, `InvalidRequest` without a delivery.
        """
        choice = self.choice
        if choice is None:
            raise InvalidRequest("Nothing can be delivered.", fields={"delivery": "not offered"})
        if self.text("shown_version") != str(self.screen.basket.version):
            raise Conflict("The basket changed.", code="BASKET_CHANGED")
        if self.text("shown_total") != str(self.total.minor):
            raise Conflict("The total changed.", code="TOTAL_CHANGED")
        return OrderWanted(
            delivery_type=choice.type,
            services=self.services,
            delivery_point=self.text("delivery_point") or None if choice.type == "APM" else None,
            address=self._address(),
            mail=self.text("mail") or None,
            digital_mail=self.text("digital_mail") or None if self.needs_mail_for_files else None,
            consents={one.consent_id: given for one, given, _ in self.consents},
            invoice=self._invoice(),
            comments=self.text("comments") or None,
            courier_note=self.text("courier_note") or None,
            payment=self.payment,
            locale=locale,
            basket_version=self.screen.basket.version,
        )

    def profile(self) -> dict[str, Any]:
        """What the wallet did not know of the shopper before, to be kept for the next order."""
        known = known_of(self.shopper)
        names = {name: self.text(name) for name in ("name", "surname", "mail")}
        found: dict[str, Any] = {
            name: text for name, text in names.items() if text and text != known.get(name)
        }
        if not self.shopper.profile.get("address") and self.text("street"):
            found["address"] = self._part(ADDRESS, "")
        return found

    def _invoice(self) -> dict[str, str] | None:
        kind = self.text("invoice")
        if kind == "PERSON":
            own = {"name": self.text("name"), "surname": self.text("surname")}
            return {"legal_form": kind} | own | self._part(ADDRESS, "invoice_")
        if kind == "COMPANY":
            own = {"legal_form": kind, "tax_id_prefix": "PL"}
            return own | self._part(INVOICE[1:], "invoice_")
        return None

    def _part(self, names: Sequence[str], prefix: str) -> dict[str, str]:
        found = {name: self.text(prefix + name) for name in names}
        return {name: text for name, text in ({"country_code": "PL"} | found).items() if text}

    def _address(self) -> dict[str, str]:
        own = {"name": f"{self.text('name')} {self.text('surname')}".strip()}
        return self._part(ADDRESS, "") | {name: text for name, text in own.items() if text}


def known_of(shopper: Shopper) -> dict[str, str]:
    """What the wallet knows of a shopper, by the names of the form's fields."""
    address: Mapping[str, Any] = shopper.profile.get("address") or {}
    invoice: Mapping[str, Any] = shopper.profile.get("invoice") or address
    own = {
        "name": shopper.name,
        "surname": shopper.surname,
        "mail": shopper.mail,
        "digital_mail": shopper.mail,
    }
    billing = {f"invoice_{name}": value for name, value in invoice.items()}
    return {name: str(value) for name, value in (own | dict(address) | billing).items() if value}


def words_of(consent: wire.Consent) -> list[tuple[str, str | None]]:
    """The text of a consent in pieces, ``#<id>`` being replaced by the link of that id (4.1.4)."""
    links = {
        one.id: one for one in [consent_link(consent), *(consent.additional_consent_links or [])]
    }
    pieces: list[tuple[str, str | None]] = []
    text = consent.consent_description
    pattern = "|".join(re.escape(name) for name in sorted(links, key=len, reverse=True))
    place = 0
    for match in re.finditer(f"#({pattern})", text):
        link = links.pop(match[1], None)
        if link is None:
            continue
        pieces += [(text[place : match.start()], None), (link.label_link or "", link.consent_link)]
        place = match.end()
    pieces.append((text[place:], None))
    for link in links.values():
        pieces += [(" ", None), (link.label_link or "", link.consent_link)]
    return pieces


def consent_link(consent: wire.Consent) -> wire.ConsentLink:
    """The consent's own link, as one of its links."""
    return wire.ConsentLink(
        id=consent.consent_id, consent_link=consent.consent_link, label_link=consent.label_link
    )
