"""transfers"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0002_transfers"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "till_desk_transfers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("sent", WHOLE, nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", WHOLE, nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("done_at", columns.Utc(), nullable=True),
        sa.CheckConstraint(
            "amount > 0 and sent between 1 and amount", name=op.f("ck_desk_transfers_amounts")
        ),
        sa.CheckConstraint(
            "status in ('pending', 'succeeded', 'failed', 'withheld')",
            name=op.f("ck_desk_transfers_status"),
        ),
        sa.CheckConstraint(
            "(status = 'succeeded') = (provider_ref is not null)",
            name=op.f("ck_desk_transfers_provider_ref"),
        ),
        sa.CheckConstraint(
            "(status in ('failed', 'withheld')) = (reason is not null)",
            name=op.f("ck_desk_transfers_reason"),
        ),
        sa.CheckConstraint(
            "(status = 'pending') = (done_at is null)", name=op.f("ck_desk_transfers_done_at")
        ),
        sa.CheckConstraint(
            "status <> 'succeeded' or sent is not null", name=op.f("ck_desk_transfers_sent")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_transfers_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["till_desk_payments.id"],
            name=op.f("fk_till_desk_transfers_payment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_transfers")),
        sa.UniqueConstraint(
            "order_id", "place", name=op.f("uq_till_desk_transfers_order_id_place")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_reversals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("transfer_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", WHOLE, nullable=False),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("done_at", columns.Utc(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_desk_reversals_amount")),
        sa.CheckConstraint(
            "status in ('pending', 'succeeded', 'failed', 'withheld')",
            name=op.f("ck_desk_reversals_status"),
        ),
        sa.CheckConstraint(
            "(status = 'succeeded') = (provider_ref is not null)",
            name=op.f("ck_desk_reversals_provider_ref"),
        ),
        sa.CheckConstraint(
            "(status = 'pending') = (done_at is null)", name=op.f("ck_desk_reversals_done_at")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["till_desk_transfers.id"],
            name=op.f("fk_till_desk_reversals_transfer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["till_desk_refunds.id"], name=op.f("fk_till_desk_reversals_refund_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_reversals")),
        sa.UniqueConstraint(
            "transfer_id", "refund_id", name=op.f("uq_till_desk_reversals_transfer_id_refund_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_reversals_refund_id"), "till_desk_reversals", ["refund_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_till_desk_reversals_refund_id"), table_name="till_desk_reversals")
    op.drop_table("till_desk_reversals")
    op.drop_table("till_desk_transfers")
