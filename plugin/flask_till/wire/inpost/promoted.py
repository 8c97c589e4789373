"""Promoted products that a shop tells the wallet of (2.11), or lists for it (3.7). Optional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from .amounts import Count, Price
from .error_codes import WalletCode, refusal
from .message import Message
from .products import MOST_IMAGES, Attribute, Image, QuantityType
from .values import Currency, Label, Moment, ProductId, Text, Url, Word

LARGEST_PAGE = 100


class PromotedStatus(StrEnum):
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class PromotedQuantity(Message):
    """How much there is of it."""

    available_quantity: Count | None = None
    quantity_type: Word[QuantityType]
    quantity_unit: Text | None = None


class Availability(Message):
    """From when to when it is on offer."""

    start_date: Moment | None = None
    end_date: Moment | None = None


class PromotedProduct(Message):
    """A product outside any basket; ``status`` stands in replies only (2.11)."""

    product_id: ProductId
    ean: Text | None = None
    product_name: Label
    product_description: Text | None = None
    product_image: Url | None = None
    product_link: Url | None = None
    additional_product_images: Annotated[list[Image], Field(max_length=MOST_IMAGES)] | None = None
    price: Price
    currency: Word[Currency]
    quantity: PromotedQuantity
    product_attributes: list[Attribute] | None = None
    product_availability: Availability | None = None
    status: Word[PromotedStatus] | None = None


class PromotedProducts(Message):
    """POST products, shop to wallet (2.11)."""

    content: list[PromotedProduct]


class PromotedLink(Message):
    """How a shopper finds a promoted product (2.11)."""

    product_id: ProductId
    qr_code: Text | None = None
    deep_link: Label | None = None


class PromotedLinks(Message):
    """The answer to POST products (2.11)."""

    content: list[PromotedLink]


class ProductPage(Message):
    """The answer to GET products, of a wallet (2.11) or a shop (3.7)."""

    content: list[PromotedProduct]
    page_index: Annotated[int, Field(ge=0)]
    page_size: Annotated[int, Field(ge=0)]
    total_items: Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class ProductQuery:
    """The query of GET products (2.11, 3.7). A shop's first page is 0 or 1."""

    page_index: int | None = None
    page_size: int | None = None
    product_ids: tuple[str, ...] = ()

    @classmethod
    def read(cls, args: Mapping[str, str]) -> ProductQuery:
        """Raises `RequestError` with ``BAD_REQUEST``."""
        size = _whole(args, "page_size")
        if size is not None and not 1 <= size <= LARGEST_PAGE:
            raise refusal(WalletCode.BAD_REQUEST, f"page_size is from 1 to {LARGEST_PAGE}.")
        wanted = tuple(part for part in args.get("product_ids", "").split(",") if part)
        return cls(_whole(args, "page_index"), size, wanted)

    def to_args(self) -> dict[str, str]:
        """As it stands in the address, absent members left out."""
        args = {"page_index": self.page_index, "page_size": self.page_size}
        given = {name: str(value) for name, value in args.items() if value is not None}
        return given | ({"product_ids": ",".join(self.product_ids)} if self.product_ids else {})


def _whole(args: Mapping[str, str], name: str) -> int | None:
    text = args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise refusal(WalletCode.BAD_REQUEST, f"{name} is a whole number.")
    return int(text)
