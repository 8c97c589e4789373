"""What a shopper changed in the wallet, told to the shop (3.5); adding a product (3.7).

Each event is answered with the whole basket. A repeated ``event_id`` must not count twice.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from .amounts import Count
from .basket import RegulationType
from .message import Message, read
from .products import QuantityType
from .values import Id, Label, Moment, Phone, ProductId, Text, Word

MOST_CHANGES = 500


class EventQuantity(Message):
    """The wanted quantity; the other members echo the basket (3.5)."""

    quantity: Count
    quantity_type: Word[QuantityType] | None = None
    quantity_unit: Text | None = None
    available_quantity: Count | None = None
    max_quantity: Count | None = None

    @model_validator(mode="after")
    def _whole_pieces(self) -> EventQuantity:
        if self.quantity_type == QuantityType.INTEGER and self.pieces is None:
            raise ValueError("an INTEGER quantity is a whole number")
        return self

    @property
    def pieces(self) -> int | None:
        """The quantity, if it is a whole number."""
        return int(self.quantity) if self.quantity == int(self.quantity) else None


class QuantityChange(Message):
    """A product's new absolute quantity; zero removes it (3.5)."""

    product_id: ProductId
    quantity: EventQuantity


class WantedCode(Message):
    """A promotion code the shopper wants to use (3.5)."""

    promo_code_value: Label
    name: Text | None = None
    regulation_type: Word[RegulationType] | None = None


class RelatedAddition(Message):
    """A suggested product, and how much of it to add (3.5)."""

    product_id: ProductId
    ean: Text | None = None
    quantity: EventQuantity


class _BasketEvent(Message):
    event_id: Id
    event_data_time: Moment
    phone_number: Phone | None = None


class QuantityEvent(_BasketEvent):
    """Quantities were set (3.5)."""

    event_type: Literal["PRODUCTS_QUANTITY"] = "PRODUCTS_QUANTITY"
    quantity_event_data: Annotated[list[QuantityChange], Field(max_length=MOST_CHANGES)]


class PromoEvent(_BasketEvent):
    """The complete list of wanted codes; an empty one removes all (3.5)."""

    event_type: Literal["PROMO_CODES"] = "PROMO_CODES"
    promo_codes_event_data: Annotated[list[WantedCode], Field(max_length=MOST_CHANGES)]


class RelatedEvent(_BasketEvent):
    """Suggested products were added: not idempotent, hence the ``event_id`` (3.5)."""

    event_type: Literal["RELATED_PRODUCTS"] = "RELATED_PRODUCTS"
    related_products_event_data: Annotated[list[RelatedAddition], Field(max_length=MOST_CHANGES)]


BasketEvent = QuantityEvent | PromoEvent | RelatedEvent
_EVENT: TypeAdapter[BasketEvent] = TypeAdapter(
    Annotated[BasketEvent, Field(discriminator="event_type")]
)


def read_basket_event(body: bytes) -> BasketEvent:
    """POST basket event, wallet to shop (3.5). Raises as `Message.read`.

    An unknown ``event_type`` is a ``BAD_REQUEST``.
    """
    return read(_EVENT.validate_python, body)


class AddProduct(Message):
    """POST basket/product (3.7); without ``basket_id`` a new basket is made. Both members are
    optional, so a request without any body means the same as ``{}``."""

    basket_id: Id | None = None
    phone_number: Phone | None = None
