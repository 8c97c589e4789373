"""Looking at a code, claiming it, and the tokens of a wallet (6). All with a user token."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from .message import Message, Question
from .orders import Status
from .values import ExternalId, Label, Moment, Text, Uuid, WebUrl, Word

MOST_TOKENS = 1000
ACTIVE = "active"


class ProductType(StrEnum):
    """What a product gives its user (6.1)."""

    OFFER_BUNDLE = "offer_bundle"
    GIFT_CARD = "gift_card"
    VOUCHER = "voucher"


class Product(Message):
    """What a code is for (6.1)."""

    id: ExternalId
    name: Label
    description: Text | None = None
    image_url: WebUrl | None = None
    type: Word[ProductType]


class TokenName(Message):
    """A token that is in the product, before it is claimed (6.1)."""

    name: Label


class ClaimView(Message):
    """GET ``tokens/claim/{claim_code}`` (6.1). Reading changes nothing."""

    claim_code: Annotated[Text, Field(repr=False)]
    status: Word[Status]
    expires_at: Moment | None = None
    product: Product
    tokens: Annotated[list[TokenName], Field(max_length=MOST_TOKENS)] = Field(default_factory=list)


class Claim(Question):
    """POST ``tokens/claim`` (6.2); `read_claim_code` tells whether it is a code."""

    claim_code: Annotated[Text, Field(repr=False)]


class Flags(Message):
    """What its holder may do with a token (6.2)."""

    is_revealable: bool = False
    is_shareable: bool = False


class Token(Message):
    """The answer to a claim: what is in the wallet now (6.2)."""

    token_id: Uuid
    product_id: ExternalId
    name: Label
    status: Label = ACTIVE
    supported_actions: list[Label] = Field(default_factory=list)
    flags: Flags = Flags()
    child_tokens: Annotated[list[Token], Field(max_length=MOST_TOKENS)] = Field(
        default_factory=list
    )
    claimed_at: Moment


class Media(Message):
    """A picture of a token (6.3)."""

    url: WebUrl
    type: Label = "image"


class GalleryItem(Message):
    """A token in the list of a wallet (6.3)."""

    id: Uuid
    name: Label
    description: Text | None = None
    creators: list[Label] = Field(default_factory=list)
    media: list[Media] = Field(default_factory=list)
    tags: list[Label] = Field(default_factory=list)


class Gallery(Message):
    """GET ``tokens`` (6.3): a page, asked for with `Paging`; ``total`` counts all."""

    items: list[GalleryItem]
    total: Annotated[int, Field(ge=0)]


class TokenDetail(Token):
    """GET ``tokens/{token_id}`` (6.3): the claimed token, and how the gallery shows it."""

    description: Text | None = None
    creators: list[Label] = Field(default_factory=list)
    media: list[Media] = Field(default_factory=list)
    tags: list[Label] = Field(default_factory=list)
