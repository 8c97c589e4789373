"""kigo"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0007_kigo"
down_revision = "0006_boxo"
branch_labels = None
depends_on = None

EXACT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "till_desk_holders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shopper_id", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shopper_id"], ["till_desk_shoppers.id"], name=op.f("fk_till_desk_holders_shopper_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_holders")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_holders_shopper_id"), "till_desk_holders", ["shopper_id"], unique=False
    )
    op.create_table(
        "till_desk_kigo_partners",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("api_key", sa.Text(), nullable=False),
        sa.Column("webhook_url", sa.Text(), nullable=True),
        sa.Column("webhook_secret", sa.Text(), nullable=True),
        sa.Column("is_on", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("is_on in (0, 1)", name=op.f("ck_desk_kigo_partners_is_on")),
        sa.CheckConstraint(
            "webhook_url is null or webhook_secret is not null",
            name=op.f("ck_desk_kigo_partners_webhook_secret"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_kigo_partners_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_kigo_partners")),
        sa.UniqueConstraint("api_key", name=op.f("uq_till_desk_kigo_partners_api_key")),
        sa.UniqueConstraint("merchant_id", name=op.f("uq_till_desk_kigo_partners_merchant_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_claims",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("bound_to", sa.Text(), nullable=True),
        sa.Column("redeemed_by", sa.Text(), nullable=True),
        sa.Column("redeemed_at", columns.Utc(), nullable=True),
        sa.Column("expires_at", columns.Utc(), nullable=True),
        sa.Column("ended_at", columns.Utc(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "(status = 'claimed') = (redeemed_by is not null)"
            " and (status = 'claimed') = (redeemed_at is not null)",
            name=op.f("ck_desk_claims_redeemed"),
        ),
        sa.CheckConstraint(
            "(status = 'unclaimed') = (ended_at is null)", name=op.f("ck_desk_claims_ended_at")
        ),
        sa.CheckConstraint(
            "status in ('cancelled', 'claimed', 'expired', 'unclaimed')",
            name=op.f("ck_desk_claims_status"),
        ),
        sa.CheckConstraint(
            "bound_to is null or redeemed_by is null or redeemed_by = bound_to",
            name=op.f("ck_desk_claims_bound_to"),
        ),
        sa.ForeignKeyConstraint(
            ["bound_to"], ["till_desk_holders.id"], name=op.f("fk_till_desk_claims_bound_to")
        ),
        sa.ForeignKeyConstraint(
            ["redeemed_by"], ["till_desk_holders.id"], name=op.f("fk_till_desk_claims_redeemed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_claims")),
        sa.UniqueConstraint("digest", name=op.f("uq_till_desk_claims_digest")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_claims_due",
        "till_desk_claims",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("status = 'unclaimed'"),
        postgresql_where=sa.text("status = 'unclaimed'"),
    )
    op.create_table(
        "till_desk_kigo_accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column(
            "external_user_id",
            EXACT,
            nullable=True,
        ),
        sa.Column("shopper_id", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "(external_user_id is null) = (shopper_id is not null)",
            name=op.f("ck_desk_kigo_accounts_user"),
        ),
        sa.ForeignKeyConstraint(
            ["id"], ["till_desk_holders.id"], name=op.f("fk_till_desk_kigo_accounts_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["till_desk_kigo_partners.id"],
            name=op.f("fk_till_desk_kigo_accounts_partner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["shopper_id"],
            ["till_desk_shoppers.id"],
            name=op.f("fk_till_desk_kigo_accounts_shopper_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_kigo_accounts")),
        sa.UniqueConstraint(
            "partner_id",
            "external_user_id",
            name=op.f("uq_till_desk_kigo_accounts_partner_id_external_user_id"),
        ),
        sa.UniqueConstraint(
            "partner_id",
            "shopper_id",
            name=op.f("uq_till_desk_kigo_accounts_partner_id_shopper_id"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_kigo_products",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("parts", columns.Json(), nullable=False),
        sa.Column("actions", columns.Json(), nullable=False),
        sa.Column("creators", columns.Json(), nullable=False),
        sa.Column("tags", columns.Json(), nullable=False),
        sa.Column("claim_seconds", WHOLE, nullable=True),
        sa.Column("stock", WHOLE, nullable=True),
        sa.Column("sold", WHOLE, nullable=False),
        sa.Column("is_on", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "type in ('gift_card', 'offer_bundle', 'voucher')",
            name=op.f("ck_desk_kigo_products_type"),
        ),
        sa.CheckConstraint("claim_seconds > 0", name=op.f("ck_desk_kigo_products_claim_seconds")),
        sa.CheckConstraint("is_on in (0, 1)", name=op.f("ck_desk_kigo_products_is_on")),
        sa.CheckConstraint("sold >= 0", name=op.f("ck_desk_kigo_products_sold")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_desk_kigo_products_stock")),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["till_desk_kigo_partners.id"],
            name=op.f("fk_till_desk_kigo_products_partner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_kigo_products")),
        sa.UniqueConstraint(
            "id", "partner_id", name=op.f("uq_till_desk_kigo_products_id_partner_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_kigo_products_partner_id"),
        "till_desk_kigo_products",
        ["partner_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_kigo_programs",
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column(
            "external_program_id",
            EXACT,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("logo", sa.Text(), nullable=True),
        sa.Column("primary_colour", sa.Text(), nullable=True),
        sa.Column("secondary_colour", sa.Text(), nullable=True),
        sa.CheckConstraint("theme in ('dark', 'light')", name=op.f("ck_desk_kigo_programs_theme")),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["till_desk_kigo_partners.id"],
            name=op.f("fk_till_desk_kigo_programs_partner_id"),
        ),
        sa.PrimaryKeyConstraint(
            "partner_id", "external_program_id", name=op.f("pk_till_desk_kigo_programs")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_kigo_families",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("ended_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["till_desk_kigo_accounts.id"],
            name=op.f("fk_till_desk_kigo_families_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_kigo_families")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_kigo_families_account_id"),
        "till_desk_kigo_families",
        ["account_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_kigo_orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column(
            "external_order_id",
            EXACT,
            nullable=False,
        ),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column(
            "external_program_id",
            EXACT,
            nullable=True,
        ),
        sa.Column("claim_id", sa.Text(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["till_desk_claims.id"], name=op.f("fk_till_desk_kigo_orders_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["till_desk_kigo_partners.id"],
            name=op.f("fk_till_desk_kigo_orders_partner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id", "partner_id"],
            ["till_desk_kigo_products.id", "till_desk_kigo_products.partner_id"],
            name=op.f("fk_till_desk_kigo_orders_product_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_kigo_orders")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_till_desk_kigo_orders_claim_id")),
        sa.UniqueConstraint(
            "partner_id",
            "external_order_id",
            name=op.f("uq_till_desk_kigo_orders_partner_id_external_order_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_kigo_orders_newest",
        "till_desk_kigo_orders",
        ["partner_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "till_desk_kigo_sso_sessions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column(
            "external_program_id",
            EXACT,
            nullable=True,
        ),
        sa.Column("is_single_use", columns.Flag(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("spent_at", columns.Utc(), nullable=True),
        sa.CheckConstraint(
            "is_single_use in (0, 1)", name=op.f("ck_desk_kigo_sso_sessions_is_single_use")
        ),
        sa.CheckConstraint(
            "spent_at is null or is_single_use = 1", name=op.f("ck_desk_kigo_sso_sessions_spent_at")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["till_desk_kigo_accounts.id"],
            name=op.f("fk_till_desk_kigo_sso_sessions_account_id"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_till_desk_kigo_sso_sessions")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_kigo_sso_sessions_account_id"),
        "till_desk_kigo_sso_sessions",
        ["account_id"],
        unique=False,
    )
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
        sa.CheckConstraint(
            "(state = 'held') = (holder is not null) and (holder is null) = (held_at is null)",
            name=op.f("ck_desk_product_tokens_holder"),
        ),
        sa.CheckConstraint(
            "state in ('for_sale', 'held', 'reserved')", name=op.f("ck_desk_product_tokens_state")
        ),
        sa.CheckConstraint(
            "claim_id is null or parent_id is null", name=op.f("ck_desk_product_tokens_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["till_desk_claims.id"], name=op.f("fk_till_desk_product_tokens_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["holder"], ["till_desk_holders.id"], name=op.f("fk_till_desk_product_tokens_holder")
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
    op.create_table(
        "till_desk_kigo_refresh_tokens",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("used_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["family"],
            ["till_desk_kigo_families.id"],
            name=op.f("fk_till_desk_kigo_refresh_tokens_family"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_till_desk_kigo_refresh_tokens")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_kigo_refresh_tokens_family"),
        "till_desk_kigo_refresh_tokens",
        ["family"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_till_desk_kigo_refresh_tokens_family"), table_name="till_desk_kigo_refresh_tokens"
    )
    op.drop_table("till_desk_kigo_refresh_tokens")
    op.drop_index("ix_till_desk_product_tokens_of_holder", table_name="till_desk_product_tokens")
    op.drop_table("till_desk_product_tokens")
    op.drop_index(
        op.f("ix_till_desk_kigo_sso_sessions_account_id"), table_name="till_desk_kigo_sso_sessions"
    )
    op.drop_table("till_desk_kigo_sso_sessions")
    op.drop_index("ix_till_desk_kigo_orders_newest", table_name="till_desk_kigo_orders")
    op.drop_table("till_desk_kigo_orders")
    op.drop_index(
        op.f("ix_till_desk_kigo_families_account_id"), table_name="till_desk_kigo_families"
    )
    op.drop_table("till_desk_kigo_families")
    op.drop_table("till_desk_kigo_programs")
    op.drop_index(
        op.f("ix_till_desk_kigo_products_partner_id"), table_name="till_desk_kigo_products"
    )
    op.drop_table("till_desk_kigo_products")
    op.drop_table("till_desk_kigo_accounts")
    op.drop_index(
        "ix_till_desk_claims_due",
        table_name="till_desk_claims",
        sqlite_where=sa.text("status = 'unclaimed'"),
        postgresql_where=sa.text("status = 'unclaimed'"),
    )
    op.drop_table("till_desk_claims")
    op.drop_table("till_desk_kigo_partners")
    op.drop_index(op.f("ix_till_desk_holders_shopper_id"), table_name="till_desk_holders")
    op.drop_table("till_desk_holders")
