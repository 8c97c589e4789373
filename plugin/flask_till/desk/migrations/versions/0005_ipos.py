"""ipos"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0005_ipos"
down_revision = "0004_balances"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "till_desk_ipos_apps",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ip_id", WHOLE, nullable=True),
        sa.Column("login_secret", sa.Text(), nullable=True),
        sa.Column("login_origins", columns.Json(), nullable=False),
        sa.Column("shares_all", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("shares_all in (0, 1)", name=op.f("ck_desk_ipos_apps_shares_all")),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_ipos_apps_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_till_desk_ipos_apps")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_ipos_pools",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ip_id", WHOLE, nullable=False),
        sa.Column("parent_ip_id", WHOLE, nullable=True),
        sa.Column("tokens_per_dollar", WHOLE, nullable=False),
        sa.CheckConstraint(
            "tokens_per_dollar >= 0", name=op.f("ck_desk_ipos_pools_tokens_per_dollar")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_ipos_pools")),
        sa.UniqueConstraint("token", name=op.f("uq_till_desk_ipos_pools_token")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_ipos_users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=True),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("avatar", sa.Text(), nullable=False),
        sa.Column("api_key", sa.Text(), nullable=True),
        sa.Column("blocked_at", columns.Utc(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"], ["till_desk_ipos_apps.app_id"], name=op.f("fk_till_desk_ipos_users_app_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_ipos_users")),
        sa.UniqueConstraint("api_key", name=op.f("uq_till_desk_ipos_users_api_key")),
        sa.UniqueConstraint("app_id", "email", name=op.f("uq_till_desk_ipos_users_app_id_email")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_till_desk_ipos_users_own_email",
        "till_desk_ipos_users",
        ["email"],
        unique=True,
        sqlite_where=sa.text("app_id is null"),
        postgresql_where=sa.text("app_id is null"),
    )
    op.create_table(
        "till_desk_ipos_widgets",
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=True),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("access_key", sa.Text(), nullable=False),
        sa.Column("secret_key", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["app_id"],
            ["till_desk_ipos_apps.app_id"],
            name=op.f("fk_till_desk_ipos_widgets_app_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_ipos_widgets_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_till_desk_ipos_widgets")),
        sa.UniqueConstraint("access_key", name=op.f("uq_till_desk_ipos_widgets_access_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_ipos_orders",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("widget_tag", sa.Text(), nullable=True),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("ip_id", WHOLE, nullable=False),
        sa.Column("callback_url", sa.Text(), nullable=True),
        sa.Column("terms", columns.Json(), nullable=False),
        sa.Column("top_up", sa.Text(), nullable=True),
        sa.Column("topped_up_at", columns.Utc(), nullable=True),
        sa.Column("paid_call", sa.Text(), nullable=True),
        sa.Column("pool_id", WHOLE, nullable=True),
        sa.Column("spent", columns.Json(), nullable=False),
        sa.Column("rewards_released_at", columns.Utc(), nullable=True),
        sa.Column("moments", columns.Json(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "top_up in ('credit', 'wallet')", name=op.f("ck_desk_ipos_orders_top_up")
        ),
        sa.CheckConstraint(
            "topped_up_at is null or top_up is not null",
            name=op.f("ck_desk_ipos_orders_topped_up"),
        ),
        sa.ForeignKeyConstraint(
            ["app_id"], ["till_desk_ipos_apps.app_id"], name=op.f("fk_till_desk_ipos_orders_app_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_ipos_orders_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"],
            ["till_desk_ipos_pools.id"],
            name=op.f("fk_till_desk_ipos_orders_pool_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["till_desk_ipos_users.id"], name=op.f("fk_till_desk_ipos_orders_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["widget_tag"],
            ["till_desk_ipos_widgets.tag"],
            name=op.f("fk_till_desk_ipos_orders_widget_tag"),
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_till_desk_ipos_orders")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_ipos_orders_of_user",
        "till_desk_ipos_orders",
        ["user_id", "created_at", "order_id"],
    )
    op.create_index(
        "ix_till_desk_ipos_orders_of_widget",
        "till_desk_ipos_orders",
        ["widget_tag", "created_at", "order_id"],
    )
    op.create_table(
        "till_desk_ipos_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("widget_tag", sa.Text(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["till_desk_ipos_users.id"],
            name=op.f("fk_till_desk_ipos_sessions_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["widget_tag"],
            ["till_desk_ipos_widgets.tag"],
            name=op.f("fk_till_desk_ipos_sessions_widget_tag"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_ipos_sessions")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_ipos_sessions_user_id"), "till_desk_ipos_sessions", ["user_id"]
    )
