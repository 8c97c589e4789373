"""balances"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns

revision = "0004_balances"
down_revision = "0003_linked_baskets"
branch_labels = None
depends_on = None

# SQLite makes the table anew to change it, without its guards.
LEDGER_GUARDS = [
    f"create trigger till_desk_ledger_no_{verb} before {verb} on till_desk_ledger"
    " begin select raise(abort, 'the ledger is append-only'); end"
    for verb in ("update", "delete")
]
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("till_desk_orders", sa.Column("payer", sa.Text(), nullable=True))
    op.add_column(
        "till_desk_orders",
        sa.Column("final_sale", columns.Flag(), nullable=False, server_default=sa.text("0")),
    )
    op.create_table(
        "till_desk_balances",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("live", columns.Flag(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.CheckConstraint(
            "kind in ('credit', 'free_credit', 'wallet')", name=op.f("ck_desk_balances_kind")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_desk_balances_amount")),
        sa.PrimaryKeyConstraint(
            "owner", "kind", "currency", "live", name=op.f("pk_till_desk_balances")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_receivers",
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"],
            ["till_desk_merchants.id"],
            name=op.f("fk_till_desk_receivers_merchant_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "name", name=op.f("pk_till_desk_receivers")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_spends",
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("parts", columns.Json(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.CheckConstraint("status in ('spent', 'void')", name=op.f("ck_desk_spends_status")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_spends_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["till_desk_payments.id"], name=op.f("fk_till_desk_spends_payment_id")
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_till_desk_spends")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_spends_order_id"), "till_desk_spends", ["order_id"], unique=False
    )
    op.create_table(
        "till_desk_spend_returns",
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_desk_spend_returns_amount")),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["till_desk_payments.id"],
            name=op.f("fk_till_desk_spend_returns_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"],
            ["till_desk_refunds.id"],
            name=op.f("fk_till_desk_spend_returns_refund_id"),
        ),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_till_desk_spend_returns")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_spend_returns_payment_id"),
        "till_desk_spend_returns",
        ["payment_id"],
        unique=False,
    )
    # ### end Alembic commands ###
    with op.batch_alter_table("till_desk_ledger", table_kwargs={"sqlite_strict": True}) as ledger:
        ledger.alter_column("order_id", existing_type=sa.Text(), nullable=True)
    if op.get_bind().dialect.name == "sqlite":
        for guard in LEDGER_GUARDS:
            op.execute(guard)


def downgrade() -> None:
    with op.batch_alter_table("till_desk_ledger", table_kwargs={"sqlite_strict": True}) as ledger:
        ledger.alter_column("order_id", existing_type=sa.Text(), nullable=False)
    if op.get_bind().dialect.name == "sqlite":
        for guard in LEDGER_GUARDS:
            op.execute(guard)
    for table in ("spend_returns", "spends", "receivers", "balances"):
        op.drop_table(f"till_desk_{table}")
    op.drop_column("till_desk_orders", "final_sale")
    op.drop_column("till_desk_orders", "payer")
