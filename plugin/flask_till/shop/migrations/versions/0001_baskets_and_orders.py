"""baskets and orders"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "till_shop_baskets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("codes", columns.Json(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_shop_baskets_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shop_baskets")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_shop_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", columns.Json(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shop_events")),
        sa.UniqueConstraint("subject", "seq", name=op.f("uq_till_shop_events_subject_seq")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_shop_inbox",
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("desk", "event_id", name=op.f("pk_till_shop_inbox")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_shop_products",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column(
            "max_quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("counted", columns.Flag(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("digital", columns.Flag(), nullable=False),
        sa.CheckConstraint("counted in (0, 1)", name=op.f("ck_shop_products_counted")),
        sa.CheckConstraint("digital in (0, 1)", name=op.f("ck_shop_products_digital")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_shop_products_currency")),
        sa.CheckConstraint("max_quantity >= 1", name=op.f("ck_shop_products_max_quantity")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_shop_products_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shop_products")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_shop_promotion_counts",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("shopper", sa.Text(), nullable=False),
        sa.Column("uses", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_shop_promotion_counts_uses")),
        sa.PrimaryKeyConstraint("code", "shopper", name=op.f("pk_till_shop_promotion_counts")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_shop_promotion_uses",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("shopper", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("shopper <> ''", name=op.f("ck_shop_promotion_uses_shopper")),
        sa.CheckConstraint(
            "state in ('held', 'released')", name=op.f("ck_shop_promotion_uses_state")
        ),
        sa.PrimaryKeyConstraint("code", "order_id", name=op.f("pk_till_shop_promotion_uses")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_shop_promotion_uses_order", "till_shop_promotion_uses", ["order_id"], unique=False
    )
    op.create_table(
        "till_shop_stock",
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("on_hand", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reserved", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("reserved between 0 and on_hand", name=op.f("ck_shop_stock_reserved")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_till_shop_stock")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_shop_deliveries",
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
            name=op.f("ck_till_shop_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["till_shop_events.id"], name=op.f("fk_till_shop_deliveries_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shop_deliveries")),
        sa.UniqueConstraint(
            "event_id",
            "courier",
            "address",
            name=op.f("uq_till_shop_deliveries_event_id_courier_address"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "till_shop_deliveries_due", "till_shop_deliveries", ["state", "next_at"], unique=False
    )
    op.create_index(
        "till_shop_deliveries_order",
        "till_shop_deliveries",
        ["subject", "courier", "address", "seq"],
        unique=False,
    )
    op.create_table(
        "till_shop_lines",
        sa.Column("basket_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("quantity between 1 and 10000", name=op.f("ck_shop_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["till_shop_baskets.id"], name=op.f("fk_till_shop_lines_basket_id")
        ),
        sa.PrimaryKeyConstraint("basket_id", "product_id", name=op.f("pk_till_shop_lines")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_shop_orders",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("basket_id", sa.Text(), nullable=False),
        sa.Column(
            "basket_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shopper", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("subtotal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("discount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunded", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("promotions", columns.Json(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("desk_order_id", sa.Text(), nullable=True),
        sa.Column(
            "desk_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("order_url", sa.Text(), nullable=True),
        sa.Column("live", columns.Flag(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("redirect_url", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("placed_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=True),
        sa.Column("paid_at", columns.Utc(), nullable=True),
        sa.Column("ended_at", columns.Utc(), nullable=True),
        sa.CheckConstraint(
            "(status in ('paid', 'partially_refunded', 'refunded')) = (paid_at is not null)",
            name=op.f("ck_shop_orders_paid_at"),
        ),
        sa.CheckConstraint(
            "status in ('cancelled', 'expired', 'failed', 'paid', 'partially_refunded', 'pending',"
            " 'placing', 'processing', 'refunded')",
            name=op.f("ck_shop_orders_status"),
        ),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_shop_orders_currency")),
        sa.CheckConstraint("live in (0, 1)", name=op.f("ck_shop_orders_live")),
        sa.CheckConstraint("refunded between 0 and total", name=op.f("ck_shop_orders_refunded")),
        sa.CheckConstraint(
            "total > 0 and discount <= 0 and subtotal + discount = total",
            name=op.f("ck_shop_orders_total"),
        ),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["till_shop_baskets.id"], name=op.f("fk_till_shop_orders_basket_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_till_shop_orders")),
        sa.UniqueConstraint("id", name=op.f("uq_till_shop_orders_id")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_shop_orders_basket_id"), "till_shop_orders", ["basket_id"], unique=False
    )
    op.create_index(
        "ix_till_shop_orders_open",
        "till_shop_orders",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("status in ('pending', 'placing', 'processing')"),
        postgresql_where=sa.text("status in ('pending', 'placing', 'processing')"),
    )
    op.create_index(
        "uq_till_shop_orders_desk_order", "till_shop_orders", ["desk", "desk_order_id"], unique=True
    )
    op.create_index(
        "uq_till_shop_orders_one_open",
        "till_shop_orders",
        ["basket_id"],
        unique=True,
        sqlite_where=sa.text("status in ('pending', 'placing', 'processing')"),
        postgresql_where=sa.text("status in ('pending', 'placing', 'processing')"),
    )
    op.create_table(
        "till_shop_reservations",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('held', 'released')", name=op.f("ck_shop_reservations_state")
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_shop_reservations_quantity")),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["till_shop_stock.product_id"],
            name=op.f("fk_till_shop_reservations_product_id"),
        ),
        sa.PrimaryKeyConstraint("order_id", "product_id", name=op.f("pk_till_shop_reservations")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_shop_attempts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["till_shop_deliveries.id"],
            name=op.f("fk_till_shop_attempts_delivery_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shop_attempts")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_shop_attempts_delivery_id"),
        "till_shop_attempts",
        ["delivery_id"],
        unique=False,
    )
    op.create_table(
        "till_shop_order_lines",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "unit_price", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "quantity between 1 and 10000", name=op.f("ck_shop_order_lines_quantity")
        ),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_shop_order_lines_unit_price")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_shop_orders.id"], name=op.f("fk_till_shop_order_lines_order_id")
        ),
        sa.PrimaryKeyConstraint("order_id", "place", name=op.f("pk_till_shop_order_lines")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_till_shop_order_lines_product",
        "till_shop_order_lines",
        ["order_id", "product_id"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_index("uq_till_shop_order_lines_product", table_name="till_shop_order_lines")
    op.drop_table("till_shop_order_lines")
    op.drop_index(op.f("ix_till_shop_attempts_delivery_id"), table_name="till_shop_attempts")
    op.drop_table("till_shop_attempts")
    op.drop_table("till_shop_reservations")
    op.drop_index(
        "uq_till_shop_orders_one_open",
        table_name="till_shop_orders",
        sqlite_where=sa.text("status in ('pending', 'placing', 'processing')"),
        postgresql_where=sa.text("status in ('pending', 'placing', 'processing')"),
    )
    op.drop_index("uq_till_shop_orders_desk_order", table_name="till_shop_orders")
    op.drop_index(
        "ix_till_shop_orders_open",
        table_name="till_shop_orders",
        sqlite_where=sa.text("status in ('pending', 'placing', 'processing')"),
        postgresql_where=sa.text("status in ('pending', 'placing', 'processing')"),
    )
    op.drop_index(op.f("ix_till_shop_orders_basket_id"), table_name="till_shop_orders")
    op.drop_table("till_shop_orders")
    op.drop_table("till_shop_lines")
    op.drop_index("till_shop_deliveries_order", table_name="till_shop_deliveries")
    op.drop_index("till_shop_deliveries_due", table_name="till_shop_deliveries")
    op.drop_table("till_shop_deliveries")
    op.drop_table("till_shop_stock")
    op.drop_index("ix_till_shop_promotion_uses_order", table_name="till_shop_promotion_uses")
    op.drop_table("till_shop_promotion_uses")
    op.drop_table("till_shop_promotion_counts")
    op.drop_table("till_shop_products")
    op.drop_table("till_shop_inbox")
    op.drop_table("till_shop_events")
    op.drop_table("till_shop_baskets")
