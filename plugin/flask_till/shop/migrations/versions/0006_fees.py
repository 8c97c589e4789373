"""what a desk takes on top of an order's total"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "till_shop_orders",
        sa.Column("fees", WHOLE, server_default=sa.text("0"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("till_shop_orders", "fees")
