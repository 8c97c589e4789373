"""goods that are handed over as a claim"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "till_shop_claims",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("maker_product", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("maker_order", sa.Text(), nullable=True),
        sa.Column("sealed_code", sa.Text(), nullable=True),
        sa.Column("sealed_link", sa.Text(), nullable=True),
        sa.Column("expires_at", columns.Utc(), nullable=True),
        sa.Column("asked_at", columns.Utc(), nullable=True),
        sa.Column("unwanted_at", columns.Utc(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_shop_claims_number")),
        sa.CheckConstraint(
            "status in ('cancelled', 'claimed', 'expired', 'failed', 'ready', 'wanted')",
            name=op.f("ck_shop_claims_status"),
        ),
        sa.CheckConstraint(
            "(status = 'ready') = (sealed_code is not null)"
            " and (status = 'ready') = (sealed_link is not null)",
            name=op.f("ck_shop_claims_secrets"),
        ),
        sa.CheckConstraint(
            "status <> 'ready' or (maker_order is not null and asked_at is not null)",
            name=op.f("ck_shop_claims_made"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_shop_orders.id"], name=op.f("fk_till_shop_claims_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shop_claims")),
        sa.UniqueConstraint("external_id", name=op.f("uq_till_shop_claims_external_id")),
        sa.UniqueConstraint("maker_order", name=op.f("uq_till_shop_claims_maker_order")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_till_shop_claims_unit",
        "till_shop_claims",
        ["order_id", "product_id", "number"],
        unique=True,
    )
    op.create_index("ix_till_shop_claims_status", "till_shop_claims", ["status", "updated_at"])


def downgrade() -> None:
    op.drop_table("till_shop_claims")
