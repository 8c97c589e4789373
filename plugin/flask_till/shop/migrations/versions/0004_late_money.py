"""a last look at orders whose money may come late"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_till_shop_orders_watched",
        "till_shop_orders",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("reason = 'MONEY_MAY_COME'"),
        postgresql_where=sa.text("reason = 'MONEY_MAY_COME'"),
    )


def downgrade() -> None:
    op.drop_index("ix_till_shop_orders_watched", table_name="till_shop_orders")
