"""The order that a shopper wants, as the contract's message with its arithmetic (4.2, 4.3).

Checked here as far as the basket says what is offered, so that a shopper hears of a gap from the
form and not from the shop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ....errors import InvalidRequest
from ....money import Money
from ....wire.inpost import arithmetic, comparison, order
from ....wire.inpost.amounts import Price
from ....wire.inpost.basket import Basket
from ....wire.inpost.values import DeliveryCode, DeliveryType, PaymentType, Phone
from ...linked_basket import LinkedBasket, Shopper
from ...wallet_port import (
    CASH_ON_DELIVERY,
    FREE_ORDER,
    GATEWAY,
    Asked,
    OrderWanted,
    PlacedOrder,
)
from .stored import from_stored, to_stored

COD = DeliveryCode.CASH_ON_DELIVERY.value


class InpostOrderWords:
    """Fills the port `OrderWords`."""

    def ask_for(self, basket: LinkedBasket, shopper: Shopper, wanted: OrderWanted) -> Asked:
        """The create message (4.3). Raises `InvalidRequest` (ORDER_INCOMPLETE) with fields."""
        content = from_stored(Basket, basket.content or {})
        kind = _delivery_type(content, wanted.delivery_type)
        codes = _codes(content, kind, wanted)
        total = arithmetic.order_total(content, kind, codes)
        payment = _payment(wanted.payment, total)
        faults = _consent_faults(content, wanted) | _profile_faults(shopper, wanted)
        faults |= _invoice_faults(wanted)
        if faults:
            raise _incomplete(faults)
        try:
            message = order.OrderCreate(
                order_details=_details(basket, content, wanted, total, payment),
                account_info=_account(shopper, wanted),
                invoice_details=_invoice(wanted),
                delivery=_delivery(content, kind, codes, shopper, wanted),
                consents=_consents(content, wanted),
            )
        except ValidationError as error:
            raise _incomplete(_named(error)) from None
        if missing := order.gaps(message, has_digital=content.has_digital):
            raise _incomplete(dict.fromkeys(missing, "is needed"))
        return Asked(
            to_stored(message), total.money(), payment, offer=comparison.fingerprint(content)
        )

    def price(self, basket: LinkedBasket, wanted: OrderWanted) -> Money:
        """Basket, delivery and services (4.2)."""
        content = from_stored(Basket, basket.content or {})
        kind = _delivery_type(content, wanted.delivery_type)
        return arithmetic.order_total(content, kind, _codes(content, kind, wanted)).money()

    def fingerprint(self, content: Mapping[str, Any]) -> str:
        """For the comparison before an order (3.3, 7.11)."""
        return comparison.fingerprint(from_stored(Basket, content))

    def differences(
        self, request: Mapping[str, Any], content: Mapping[str, Any], placed: PlacedOrder
    ) -> list[str]:
        """What of the order is not what was asked for: price, basket, delivery or products."""
        asked = from_stored(order.OrderCreate, request)
        given = from_stored(order.Order, placed.content)
        basket = from_stored(Basket, content)
        pairs = {
            "price": (
                given.order_details.order_final_price.gross,
                asked.order_details.basket_price.gross,
            ),
            "currency": (given.order_details.currency, asked.order_details.currency),
            "basket": (given.order_details.basket_id, asked.order_details.basket_id),
            "delivery": (given.delivery.delivery_type, asked.delivery.delivery_type),
            "services": (_given_codes(given, asked), frozenset(_asked_codes(asked))),
            "products": (_amounts(given.products), _amounts(basket.products)),
        }
        return [name for name, (one, other) in pairs.items() if one != other]


def _asked_codes(asked: order.OrderCreate) -> list[str]:
    return asked.delivery.delivery_codes or []


def _given_codes(given: order.Order, asked: order.OrderCreate) -> frozenset[str]:
    """A shop that does not list the services in its answer (4.4) is judged by the price alone."""
    options = given.delivery.delivery_options
    if options is None:
        return frozenset(_asked_codes(asked))
    return frozenset(one.delivery_code_value for one in options)


def _amounts(products: Iterable[Any]) -> dict[str, Any]:
    return {
        product.product_id: product.quantity.quantity
        for product in products
        if product.quantity.quantity
    }


# --- delivery and payment ---------------------------------------------------------------------


def _delivery_type(content: Basket, name: str) -> DeliveryType:
    """One that is offered and carries every product (3.8, 4.1.2, 4.1.3)."""
    if not any(product.quantity.quantity for product in content.products):
        raise InvalidRequest("There is nothing to order.", code="BASKET_EMPTY")
    try:
        kind = DeliveryType(name)
    except ValueError:
        raise _incomplete({"delivery_type": "is not offered"}) from None
    if content.delivery_by(kind) is None or (kind == DeliveryType.DIGITAL) != content.all_digital:
        raise _incomplete({"delivery_type": "is not offered"})
    for product in content.products:
        if not product.is_digital and not product.can_travel_by(kind):
            raise _incomplete({"delivery_type": f"does not carry {product.product_name}"})
    return kind


def _codes(content: Basket, kind: DeliveryType, wanted: OrderWanted) -> list[str]:
    """The chosen services, in the order of the offer; cash on delivery is one of them (4.0)."""
    delivery = content.delivery_by(kind)
    offered = [
        one.delivery_code_value for one in (delivery.delivery_options if delivery else None) or []
    ]
    chosen = set(wanted.services)
    if wanted.payment == CASH_ON_DELIVERY:
        if COD not in offered and not _says_cash(content):
            raise _incomplete({"payment": "cash on delivery is not offered"})
        chosen |= {COD} & set(offered)
    elif COD in chosen:
        raise _incomplete({"payment": "cash on delivery was chosen as a service"})
    if not chosen <= set(offered):
        raise _incomplete({"services": "one of them is not offered"})
    return [code for code in offered if code in chosen]


def _says_cash(content: Basket) -> bool:
    return PaymentType.CASH_ON_DELIVERY in (content.summary.payment_type or ())


def _payment(wanted: str, total: Price) -> str:
    """A total of nothing is a free order, and nothing else is (3.8)."""
    if wanted not in (GATEWAY, CASH_ON_DELIVERY, FREE_ORDER):
        raise _incomplete({"payment": "is not offered"})
    if not total.gross:
        return FREE_ORDER
    if wanted == FREE_ORDER:
        raise _incomplete({"payment": "the order is not free"})
    return wanted


def _payment_type(content: Basket, payment: str) -> str:
    """What the message says (4.0); through a gateway the method is chosen later, and may differ."""
    if payment != GATEWAY:
        return payment
    offered: Sequence[str] = content.summary.payment_type or ()
    paid_now = [one for one in offered if one not in (CASH_ON_DELIVERY, FREE_ORDER)]
    if offered and not paid_now:
        raise _incomplete({"payment": "only cash on delivery is offered"})
    return PaymentType.CARD if not paid_now or PaymentType.CARD in paid_now else paid_now[0]


# --- the parts of the message -----------------------------------------------------------------


def _details(
    basket: LinkedBasket, content: Basket, wanted: OrderWanted, total: Price, payment: str
) -> order.WantedOrder:
    return order.WantedOrder(
        order_comments=wanted.comments or None,
        basket_id=basket.merchant_basket_id,
        currency=content.summary.currency,
        basket_price=total,
        payment_type=_payment_type(content, payment),
        basket_additional_parameters=content.summary.basket_additional_parameters,
    )


def _account(shopper: Shopper, wanted: OrderWanted) -> order.AccountInfo:
    return order.AccountInfo(
        name=shopper.name or "",
        surname=shopper.surname or "",
        phone_number=_phone(shopper),
        mail=_mail(shopper, wanted),
        client_address=order.Address(**_address(_home(shopper, wanted))),
    )


def _delivery(
    content: Basket, kind: DeliveryType, codes: list[str], shopper: Shopper, wanted: OrderWanted
) -> order.WantedDelivery:
    mail = _mail(shopper, wanted)
    courier = kind == DeliveryType.COURIER
    return order.WantedDelivery(
        delivery_type=kind,
        delivery_codes=codes or None,
        mail=mail,
        phone_number=_phone(shopper),
        delivery_point=wanted.delivery_point if kind == DeliveryType.APM else None,
        delivery_address=_delivery_address(shopper, wanted) if courier else None,
        courier_note=wanted.courier_note or None,
        digital_delivery_email=(wanted.digital_mail or mail) if content.has_digital else None,
    )


def _delivery_address(shopper: Shopper, wanted: OrderWanted) -> order.DeliveryAddress:
    given = wanted.address or _home(shopper, wanted)
    name = given.get("name") or f"{shopper.name} {shopper.surname}"
    return order.DeliveryAddress(name=name, **_address(given))


def _address(given: Mapping[str, Any]) -> dict[str, Any]:
    """``ul. Lipowa 4A/7`` and its parts; a building that there is not is said as such (6)."""
    street, building = str(given.get("street", "")), str(given.get("building") or "")
    flat = str(given.get("flat") or "")
    house = f"{building}/{flat}" if building and flat else building or flat
    return {
        "country_code": given.get("country_code") or "PL",
        "address": f"{street} {house}".strip(),
        "city": given.get("city", ""),
        "postal_code": given.get("postal_code", ""),
        "address_details": order.AddressDetails(
            street=street, building=building or order.NO_BUILDING, flat=flat or None
        ),
    }


def _invoice(wanted: OrderWanted) -> order.InvoiceDetails | None:
    if wanted.invoice is None:
        return None
    given = {name: value for name, value in wanted.invoice.items() if value not in (None, "")}
    return order.InvoiceDetails(**{"country_code": "PL", "building": order.NO_BUILDING} | given)


def _consents(content: Basket, wanted: OrderWanted) -> list[order.ConsentGiven]:
    """All that the basket shows, each in the version that it shows (4.1.4)."""
    return [
        order.ConsentGiven(
            consent_id=consent.consent_id,
            consent_version=consent.consent_version,
            is_accepted=bool(wanted.consents.get(consent.consent_id)),
        )
        for consent in content.consents or []
    ]


def _consent_faults(content: Basket, wanted: OrderWanted) -> dict[str, str]:
    return {
        f"consents.{consent.consent_id}": "must be accepted"
        for consent in content.consents or []
        if consent.is_required and wanted.consents.get(consent.consent_id) is not True
    }


def _profile_faults(shopper: Shopper, wanted: OrderWanted) -> dict[str, str]:
    needed = {
        "name": shopper.name,
        "surname": shopper.surname,
        "mail": wanted.mail or shopper.mail,
    }
    faults = {name: "is needed" for name, text in needed.items() if not text}
    home = _home(shopper, wanted)
    for name in ("street", "city", "postal_code"):
        if not home.get(name):
            faults[f"address.{name}"] = "is needed"
    return faults


def _invoice_faults(wanted: OrderWanted) -> dict[str, str]:
    """Of the members that any invoice has; `order.gaps` knows those of a legal form."""
    if wanted.invoice is None:
        return {}
    missing = [name for name in ("street", "city", "postal_code") if not wanted.invoice.get(name)]
    return {f"invoice_details.{name}": "is needed" for name in missing}


def _home(shopper: Shopper, wanted: OrderWanted) -> Mapping[str, Any]:
    """Where the shopper lives: as the profile says, else where the parcel goes."""
    return shopper.profile.get("address") or wanted.address or {}


def _mail(shopper: Shopper, wanted: OrderWanted) -> str:
    return wanted.mail or shopper.mail or ""


def _phone(shopper: Shopper) -> Phone:
    return Phone(country_prefix=shopper.country_prefix, phone=shopper.phone)


def _named(error: ValidationError) -> dict[str, str]:
    return {
        ".".join(map(str, one["loc"])) or "order": one["msg"].removeprefix("Value error, ")
        for one in error.errors(include_url=False, include_input=False)
    }


def _incomplete(faults: Mapping[str, str]) -> InvalidRequest:
    what = "; ".join(f"{name} {why}" for name, why in list(faults.items())[:5])
    return InvalidRequest(
        f"The order is not complete: {what}.", code="ORDER_INCOMPLETE", fields=dict(faults)
    )
