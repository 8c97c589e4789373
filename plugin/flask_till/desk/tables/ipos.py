"""Tables of the IPOS protocol: portals, their widgets and users, and what orders are in it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, text
from sqlalchemy import UniqueConstraint as Unique

from ...base.columns import Flag, Json, Utc, Whole, listed
from ..ipos_portal import ACCOUNTS
from .schema import metadata

MERCHANT = "till_desk_merchants.id"
APP = "till_desk_ipos_apps.app_id"
USER = "till_desk_ipos_users.id"
WIDGET = "till_desk_ipos_widgets.tag"

ipos_apps = Table(
    "till_desk_ipos_apps",
    metadata,
    Column("app_id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey(MERCHANT), nullable=False),
    Column("name", Text, nullable=False),
    Column("ip_id", Whole),
    Column("login_secret", Text),
    Column("login_origins", Json, nullable=False),
    Column("shares_all", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("shares_all in (0, 1)", name="desk_ipos_apps_shares_all"),
    sqlite_strict=True,
)
"""``login_secret`` is sealed: checksums are made with it."""

ipos_widgets = Table(
    "till_desk_ipos_widgets",
    metadata,
    Column("tag", Text, primary_key=True),
    Column("app_id", Text, ForeignKey(APP)),
    Column("merchant_id", Text, ForeignKey(MERCHANT), nullable=False),
    Column("access_key", Text, nullable=False, unique=True),
    Column("secret_key", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    sqlite_strict=True,
)
"""``secret_key`` is sealed: tokens and callbacks are signed with it."""

ipos_users = Table(
    "till_desk_ipos_users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app_id", Text, ForeignKey(APP)),
    Column("username", Text, nullable=False),
    Column("short_name", Text, nullable=False),
    Column("email", Text),
    Column("avatar", Text, nullable=False),
    Column("api_key", Text, unique=True),
    Column("blocked_at", Utc),
    Column("created_at", Utc, nullable=False),
    Unique("app_id", "email"),
    Index(
        "uq_till_desk_ipos_users_own_email",
        "email",
        unique=True,
        sqlite_where=text("app_id is null"),
        postgresql_where=text("app_id is null"),
    ),
    sqlite_strict=True,
)
"""``api_key`` is a digest. An address is one user for each portal, and one for the platform."""

ipos_sessions = Table(
    "till_desk_ipos_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey(USER), nullable=False, index=True),
    Column("widget_tag", Text, ForeignKey(WIDGET), nullable=False),
    Column("expires_at", Utc, nullable=False),
    sqlite_strict=True,
)
"""A user in a widget; tokens bound to it are worth nothing once it is over."""

ipos_pools = Table(
    "till_desk_ipos_pools",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=False),
    Column("token", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("ip_id", Whole, nullable=False),
    Column("parent_ip_id", Whole),
    Column("tokens_per_dollar", Whole, nullable=False),
    CheckConstraint("tokens_per_dollar >= 0", name="desk_ipos_pools_tokens_per_dollar"),
    sqlite_strict=True,
)

ipos_orders = Table(
    "till_desk_ipos_orders",
    metadata,
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), primary_key=True),
    Column("widget_tag", Text, ForeignKey(WIDGET)),
    Column("app_id", Text, ForeignKey(APP), nullable=False),
    Column("user_id", Text, ForeignKey(USER), nullable=False),
    Column("ip_id", Whole, nullable=False),
    Column("callback_url", Text),
    Column("terms", Json, nullable=False),
    Column("top_up", Text),
    Column("topped_up_at", Utc),
    Column("paid_call", Text),
    Column("pool_id", Whole, ForeignKey("till_desk_ipos_pools.id")),
    Column("spent", Json, nullable=False),
    Column("rewards_released_at", Utc),
    Column("moments", Json, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint(f"top_up in {listed(ACCOUNTS)}", name="desk_ipos_orders_top_up"),
    CheckConstraint(
        "topped_up_at is null or top_up is not null", name="desk_ipos_orders_topped_up"
    ),
    Index("ix_till_desk_ipos_orders_of_widget", "widget_tag", "created_at", "order_id"),
    Index("ix_till_desk_ipos_orders_of_user", "user_id", "created_at", "order_id"),
    sqlite_strict=True,
)
"""One beside each order of this protocol. ``paid_call`` is the request that was answered with
success for paying it from a balance: of two at once only one is."""
