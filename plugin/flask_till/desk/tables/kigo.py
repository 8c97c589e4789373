"""Tables of the Kigo protocol: partners with their programs and products, users, orders."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from ...base.columns import Flag, Json, Utc, Whole, listed
from ..kigo_partner import THEMES, TYPES
from .claims import HOLDER
from .schema import metadata

PARTNER = "till_desk_kigo_partners.id"
ACCOUNT = "till_desk_kigo_accounts.id"
EXACT = Text().with_variant(Text(collation="C"), "postgresql")
"""A partner's own ids: compared byte by byte, whatever the database's language is."""

kigo_partners = Table(
    "till_desk_kigo_partners",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey("till_desk_merchants.id"), nullable=False, unique=True),
    Column("api_key", Text, nullable=False, unique=True),
    Column("webhook_url", Text),
    Column("webhook_secret", Text),
    Column("is_on", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("is_on in (0, 1)", name="desk_kigo_partners_is_on"),
    CheckConstraint(
        "webhook_url is null or webhook_secret is not null",
        name="desk_kigo_partners_webhook_secret",
    ),
    sqlite_strict=True,
)
"""``api_key`` is a digest, ``webhook_secret`` is sealed: webhooks are signed with it."""

kigo_programs = Table(
    "till_desk_kigo_programs",
    metadata,
    Column("partner_id", Text, ForeignKey(PARTNER), primary_key=True),
    Column("external_program_id", EXACT, primary_key=True),
    Column("name", Text, nullable=False),
    Column("theme", Text),
    Column("logo", Text),
    Column("primary_colour", Text),
    Column("secondary_colour", Text),
    CheckConstraint(f"theme in {listed(THEMES)}", name="desk_kigo_programs_theme"),
    sqlite_strict=True,
)

kigo_products = Table(
    "till_desk_kigo_products",
    metadata,
    Column("id", Text, primary_key=True),
    Column("partner_id", Text, ForeignKey(PARTNER), nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("image_url", Text),
    Column("parts", Json, nullable=False),
    Column("actions", Json, nullable=False),
    Column("creators", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("claim_seconds", Whole),
    Column("stock", Whole),
    Column("sold", Whole, nullable=False),
    Column("is_on", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    Unique("id", "partner_id"),
    CheckConstraint(f"type in {listed(TYPES)}", name="desk_kigo_products_type"),
    CheckConstraint("claim_seconds > 0", name="desk_kigo_products_claim_seconds"),
    CheckConstraint("stock >= 0", name="desk_kigo_products_stock"),
    CheckConstraint("sold >= 0", name="desk_kigo_products_sold"),
    CheckConstraint("is_on in (0, 1)", name="desk_kigo_products_is_on"),
    sqlite_strict=True,
)
"""``stock`` is how many are left, ``sold`` how many orders are open or claimed."""

kigo_accounts = Table(
    "till_desk_kigo_accounts",
    metadata,
    Column("id", Text, ForeignKey(HOLDER), primary_key=True),
    Column("partner_id", Text, ForeignKey(PARTNER), nullable=False),
    Column("external_user_id", EXACT),
    Column("shopper_id", Text, ForeignKey("till_desk_shoppers.id")),
    Column("email", Text),
    Column("created_at", Utc, nullable=False),
    Unique("partner_id", "external_user_id"),
    Unique("partner_id", "shopper_id"),
    CheckConstraint(
        "(external_user_id is null) = (shopper_id is not null)", name="desk_kigo_accounts_user"
    ),
    sqlite_strict=True,
)
"""Each is a holder. One with a ``shopper_id`` came without being vouched for by the partner."""

kigo_families = Table(
    "till_desk_kigo_families",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey(ACCOUNT), nullable=False, index=True),
    Column("ended_at", Utc),
    sqlite_strict=True,
)
"""All tokens that came of one user session; over with the first sign that one was stolen (3.3)."""

kigo_refresh_tokens = Table(
    "till_desk_kigo_refresh_tokens",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("family", Text, ForeignKey("till_desk_kigo_families.id"), nullable=False, index=True),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    sqlite_strict=True,
)

kigo_sso_sessions = Table(
    "till_desk_kigo_sso_sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account_id", Text, ForeignKey(ACCOUNT), nullable=False, index=True),
    Column("external_program_id", EXACT),
    Column("is_single_use", Flag, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("spent_at", Utc),
    CheckConstraint("is_single_use in (0, 1)", name="desk_kigo_sso_sessions_is_single_use"),
    CheckConstraint(
        "spent_at is null or is_single_use = 1", name="desk_kigo_sso_sessions_spent_at"
    ),
    sqlite_strict=True,
)

kigo_orders = Table(
    "till_desk_kigo_orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("partner_id", Text, ForeignKey(PARTNER), nullable=False),
    Column("external_order_id", EXACT, nullable=False),
    Column("product_id", Text, nullable=False),
    Column("external_program_id", EXACT),
    Column("claim_id", Text, ForeignKey("till_desk_claims.id"), nullable=False, unique=True),
    Column("metadata", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Unique("partner_id", "external_order_id"),
    ForeignKeyConstraint(
        ["product_id", "partner_id"],
        ["till_desk_kigo_products.id", "till_desk_kigo_products.partner_id"],
    ),
    Index("ix_till_desk_kigo_orders_newest", "partner_id", "created_at", "id"),
    sqlite_strict=True,
)
"""How it stands is its claim's status. ``metadata`` is the partner's JSON, digit for digit."""
