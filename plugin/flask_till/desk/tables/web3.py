"""Tables of money on chains: our addresses, what came to them, accounts, and what is sent."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from ...base.columns import Json, Units, Utc, Whole, listed
from ..onchain import DECISIONS, DEPOSIT_STATES, ENTRY_KINDS, PURPOSES, SENDING_STATES
from .schema import metadata

web3_addresses = Table(
    "till_desk_web3_addresses",
    metadata,
    Column("number", Whole, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False, unique=True),
    Column("owner", Text, unique=True),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("number >= 0", name="desk_web3_addresses_number"),
    sqlite_strict=True,
)
"""``number`` is the last step of its path; ``owner`` whose account it is, none for a payment's."""

web3_payments = Table(
    "till_desk_web3_payments",
    metadata,
    Column("payment_id", Text, ForeignKey("till_desk_payments.id"), primary_key=True),
    Column(
        "address", Text, ForeignKey("till_desk_web3_addresses.address"), nullable=False, unique=True
    ),
    Column("dues", Json, nullable=False),
    Column("quote", Text, nullable=False),
    Column("decision", Text),
    Column("opened_at", Utc, nullable=False),
    Column("watched_until", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("version", Whole, nullable=False),
    CheckConstraint(
        f"decision is null or decision in {listed(DECISIONS)}", name="desk_web3_payments_decision"
    ),
    Index("ix_till_desk_web3_payments_watched", "watched_until"),
    sqlite_strict=True,
)
"""What a payment asks for: coin id -> base units as text, each alone enough."""

web3_deposits = Table(
    "till_desk_web3_deposits",
    metadata,
    Column("chain_id", Whole, primary_key=True, autoincrement=False),
    Column("tx_hash", Text, primary_key=True),
    Column("log_index", Whole, primary_key=True, autoincrement=False),
    Column("address", Text, ForeignKey("till_desk_web3_addresses.address"), nullable=False),
    Column("coin_id", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("units", Units, nullable=False),
    Column("received", Units),
    Column("block_number", Whole, nullable=False),
    Column("block_hash", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("final_at", Utc),
    CheckConstraint(f"status in {listed(DEPOSIT_STATES)}", name="desk_web3_deposits_status"),
    CheckConstraint(
        "status <> 'final' or received is not null", name="desk_web3_deposits_received"
    ),
    Index("ix_till_desk_web3_deposits_address", "address"),
    Index("ix_till_desk_web3_deposits_status", "chain_id", "status", "block_number"),
    CheckConstraint("length(units) = 78", name="desk_web3_deposits_units"),
    sqlite_strict=True,
)

web3_heads = Table(
    "till_desk_web3_heads",
    metadata,
    Column("chain_id", Whole, primary_key=True, autoincrement=False),
    Column("number", Whole, nullable=False),
    Column("hash", Text, nullable=False),
    Column("final_number", Whole, nullable=False),
    Column("paused", Text),
    Column("updated_at", Utc, nullable=False),
    sqlite_strict=True,
)
"""How far a chain was read, and why it is not read further, if it is not."""

web3_blocks = Table(
    "till_desk_web3_blocks",
    metadata,
    Column("chain_id", Whole, primary_key=True, autoincrement=False),
    Column("number", Whole, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    sqlite_strict=True,
)
"""The blocks that were read and are not final yet, to see when one was taken back."""

web3_incidents = Table(
    "till_desk_web3_incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("chain_id", Whole, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("closed_at", Utc),
    UniqueConstraint("kind", "subject"),
    sqlite_strict=True,
)
"""What a person has to look at: a final block that was taken back, money that shrank on its way."""

web3_balances = Table(
    "till_desk_web3_balances",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("coin_id", Text, primary_key=True),
    Column("units", Units, nullable=False),
    CheckConstraint("length(units) = 78", name="desk_web3_balances_units"),
    sqlite_strict=True,
)

web3_entries = Table(
    "till_desk_web3_entries",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("coin_id", Text, nullable=False),
    Column("units", Units, nullable=False),
    Column("order_id", Text, ForeignKey("till_desk_orders.id")),
    Column("at", Utc, nullable=False),
    CheckConstraint(f"kind in {listed(ENTRY_KINDS)}", name="desk_web3_entries_kind"),
    Index("ix_till_desk_web3_entries_owner", "owner", "at"),
    CheckConstraint("length(units) = 78", name="desk_web3_entries_units"),
    sqlite_strict=True,
)
"""What came into an account and left it: topup and return in, spend and withdrawal out.

``ref``: ``chain:tx:log`` of a topup, the payment's id of a spend, the refund's of a return.
"""

web3_sendings = Table(
    "till_desk_web3_sendings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("chain_id", Whole, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sender", Text),
    Column("recipient", Text, nullable=False),
    Column("coin_id", Text),
    Column("units", Units, nullable=False),
    Column("data", Text, nullable=False),
    Column("after", Text, ForeignKey("till_desk_web3_sendings.id")),
    Column("status", Text, nullable=False),
    Column("nonce", Whole),
    Column("tx_hash", Text),
    Column("block_number", Whole),
    Column("reason", Text),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint(f"purpose in {listed(PURPOSES)}", name="desk_web3_sendings_purpose"),
    CheckConstraint(f"status in {listed(SENDING_STATES)}", name="desk_web3_sendings_status"),
    UniqueConstraint("chain_id", "sender", "nonce"),
    Index("ix_till_desk_web3_sendings_status", "status", "created_at"),
    CheckConstraint("length(units) = 78", name="desk_web3_sendings_units"),
    CheckConstraint(
        "status not in ('sent', 'final') or"
        " (sender is not null and nonce is not null and tx_hash is not null)",
        name="desk_web3_sendings_sent",
    ),
    CheckConstraint("status <> 'queued' or nonce is null", name="desk_web3_sendings_queued"),
    sqlite_strict=True,
)
"""``sender`` and ``nonce`` are known once it is signed: then it may be on the chain any time."""

web3_transactions = Table(
    "till_desk_web3_transactions",
    metadata,
    Column("tx_hash", Text, primary_key=True),
    Column(
        "sending_id", Text, ForeignKey("till_desk_web3_sendings.id"), nullable=False, index=True
    ),
    Column("raw", Text, nullable=False),
    Column("nonce", Whole, nullable=False),
    Column("gas", Whole, nullable=False),
    Column("max_fee", Units, nullable=False),
    Column("priority_fee", Units, nullable=False),
    Column("signed_at", Utc, nullable=False),
    Column("sent_at", Utc),
    sqlite_strict=True,
)
"""Each signed form of a sending: a replacement has the nonce of the first, and higher fees."""
