"""What is true of Kigo on this desk: partners, their programs, products, users and orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .claim import CANCELLED, CLAIMED, EXPIRED, UNCLAIMED, Claim
from .product_token import TokenDraft

DIALECT = "kigo"
TYPES = frozenset({"offer_bundle", "gift_card", "voucher"})
THEMES = frozenset({"light", "dark"})
CLAIM_SECONDS = 90 * 86_400
"""How long a code holds when its product says nothing else (8)."""
TOLD_OF = {
    UNCLAIMED: "order.created",
    CLAIMED: "order.claimed",
    EXPIRED: "order.expired",
    CANCELLED: "order.cancelled",
}
"""The event that tells of each status; each happens to an order at most once (7)."""


@dataclass(frozen=True, slots=True)
class Partner:
    """``api_key`` is a digest, ``webhook_secret`` is sealed; ``live`` is its environment."""

    id: str
    merchant_id: str
    name: str
    live: bool
    api_key: str = field(repr=False)
    webhook_url: str | None
    webhook_secret: str | None = field(repr=False)
    is_on: bool

    @property
    def mark(self) -> str:
        """What its tokens carry: another key ends those of the former one."""
        return self.api_key[:16]


@dataclass(frozen=True, slots=True)
class Program:
    """How the hub looks for a partner's offering; colours are ``#rrggbb``."""

    partner_id: str
    external_program_id: str
    name: str = ""
    theme: str | None = None
    logo: str | None = None
    primary_colour: str | None = None
    secondary_colour: str | None = None


@dataclass(frozen=True, slots=True)
class KigoProduct:
    """``stock`` is how many are left, None for no limit; ``claim_seconds`` None never ends.

    ``parts`` are the names of the tokens inside, ``actions`` what a holder may do with it.
    """

    id: str
    partner_id: str
    type: str
    name: str
    description: str | None = None
    image_url: str | None = None
    parts: Sequence[str] = ()
    actions: Sequence[str] = ()
    creators: Sequence[str] = ()
    tags: Sequence[str] = ()
    claim_seconds: int | None = CLAIM_SECONDS
    stock: int | None = None
    is_on: bool = True

    def draft(self) -> TokenDraft:
        """The token that a claim of it gives."""
        terms = {
            "type": self.type,
            "description": self.description,
            "image_url": self.image_url,
            "actions": list(self.actions),
            "creators": list(self.creators),
            "tags": list(self.tags),
        }
        parts = [TokenDraft(self.id, name) for name in self.parts]
        return TokenDraft(self.id, self.name, terms, parts)


@dataclass(frozen=True, slots=True)
class Account:
    """A user of a partner, by the partner's own id; None for a shopper who came without one."""

    id: str
    partner_id: str
    external_user_id: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order that a partner asks for; ``metadata`` is JSON text, kept as it is."""

    partner: Partner
    product_id: str
    external_order_id: str
    external_user_id: str | None
    external_program_id: str | None
    metadata: str


@dataclass(frozen=True, slots=True)
class KigoOrder:
    """An order and the claim that it yielded."""

    id: str
    partner_id: str
    external_order_id: str
    product_id: str
    external_program_id: str | None
    metadata: str
    created_at: datetime
    claim: Claim


@dataclass(frozen=True, slots=True)
class SsoSession:
    """A user that a partner vouched for, until it is over or spent."""

    account: Account
    external_program_id: str | None
    is_single_use: bool
