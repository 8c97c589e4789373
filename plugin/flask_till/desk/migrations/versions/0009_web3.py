"""web3"""

import sqlalchemy as sa
from alembic import op

from flask_till.base import columns
from flask_till.base.migrations import replace_check

revision = "0009_web3"
down_revision = "0008_w3block"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE, LONGER = "length(currency) = 3", "length(currency) between 3 and 11"
ORDERS, CURRENCY = "till_desk_orders", "ck_desk_orders_currency"


def upgrade() -> None:
    replace_check(ORDERS, CURRENCY, CODE, LONGER)
    op.create_table(
        "till_desk_web3_addresses",
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_desk_web3_addresses_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_till_desk_web3_addresses")),
        sa.UniqueConstraint("address", name=op.f("uq_till_desk_web3_addresses_address")),
        sa.UniqueConstraint("owner", name=op.f("uq_till_desk_web3_addresses_owner")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_web3_balances",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("coin_id", sa.Text(), nullable=False),
        sa.Column("units", columns.Units(), nullable=False),
        sa.CheckConstraint("length(units) = 78", name=op.f("ck_desk_web3_balances_units")),
        sa.PrimaryKeyConstraint("owner", "coin_id", name=op.f("pk_till_desk_web3_balances")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_web3_blocks",
        sa.Column("chain_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "number", name=op.f("pk_till_desk_web3_blocks")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_web3_heads",
        sa.Column("chain_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("final_number", WHOLE, nullable=False),
        sa.Column("paused", sa.Text(), nullable=True),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", name=op.f("pk_till_desk_web3_heads")),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_web3_incidents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("chain_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.Column("closed_at", columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_web3_incidents")),
        sa.UniqueConstraint(
            "kind", "subject", name=op.f("uq_till_desk_web3_incidents_kind_subject")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_web3_sendings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("chain_id", WHOLE, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("coin_id", sa.Text(), nullable=True),
        sa.Column("units", columns.Units(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("nonce", WHOLE, nullable=True),
        sa.Column("tx_hash", sa.Text(), nullable=True),
        sa.Column("block_number", WHOLE, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "purpose in ('deploy', 'gas', 'mint', 'refund', 'sweep', 'transfer', 'withdrawal')",
            name=op.f("ck_desk_web3_sendings_purpose"),
        ),
        sa.CheckConstraint(
            "status <> 'queued' or nonce is null", name=op.f("ck_desk_web3_sendings_queued")
        ),
        sa.CheckConstraint(
            "status in ('failed', 'final', 'queued', 'sent')",
            name=op.f("ck_desk_web3_sendings_status"),
        ),
        sa.CheckConstraint(
            "status not in ('sent', 'final') or (sender is not null and nonce is not null and tx_hash is not null)",  # noqa: E501
            name=op.f("ck_desk_web3_sendings_sent"),
        ),
        sa.CheckConstraint("length(units) = 78", name=op.f("ck_desk_web3_sendings_units")),
        sa.ForeignKeyConstraint(
            ["after"], ["till_desk_web3_sendings.id"], name=op.f("fk_till_desk_web3_sendings_after")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_desk_web3_sendings")),
        sa.UniqueConstraint(
            "chain_id",
            "sender",
            "nonce",
            name=op.f("uq_till_desk_web3_sendings_chain_id_sender_nonce"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_web3_sendings_status",
        "till_desk_web3_sendings",
        ["status", "created_at"],
        unique=False,
    )
    op.create_table(
        "till_desk_web3_deposits",
        sa.Column("chain_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.Text(), nullable=False),
        sa.Column("log_index", WHOLE, autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("coin_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("units", columns.Units(), nullable=False),
        sa.Column("received", columns.Units(), nullable=True),
        sa.Column("block_number", WHOLE, nullable=False),
        sa.Column("block_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("seen_at", columns.Utc(), nullable=False),
        sa.Column("final_at", columns.Utc(), nullable=True),
        sa.CheckConstraint(
            "status <> 'final' or received is not null", name=op.f("ck_desk_web3_deposits_received")
        ),
        sa.CheckConstraint(
            "status in ('dropped', 'final', 'seen')", name=op.f("ck_desk_web3_deposits_status")
        ),
        sa.CheckConstraint("length(units) = 78", name=op.f("ck_desk_web3_deposits_units")),
        sa.ForeignKeyConstraint(
            ["address"],
            ["till_desk_web3_addresses.address"],
            name=op.f("fk_till_desk_web3_deposits_address"),
        ),
        sa.PrimaryKeyConstraint(
            "chain_id", "tx_hash", "log_index", name=op.f("pk_till_desk_web3_deposits")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_web3_deposits_address", "till_desk_web3_deposits", ["address"], unique=False
    )
    op.create_index(
        "ix_till_desk_web3_deposits_status",
        "till_desk_web3_deposits",
        ["chain_id", "status", "block_number"],
        unique=False,
    )
    op.create_table(
        "till_desk_web3_transactions",
        sa.Column("tx_hash", sa.Text(), nullable=False),
        sa.Column("sending_id", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("nonce", WHOLE, nullable=False),
        sa.Column("gas", WHOLE, nullable=False),
        sa.Column("max_fee", columns.Units(), nullable=False),
        sa.Column("priority_fee", columns.Units(), nullable=False),
        sa.Column("signed_at", columns.Utc(), nullable=False),
        sa.Column("sent_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sending_id"],
            ["till_desk_web3_sendings.id"],
            name=op.f("fk_till_desk_web3_transactions_sending_id"),
        ),
        sa.PrimaryKeyConstraint("tx_hash", name=op.f("pk_till_desk_web3_transactions")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_till_desk_web3_transactions_sending_id"),
        "till_desk_web3_transactions",
        ["sending_id"],
        unique=False,
    )
    op.create_table(
        "till_desk_w3_contracts",
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("chain_id", WHOLE, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sending_id", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["till_desk_w3_companies.id"],
            name=op.f("fk_till_desk_w3_contracts_company_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sending_id"],
            ["till_desk_web3_sendings.id"],
            name=op.f("fk_till_desk_w3_contracts_sending_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_till_desk_w3_contracts")),
        sa.UniqueConstraint(
            "chain_id", "address", name=op.f("uq_till_desk_w3_contracts_chain_id_address")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "till_desk_web3_entries",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("coin_id", sa.Text(), nullable=False),
        sa.Column("units", columns.Units(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "kind in ('return', 'spend', 'topup', 'withdrawal')",
            name=op.f("ck_desk_web3_entries_kind"),
        ),
        sa.CheckConstraint("length(units) = 78", name=op.f("ck_desk_web3_entries_units")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["till_desk_orders.id"], name=op.f("fk_till_desk_web3_entries_order_id")
        ),
        sa.PrimaryKeyConstraint("kind", "ref", name=op.f("pk_till_desk_web3_entries")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_web3_entries_owner", "till_desk_web3_entries", ["owner", "at"], unique=False
    )
    op.create_table(
        "till_desk_web3_payments",
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("dues", columns.Json(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("opened_at", columns.Utc(), nullable=False),
        sa.Column("watched_until", columns.Utc(), nullable=False),
        sa.Column("closed_at", columns.Utc(), nullable=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.CheckConstraint(
            "decision is null or decision in ('returned', 'settled')",
            name=op.f("ck_desk_web3_payments_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["address"],
            ["till_desk_web3_addresses.address"],
            name=op.f("fk_till_desk_web3_payments_address"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["till_desk_payments.id"],
            name=op.f("fk_till_desk_web3_payments_payment_id"),
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_till_desk_web3_payments")),
        sa.UniqueConstraint("address", name=op.f("uq_till_desk_web3_payments_address")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_web3_payments_watched",
        "till_desk_web3_payments",
        ["watched_until"],
        unique=False,
    )
    op.create_table(
        "till_desk_w3_moves",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("attempt", WHOLE, autoincrement=False, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("chain_id", WHOLE, nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("number", columns.Units(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("sending_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.CheckConstraint(
            "sending_id is not null or state = 'arrived'", name=op.f("ck_desk_w3_moves_sending_id")
        ),
        sa.CheckConstraint(
            "state in ('arrived', 'failed', 'given_up', 'under_way')",
            name=op.f("ck_desk_w3_moves_state"),
        ),
        sa.CheckConstraint("attempt > 0", name=op.f("ck_desk_w3_moves_attempt")),
        sa.CheckConstraint("length(number) = 78", name=op.f("ck_desk_w3_moves_number")),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["till_desk_w3_orders.order_id"],
            name=op.f("fk_till_desk_w3_moves_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sending_id"],
            ["till_desk_web3_sendings.id"],
            name=op.f("fk_till_desk_w3_moves_sending_id"),
        ),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["till_desk_product_tokens.id"],
            name=op.f("fk_till_desk_w3_moves_token_id"),
        ),
        sa.PrimaryKeyConstraint("token_id", "attempt", name=op.f("pk_till_desk_w3_moves")),
        sa.UniqueConstraint("sending_id", name=op.f("uq_till_desk_w3_moves_sending_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_desk_w3_moves_of_order",
        "till_desk_w3_moves",
        ["order_id", "token_id"],
        unique=False,
    )
    op.create_index(
        "uq_till_desk_w3_moves_one_way",
        "till_desk_w3_moves",
        ["token_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'given_up'"),
        postgresql_where=sa.text("state <> 'given_up'"),
    )


def downgrade() -> None:
    replace_check(ORDERS, CURRENCY, LONGER, CODE)
    op.drop_index(
        "uq_till_desk_w3_moves_one_way",
        table_name="till_desk_w3_moves",
        sqlite_where=sa.text("state <> 'given_up'"),
        postgresql_where=sa.text("state <> 'given_up'"),
    )
    op.drop_index("ix_till_desk_w3_moves_of_order", table_name="till_desk_w3_moves")
    op.drop_table("till_desk_w3_moves")
    op.drop_index("ix_till_desk_web3_payments_watched", table_name="till_desk_web3_payments")
    op.drop_table("till_desk_web3_payments")
    op.drop_index("ix_till_desk_web3_entries_owner", table_name="till_desk_web3_entries")
    op.drop_table("till_desk_web3_entries")
    op.drop_table("till_desk_w3_contracts")
    op.drop_index(
        op.f("ix_till_desk_web3_transactions_sending_id"), table_name="till_desk_web3_transactions"
    )
    op.drop_table("till_desk_web3_transactions")
    op.drop_index("ix_till_desk_web3_deposits_status", table_name="till_desk_web3_deposits")
    op.drop_index("ix_till_desk_web3_deposits_address", table_name="till_desk_web3_deposits")
    op.drop_table("till_desk_web3_deposits")
    op.drop_index("ix_till_desk_web3_sendings_status", table_name="till_desk_web3_sendings")
    op.drop_table("till_desk_web3_sendings")
    op.drop_table("till_desk_web3_incidents")
    op.drop_table("till_desk_web3_heads")
    op.drop_table("till_desk_web3_blocks")
    op.drop_table("till_desk_web3_balances")
    op.drop_table("till_desk_web3_addresses")
