"""baskets linked with a wallet, and orders from it"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns
from flask_till.base.migrations import replace_check

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = "status in ('pending', 'placing', 'processing')"
OPEN_AT_A_DESK = f"{OPEN} and desk <> 'inpost'"
TOTAL = "total > 0 and discount <= 0 and subtotal + discount = total"
TOTAL_WITH_DELIVERY = (
    "total >= 0 and discount <= 0 and delivery >= 0 and subtotal + discount + delivery = total"
)


def upgrade() -> None:
    op.add_column("till_shop_baskets", sa.Column("binding_id", sa.Text(), nullable=True))
    op.add_column("till_shop_products", sa.Column("details", columns.Json(), nullable=True))
    op.add_column(
        "till_shop_orders",
        sa.Column("delivery", WHOLE, server_default=sa.text("0"), nullable=False),
    )
    _check_total(TOTAL, TOTAL_WITH_DELIVERY)
    _drop_open_indexes()
    _create_open_indexes(OPEN_AT_A_DESK)
    _create_bindings()
    _create_wallet_tables()


def _create_bindings() -> None:
    op.create_table(
        "till_shop_bindings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("basket_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("inpost_basket_id", sa.Text(), nullable=True),
        sa.Column("country_prefix", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("masked_phone_number", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("surname", sa.Text(), nullable=True),
        sa.Column("browser_id", sa.Text(), nullable=True),
        sa.Column("browser_trusted", columns.Flag(), nullable=False),
        sa.Column("binding_key", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("notice", columns.Json(), nullable=True),
        sa.Column("parameters", columns.Json(), nullable=False),
        sa.Column("sent_version", WHOLE, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("expires_at", columns.Utc(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "status in ('linked', 'ordered', 'pending', 'unbound')",
            name=op.f("ck_shop_bindings_status"),
        ),
        sa.CheckConstraint(
            "browser_trusted in (0, 1)", name=op.f("ck_shop_bindings_browser_trusted")
        ),
        sa.CheckConstraint(
            "(status = 'ordered') = (order_id is not null)", name=op.f("ck_shop_bindings_order")
        ),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["till_shop_baskets.id"], name=op.f("fk_till_shop_bindings_basket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shop_bindings")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_till_shop_bindings_one_open",
        "till_shop_bindings",
        ["basket_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'ordered'"),
        postgresql_where=sa.text("status <> 'ordered'"),
    )
    op.create_index(
        "ix_till_shop_bindings_browser", "till_shop_bindings", ["browser_id"], unique=False
    )


def _create_wallet_tables() -> None:
    op.create_table(
        "till_shop_wallet_events",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("binding_id", sa.Text(), nullable=True),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "event_id", name=op.f("pk_till_shop_wallet_events")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_shop_wallet_orders",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("binding_id", sa.Text(), nullable=False),
        sa.Column("account", columns.Json(), nullable=False),
        sa.Column("delivery", columns.Json(), nullable=False),
        sa.Column("invoice", columns.Json(), nullable=True),
        sa.Column("consents", columns.Json(), nullable=False),
        sa.Column("parameters", columns.Json(), nullable=False),
        sa.Column("goods", columns.Json(), nullable=False),
        sa.Column("comments", sa.Text(), nullable=True),
        sa.Column("payment_type", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("payment_reference", sa.Text(), nullable=True),
        sa.Column("status_text", sa.Text(), nullable=True),
        sa.Column("parcels", columns.Json(), nullable=False),
        sa.Column("completed_at", columns.Utc(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["till_shop_orders.id"],
            name=op.f("fk_till_shop_wallet_orders_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["binding_id"],
            ["till_shop_bindings.id"],
            name=op.f("fk_till_shop_wallet_orders_binding_id"),
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_till_shop_wallet_orders")),
        sa.UniqueConstraint("binding_id", name=op.f("uq_till_shop_wallet_orders_binding_id")),
        sqlite_strict=True,
    )


def _check_total(before: str, after: str) -> None:
    replace_check("till_shop_orders", "ck_shop_orders_total", before, after)


def _drop_open_indexes() -> None:
    for name in ("ix_till_shop_orders_open", "uq_till_shop_orders_one_open"):
        op.drop_index(name, table_name="till_shop_orders")
    op.drop_index("ix_till_shop_orders_asked_by", table_name="till_shop_orders")


def _create_open_indexes(condition: str) -> None:
    for name, column, unique in (
        ("ix_till_shop_orders_open", "expires_at", False),
        ("ix_till_shop_orders_asked_by", "asked_by", False),
        ("uq_till_shop_orders_one_open", "basket_id", True),
    ):
        op.create_index(
            name,
            "till_shop_orders",
            [column],
            unique=unique,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def downgrade() -> None:
    op.drop_table("till_shop_wallet_orders")
    op.drop_table("till_shop_wallet_events")
    op.drop_table("till_shop_bindings")
    _drop_open_indexes()
    _create_open_indexes(OPEN)
    _check_total(TOTAL_WITH_DELIVERY, TOTAL)
    op.drop_column("till_shop_orders", "delivery")
    op.drop_column("till_shop_products", "details")
    op.drop_column("till_shop_baskets", "binding_id")
