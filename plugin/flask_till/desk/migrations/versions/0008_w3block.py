"""w3block"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0008_w3block"
down_revision = "0007_kigo"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    make_tokens_anew()
    op.create_table(
        "till_desk_w3_currencies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_crypto", columns.Flag(), nullable=False),
        sa.Column("decimals", WHOLE, nullable=False),
        sa.CheckConstraint(
            "decimals between 0 and 18", name=op.f("ck_desk_w3_currencies_decimals")
        ),
        sa.CheckConstraint("is_crypto in (0, 1)", name=op.f("ck_desk_w3_currencies_is_crypto")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_w3_currencies")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_w3_keys",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("retired_at", columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_till_desk_w3_keys")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_coupons",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("percent", columns.Exact(), nullable=False),
        sa.Column("starts_at", columns.Utc(), nullable=True),
        sa.Column("ends_at", columns.Utc(), nullable=True),
        sa.Column("least", columns.Json(), nullable=False),
        sa.Column("products", columns.Json(), nullable=True),
        sa.Column("methods", columns.Json(), nullable=True),
        sa.Column("currencies", columns.Json(), nullable=True),
        sa.Column("max_uses", WHOLE, nullable=True),
        sa.Column("max_per_buyer", WHOLE, nullable=True),
        sa.Column("uses", WHOLE, nullable=False),
        sa.Column("is_on", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("is_on in (0, 1)", name=op.f("ck_desk_coupons_is_on")),
        sa.CheckConstraint(
            "uses >= 0 and (max_uses is null or uses <= max_uses)",
            name=op.f("ck_desk_coupons_uses"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_coupons_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_coupons")),
        sa.UniqueConstraint(
            "merchant_id", "code", name=op.f("uq_till_desk_coupons_merchant_id_code")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_products",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("images", columns.Json(), nullable=False),
        sa.Column("distribution", sa.Text(), nullable=False),
        sa.Column("on_sale_from", columns.Utc(), nullable=True),
        sa.Column("on_sale_until", columns.Utc(), nullable=True),
        sa.Column("per_buyer", WHOLE, nullable=True),
        sa.Column("stock", WHOLE, nullable=True),
        sa.Column("is_on", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "distribution in ('fixed', 'random', 'sequential')",
            name=op.f("ck_desk_products_distribution"),
        ),
        sa.CheckConstraint("is_on in (0, 1)", name=op.f("ck_desk_products_is_on")),
        sa.CheckConstraint("per_buyer >= 0", name=op.f("ck_desk_products_per_buyer")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_desk_products_stock")),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_products_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_products")),
        sa.UniqueConstraint(
            "merchant_id", "slug", name=op.f("uq_till_desk_products_merchant_id_slug")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_products_newest",
        "till_desk_products",
        ["merchant_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "till_desk_w3_companies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_digest", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column("roles", columns.Json(), nullable=False),
        sa.Column("bills_gas", columns.Flag(), nullable=False),
        sa.Column("service_fee", columns.Exact(), nullable=False),
        sa.Column("delays", columns.Json(), nullable=False),
        sa.Column("providers", columns.Json(), nullable=False),
        sa.Column("bank", columns.Json(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("bills_gas in (0, 1)", name=op.f("ck_desk_w3_companies_bills_gas")),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_w3_companies_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_w3_companies")),
        sa.UniqueConstraint("merchant_id", name=op.f("uq_till_desk_w3_companies_merchant_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_coupon_uses",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("coupon_id", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("used_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("state in ('released', 'used')", name=op.f("ck_desk_coupon_uses_state")),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["till_desk_coupons.id"], name=op.f("fk_till_desk_coupon_uses_coupon_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_coupon_uses_order_id")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_till_desk_coupon_uses")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_coupon_uses_of_buyer",
        "till_desk_coupon_uses",
        ["coupon_id", "buyer"],
        unique=False,
    )
    op.create_table(
        "till_desk_product_prices",
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("currency_id", sa.Text(), nullable=False),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("amount", columns.Exact(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["till_desk_products.id"],
            name=op.f("fk_till_desk_product_prices_product_id"),
        ),
        sa.PrimaryKeyConstraint(
            "product_id", "currency_id", name=op.f("pk_till_desk_product_prices")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_product_sales",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("quantity", WHOLE, nullable=False),
        sa.Column("of_stock", columns.Flag(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "state in ('released', 'reserved', 'sold')", name=op.f("ck_desk_product_sales_state")
        ),
        sa.CheckConstraint("of_stock in (0, 1)", name=op.f("ck_desk_product_sales_of_stock")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_desk_product_sales_quantity")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_product_sales_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["till_desk_products.id"],
            name=op.f("fk_till_desk_product_sales_product_id"),
        ),
        sa.PrimaryKeyConstraint("order_id", "place", name=op.f("pk_till_desk_product_sales")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_product_sales_of_buyer",
        "till_desk_product_sales",
        ["product_id", "buyer"],
        unique=False,
    )
    op.create_table(
        "till_desk_product_variants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("choices", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["till_desk_products.id"],
            name=op.f("fk_till_desk_product_variants_product_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_product_variants")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_product_variants_product_id"),
        "till_desk_product_variants",
        ["product_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_w3_buyers",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["till_desk_w3_companies.id"],
            name=op.f("fk_till_desk_w3_buyers_company_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "buyer", name=op.f("pk_till_desk_w3_buyers")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_w3_hooks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("disabled_at", columns.Utc(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("tries between 1 and 15", name=op.f("ck_desk_w3_hooks_tries")),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["till_desk_w3_companies.id"],
            name=op.f("fk_till_desk_w3_hooks_company_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_w3_hooks")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_w3_hooks_company_id"), "till_desk_w3_hooks", ["company_id"], unique=False
    )
    op.create_index(
        "ix_till_desk_deliveries_of_hook",
        "till_desk_deliveries",
        ["address"],
        unique=False,
        sqlite_where=sa.text("courier = 'w3block'"),
        postgresql_where=sa.text("courier = 'w3block'"),
    )
    op.create_table(
        "till_desk_w3_orders",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("deliver_id", sa.Text(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=True),
        sa.Column("destination_user_id", sa.Text(), nullable=True),
        sa.Column("address_id", sa.Text(), nullable=True),
        sa.Column("likeness", sa.Text(), nullable=False),
        sa.Column("lines", columns.Json(), nullable=False),
        sa.Column("coupon", sa.Text(), nullable=True),
        sa.Column("utm", columns.Json(), nullable=False),
        sa.Column("utm_campaign", sa.Text(), nullable=True),
        sa.Column("success_url", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unsettled", columns.Flag(), nullable=False),
        sa.Column("word", sa.Text(), nullable=True),
        sa.Column("deliver_at", columns.Utc(), nullable=True),
        sa.Column("delivery", sa.Text(), nullable=True),
        sa.Column("fail_reason", sa.Text(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "delivery in ('moved', 'moving', 'stuck', 'waiting')",
            name=op.f("ck_desk_w3_orders_delivery"),
        ),
        sa.CheckConstraint(
            "state in ('cancelled', 'expired', 'paid', 'partially_refunded', 'pending',"
            " 'processing', 'refunded')",
            name=op.f("ck_desk_w3_orders_state"),
        ),
        sa.CheckConstraint("unsettled in (0, 1)", name=op.f("ck_desk_w3_orders_unsettled")),
        sa.CheckConstraint(
            "word in ('cancelled', 'cancelling', 'partially_cancelled')",
            name=op.f("ck_desk_w3_orders_word"),
        ),
        sa.CheckConstraint(
            "(delivery is null) = (deliver_at is null)", name=op.f("ck_desk_w3_orders_deliver_at")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["till_desk_w3_companies.id"],
            name=op.f("fk_till_desk_w3_orders_company_id"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_w3_orders_order_id")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_till_desk_w3_orders")),
        sa.UniqueConstraint("deliver_id", name=op.f("uq_till_desk_w3_orders_deliver_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_w3_orders_due",
        "till_desk_w3_orders",
        ["delivery", "deliver_at"],
        unique=False,
    )
    op.create_index(
        "ix_till_desk_w3_orders_newest",
        "till_desk_w3_orders",
        ["company_id", "created_at", "order_id"],
        unique=False,
    )
    op.create_index(
        "ix_till_desk_w3_orders_of_buyer",
        "till_desk_w3_orders",
        ["company_id", "buyer", "created_at", "order_id"],
        unique=False,
    )
    op.create_index(
        "ix_till_desk_w3_orders_unsettled",
        "till_desk_w3_orders",
        ["order_id"],
        unique=False,
        sqlite_where=sa.text("unsettled = 1"),
        postgresql_where=sa.text("unsettled = 1"),
    )
    op.create_table(
        "till_desk_w3_parts",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("leg_id", sa.Text(), nullable=False),
        sa.Column("currency_id", sa.Text(), nullable=False),
        sa.Column("amount_type", sa.Text(), nullable=False),
        sa.Column("amount", columns.Exact(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("total", columns.Exact(), nullable=False),
        sa.Column("basket", columns.Exact(), nullable=False),
        sa.Column("original_basket", columns.Exact(), nullable=False),
        sa.Column("service_fee", columns.Exact(), nullable=False),
        sa.Column("original_service_fee", columns.Exact(), nullable=False),
        sa.Column("gas", columns.Exact(), nullable=False),
        sa.CheckConstraint(
            "(place = 0) = (leg_id = order_id)", name=op.f("ck_desk_w3_parts_first")
        ),
        sa.ForeignKeyConstraint(
            ["currency_id"],
            ["till_desk_w3_currencies.id"],
            name=op.f("fk_till_desk_w3_parts_currency_id"),
        ),
        sa.ForeignKeyConstraint(
            ["leg_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_w3_parts_leg_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["till_desk_w3_orders.order_id"],
            name=op.f("fk_till_desk_w3_parts_order_id"),
        ),
        sa.PrimaryKeyConstraint("order_id", "place", name=op.f("pk_till_desk_w3_parts")),
        sa.UniqueConstraint("leg_id", name=op.f("uq_till_desk_w3_parts_leg_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_w3_users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", columns.Json(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=True),
        sa.Column("email_verified", columns.Flag(), nullable=False),
        sa.Column("phone_verified", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "email_verified in (0, 1)", name=op.f("ck_desk_w3_users_email_verified")
        ),
        sa.CheckConstraint(
            "phone_verified in (0, 1)", name=op.f("ck_desk_w3_users_phone_verified")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["till_desk_w3_companies.id"],
            name=op.f("fk_till_desk_w3_users_company_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_w3_users")),
        sa.UniqueConstraint(
            "company_id", "email", name=op.f("uq_till_desk_w3_users_company_id_email")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_w3_refresh_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("used_at", columns.Utc(), nullable=True),
        sa.Column("revoked_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["till_desk_w3_companies.id"],
            name=op.f("fk_till_desk_w3_refresh_tokens_company_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["till_desk_w3_users.id"],
            name=op.f("fk_till_desk_w3_refresh_tokens_user_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_w3_refresh_tokens")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_w3_refresh_tokens_family"),
        "till_desk_w3_refresh_tokens",
        ["family"],
        unique=False,
    )
    op.add_column(
        "till_desk_orders",
        sa.Column(
            "processing_expires", columns.Flag(), server_default=sa.text("1"), nullable=False
        ),
    )


def make_tokens_anew() -> None:
    """Tokens may be for sale, too, and be an order's: SQLite can change a check in no other way."""
    kept = "id, product_id, parent_id, position, state, claim_id, holder, name, terms, held_at"
    op.execute("create temporary table till_kept_tokens as select * from till_desk_product_tokens")
    op.drop_index("ix_till_desk_product_tokens_of_holder", table_name="till_desk_product_tokens")
    op.drop_table("till_desk_product_tokens")
    op.create_table(
        "till_desk_product_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claim_id", sa.Text(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("terms", columns.Json(), nullable=False),
        sa.Column("held_at", columns.Utc(), nullable=True),
        sa.Column("fixed_to", sa.Text(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("place", WHOLE, nullable=True),
        sa.CheckConstraint(
            "(state = 'held') = (holder is not null) and (holder is null) = (held_at is null)",
            name=op.f("ck_desk_product_tokens_holder"),
        ),
        sa.CheckConstraint(
            "state in ('for_sale', 'held', 'reserved', 'sold')",
            name=op.f("ck_desk_product_tokens_state"),
        ),
        sa.CheckConstraint(
            "state in ('for_sale', 'held') or order_id is not null",
            name=op.f("ck_desk_product_tokens_order_id"),
        ),
        sa.CheckConstraint(
            "(order_id is null) = (place is null)", name=op.f("ck_desk_product_tokens_place")
        ),
        sa.CheckConstraint(
            "case when claim_id is null then 0 else 1 end + case when parent_id is null then 0"
            " else 1 end + case when order_id is null then 0 else 1 end"
            " = case when state = 'for_sale' then 0 else 1 end",
            name=op.f("ck_desk_product_tokens_origin"),
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["till_desk_claims.id"], name=op.f("fk_till_desk_product_tokens_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["holder"], ["till_desk_holders.id"], name=op.f("fk_till_desk_product_tokens_holder")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_product_tokens_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["till_desk_product_tokens.id"],
            name=op.f("fk_till_desk_product_tokens_parent_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_product_tokens")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_till_desk_product_tokens_claim_id")),
        sa.UniqueConstraint(
            "parent_id", "position", name=op.f("uq_till_desk_product_tokens_parent_id_position")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_product_tokens_of_holder",
        "till_desk_product_tokens",
        ["holder", "held_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_till_desk_product_tokens_order_id"),
        "till_desk_product_tokens",
        ["order_id"],
        unique=False,
    )
    op.create_index(
        "ix_till_desk_product_tokens_shelf",
        "till_desk_product_tokens",
        ["product_id", "state", "position"],
        unique=False,
    )
    op.create_index(
        "uq_till_desk_product_tokens_position",
        "till_desk_product_tokens",
        ["product_id", "position"],
        unique=True,
        sqlite_where=sa.text("claim_id is null and parent_id is null"),
        postgresql_where=sa.text("claim_id is null and parent_id is null"),
    )
    op.execute(
        f"insert into till_desk_product_tokens ({kept}) select {kept} from till_kept_tokens"  # noqa: S608 - of constants
    )
    op.execute("drop table till_kept_tokens")
