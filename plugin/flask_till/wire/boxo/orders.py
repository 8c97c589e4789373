"""The order that a miniapp wants paid: OrderDetails, OrderItem, OrderShippingAddress (3.1)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ...errors import InvalidRequest
from .amounts import Amount, Degree, PositiveAmount
from .error_codes import BoxoCode, refusal

LONGEST = 250
Text = Annotated[str, StringConstraints(max_length=LONGEST)]
Code = Annotated[str, StringConstraints(max_length=100)]
Street = Annotated[str, StringConstraints(max_length=1000)]
Currency = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
AnyJson = Any
"""What was read by `strict_json`, whose fractions are `Decimal` (pydantic's own type has none)."""


class Message(BaseModel):
    """A message or a part of one: strict types, unknown members ignored (2), no nulls written."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    def to_data(self) -> dict[str, Any]:
        """As JSON values."""
        return self.model_dump(exclude_none=True)


class OrderItem(Message):
    """One thing that is bought; nothing of it is charged by itself."""

    product_name: Text | None = None
    product_variant_name: Text | None = None
    product_sku: Text | None = None
    product_image_url: Text | None = None
    quantity: Annotated[int, Field(ge=-(2**31), lt=2**31)] | None = None
    price: Amount | None = None
    discount: Amount | None = None


class OrderShippingAddress(Message):
    """Where it goes."""

    address1: Street | None = None
    address2: Street | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    phone: Text | None = None
    province_name: Text | None = None
    province_code: Text | None = None
    region_name: Code | None = None
    region_code: Code | None = None
    city: Text | None = None
    country: Text | None = None
    postal_code: Text | None = None
    latitude: Degree | None = None
    longitude: Degree | None = None


class OrderDetails(Message):
    """What is paid: ``amount`` alone is charged; the parts need not add up to it."""

    currency: Currency
    amount: PositiveAmount
    subtotal_amount: Amount | None = None
    shipping_amount: Amount | None = None
    discount_amount: Amount | None = None
    tax_amount: Amount | None = None
    tax_title: Text | None = None
    taxes_included: bool | None = None
    note: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    miniapp_order_id: Text | None = None
    hostapp_user_id: Text | None = None
    items: Annotated[list[OrderItem], Field(max_length=1000)] | None = None
    shipping_address: OrderShippingAddress | None = None
    custom_attributes: AnyJson = None


def read_order(value: Any) -> OrderDetails:
    """The order in the body of a create. Raises `RequestError` (INVALID_ORDER_DATA)."""
    try:
        return OrderDetails.model_validate(value)
    except ValidationError as error:
        fields = faults(error)
        message = "; ".join(f"{place}: {why}" for place, why in list(fields.items())[:5])
        raise refusal(BoxoCode.INVALID_ORDER_DATA, message, fields=fields) from None
    except InvalidRequest as error:
        raise refusal(BoxoCode.INVALID_ORDER_DATA, error.message) from None


def faults(error: ValidationError) -> dict[str, str]:
    """Which member is wrong, and why."""
    return {
        ".".join(map(str, one["loc"])) or "order": one["msg"].removeprefix("Value error, ")
        for one in error.errors(include_url=False, include_input=False)
    }
