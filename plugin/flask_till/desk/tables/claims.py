"""Product tokens, who may hold them, and the claims they are redeemed for; for every protocol."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ...base.columns import Json, Utc, Whole, listed
from ..claim import CLAIMED, TRANSITIONS, UNCLAIMED
from ..product_token import FOR_SALE, HELD
from ..product_token import TRANSITIONS as TOKEN_TRANSITIONS
from .schema import metadata

HOLDER = "till_desk_holders.id"
_SHELF = "claim_id is null and parent_id is null"

holders = Table(
    "till_desk_holders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("shopper_id", Text, ForeignKey("till_desk_shoppers.id"), index=True),
    Column("created_at", Utc, nullable=False),
    sqlite_strict=True,
)
"""An account of some protocol; with a shopper, its tokens are shown in that one's wallet.

Where a protocol names those who hold something itself, the id is its own."""

claims = Table(
    "till_desk_claims",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("sealed", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("bound_to", Text, ForeignKey(HOLDER)),
    Column("redeemed_by", Text, ForeignKey(HOLDER)),
    Column("redeemed_at", Utc),
    Column("expires_at", Utc),
    Column("ended_at", Utc),
    Column("created_at", Utc, nullable=False),
    CheckConstraint(f"status in {listed(TRANSITIONS)}", name="desk_claims_status"),
    CheckConstraint(
        f"(status = '{CLAIMED}') = (redeemed_by is not null)"
        f" and (status = '{CLAIMED}') = (redeemed_at is not null)",
        name="desk_claims_redeemed",
    ),
    CheckConstraint(
        "bound_to is null or redeemed_by is null or redeemed_by = bound_to",
        name="desk_claims_bound_to",
    ),
    CheckConstraint(f"(status = '{UNCLAIMED}') = (ended_at is null)", name="desk_claims_ended_at"),
    Index(
        "ix_till_desk_claims_due",
        "expires_at",
        sqlite_where=text(f"status = '{UNCLAIMED}'"),
        postgresql_where=text(f"status = '{UNCLAIMED}'"),
    ),
    sqlite_strict=True,
)
"""``digest`` is keyed: a short secret could be searched for from a plain one."""

product_tokens = Table(
    "till_desk_product_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("product_id", Text, nullable=False),
    Column("parent_id", Text, ForeignKey("till_desk_product_tokens.id")),
    Column("position", Whole, nullable=False),
    Column("state", Text, nullable=False),
    Column("claim_id", Text, ForeignKey("till_desk_claims.id"), unique=True),
    Column("holder", Text, ForeignKey(HOLDER)),
    Column("name", Text, nullable=False),
    Column("terms", Json, nullable=False),
    Column("held_at", Utc),
    Column("fixed_to", Text),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), index=True),
    Column("place", Whole),
    UniqueConstraint("parent_id", "position"),
    CheckConstraint(f"state in {listed(TOKEN_TRANSITIONS)}", name="desk_product_tokens_state"),
    CheckConstraint(
        f"(state = '{HELD}') = (holder is not null) and (holder is null) = (held_at is null)",
        name="desk_product_tokens_holder",
    ),
    CheckConstraint(
        f"state in ('{FOR_SALE}', '{HELD}') or order_id is not null",
        name="desk_product_tokens_order_id",
    ),
    CheckConstraint("(order_id is null) = (place is null)", name="desk_product_tokens_place"),
    CheckConstraint(
        "case when claim_id is null then 0 else 1 end + case when parent_id is null then 0 else 1"
        " end + case when order_id is null then 0 else 1 end"
        f" = case when state = '{FOR_SALE}' then 0 else 1 end",
        name="desk_product_tokens_origin",
    ),
    Index("ix_till_desk_product_tokens_of_holder", "holder", "held_at", "id"),
    Index("ix_till_desk_product_tokens_shelf", "product_id", "state", "position"),
    Index(
        "uq_till_desk_product_tokens_position",
        "product_id",
        "position",
        unique=True,
        sqlite_where=text(_SHELF),
        postgresql_where=text(_SHELF),
    ),
    sqlite_strict=True,
)
"""A token came of a claim, is part of another one, or is taken off a shelf by an order's line.

``claim_id`` is that of the whole; the parts of a bundle have their place in a parent. On a shelf
``position`` is the order in which they are handed out, and ``fixed_to`` who alone may buy it.
"""
