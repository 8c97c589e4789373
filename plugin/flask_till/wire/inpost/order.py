"""The order a wallet asks for (4.3), and the order a shop answers with (4.4)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from .amounts import Amount, Price
from .basket import DeliveryOption
from .message import Message
from .products import OrderedProduct
from .values import (
    Country,
    DeliveryType,
    Id,
    Label,
    Mail,
    Moment,
    Parameter,
    PaymentName,
    Phone,
    Text,
    Word,
)

NO_BUILDING = "_"
"""What stands in ``building`` when there is none (4.3, 6)."""

CurrencyCode = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
"""Any code: an order in another currency than PLN is a 409 of the shop, not a 400 (3.8)."""


class LegalForm(StrEnum):
    """Who wants the invoice (4.3)."""

    PERSON = "PERSON"
    COMPANY = "COMPANY"


class AddressDetails(Message):
    """An address in its parts (4.3)."""

    street: Text | None = None
    building: Text | None = None
    flat: Text | None = None

    @property
    def house(self) -> str | None:
        """The building, unless it is the placeholder for none."""
        return None if self.building in {None, "", NO_BUILDING} else self.building


class Address(Message):
    """Where somebody lives (4.3)."""

    country_code: Country
    address: Text
    city: Text
    postal_code: Text
    address_details: AddressDetails | None = None


class DeliveryAddress(Address):
    """Where a courier goes, and to whom (2.10, 4.3)."""

    name: Text


class AccountInfo(Message):
    """Who orders (4.3). The mail may be a relay address."""

    name: Text
    surname: Text
    phone_number: Phone
    mail: Mail
    client_address: Address


class InvoiceDetails(Message):
    """Only when an invoice is wanted (4.3)."""

    legal_form: Word[LegalForm]
    country_code: Country
    tax_id_prefix: Text | None = None
    tax_id: Text | None = None
    company_name: Text | None = None
    name: Text | None = None
    surname: Text | None = None
    city: Text
    street: Text
    building: Text
    flat: Text | None = None
    postal_code: Text
    mail: Mail | None = None
    registration_data_edited: bool | Text | None = None
    additional_information: Text | None = None


class Discount(Message):
    """A discount that the wallet pays for, gross (4.3)."""

    type: Text
    discount: Amount


class ConsentGiven(Message):
    """What the shopper said to a consent, in which version (4.3)."""

    consent_id: Id
    consent_version: Label
    is_accepted: bool


class WantedOrder(Message):
    """``order_details`` of a create; ``basket_price`` includes delivery (4.3)."""

    order_comments: Text | None = None
    basket_id: Id
    currency: CurrencyCode
    basket_price: Price
    payment_type: PaymentName
    basket_additional_parameters: list[Parameter] | None = None
    inpost_discounts: list[Discount] | None = None


class WantedDelivery(Message):
    """The chosen delivery (4.3); see `gaps` for what each type needs."""

    delivery_type: Word[DeliveryType]
    delivery_codes: list[Label] | None = None
    mail: Mail | None = None
    phone_number: Phone | None = None
    delivery_point: Text | None = None
    delivery_address: DeliveryAddress | None = None
    courier_note: Text | None = None
    digital_delivery_email: Mail | None = None


class OrderCreate(Message):
    """POST order, wallet to shop (4.3). Its amounts are written as numbers (7.1)."""

    amounts_are_numbers: ClassVar[bool] = True

    order_details: WantedOrder
    account_info: AccountInfo
    invoice_details: InvoiceDetails | None = None
    delivery: WantedDelivery
    consents: list[ConsentGiven] | None = None


class OrderDetails(Message):
    """``order_details`` of an order; prices without and with delivery (4.4)."""

    order_id: Id
    customer_order_id: Label | None = None
    pos_id: Label
    basket_id: Id
    order_creation_date: Moment
    order_merchant_status_description: Text
    payment_type: PaymentName
    currency: CurrencyCode
    order_base_price: Price
    order_final_price: Price
    delivery_references_list: list[Label] | None = None
    order_comments: Text | None = None
    order_discount: Amount | None = None
    order_additional_parameters: list[Parameter] | None = None

    @property
    def number(self) -> str:
        """What the shopper is shown."""
        return self.customer_order_id or self.order_id


class OrderDelivery(Message):
    """The delivery of an order, options with names and prices (4.4)."""

    delivery_type: Word[DeliveryType]
    delivery_date: Moment | None = None
    delivery_options: list[DeliveryOption] | None = None
    delivery_price: Price
    mail: Mail | None = None
    phone_number: Phone | None = None
    delivery_point: Text | None = None
    delivery_address: DeliveryAddress | None = None
    courier_note: Text | None = None
    digital_delivery_email: Mail | None = None


class Order(Message):
    """The shop's answer to create and get (4.4)."""

    order_details: OrderDetails
    account_info: AccountInfo
    invoice_details: InvoiceDetails | None = None
    delivery: OrderDelivery
    consents: list[ConsentGiven]
    products: list[OrderedProduct]


def gaps(order: OrderCreate, *, has_digital: bool = False) -> list[str]:
    """Members a shop needs and did not get: an ``ORDER_NOT_CREATE``, no shape error (3.8, 4.3).

    A locker needs its point, a courier an address with all its parts, anything digital
    (``has_digital``) a mail address, an invoice what its legal form asks for.
    """
    return _delivery_gaps(order.delivery, has_digital) + _invoice_gaps(order.invoice_details)


def _delivery_gaps(delivery: WantedDelivery, has_digital: bool) -> list[str]:
    found = []
    kind, address = delivery.delivery_type, delivery.delivery_address
    if kind == DeliveryType.APM and not delivery.delivery_point:
        found.append("delivery.delivery_point")
    if kind == DeliveryType.COURIER and address is None:
        found.append("delivery.delivery_address")
    if kind == DeliveryType.COURIER and address is not None:
        parts = {
            "address": address.address,
            "city": address.city,
            "postal_code": address.postal_code,
        }
        found += [f"delivery.delivery_address.{name}" for name, text in parts.items() if not text]
    if (has_digital or kind == DeliveryType.DIGITAL) and not delivery.digital_delivery_email:
        found.append("delivery.digital_delivery_email")
    return found


def _invoice_gaps(invoice: InvoiceDetails | None) -> list[str]:
    if invoice is None:
        return []
    if invoice.legal_form == LegalForm.PERSON:
        needed = {"name": invoice.name, "surname": invoice.surname}
    else:
        needed = {
            "tax_id_prefix": invoice.tax_id_prefix,
            "tax_id": invoice.tax_id,
            "company_name": invoice.company_name,
        }
    return [f"invoice_details.{name}" for name, text in needed.items() if not text]
