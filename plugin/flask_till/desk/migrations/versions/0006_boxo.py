"""boxo"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0006_boxo"
down_revision = "0005_ipos"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "till_desk_boxo_hosts",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_key", sa.Text(), nullable=False),
        sa.Column("create_url", sa.Text(), nullable=True),
        sa.Column("status_url", sa.Text(), nullable=True),
        sa.Column("auth_prefix", sa.Text(), nullable=False),
        sa.Column("addresses", columns.Json(), nullable=False),
        sa.Column("scheme", columns.Json(), nullable=True),
        sa.Column("signing_key", sa.Text(), nullable=True),
        sa.Column("own_key", sa.Text(), nullable=True),
        sa.Column("must_sign", columns.Flag(), nullable=False),
        sa.Column("origins", columns.Json(), nullable=False),
        sa.Column("is_on", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("kind in ('built_in', 'outside')", name=op.f("ck_desk_boxo_hosts_kind")),
        sa.CheckConstraint(
            "(scheme is null) = (signing_key is null)", name=op.f("ck_desk_boxo_hosts_signing_key")
        ),
        sa.CheckConstraint("is_on in (0, 1)", name=op.f("ck_desk_boxo_hosts_is_on")),
        sa.CheckConstraint("must_sign in (0, 1)", name=op.f("ck_desk_boxo_hosts_must_sign")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_till_desk_boxo_hosts")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_boxo_nonces",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "nonce", name=op.f("pk_till_desk_boxo_nonces")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_boxo_nonces_expires_at"),
        "till_desk_boxo_nonces",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "till_desk_boxo_auth_codes",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("user_reference", sa.Text(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("used_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["till_desk_boxo_hosts.client_id"],
            name=op.f("fk_till_desk_boxo_auth_codes_client_id"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_till_desk_boxo_auth_codes")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_boxo_auth_codes_expires_at"),
        "till_desk_boxo_auth_codes",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "till_desk_boxo_miniapps",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("webhook_url", sa.Text(), nullable=True),
        sa.Column("addresses", columns.Json(), nullable=False),
        sa.Column("scheme", columns.Json(), nullable=True),
        sa.Column("signing_key", sa.Text(), nullable=True),
        sa.Column("own_key", sa.Text(), nullable=True),
        sa.Column("must_sign", columns.Flag(), nullable=False),
        sa.Column("is_on", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "(scheme is null) = (signing_key is null)",
            name=op.f("ck_desk_boxo_miniapps_signing_key"),
        ),
        sa.CheckConstraint("is_on in (0, 1)", name=op.f("ck_desk_boxo_miniapps_is_on")),
        sa.CheckConstraint("must_sign in (0, 1)", name=op.f("ck_desk_boxo_miniapps_must_sign")),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_boxo_miniapps_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_till_desk_boxo_miniapps")),
        sa.UniqueConstraint("merchant_id", name=op.f("uq_till_desk_boxo_miniapps_merchant_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_boxo_partnerships",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("payments_on", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "payments_on in (0, 1)", name=op.f("ck_desk_boxo_partnerships_payments_on")
        ),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["till_desk_boxo_miniapps.app_id"],
            name=op.f("fk_till_desk_boxo_partnerships_app_id"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["till_desk_boxo_hosts.client_id"],
            name=op.f("fk_till_desk_boxo_partnerships_client_id"),
        ),
        sa.PrimaryKeyConstraint("app_id", "client_id", name=op.f("pk_till_desk_boxo_partnerships")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_boxo_payments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("order_payment_id", sa.Text(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("miniapp_order_id", sa.Text(), nullable=True),
        sa.Column("hostapp_user_id", sa.Text(), nullable=True),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("details", columns.Json(), nullable=False),
        sa.Column("custom_attributes", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("fail_reason", sa.Text(), nullable=True),
        sa.Column("is_open", columns.Flag(), nullable=False),
        sa.Column("asked_at", columns.Utc(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "outcome in ('cancelled', 'failed')", name=op.f("ck_desk_boxo_payments_outcome")
        ),
        sa.CheckConstraint(
            "(order_id is null) = (order_payment_id is null)",
            name=op.f("ck_desk_boxo_payments_order_payment_id"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_desk_boxo_payments_amount")),
        sa.CheckConstraint("is_open in (0, 1)", name=op.f("ck_desk_boxo_payments_is_open")),
        sa.CheckConstraint(
            "order_id is null or order_id = id", name=op.f("ck_desk_boxo_payments_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["app_id", "client_id"],
            ["till_desk_boxo_partnerships.app_id", "till_desk_boxo_partnerships.client_id"],
            name=op.f("fk_till_desk_boxo_payments_app_id"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_boxo_payments_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_boxo_payments")),
        sa.UniqueConstraint(
            "client_id",
            "order_payment_id",
            name=op.f("uq_till_desk_boxo_payments_client_id_order_payment_id"),
        ),
        sa.UniqueConstraint("order_id", name=op.f("uq_till_desk_boxo_payments_order_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_till_desk_boxo_payments_one_open",
        "till_desk_boxo_payments",
        ["app_id", "client_id", "miniapp_order_id"],
        unique=True,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open = 1"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_till_desk_boxo_payments_one_open",
        table_name="till_desk_boxo_payments",
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open = 1"),
    )
    op.drop_table("till_desk_boxo_payments")
    op.drop_table("till_desk_boxo_partnerships")
    op.drop_table("till_desk_boxo_miniapps")
    op.drop_index(
        op.f("ix_till_desk_boxo_auth_codes_expires_at"), table_name="till_desk_boxo_auth_codes"
    )
    op.drop_table("till_desk_boxo_auth_codes")
    op.drop_index(op.f("ix_till_desk_boxo_nonces_expires_at"), table_name="till_desk_boxo_nonces")
    op.drop_table("till_desk_boxo_nonces")
    op.drop_table("till_desk_boxo_hosts")
