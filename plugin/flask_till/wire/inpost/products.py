"""What a product is: in a basket, as a suggestion beside it, and in an order (4.1.3, 4.4)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from .amounts import Count, Price
from .message import Message
from .values import DeliveryType, Label, ProductId, Text, Url, Word

LONGEST_DESCRIPTION = 1000
"""Characters of a product's description; a shop strips HTML and cuts (6)."""
LONGEST_ATTRIBUTE = 255
"""Characters of an attribute's value (6)."""
MOST_IMAGES = 10


class QuantityType(StrEnum):
    """Counted in pieces, or measured: then the price is for the selected quantity (4.1.3)."""

    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"


class ProductType(StrEnum):
    """A missing one means a physical product (4.1.3)."""

    PRODUCT = "PRODUCT"
    DIGITAL = "DIGITAL"


class OrderedQuantity(Message):
    """How much of a product; zero means out of stock in a basket (6), removed in an event (3.5)."""

    quantity: Count
    quantity_type: Word[QuantityType]
    quantity_unit: Text | None = None

    @model_validator(mode="after")
    def _whole_pieces(self) -> OrderedQuantity:
        if self.quantity_type == QuantityType.INTEGER and self.quantity != int(self.quantity):
            raise ValueError("an INTEGER quantity is a whole number")
        return self

    @property
    def pieces(self) -> int | None:
        """The quantity as a whole number; None if it is measured, not counted."""
        return int(self.quantity) if self.quantity_type == QuantityType.INTEGER else None


class Quantity(OrderedQuantity):
    """As above with stock, limit per order and step; 9999 in stock means it is not tracked."""

    available_quantity: Count | None = None
    max_quantity: Count | None = None
    quantity_jump: Count | None = None


class Image(Message):
    """A further picture in two sizes (4.1.3)."""

    small_size: Url
    normal_size: Url


class Attribute(Message):
    """A property such as its colour (4.1.3)."""

    attribute_name: Label
    attribute_value: Text


class DeliveryAvailable(Message):
    """Whether a delivery type can carry this product (4.1.3)."""

    delivery_type: Word[DeliveryType]
    if_delivery_available: bool


class RelatedDelivery(DeliveryAvailable):
    """The same for a suggestion, and whether it then costs nothing (4.1.3)."""

    if_delivery_free: bool


class ProductFacts(Message):
    """What a product is wherever it stands; ``base_price`` per piece, or for a measured amount."""

    product_id: ProductId
    product_category: Text | None = None
    ean: Text | None = None
    product_name: Label
    product_description: Text | None = None
    product_link: Url | None = None
    product_image: Url | None = None
    additional_product_images: Annotated[list[Image], Field(max_length=MOST_IMAGES)] | None = None
    base_price: Price
    product_attributes: list[Attribute] | None = None
    product_type: Word[ProductType] | None = None

    @property
    def is_digital(self) -> bool:
        return self.product_type == ProductType.DIGITAL


class OrderedProduct(ProductFacts):
    """A product of an order: the price paid, no stock, no deliveries (4.4)."""

    quantity: OrderedQuantity


class PricedProduct(ProductFacts):
    """A product with its price today, after its own promotion, and lowest in 30 days (4.1.3)."""

    promo_price: Price | None = None
    lowest_price: Price | None = None
    quantity: Quantity

    @property
    def price(self) -> Price:
        """What it costs now: the promotion's price if there is one."""
        return self.base_price if self.promo_price is None else self.promo_price


class Product(PricedProduct):
    """A product in a basket (4.1.3); without ``delivery_product`` any type can carry it."""

    delivery_product: list[DeliveryAvailable] | None = None

    def can_travel_by(self, delivery_type: DeliveryType) -> bool:
        """Whether that type can carry it: a missing or empty list means all (4.1.3)."""
        known = self.delivery_product
        return not known or any(
            one.delivery_type == delivery_type and one.if_delivery_available for one in known
        )


class RelatedProduct(PricedProduct):
    """A suggestion (4.1.3); its quantity is what one tap adds."""

    delivery_related_products: list[RelatedDelivery] | None = None
