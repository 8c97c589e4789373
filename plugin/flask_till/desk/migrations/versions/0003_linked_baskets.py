"""linked baskets"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0003_linked_baskets"
down_revision = "0002_transfers"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "till_desk_shoppers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("country_prefix", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("surname", sa.Text(), nullable=True),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.Column("profile", columns.Json(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_shoppers")),
        sa.UniqueConstraint(
            "country_prefix", "phone", name=op.f("uq_till_desk_shoppers_country_prefix_phone")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_sign_in_codes",
        sa.Column("country_prefix", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("sent_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_desk_sign_in_codes_tries")),
        sa.PrimaryKeyConstraint("country_prefix", "phone", name=op.f("pk_till_desk_sign_in_codes")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_signing_keys",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("retired_at", columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_till_desk_signing_keys")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_inpost_merchants",
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("merchant_external_id", sa.Text(), nullable=False),
        sa.Column("pos_id", sa.Text(), nullable=False),
        sa.Column("merchant_client_id", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("merchant_secret", sa.Text(), nullable=False),
        sa.Column("is_on", columns.Flag(), nullable=False),
        sa.Column("switched_off_at", columns.Utc(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "(is_on = 0) = (switched_off_at is not null)",
            name=op.f("ck_desk_inpost_merchants_switched_off"),
        ),
        sa.CheckConstraint("is_on in (0, 1)", name=op.f("ck_desk_inpost_merchants_is_on")),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_inpost_merchants_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_till_desk_inpost_merchants")),
        sa.UniqueConstraint("client_id", name=op.f("uq_till_desk_inpost_merchants_client_id")),
        sa.UniqueConstraint(
            "merchant_client_id", name=op.f("uq_till_desk_inpost_merchants_merchant_client_id")
        ),
        sa.UniqueConstraint(
            "merchant_external_id", name=op.f("uq_till_desk_inpost_merchants_merchant_external_id")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_linked_baskets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("merchant_basket_id", sa.Text(), nullable=False),
        sa.Column("shopper_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("content", columns.Json(), nullable=True),
        sa.Column("expires_at", columns.Utc(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("unlinked_by", sa.Text(), nullable=True),
        sa.Column("linked_at", columns.Utc(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "(status in ('bound', 'ordered')) = (content is not null)",
            name=op.f("ck_desk_linked_baskets_content"),
        ),
        sa.CheckConstraint(
            "(status in ('bound', 'ordered')) = (shopper_id is not null)",
            name=op.f("ck_desk_linked_baskets_shopper"),
        ),
        sa.CheckConstraint(
            "status in ('bound', 'ordered', 'pending', 'unbound')",
            name=op.f("ck_desk_linked_baskets_status"),
        ),
        sa.CheckConstraint(
            "unlinked_by in ('expiry', 'merchant', 'realized', 'shopper')",
            name=op.f("ck_desk_linked_baskets_unlinked_by"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_desk_linked_baskets_version")),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_linked_baskets_merchant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["shopper_id"],
            ["till_desk_shoppers.id"],
            name=op.f("fk_till_desk_linked_baskets_shopper_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_linked_baskets")),
        sa.UniqueConstraint(
            "id", "merchant_id", name=op.f("uq_till_desk_linked_baskets_id_merchant_id")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_till_desk_linked_baskets_key")),
        sa.UniqueConstraint(
            "merchant_id",
            "merchant_basket_id",
            name=op.f("uq_till_desk_linked_baskets_merchant_id_merchant_basket_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_linked_baskets_due",
        "till_desk_linked_baskets",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("status = 'bound'"),
        postgresql_where=sa.text("status = 'bound'"),
    )
    op.create_index(
        op.f("ix_till_desk_linked_baskets_shopper_id"),
        "till_desk_linked_baskets",
        ["shopper_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_merchant_calls",
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("slot", WHOLE, nullable=False),
        sa.Column("calls", WHOLE, nullable=False),
        sa.Column("failures", WHOLE, nullable=False),
        sa.CheckConstraint(
            "failures between 0 and calls", name=op.f("ck_desk_merchant_calls_failures")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_merchant_calls_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "slot", name=op.f("pk_till_desk_merchant_calls")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_promoted_products",
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("content", columns.Json(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_promoted_products_merchant_id"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "product_id", name=op.f("pk_till_desk_promoted_products")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_trusted_browsers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shopper_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("revoked_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_trusted_browsers_merchant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["shopper_id"],
            ["till_desk_shoppers.id"],
            name=op.f("fk_till_desk_trusted_browsers_shopper_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_trusted_browsers")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_trusted_browsers_shopper_id"),
        "till_desk_trusted_browsers",
        ["shopper_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_wallet_sessions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("shopper_id", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shopper_id"],
            ["till_desk_shoppers.id"],
            name=op.f("fk_till_desk_wallet_sessions_shopper_id"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_till_desk_wallet_sessions")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_wallet_sessions_shopper_id"),
        "till_desk_wallet_sessions",
        ["shopper_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_basket_edits",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("linked_basket_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", columns.Json(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "kind in ('PRODUCTS_QUANTITY', 'PROMO_CODES', 'RELATED_PRODUCTS')",
            name=op.f("ck_desk_basket_edits_kind"),
        ),
        sa.CheckConstraint(
            "status in ('applied', 'refused', 'waiting')", name=op.f("ck_desk_basket_edits_status")
        ),
        sa.ForeignKeyConstraint(
            ["linked_basket_id"],
            ["till_desk_linked_baskets.id"],
            name=op.f("fk_till_desk_basket_edits_linked_basket_id"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_till_desk_basket_edits")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_basket_edits_linked_basket_id"),
        "till_desk_basket_edits",
        ["linked_basket_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_prompts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("linked_basket_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("shopper_id", sa.Text(), nullable=True),
        sa.Column("country_prefix", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("browser", columns.Json(), nullable=True),
        sa.Column("browser_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("decided_at", columns.Utc(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'open') = (decided_at is null)", name=op.f("ck_desk_prompts_decided_at")
        ),
        sa.CheckConstraint(
            "kind = 'PHONE' and phone is not null and country_prefix is not null and code is null"
            " or kind = 'DEEP_LINK' and phone is null and country_prefix is null"
            " and code is not null",
            name=op.f("ck_desk_prompts_kind"),
        ),
        sa.CheckConstraint(
            "status in ('accepted', 'expired', 'failed', 'linked',"
            " 'open', 'refused', 'superseded')",
            name=op.f("ck_desk_prompts_status"),
        ),
        sa.ForeignKeyConstraint(
            ["linked_basket_id", "merchant_id"],
            ["till_desk_linked_baskets.id", "till_desk_linked_baskets.merchant_id"],
            name=op.f("fk_till_desk_prompts_linked_basket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["shopper_id"], ["till_desk_shoppers.id"], name=op.f("fk_till_desk_prompts_shopper_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_prompts")),
        sa.UniqueConstraint("code", name=op.f("uq_till_desk_prompts_code")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_prompts_decided_at"), "till_desk_prompts", ["decided_at"], unique=False
    )
    op.create_index(
        "ix_till_desk_prompts_due",
        "till_desk_prompts",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_till_desk_prompts_phone",
        "till_desk_prompts",
        ["phone", "country_prefix", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_till_desk_prompts_shopper_id"), "till_desk_prompts", ["shopper_id"], unique=False
    )
    op.create_index(
        "uq_till_desk_prompts_one_under_way",
        "till_desk_prompts",
        ["linked_basket_id"],
        unique=True,
        sqlite_where=sa.text("status in ('accepted', 'open')"),
        postgresql_where=sa.text("status in ('accepted', 'open')"),
    )
    op.create_table(
        "till_desk_wallet_orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("linked_basket_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("merchant_order_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("shopper_id", sa.Text(), nullable=False),
        sa.Column("request", columns.Json(), nullable=False),
        sa.Column("content", columns.Json(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("payment_status", sa.Text(), nullable=False),
        sa.Column("status_text", sa.Text(), nullable=True),
        sa.Column("parcels", columns.Json(), nullable=False),
        sa.Column("delivery_changes", columns.Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("asked_at", columns.Utc(), nullable=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "status in ('completed', 'failed', 'paid', 'placing', 'processing', 'rejected')",
            name=op.f("ck_desk_wallet_orders_status"),
        ),
        sa.ForeignKeyConstraint(
            ["linked_basket_id"],
            ["till_desk_linked_baskets.id"],
            name=op.f("fk_till_desk_wallet_orders_linked_basket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_wallet_orders_merchant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_wallet_orders_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["shopper_id"],
            ["till_desk_shoppers.id"],
            name=op.f("fk_till_desk_wallet_orders_shopper_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_wallet_orders")),
        sa.UniqueConstraint(
            "merchant_id",
            "merchant_order_id",
            name=op.f("uq_till_desk_wallet_orders_merchant_id_merchant_order_id"),
        ),
        sa.UniqueConstraint("order_id", name=op.f("uq_till_desk_wallet_orders_order_id")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_wallet_orders_shopper_id"),
        "till_desk_wallet_orders",
        ["shopper_id"],
        unique=False,
    )
    op.create_index(
        "uq_till_desk_wallet_orders_one_of_basket",
        "till_desk_wallet_orders",
        ["linked_basket_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'failed'"),
        postgresql_where=sa.text("status <> 'failed'"),
    )
    op.create_table(
        "till_desk_order_events",
        sa.Column("wallet_order_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wallet_order_id"],
            ["till_desk_wallet_orders.id"],
            name=op.f("fk_till_desk_order_events_wallet_order_id"),
        ),
        sa.PrimaryKeyConstraint(
            "wallet_order_id", "event_id", "fingerprint", name=op.f("pk_till_desk_order_events")
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("till_desk_order_events")
    op.drop_index(
        "uq_till_desk_wallet_orders_one_of_basket",
        table_name="till_desk_wallet_orders",
        sqlite_where=sa.text("status <> 'failed'"),
        postgresql_where=sa.text("status <> 'failed'"),
    )
    op.drop_index(
        op.f("ix_till_desk_wallet_orders_shopper_id"), table_name="till_desk_wallet_orders"
    )
    op.drop_table("till_desk_wallet_orders")
    op.drop_index(
        "uq_till_desk_prompts_one_under_way",
        table_name="till_desk_prompts",
        sqlite_where=sa.text("status in ('accepted', 'open')"),
        postgresql_where=sa.text("status in ('accepted', 'open')"),
    )
    op.drop_index(op.f("ix_till_desk_prompts_shopper_id"), table_name="till_desk_prompts")
    op.drop_index("ix_till_desk_prompts_phone", table_name="till_desk_prompts")
    op.drop_index(
        "ix_till_desk_prompts_due",
        table_name="till_desk_prompts",
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.drop_index(op.f("ix_till_desk_prompts_decided_at"), table_name="till_desk_prompts")
    op.drop_table("till_desk_prompts")
    op.drop_index(
        op.f("ix_till_desk_basket_edits_linked_basket_id"), table_name="till_desk_basket_edits"
    )
    op.drop_table("till_desk_basket_edits")
    op.drop_index(
        op.f("ix_till_desk_wallet_sessions_shopper_id"), table_name="till_desk_wallet_sessions"
    )
    op.drop_table("till_desk_wallet_sessions")
    op.drop_index(
        op.f("ix_till_desk_trusted_browsers_shopper_id"), table_name="till_desk_trusted_browsers"
    )
    op.drop_table("till_desk_trusted_browsers")
    op.drop_table("till_desk_promoted_products")
    op.drop_table("till_desk_merchant_calls")
    op.drop_index(
        op.f("ix_till_desk_linked_baskets_shopper_id"), table_name="till_desk_linked_baskets"
    )
    op.drop_index(
        "ix_till_desk_linked_baskets_due",
        table_name="till_desk_linked_baskets",
        sqlite_where=sa.text("status = 'bound'"),
        postgresql_where=sa.text("status = 'bound'"),
    )
    op.drop_table("till_desk_linked_baskets")
    op.drop_table("till_desk_inpost_merchants")
    op.drop_table("till_desk_signing_keys")
    op.drop_table("till_desk_sign_in_codes")
    op.drop_table("till_desk_shoppers")
