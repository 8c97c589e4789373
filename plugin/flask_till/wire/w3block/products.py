"""Currencies, products and their variants, as the platform shows them (3, 5, 7)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from .amounts import Amount
from .error_codes import ProductErrorCode
from .message import Message
from .values import Label, Moment, Text, Uuid, Word

REAL = "65fe1119-6ec0-4b78-8d30-cb989914bdcb"
DOLLAR = "8c43ece8-99b0-4877-aed3-2170d2deb4bf"
"""Currency ids that the public storefront has built in, for BRL and USD (7)."""

MOST_DECIMALS = 18
Count = Annotated[int, Field(ge=0)]


class Distribution(StrEnum):
    """How a product hands out its tokens (4)."""

    RANDOM = "random"
    FIXED = "fixed"
    SEQUENTIAL = "sequential"


class Pricing(StrEnum):
    """Whether all tokens of a product cost the same, or each has a price."""

    PRODUCT = "product"
    TOKEN = "token"  # noqa: S105 - a word


class Currency(Message):
    """A currency (5, 7); ``decimals`` only where all are listed."""

    id: Uuid
    code: Label
    symbol: Label
    name: Label
    crypto: bool
    decimals: Annotated[int, Field(ge=0, le=MOST_DECIMALS)] | None = None


class Price(Message):
    """The price of one piece: with coupon and promotions, and before them (3)."""

    currency_id: Uuid
    amount: Amount
    original_amount: Amount | None = None
    currency: Currency | None = None


class Image(Message):
    """A picture of a product, small and large (3)."""

    thumb: Text | None = None
    original: Text | None = None


class VariantValue(Message):
    """One choice of a variant; ``extra_amount`` is added to the price (3)."""

    id: Uuid
    name: Label
    key_value: Label
    extra_amount: Amount | None = None


class Variant(Message):
    """What can be chosen of a product, such as its size (3)."""

    id: Uuid
    name: Label
    key_label: Label
    values: list[VariantValue]


class Product(Message):
    """A product as it can be bought now (3, 7).

    ``stock_amount`` is what is left, ``can_purchase_amount`` how many this buyer may take.
    """

    id: Uuid
    name: Label
    images: list[Image]
    prices: list[Price]
    stock_amount: Count | None = None
    can_purchase_amount: Count | None = None
    variants: list[Variant] | None = None
    company_id: Uuid | None = None
    slug: Label | None = None
    description: Text | None = None
    status: Label | None = None
    distribution_type: Word[Distribution] | None = None
    pricing_type: Word[Pricing] | None = None
    start_sale_at: Moment | None = None
    end_sale_at: Moment | None = None
    can_purchase: bool | None = None
    tokens_amount: Count | None = None
    settings: dict[str, Any] | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class Why(Message):
    """Why a product cannot be bought; ``limit`` is what is left or allowed (3)."""

    code: Word[ProductErrorCode]
    limit: Count | None = None


class ProductError(Message):
    """A product that a preview left out (3)."""

    product_id: Uuid
    product: Product | None = None
    error: Why


class CanPurchase(Message):
    """GET ``/products/{productId}/can-purchase`` (7; shape designed)."""

    can_purchase: bool
    can_purchase_amount: Count | None = None
    error: Why | None = None
