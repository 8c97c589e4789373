"""orders and money"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The ledger is only ever added to.
LEDGER_GUARDS = {
    "sqlite": [
        "create trigger till_desk_ledger_no_" + verb + " before " + verb + " on till_desk_ledger"
        " begin select raise(abort, 'the ledger is append-only'); end"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        (
            "create function till_desk_ledger_guard() returns trigger language plpgsql as"
            " $$ begin raise exception 'the ledger is append-only'; end $$"
        ),
        (
            "create trigger till_desk_ledger_guard before update or delete on till_desk_ledger"
            " for each row execute function till_desk_ledger_guard()"
        ),
    ],
}


def upgrade() -> None:
    op.create_table(
        "till_desk_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", columns.Json(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_events")),
        sa.UniqueConstraint("subject", "seq", name=op.f("uq_till_desk_events_subject_seq")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_idempotency",
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint(
            "merchant_id", "endpoint", "key", name=op.f("pk_till_desk_idempotency")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_merchants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("live", columns.Flag(), nullable=False),
        sa.Column("callback_url", sa.Text(), nullable=True),
        sa.Column("callback_disabled_at", columns.Utc(), nullable=True),
        sa.Column("origins", columns.Json(), nullable=False),
        sa.Column("settings", columns.Json(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("live in (0, 1)", name=op.f("ck_desk_merchants_live")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_merchants")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_provider_events",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("data", columns.Json(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "verdict in ('applied', 'ignored', 'quarantined')",
            name=op.f("ck_desk_provider_events_verdict"),
        ),
        sa.PrimaryKeyConstraint("gateway", "event_id", name=op.f("pk_till_desk_provider_events")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_api_keys",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("ends_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_api_keys_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_till_desk_api_keys")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_callback_secrets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("ends_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_callback_secrets_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_callback_secrets")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_callback_secrets_merchant_id"),
        "till_desk_callback_secrets",
        ["merchant_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("courier", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("next_at", columns.Utc(), nullable=False),
        sa.Column("lease_until", columns.Utc(), nullable=True),
        sa.Column("done_at", columns.Utc(), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'done', 'dead', 'disabled')",
            name=op.f("ck_till_desk_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["till_desk_events.id"], name=op.f("fk_till_desk_deliveries_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_deliveries")),
        sa.UniqueConstraint(
            "event_id",
            "courier",
            "address",
            name=op.f("uq_till_desk_deliveries_event_id_courier_address"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "till_desk_deliveries_due", "till_desk_deliveries", ["state", "next_at"], unique=False
    )
    op.create_index(
        "till_desk_deliveries_order",
        "till_desk_deliveries",
        ["subject", "courier", "address", "seq"],
        unique=False,
    )
    op.create_table(
        "till_desk_orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("dialect", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunded", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lines", columns.Json(), nullable=False),
        sa.Column("adjustments", columns.Json(), nullable=False),
        sa.Column("shares", columns.Json(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("redirect_url", sa.Text(), nullable=True),
        sa.Column("opener_origin", sa.Text(), nullable=True),
        sa.Column("methods", columns.Json(), nullable=True),
        sa.Column("late_money", sa.Text(), nullable=False),
        sa.Column("shopper", columns.Json(), nullable=False),
        sa.Column("metadata", columns.Json(), nullable=False),
        sa.Column("live", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("paid_at", columns.Utc(), nullable=True),
        sa.Column("ended_at", columns.Utc(), nullable=True),
        sa.CheckConstraint(
            "(status in ('paid', 'partially_refunded', 'refunded')) = (paid_at is not null)",
            name=op.f("ck_desk_orders_paid_at"),
        ),
        sa.CheckConstraint(
            "late_money in ('refund', 'accept')", name=op.f("ck_desk_orders_late_money")
        ),
        sa.CheckConstraint(
            "status in ('cancelled', 'expired', 'paid', 'partially_refunded', 'pending',"
            " 'processing', 'refunded')",
            name=op.f("ck_desk_orders_status"),
        ),
        sa.CheckConstraint(
            "amount >= 0 and refunded between 0 and amount", name=op.f("ck_desk_orders_amounts")
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_desk_orders_currency")),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_orders_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_orders")),
        sa.UniqueConstraint(
            "merchant_id", "external_id", name=op.f("uq_till_desk_orders_merchant_id_external_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_orders_newest",
        "till_desk_orders",
        ["merchant_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_till_desk_orders_open",
        "till_desk_orders",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("status in ('pending', 'processing')"),
        postgresql_where=sa.text("status in ('pending', 'processing')"),
    )
    op.create_table(
        "till_desk_attempts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["till_desk_deliveries.id"],
            name=op.f("fk_till_desk_attempts_delivery_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_attempts")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_attempts_delivery_id"),
        "till_desk_attempts",
        ["delivery_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_ledger",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_desk_ledger_amount")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_ledger_order_id")
        ),
        sa.PrimaryKeyConstraint("entry", "account", name=op.f("pk_till_desk_ledger")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_ledger_order_id"), "till_desk_ledger", ["order_id"], unique=False
    )
    op.create_table(
        "till_desk_page_sessions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("revoked_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_page_sessions_order_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_till_desk_page_sessions")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_page_sessions_order_id"),
        "till_desk_page_sessions",
        ["order_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_page_tokens",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("used_at", columns.Utc(), nullable=True),
        sa.Column("session", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_page_tokens_order_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_till_desk_page_tokens")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_page_tokens_order_id"),
        "till_desk_page_tokens",
        ["order_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_payments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("live", columns.Flag(), nullable=False),
        sa.Column("kept", columns.Flag(), nullable=False),
        sa.Column("client", columns.Json(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("kept = 0 or status = 'succeeded'", name=op.f("ck_desk_payments_kept")),
        sa.CheckConstraint(
            "status in ('cancelled', 'created', 'failed', 'processing', 'requires_action',"
            " 'succeeded')",
            name=op.f("ck_desk_payments_status"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_desk_payments_amount")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_payments_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_payments")),
        sa.UniqueConstraint(
            "gateway", "provider_ref", name=op.f("uq_till_desk_payments_gateway_provider_ref")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_payments_order_id"), "till_desk_payments", ["order_id"], unique=False
    )
    op.create_index(
        "uq_till_desk_payments_one_active",
        "till_desk_payments",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("status in ('created', 'processing', 'requires_action')"),
        postgresql_where=sa.text("status in ('created', 'processing', 'requires_action')"),
    )
    op.create_index(
        "uq_till_desk_payments_one_kept",
        "till_desk_payments",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("kept = 1"),
        postgresql_where=sa.text("kept = 1"),
    )
    op.create_table(
        "till_desk_refunds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("done_at", columns.Utc(), nullable=True),
        sa.CheckConstraint(
            "cause in ('asked', 'late', 'double')", name=op.f("ck_desk_refunds_cause")
        ),
        sa.CheckConstraint(
            "status in ('pending', 'succeeded', 'failed')", name=op.f("ck_desk_refunds_status")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_desk_refunds_amount")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_refunds_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["till_desk_payments.id"], name=op.f("fk_till_desk_refunds_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_refunds")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_refunds_order_id"), "till_desk_refunds", ["order_id"], unique=False
    )
    op.create_index(
        "uq_till_desk_refunds_unasked",
        "till_desk_refunds",
        ["payment_id"],
        unique=True,
        sqlite_where=sa.text("cause in ('late', 'double')"),
        postgresql_where=sa.text("cause in ('late', 'double')"),
    )
    for statement in LEDGER_GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(
        "uq_till_desk_refunds_unasked",
        table_name="till_desk_refunds",
        sqlite_where=sa.text("cause in ('late', 'double')"),
        postgresql_where=sa.text("cause in ('late', 'double')"),
    )
    op.drop_index(op.f("ix_till_desk_refunds_order_id"), table_name="till_desk_refunds")
    op.drop_table("till_desk_refunds")
    op.drop_index(
        "uq_till_desk_payments_one_kept",
        table_name="till_desk_payments",
        sqlite_where=sa.text("kept = 1"),
        postgresql_where=sa.text("kept = 1"),
    )
    op.drop_index(
        "uq_till_desk_payments_one_active",
        table_name="till_desk_payments",
        sqlite_where=sa.text("status in ('created', 'processing', 'requires_action')"),
        postgresql_where=sa.text("status in ('created', 'processing', 'requires_action')"),
    )
    op.drop_index(op.f("ix_till_desk_payments_order_id"), table_name="till_desk_payments")
    op.drop_table("till_desk_payments")
    op.drop_index(op.f("ix_till_desk_page_tokens_order_id"), table_name="till_desk_page_tokens")
    op.drop_table("till_desk_page_tokens")
    op.drop_index(op.f("ix_till_desk_page_sessions_order_id"), table_name="till_desk_page_sessions")
    op.drop_table("till_desk_page_sessions")
    op.drop_index(op.f("ix_till_desk_ledger_order_id"), table_name="till_desk_ledger")
    op.drop_table("till_desk_ledger")
    op.drop_index(op.f("ix_till_desk_attempts_delivery_id"), table_name="till_desk_attempts")
    op.drop_table("till_desk_attempts")
    op.drop_index(
        "ix_till_desk_orders_open",
        table_name="till_desk_orders",
        sqlite_where=sa.text("status in ('pending', 'processing')"),
        postgresql_where=sa.text("status in ('pending', 'processing')"),
    )
    op.drop_index("ix_till_desk_orders_newest", table_name="till_desk_orders")
    op.drop_table("till_desk_orders")
    op.drop_index("till_desk_deliveries_order", table_name="till_desk_deliveries")
    op.drop_index("till_desk_deliveries_due", table_name="till_desk_deliveries")
    op.drop_table("till_desk_deliveries")
    op.drop_index(
        op.f("ix_till_desk_callback_secrets_merchant_id"), table_name="till_desk_callback_secrets"
    )
    op.drop_table("till_desk_callback_secrets")
    op.drop_table("till_desk_api_keys")
    op.drop_table("till_desk_provider_events")
    op.drop_table("till_desk_merchants")
    op.drop_table("till_desk_idempotency")
    op.drop_table("till_desk_events")
