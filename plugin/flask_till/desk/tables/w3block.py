"""Tables of the W3block protocol: companies, users, their tokens, and what orders are in it."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ...base.columns import Exact, Flag, Json, Units, Utc, Whole, listed
from ..order import TRANSITIONS
from ..w3block_company import DELIVERIES, OWN_WORDS
from ..w3block_token import ARRIVED, GIVEN_UP, MOVE_STATES
from .schema import metadata

COMPANY = "till_desk_w3_companies.id"
USER = "till_desk_w3_users.id"

w3_companies = Table(
    "till_desk_w3_companies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey("till_desk_merchants.id"), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("key_digest", Text, nullable=False),
    Column("secret_digest", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("bills_gas", Flag, nullable=False),
    Column("service_fee", Exact, nullable=False),
    Column("delays", Json, nullable=False),
    Column("providers", Json, nullable=False),
    Column("bank", Json),
    Column("created_at", Utc, nullable=False),
    CheckConstraint("bills_gas in (0, 1)", name="desk_w3_companies_bills_gas"),
    sqlite_strict=True,
)

w3_users = Table(
    "till_desk_w3_users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("company_id", Text, ForeignKey(COMPANY), nullable=False),
    Column("email", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("wallet", Text),
    Column("email_verified", Flag, nullable=False),
    Column("phone_verified", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("company_id", "email"),
    CheckConstraint("email_verified in (0, 1)", name="desk_w3_users_email_verified"),
    CheckConstraint("phone_verified in (0, 1)", name="desk_w3_users_phone_verified"),
    sqlite_strict=True,
)
"""``email`` in lower case; ``password`` is a salted hash."""

w3_refresh_tokens = Table(
    "till_desk_w3_refresh_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("family", Text, nullable=False, index=True),
    Column("company_id", Text, ForeignKey(COMPANY), nullable=False),
    Column("user_id", Text, ForeignKey(USER)),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Column("revoked_at", Utc),
    sqlite_strict=True,
)
"""By the digest of its id. Without a user: the company's own."""

w3_keys = Table(
    "till_desk_w3_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("retired_at", Utc),
    sqlite_strict=True,
)
"""``sealed`` is the private key. The newest that is not retired signs."""

w3_currencies = Table(
    "till_desk_w3_currencies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("is_crypto", Flag, nullable=False),
    Column("decimals", Whole, nullable=False),
    CheckConstraint("is_crypto in (0, 1)", name="desk_w3_currencies_is_crypto"),
    CheckConstraint("decimals between 0 and 18", name="desk_w3_currencies_decimals"),
    sqlite_strict=True,
)

w3_buyers = Table(
    "till_desk_w3_buyers",
    metadata,
    Column("company_id", Text, ForeignKey(COMPANY), primary_key=True),
    Column("buyer", Text, primary_key=True),
    sqlite_strict=True,
)
"""A row to lock: of two orders of one buyer at once, one looks at the other."""

w3_orders = Table(
    "till_desk_w3_orders",
    metadata,
    Column("order_id", Text, ForeignKey("till_desk_orders.id"), primary_key=True),
    Column("company_id", Text, ForeignKey(COMPANY), nullable=False),
    Column("buyer", Text, nullable=False),
    Column("deliver_id", Text, nullable=False, unique=True),
    Column("wallet", Text),
    Column("destination_user_id", Text),
    Column("address_id", Text),
    Column("likeness", Text, nullable=False),
    Column("lines", Json, nullable=False),
    Column("coupon", Text),
    Column("utm", Json, nullable=False),
    Column("utm_campaign", Text),
    Column("success_url", Text),
    Column("state", Text, nullable=False),
    Column("unsettled", Flag, nullable=False),
    Column("word", Text),
    Column("deliver_at", Utc),
    Column("delivery", Text),
    Column("fail_reason", Text),
    Column("told", Text),
    Column("updated_at", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
    CheckConstraint(f"state in {listed(TRANSITIONS)}", name="desk_w3_orders_state"),
    CheckConstraint("unsettled in (0, 1)", name="desk_w3_orders_unsettled"),
    CheckConstraint(f"word in {listed(OWN_WORDS)}", name="desk_w3_orders_word"),
    CheckConstraint(f"delivery in {listed(DELIVERIES)}", name="desk_w3_orders_delivery"),
    CheckConstraint("(delivery is null) = (deliver_at is null)", name="desk_w3_orders_deliver_at"),
    Index("ix_till_desk_w3_orders_of_buyer", "company_id", "buyer", "created_at", "order_id"),
    Index("ix_till_desk_w3_orders_newest", "company_id", "created_at", "order_id"),
    Index("ix_till_desk_w3_orders_due", "delivery", "deliver_at"),
    Index(
        "ix_till_desk_w3_orders_unsettled",
        "order_id",
        sqlite_where=text("unsettled = 1"),
        postgresql_where=text("unsettled = 1"),
    ),
    sqlite_strict=True,
)
"""One beside the first leg of each order of this protocol. What a gateway is told of a buyer has no
column.

``state`` is that of all its legs together; ``unsettled``: it ended, and some of them have still to
be stopped or given back. ``told`` is the status that hooks were told of last.
"""

w3_parts = Table(
    "till_desk_w3_parts",
    metadata,
    Column("order_id", Text, ForeignKey("till_desk_w3_orders.order_id"), primary_key=True),
    Column("place", Whole, primary_key=True),
    Column("leg_id", Text, ForeignKey("till_desk_orders.id"), nullable=False, unique=True),
    Column("currency_id", Text, ForeignKey("till_desk_w3_currencies.id"), nullable=False),
    Column("amount_type", Text, nullable=False),
    Column("amount", Exact),
    Column("method", Text),
    Column("provider", Text, nullable=False),
    Column("total", Exact, nullable=False),
    Column("basket", Exact, nullable=False),
    Column("original_basket", Exact, nullable=False),
    Column("service_fee", Exact, nullable=False),
    Column("original_service_fee", Exact, nullable=False),
    Column("gas", Exact, nullable=False),
    CheckConstraint("(place = 0) = (leg_id = order_id)", name="desk_w3_parts_first"),
    sqlite_strict=True,
)
"""In how many parts it is paid, and which order of the desk takes the money of each; all sums but
``total`` are of the whole order in the part's currency."""

w3_hooks = Table(
    "till_desk_w3_hooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("company_id", Text, ForeignKey(COMPANY), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("sealed_key", Text, nullable=False),
    Column("tries", Whole, nullable=False),
    Column("disabled_at", Utc),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint("tries between 1 and 15", name="desk_w3_hooks_tries"),
    sqlite_strict=True,
)
"""``sealed_key`` signs what it is told, ``tries`` are all that one event gets."""

w3_contracts = Table(
    "till_desk_w3_contracts",
    metadata,
    Column("company_id", Text, ForeignKey(COMPANY), primary_key=True),
    Column("chain_id", Whole, nullable=False),
    Column("address", Text, nullable=False),
    Column("sending_id", Text, ForeignKey("till_desk_web3_sendings.id")),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("chain_id", "address"),
    sqlite_strict=True,
)
"""Where a company's tokens are on a chain; ``sending_id`` puts the contract there, if we do."""

w3_moves = Table(
    "till_desk_w3_moves",
    metadata,
    Column("token_id", Text, ForeignKey("till_desk_product_tokens.id"), primary_key=True),
    Column("attempt", Whole, primary_key=True, autoincrement=False),
    Column("order_id", Text, ForeignKey("till_desk_w3_orders.order_id"), nullable=False),
    Column("chain_id", Whole, nullable=False),
    Column("contract", Text, nullable=False),
    Column("number", Units, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("sending_id", Text, ForeignKey("till_desk_web3_sendings.id"), unique=True),
    Column("state", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint(f"state in {listed(MOVE_STATES)}", name="desk_w3_moves_state"),
    CheckConstraint("attempt > 0", name="desk_w3_moves_attempt"),
    CheckConstraint("length(number) = 78", name="desk_w3_moves_number"),
    CheckConstraint(
        f"sending_id is not null or state = '{ARRIVED}'", name="desk_w3_moves_sending_id"
    ),
    Index("ix_till_desk_w3_moves_of_order", "order_id", "token_id"),
    Index(
        "uq_till_desk_w3_moves_one_way",
        "token_id",
        unique=True,
        sqlite_where=text(f"state <> '{GIVEN_UP}'"),
        postgresql_where=text(f"state <> '{GIVEN_UP}'"),
    ),
    sqlite_strict=True,
)
"""A token of an order on its way to a wallet on a chain, at each attempt; one of them counts.

Without ``sending_id`` it was there before anything was sent.
"""
