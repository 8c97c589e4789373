"""The basket: always whole, never a difference (4.1, 2.6, 2.8).

A shop sends it when it changed, and answers with it to GET (3.3), confirmation (3.4), events (3.5)
and added products (3.7).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import AliasChoices, Field, StringConstraints, model_validator

from .amounts import Amount, Price
from .message import Message
from .products import Product, RelatedProduct
from .values import (
    Currency,
    DeliveryType,
    Id,
    Label,
    Moment,
    Notice,
    Parameter,
    PaymentName,
    Text,
    Url,
    Word,
)

MOST_CONSENTS = 10
MOST_PROMOTIONS = 5
ADVISED_RELATED = 10


class RequirementType(StrEnum):
    """Whether a consent must be given, and how often it is asked for (4.1.4)."""

    OPTIONAL = "OPTIONAL"
    REQUIRED_ONCE = "REQUIRED_ONCE"
    REQUIRED_ALWAYS = "REQUIRED_ALWAYS"


class PromotionKind(StrEnum):
    """Whose promotion it is (4.1.5)."""

    MERCHANT = "MERCHANT"
    ONLY_IN_APP = "ONLY_IN_APP"


class RegulationType(StrEnum):
    """A code under the Omnibus rule does not count as a discount (4.1.1, promo_codes)."""

    OMNIBUS = "OMNIBUS"


class Summary(Message):
    """Prices of the whole basket without delivery, and what belongs to it as a whole (4.1.1)."""

    basket_base_price: Price
    basket_promo_price: Price | None = None
    basket_final_price: Price | None = None
    free_basket: bool | None = None
    currency: Word[Currency]
    basket_expiration_date: Moment | None = None
    basket_additional_information: Text | None = None
    payment_type: list[PaymentName] | None = None
    basket_notice: Notice | None = None
    basket_additional_parameters: list[Parameter] | None = None

    @property
    def price(self) -> Price:
        """What the products cost: final, else promo, else base (4.2)."""
        return self.basket_final_price or self.basket_promo_price or self.basket_base_price


class DeliveryOption(Message):
    """An extra service; its price comes on top of the delivery's (4.1.2)."""

    delivery_name: Label
    delivery_code_value: Label
    delivery_option_price: Price


class Delivery(Message):
    """One way to get the basket to the shopper (4.1.2)."""

    delivery_type: Word[DeliveryType]
    delivery_date: Moment
    delivery_price: Price
    delivery_options: list[DeliveryOption] | None = None
    free_delivery_minimum_gross_price: Amount | None = None


class PromoCode(Message):
    """A code in force (4.1, promo_codes)."""

    name: Label
    promo_code_value: Label
    regulation_type: Word[RegulationType] | None = None


class ConsentLink(Message):
    """A further link of a consent; ``#<id>`` in the description marks its place (4.1.4)."""

    id: Id
    consent_link: Url
    label_link: Text | None = None


class Consent(Message):
    """What a shopper is asked to agree to; the version comes back with the order (4.1.4)."""

    consent_id: Id
    consent_link: Url
    label_link: Text | None = None
    additional_consent_links: list[ConsentLink] | None = None
    consent_description: Text
    consent_version: Label
    requirement_type: Word[RequirementType]

    @property
    def is_required(self) -> bool:
        return self.requirement_type != RequirementType.OPTIONAL


class PromotionDetails(Message):
    """Where a promotion is explained (4.1.5)."""

    link: Url


class PromotionAvailable(Message):
    """A code the shopper could use (4.1.5)."""

    type: Word[PromotionKind]
    promo_code_value: Label
    description: Text
    start_date: Moment | None = None
    end_date: Moment | None = None
    priority: Annotated[int, Field(ge=1, le=5)] | None = None
    details: PromotionDetails


class Cookie(Message):
    """A cookie that opens the shop with the same basket (4.1.6). Its value is a secret."""

    domain: Label
    key: Label
    value: Annotated[str, StringConstraints(max_length=8192), Field(repr=False)]
    path: Label
    expires: Text | None = None
    secure: bool | None = None
    http_only: bool | None = None
    same_site: Annotated[
        Text | None, Field(validation_alias=AliasChoices("same_site", "save_site"))
    ] = None
    priority: Text | None = None
    max_age: int | None = None


class MerchantStore(Message):
    """Lets the wallet open the shop with the same basket (4.1.6)."""

    url: Url
    cookies: list[Cookie] | None = None


class Basket(Message):
    """The whole basket (4.1). ``basket_id`` is needed in the reply to an added product (3.7)."""

    basket_id: Id | None = None
    summary: Summary
    delivery: list[Delivery]
    promo_codes: list[PromoCode] | None = None
    products: list[Product]
    related_products: list[RelatedProduct] | None = None
    consents: Annotated[list[Consent], Field(max_length=MOST_CONSENTS)] | None = None
    promotions_available: (
        Annotated[list[PromotionAvailable], Field(max_length=MOST_PROMOTIONS)] | None
    ) = None
    merchant_store: MerchantStore | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Basket:
        _once("product_id", (product.product_id for product in self.products))
        _once("delivery_type", (delivery.delivery_type for delivery in self.delivery))
        return self

    def delivery_by(self, delivery_type: DeliveryType) -> Delivery | None:
        """That way of delivery, if it is offered."""
        return next((one for one in self.delivery if one.delivery_type == delivery_type), None)

    @property
    def has_digital(self) -> bool:
        return any(product.is_digital for product in self.products)

    @property
    def all_digital(self) -> bool:
        """Such a basket travels as DIGITAL, and nothing else does (3.8)."""
        return bool(self.products) and all(product.is_digital for product in self.products)


class BasketPut(Basket):
    """PUT basket v1 (2.6): with the id of a trusted browser it also creates and links."""

    browser_id: Id | None = None


def _once(name: str, values: Iterable[str]) -> None:
    found = list(values)
    if len(set(found)) != len(found):
        raise ValueError(f"{name} stands more than once")
