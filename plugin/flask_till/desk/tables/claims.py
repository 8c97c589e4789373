"""Claims, the tokens they are redeemed for, and who may hold those; for every protocol."""

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
from ..product_token import HELD, STATES
from .schema import metadata

HOLDER = "till_desk_holders.id"

holders = Table(
    "till_desk_holders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("shopper_id", Text, ForeignKey("till_desk_shoppers.id"), index=True),
    Column("created_at", Utc, nullable=False),
    sqlite_strict=True,
)
"""An account of some protocol; with a shopper, its tokens are shown in that one's wallet."""

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
    UniqueConstraint("parent_id", "position"),
    CheckConstraint(f"state in {listed(STATES)}", name="desk_product_tokens_state"),
    CheckConstraint(
        f"(state = '{HELD}') = (holder is not null) and (holder is null) = (held_at is null)",
        name="desk_product_tokens_holder",
    ),
    CheckConstraint("claim_id is null or parent_id is null", name="desk_product_tokens_claim_id"),
    Index("ix_till_desk_product_tokens_of_holder", "holder", "held_at", "id"),
    sqlite_strict=True,
)
"""``claim_id`` is that of the whole; the parts of a bundle have their place in a parent."""
