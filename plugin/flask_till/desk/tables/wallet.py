"""The wallet's tables: who the shoppers are, what is linked to their phones, what they ordered."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ...base.columns import Flag, Json, Utc, Whole, listed
from ..linked_basket import (
    ACCEPTED,
    BOUND,
    EDIT_KINDS,
    EDIT_STATES,
    FAILED,
    LINKED,
    OPEN,
    PROMPT_TRANSITIONS,
    TRANSITIONS,
    UNLINKERS,
    WALLET_ORDER_STATES,
)
from .schema import metadata

MERCHANT = "till_desk_merchants.id"
SHOPPER = "till_desk_shoppers.id"
BASKET = "till_desk_linked_baskets.id"

inpost_merchants = Table(
    "till_desk_inpost_merchants",
    metadata,
    Column("merchant_id", Text, ForeignKey(MERCHANT), primary_key=True),
    Column("client_id", Text, nullable=False, unique=True),
    Column("client_secret", Text, nullable=False),
    Column("merchant_external_id", Text, nullable=False, unique=True),
    Column("pos_id", Text, nullable=False),
    Column("merchant_client_id", Text, nullable=False, unique=True),
    Column("base_url", Text, nullable=False),
    Column("merchant_secret", Text, nullable=False),
    Column("is_on", Flag, nullable=False),
    Column("switched_off_at", Utc),
    Column("reason", Text),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("is_on in (0, 1)", name="desk_inpost_merchants_is_on"),
    CheckConstraint(
        "(is_on = 0) = (switched_off_at is not null)", name="desk_inpost_merchants_switched_off"
    ),
    sqlite_strict=True,
)
"""``client_secret`` is a digest, ``merchant_secret`` is sealed: the one we compare, the other we
hash with."""

signing_keys = Table(
    "till_desk_signing_keys",
    metadata,
    Column("version", Text, primary_key=True),
    Column("private_key", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("retired_at", Utc),
    sqlite_strict=True,
)
"""The newest that is not retired signs; ``private_key`` is sealed."""

shoppers = Table(
    "till_desk_shoppers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("country_prefix", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("name", Text),
    Column("surname", Text),
    Column("mail", Text),
    Column("profile", Json, nullable=False),
    Column("version", Whole, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("country_prefix", "phone"),
    sqlite_strict=True,
)

sign_in_codes = Table(
    "till_desk_sign_in_codes",
    metadata,
    Column("country_prefix", Text, primary_key=True),
    Column("phone", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("tries", Whole, nullable=False),
    Column("sent_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    CheckConstraint("tries >= 0", name="desk_sign_in_codes_tries"),
    sqlite_strict=True,
)

wallet_sessions = Table(
    "till_desk_wallet_sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("shopper_id", Text, ForeignKey(SHOPPER), nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    sqlite_strict=True,
)

trusted_browsers = Table(
    "till_desk_trusted_browsers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("shopper_id", Text, ForeignKey(SHOPPER), nullable=False, index=True),
    Column("merchant_id", Text, ForeignKey(MERCHANT), nullable=False),
    Column("description", Text),
    Column("created_at", Utc, nullable=False),
    Column("revoked_at", Utc),
    sqlite_strict=True,
)

linked_baskets = Table(
    "till_desk_linked_baskets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey(MERCHANT), nullable=False),
    Column("merchant_basket_id", Text, nullable=False),
    Column("shopper_id", Text, ForeignKey(SHOPPER), index=True),
    Column("status", Text, nullable=False),
    Column("version", Whole, nullable=False),
    Column("content", Json),
    Column("expires_at", Utc),
    Column("key", Text, unique=True),
    Column("unlinked_by", Text),
    Column("linked_at", Utc),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("merchant_id", "merchant_basket_id"),
    UniqueConstraint("id", "merchant_id"),
    CheckConstraint(f"status in {listed(TRANSITIONS)}", name="desk_linked_baskets_status"),
    CheckConstraint(
        f"(status in {listed(LINKED)}) = (shopper_id is not null)",
        name="desk_linked_baskets_shopper",
    ),
    CheckConstraint(
        f"(status in {listed(LINKED)}) = (content is not null)",
        name="desk_linked_baskets_content",
    ),
    CheckConstraint(f"unlinked_by in {listed(UNLINKERS)}", name="desk_linked_baskets_unlinked_by"),
    CheckConstraint("version >= 1", name="desk_linked_baskets_version"),
    Index(
        "ix_till_desk_linked_baskets_due",
        "expires_at",
        sqlite_where=text(f"status = '{BOUND}'"),
        postgresql_where=text(f"status = '{BOUND}'"),
    ),
    sqlite_strict=True,
)
"""One row for each basket of a shop (1.1); ``id`` is the wire's ``inpost_basket_id``, ``key`` the
digest of the widget's (2.7)."""

_under_way = text(f"status in {listed((OPEN, ACCEPTED))}")

prompts = Table(
    "till_desk_prompts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("linked_basket_id", Text, nullable=False),
    Column("merchant_id", Text, nullable=False),
    Column("shopper_id", Text, ForeignKey(SHOPPER), index=True),
    Column("country_prefix", Text),
    Column("phone", Text),
    Column("kind", Text, nullable=False),
    Column("code", Text, unique=True),
    Column("place", Text),
    Column("browser", Json),
    Column("browser_id", Text),
    Column("status", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("decided_at", Utc, index=True),
    Column("reason", Text),
    ForeignKeyConstraint(
        ["linked_basket_id", "merchant_id"],
        ["till_desk_linked_baskets.id", "till_desk_linked_baskets.merchant_id"],
    ),
    CheckConstraint(f"status in {listed(PROMPT_TRANSITIONS)}", name="desk_prompts_status"),
    CheckConstraint(
        "kind = 'PHONE' and phone is not null and country_prefix is not null and code is null"
        " or kind = 'DEEP_LINK' and phone is null and country_prefix is null"
        " and code is not null",
        name="desk_prompts_kind",
    ),
    CheckConstraint("(status = 'open') = (decided_at is null)", name="desk_prompts_decided_at"),
    Index("ix_till_desk_prompts_phone", "phone", "country_prefix", "created_at"),
    Index(
        "ix_till_desk_prompts_due",
        "expires_at",
        sqlite_where=text(f"status = '{OPEN}'"),
        postgresql_where=text(f"status = '{OPEN}'"),
    ),
    Index(
        "uq_till_desk_prompts_one_under_way",
        "linked_basket_id",
        unique=True,
        sqlite_where=_under_way,
        postgresql_where=_under_way,
    ),
    sqlite_strict=True,
)
"""``code`` is the digest of the secret in a deep link."""

basket_edits = Table(
    "till_desk_basket_edits",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("linked_basket_id", Text, ForeignKey(BASKET), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("data", Json, nullable=False),
    Column("status", Text, nullable=False),
    Column("refusal", Text),
    Column("code", Text),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint(f"kind in {listed(EDIT_KINDS)}", name="desk_basket_edits_kind"),
    CheckConstraint(f"status in {listed(EDIT_STATES)}", name="desk_basket_edits_status"),
    sqlite_strict=True,
)
"""What the shopper changed in the wallet, and whether the shop took it (3.5)."""

_not_failed = text(f"status <> '{FAILED}'")

wallet_orders = Table(
    "till_desk_wallet_orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("linked_basket_id", Text, ForeignKey(BASKET), nullable=False),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), unique=True),
    Column("merchant_id", Text, ForeignKey(MERCHANT), nullable=False),
    Column("merchant_order_id", Text),
    Column("number", Text),
    Column("shopper_id", Text, ForeignKey(SHOPPER), nullable=False, index=True),
    Column("request", Json, nullable=False),
    Column("content", Json),
    Column("status", Text, nullable=False),
    Column("payment_status", Text, nullable=False),
    Column("status_text", Text),
    Column("parcels", Json, nullable=False),
    Column("delivery_changes", Json, nullable=False),
    Column("reason", Text),
    Column("asked_at", Utc),
    Column("version", Whole, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("merchant_id", "merchant_order_id"),
    CheckConstraint(f"status in {listed(WALLET_ORDER_STATES)}", name="desk_wallet_orders_status"),
    Index(
        "uq_till_desk_wallet_orders_one_of_basket",
        "linked_basket_id",
        unique=True,
        sqlite_where=_not_failed,
        postgresql_where=_not_failed,
    ),
    sqlite_strict=True,
)

merchant_calls = Table(
    "till_desk_merchant_calls",
    metadata,
    Column("merchant_id", Text, ForeignKey(MERCHANT), primary_key=True),
    Column("slot", Whole, primary_key=True),
    Column("calls", Whole, nullable=False),
    Column("failures", Whole, nullable=False),
    CheckConstraint("failures between 0 and calls", name="desk_merchant_calls_failures"),
    sqlite_strict=True,
)
"""How our calls to a merchant fared lately (3.2), counted by ten seconds; older ones go."""

order_events = Table(
    "till_desk_order_events",
    metadata,
    Column("wallet_order_id", Text, ForeignKey("till_desk_wallet_orders.id"), primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("at", Utc, nullable=False),
    sqlite_strict=True,
)
"""What a shop told of its orders (2.10). Some plugins take the second as ``event_id``, so two
different events may share one."""

promoted_products = Table(
    "till_desk_promoted_products",
    metadata,
    Column("merchant_id", Text, ForeignKey(MERCHANT), primary_key=True),
    Column("product_id", Text, primary_key=True),
    Column("content", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    sqlite_strict=True,
)
