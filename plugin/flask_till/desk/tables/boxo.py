"""Tables of the Boxo protocol: miniapps, host apps, their pairs, and what is paid between them."""

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
from ..boxo_payment import HOST_KINDS, OUTCOMES
from .schema import metadata

boxo_miniapps = Table(
    "till_desk_boxo_miniapps",
    metadata,
    Column("app_id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey("till_desk_merchants.id"), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("secret_key", Text, nullable=False),
    Column("url", Text),
    Column("webhook_url", Text),
    Column("addresses", Json, nullable=False),
    Column("scheme", Json),
    Column("signing_key", Text),
    Column("own_key", Text),
    Column("must_sign", Flag, nullable=False),
    Column("is_on", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("must_sign in (0, 1)", name="desk_boxo_miniapps_must_sign"),
    CheckConstraint("is_on in (0, 1)", name="desk_boxo_miniapps_is_on"),
    CheckConstraint(
        "(scheme is null) = (signing_key is null)", name="desk_boxo_miniapps_signing_key"
    ),
    sqlite_strict=True,
)
"""``secret_key``, ``signing_key`` and ``own_key`` are sealed."""

boxo_hosts = Table(
    "till_desk_boxo_hosts",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("secret_key", Text, nullable=False),
    Column("create_url", Text),
    Column("status_url", Text),
    Column("auth_prefix", Text, nullable=False),
    Column("addresses", Json, nullable=False),
    Column("scheme", Json),
    Column("signing_key", Text),
    Column("own_key", Text),
    Column("must_sign", Flag, nullable=False),
    Column("origins", Json, nullable=False),
    Column("is_on", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint(f"kind in {listed(HOST_KINDS)}", name="desk_boxo_hosts_kind"),
    CheckConstraint("must_sign in (0, 1)", name="desk_boxo_hosts_must_sign"),
    CheckConstraint("is_on in (0, 1)", name="desk_boxo_hosts_is_on"),
    CheckConstraint("(scheme is null) = (signing_key is null)", name="desk_boxo_hosts_signing_key"),
    sqlite_strict=True,
)
"""``secret_key``, ``signing_key`` and ``own_key`` are sealed."""

boxo_partnerships = Table(
    "till_desk_boxo_partnerships",
    metadata,
    Column("app_id", Text, ForeignKey("till_desk_boxo_miniapps.app_id"), primary_key=True),
    Column("client_id", Text, ForeignKey("till_desk_boxo_hosts.client_id"), primary_key=True),
    Column("payments_on", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("payments_on in (0, 1)", name="desk_boxo_partnerships_payments_on"),
    sqlite_strict=True,
)

_open = text("is_open = 1")

boxo_payments = Table(
    "till_desk_boxo_payments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("order_payment_id", Text),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), unique=True),
    Column("miniapp_order_id", Text),
    Column("hostapp_user_id", Text),
    Column("amount", Whole, nullable=False),
    Column("currency", Text, nullable=False),
    Column("details", Json, nullable=False),
    Column("custom_attributes", Text),
    Column("outcome", Text),
    Column("fail_reason", Text),
    Column("is_open", Flag, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
    ForeignKeyConstraint(
        ["app_id", "client_id"],
        ["till_desk_boxo_partnerships.app_id", "till_desk_boxo_partnerships.client_id"],
    ),
    UniqueConstraint("client_id", "order_payment_id"),
    CheckConstraint("amount > 0", name="desk_boxo_payments_amount"),
    CheckConstraint(f"outcome in {listed(OUTCOMES)}", name="desk_boxo_payments_outcome"),
    CheckConstraint("is_open in (0, 1)", name="desk_boxo_payments_is_open"),
    CheckConstraint("order_id is null or order_id = id", name="desk_boxo_payments_order_id"),
    CheckConstraint(
        "(order_id is null) = (order_payment_id is null)",
        name="desk_boxo_payments_order_payment_id",
    ),
    Index(
        "uq_till_desk_boxo_payments_one_open",
        "app_id",
        "client_id",
        "miniapp_order_id",
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    ),
    sqlite_strict=True,
)
"""``is_open`` is one that is in process or paid: of those an order of a miniapp has one (3.1)."""

boxo_nonces = Table(
    "till_desk_boxo_nonces",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("nonce", Text, primary_key=True),
    Column("expires_at", Utc, nullable=False, index=True),
    sqlite_strict=True,
)
"""What was signed with once is not accepted again while its timestamp would be (2.2)."""

boxo_auth_codes = Table(
    "till_desk_boxo_auth_codes",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("till_desk_boxo_hosts.client_id"), nullable=False),
    Column("user_reference", Text, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("used_at", Utc),
    sqlite_strict=True,
)
