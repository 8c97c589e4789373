"""Tables of shoppers' balances, and of where shares of receivers go."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text

from ...base.columns import Flag, Json, Utc, Whole, listed
from ..balance import KINDS, SPENT, VOID
from .schema import metadata

balances = Table(
    "till_desk_balances",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("live", Flag, primary_key=True),
    Column("amount", Whole, nullable=False),
    CheckConstraint(f"kind in {listed(KINDS)}", name="desk_balances_kind"),
    CheckConstraint("amount >= 0", name="desk_balances_amount"),
    sqlite_strict=True,
)
"""What the ledger owes an owner, kept beside it so that nobody can spend it twice."""

spends = Table(
    "till_desk_spends",
    metadata,
    Column("payment_id", Text, ForeignKey("till_desk_payments.id"), primary_key=True),
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), nullable=False, index=True),
    Column("owner", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("parts", Json, nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint(f"status in {listed((SPENT, VOID))}", name="desk_spends_status"),
    sqlite_strict=True,
)
"""What a payment took, once and for all; void is one that can no longer take anything."""

spend_returns = Table(
    "till_desk_spend_returns",
    metadata,
    Column("refund_id", Text, ForeignKey("till_desk_refunds.id"), primary_key=True),
    Column("payment_id", Text, ForeignKey("till_desk_payments.id"), nullable=False, index=True),
    Column("amount", Whole, nullable=False),
    Column("at", Utc, nullable=False),
    CheckConstraint("amount > 0", name="desk_spend_returns_amount"),
    sqlite_strict=True,
)

receivers = Table(
    "till_desk_receivers",
    metadata,
    Column("merchant_id", Text, ForeignKey("till_desk_merchants.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("account", Text, nullable=False),
    sqlite_strict=True,
)
"""The account at the payment provider that a receiver's shares are passed on to."""
