"""The desk's tables, ``till_desk_*``. Constraints here are the last guard of every money rule."""

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

from ...base.columns import Flag, Json, Utc, Whole, listed
from ...base.migrations import Migrations
from ...base.outbox import Outbox
from ..order import TRANSITIONS as ORDER_TRANSITIONS
from ..payment import ACTIVE
from ..payment import TRANSITIONS as PAYMENT_TRANSITIONS
from . import (  # noqa: F401 - migrated with these
    balances,
    boxo,
    claims,
    ipos,
    kigo,
    products,
    w3block,
    wallet,
    web3,
)
from .schema import PREFIX, metadata

merchants = Table(
    "till_desk_merchants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("live", Flag, nullable=False),
    Column("callback_url", Text),
    Column("callback_disabled_at", Utc),
    Column("origins", Json, nullable=False),
    Column("settings", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("live in (0, 1)", name="desk_merchants_live"),
    sqlite_strict=True,
)

api_keys = Table(
    "till_desk_api_keys",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey("till_desk_merchants.id"), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("ends_at", Utc),
    sqlite_strict=True,
)

callback_secrets = Table(
    "till_desk_callback_secrets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey("till_desk_merchants.id"), nullable=False, index=True),
    Column("sealed", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("ends_at", Utc),
    sqlite_strict=True,
)

orders = Table(
    "till_desk_orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey("till_desk_merchants.id"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("dialect", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Whole, nullable=False),
    Column("amount", Whole, nullable=False),
    Column("refunded", Whole, nullable=False),
    Column("currency", Text, nullable=False),
    Column("lines", Json, nullable=False),
    Column("adjustments", Json, nullable=False),
    Column("shares", Json, nullable=False),
    Column("description", Text),
    Column("locale", Text, nullable=False),
    Column("redirect_url", Text),
    Column("opener_origin", Text),
    Column("methods", Json),
    Column("late_money", Text, nullable=False),
    Column("shopper", Json, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("live", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("paid_at", Utc),
    Column("ended_at", Utc),
    Column("payer", Text),
    Column("final_sale", Flag, nullable=False, server_default=text("0")),
    Column("processing_expires", Flag, nullable=False, server_default=text("1")),
    UniqueConstraint("merchant_id", "external_id"),
    CheckConstraint(f"status in {listed(ORDER_TRANSITIONS)}", name="desk_orders_status"),
    CheckConstraint("amount >= 0 and refunded between 0 and amount", name="desk_orders_amounts"),
    CheckConstraint("length(currency) between 3 and 11", name="desk_orders_currency"),
    CheckConstraint("late_money in ('refund', 'accept')", name="desk_orders_late_money"),
    CheckConstraint(
        "(status in ('paid', 'partially_refunded', 'refunded')) = (paid_at is not null)",
        name="desk_orders_paid_at",
    ),
    Index("ix_till_desk_orders_newest", "merchant_id", "created_at", "id"),
    Index(
        "ix_till_desk_orders_open",
        "expires_at",
        sqlite_where=text("status in ('pending', 'processing')"),
        postgresql_where=text("status in ('pending', 'processing')"),
    ),
    sqlite_strict=True,
)

_active = text(f"status in {listed(ACTIVE)}")

payments = Table(
    "till_desk_payments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), nullable=False, index=True),
    Column("gateway", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("provider_ref", Text),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("amount", Whole, nullable=False),
    Column("currency", Text, nullable=False),
    Column("live", Flag, nullable=False),
    Column("kept", Flag, nullable=False),
    Column("client", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("gateway", "provider_ref"),
    CheckConstraint(f"status in {listed(PAYMENT_TRANSITIONS)}", name="desk_payments_status"),
    CheckConstraint("amount > 0", name="desk_payments_amount"),
    CheckConstraint("kept = 0 or status = 'succeeded'", name="desk_payments_kept"),
    Index(
        "uq_till_desk_payments_one_active",
        "order_id",
        unique=True,
        sqlite_where=_active,
        postgresql_where=_active,
    ),
    Index(
        "uq_till_desk_payments_one_kept",
        "order_id",
        unique=True,
        sqlite_where=text("kept = 1"),
        postgresql_where=text("kept = 1"),
    ),
    sqlite_strict=True,
)

refunds = Table(
    "till_desk_refunds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), nullable=False, index=True),
    Column("payment_id", Text, ForeignKey("till_desk_payments.id"), nullable=False),
    Column("amount", Whole, nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("reason", Text),
    Column("provider_ref", Text),
    Column("created_at", Utc, nullable=False),
    Column("done_at", Utc),
    CheckConstraint("amount > 0", name="desk_refunds_amount"),
    CheckConstraint("status in ('pending', 'succeeded', 'failed')", name="desk_refunds_status"),
    CheckConstraint("cause in ('asked', 'late', 'double')", name="desk_refunds_cause"),
    Index(
        "uq_till_desk_refunds_unasked",
        "payment_id",
        unique=True,
        sqlite_where=text("cause in ('late', 'double')"),
        postgresql_where=text("cause in ('late', 'double')"),
    ),
    sqlite_strict=True,
)

transfers = Table(
    "till_desk_transfers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), nullable=False),
    Column("place", Whole, nullable=False),
    Column("payment_id", Text, ForeignKey("till_desk_payments.id"), nullable=False),
    Column("receiver", Text, nullable=False),
    Column("account", Text),
    Column("amount", Whole, nullable=False),
    Column("sent", Whole),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt", Whole, nullable=False),
    Column("provider_ref", Text),
    Column("reason", Text),
    Column("created_at", Utc, nullable=False),
    Column("done_at", Utc),
    UniqueConstraint("order_id", "place"),
    CheckConstraint("amount > 0 and sent between 1 and amount", name="desk_transfers_amounts"),
    CheckConstraint(
        "status in ('pending', 'succeeded', 'failed', 'withheld')", name="desk_transfers_status"
    ),
    CheckConstraint(
        "(status = 'succeeded') = (provider_ref is not null)", name="desk_transfers_provider_ref"
    ),
    CheckConstraint(
        "(status in ('failed', 'withheld')) = (reason is not null)", name="desk_transfers_reason"
    ),
    CheckConstraint("(status = 'pending') = (done_at is null)", name="desk_transfers_done_at"),
    CheckConstraint("status <> 'succeeded' or sent is not null", name="desk_transfers_sent"),
    sqlite_strict=True,
)
"""One for each share of a paid order. ``sent`` is fixed before the gateway is first asked, so that
a repeat asks for the same; ``attempt`` counts the refusals after which somebody had it tried anew.
"""

reversals = Table(
    "till_desk_reversals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("transfer_id", Text, ForeignKey("till_desk_transfers.id"), nullable=False),
    Column("refund_id", Text, ForeignKey("till_desk_refunds.id"), nullable=False, index=True),
    Column("amount", Whole, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt", Whole, nullable=False),
    Column("provider_ref", Text),
    Column("reason", Text),
    Column("created_at", Utc, nullable=False),
    Column("done_at", Utc),
    UniqueConstraint("transfer_id", "refund_id"),
    CheckConstraint("amount > 0", name="desk_reversals_amount"),
    CheckConstraint(
        "status in ('pending', 'succeeded', 'failed', 'withheld')", name="desk_reversals_status"
    ),
    CheckConstraint(
        "(status = 'succeeded') = (provider_ref is not null)", name="desk_reversals_provider_ref"
    ),
    CheckConstraint("(status = 'pending') = (done_at is null)", name="desk_reversals_done_at"),
    sqlite_strict=True,
)
"""What a refund takes back of a transfer; withheld is what was never passed on."""

ledger = Table(
    "till_desk_ledger",
    metadata,
    Column("entry", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), index=True),
    Column("kind", Text, nullable=False),
    Column("amount", Whole, nullable=False),
    Column("currency", Text, nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint("amount <> 0", name="desk_ledger_amount"),
    sqlite_strict=True,
)
"""Without an order: money that an operator gave to a balance."""

provider_events = Table(
    "till_desk_provider_events",
    metadata,
    Column("gateway", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payment_id", Text),
    Column("verdict", Text, nullable=False),
    Column("why", Text),
    Column("data", Json, nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint(
        "verdict in ('applied', 'ignored', 'quarantined')", name="desk_provider_events_verdict"
    ),
    sqlite_strict=True,
)

page_tokens = Table(
    "till_desk_page_tokens",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), nullable=False, index=True),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Column("session", Text),
    sqlite_strict=True,
)

page_sessions = Table(
    "till_desk_page_sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), nullable=False, index=True),
    Column("expires_at", Utc, nullable=False),
    Column("revoked_at", Utc),
    sqlite_strict=True,
)

idempotency = Table(
    "till_desk_idempotency",
    metadata,
    Column("merchant_id", Text, primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Whole, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    sqlite_strict=True,
)

outbox = Outbox(metadata, PREFIX)

Index(
    "ix_till_desk_deliveries_of_hook",
    outbox.deliveries.c.address,
    sqlite_where=text("courier = 'w3block'"),
    postgresql_where=text("courier = 'w3block'"),
)
"""A company of the W3block protocol looks at what one of its hooks was told."""
MIGRATIONS = Migrations("flask_till.desk", metadata, PREFIX)
