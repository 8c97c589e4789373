"""who asked for an order"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("till_shop_orders", sa.Column("asked_by", sa.Text(), nullable=True))
    op.create_index(
        "ix_till_shop_orders_asked_by",
        "till_shop_orders",
        ["asked_by"],
        unique=False,
        sqlite_where=sa.text("status in ('pending', 'placing', 'processing')"),
        postgresql_where=sa.text("status in ('pending', 'placing', 'processing')"),
    )


def downgrade() -> None:
    op.drop_index("ix_till_shop_orders_asked_by", table_name="till_shop_orders")
    op.drop_column("till_shop_orders", "asked_by")
