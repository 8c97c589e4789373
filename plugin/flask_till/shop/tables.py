"""The shop's tables, ``till_shop_*``. Constraints here are the last guard of each rule."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, MetaData, Table, Text, text

from ..base.columns import NAMING, Flag, Json, Utc, Whole, listed
from ..base.migrations import Migrations
from ..base.outbox import Outbox
from .binding import ORDERED
from .binding import TRANSITIONS as BINDING_TRANSITIONS
from .catalog import MOST_OF_ONE
from .claims import MOVES as CLAIM_MOVES
from .claims import READY
from .order import CAPTURED, MONEY_MAY_COME, OPEN, TRANSITIONS, WALLET

PREFIX = "till_shop_"
metadata = MetaData(naming_convention=NAMING)


baskets = Table(
    "till_shop_baskets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Whole, nullable=False),
    Column("codes", Json, nullable=False),
    # Set exactly while a binding is linked: who changes the basket then knows whom to tell.
    Column("binding_id", Text),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint("version >= 1", name="shop_baskets_version"),
    sqlite_strict=True,
)

lines = Table(
    "till_shop_lines",
    metadata,
    Column("basket_id", Text, ForeignKey("till_shop_baskets.id"), primary_key=True),
    Column("product_id", Text, primary_key=True),
    Column("quantity", Whole, nullable=False),
    Column("added_at", Utc, nullable=False),
    CheckConstraint(f"quantity between 1 and {MOST_OF_ONE}", name="shop_lines_quantity"),
    sqlite_strict=True,
)

products = Table(
    "till_shop_products",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place", Whole, nullable=False),
    Column("name", Text, nullable=False),
    Column("price", Whole, nullable=False),
    Column("currency", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("image", Text),
    Column("url", Text),
    Column("max_quantity", Whole),
    Column("counted", Flag, nullable=False),
    Column("category", Text, nullable=False),
    Column("digital", Flag, nullable=False),
    # What only a wallet is told: tax rate, other prices, EAN, attributes, related products.
    Column("details", Json),
    CheckConstraint("price >= 0", name="shop_products_price"),
    CheckConstraint("length(currency) between 3 and 11", name="shop_products_currency"),
    CheckConstraint("max_quantity >= 1", name="shop_products_max_quantity"),
    CheckConstraint("counted in (0, 1)", name="shop_products_counted"),
    CheckConstraint("digital in (0, 1)", name="shop_products_digital"),
    sqlite_strict=True,
)

stock = Table(
    "till_shop_stock",
    metadata,
    Column("product_id", Text, primary_key=True),
    # All that were ever put on the shelf, and how many of them orders hold; sold ones stay held.
    Column("on_hand", Whole, nullable=False),
    Column("reserved", Whole, nullable=False),
    CheckConstraint("reserved between 0 and on_hand", name="shop_stock_reserved"),
    sqlite_strict=True,
)

reservations = Table(
    "till_shop_reservations",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("product_id", Text, ForeignKey("till_shop_stock.product_id"), primary_key=True),
    Column("quantity", Whole, nullable=False),
    Column("state", Text, nullable=False),
    CheckConstraint("quantity >= 1", name="shop_reservations_quantity"),
    CheckConstraint("state in ('held', 'released')", name="shop_reservations_state"),
    sqlite_strict=True,
)

EVERYBODY = ""
"""In ``promotion_counts.shopper``: the uses of all shoppers together."""

promotion_counts = Table(
    "till_shop_promotion_counts",
    metadata,
    Column("code", Text, primary_key=True),
    Column("shopper", Text, primary_key=True),
    Column("uses", Whole, nullable=False),
    CheckConstraint("uses >= 0", name="shop_promotion_counts_uses"),
    sqlite_strict=True,
)

promotion_uses = Table(
    "till_shop_promotion_uses",
    metadata,
    Column("code", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("shopper", Text, nullable=False),
    Column("state", Text, nullable=False),
    CheckConstraint("shopper <> ''", name="shop_promotion_uses_shopper"),
    CheckConstraint("state in ('held', 'released')", name="shop_promotion_uses_state"),
    Index("ix_till_shop_promotion_uses_order", "order_id"),
    sqlite_strict=True,
)

_open = text(f"status in {listed(OPEN)} and desk <> '{WALLET}'")
OPEN_ORDER = text(
    f"till_shop_orders.status in {listed(OPEN)} and till_shop_orders.desk <> '{WALLET}'"
)
"""An order that still stands for its basket. What a wallet ordered has left the basket already.

A condition of queries; in words rather than parameters, so that the partial indexes serve it."""

_watched = text(f"reason = '{MONEY_MAY_COME}'")
WATCHED_ORDER = text(f"till_shop_orders.reason = '{MONEY_MAY_COME}'")
"""An order that ended unpaid here, and of which we will look once more whether money came."""

orders = Table(
    "till_shop_orders",
    metadata,
    Column("seq", Whole, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("basket_id", Text, ForeignKey("till_shop_baskets.id"), nullable=False, index=True),
    Column("basket_version", Whole, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Whole, nullable=False),
    Column("shopper", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("subtotal", Whole, nullable=False),
    Column("discount", Whole, nullable=False),
    Column("delivery", Whole, nullable=False, server_default=text("0")),
    Column("total", Whole, nullable=False),
    Column("fees", Whole, nullable=False, server_default=text("0")),
    Column("refunded", Whole, nullable=False),
    Column("promotions", Json, nullable=False),
    Column("desk", Text, nullable=False),
    Column("desk_order_id", Text),
    Column("desk_version", Whole, nullable=False),
    Column("order_url", Text),
    Column("live", Flag),
    Column("locale", Text, nullable=False),
    Column("origin", Text),
    Column("redirect_url", Text),
    # A keyed hash of the caller's address; it is only ever compared.
    Column("asked_by", Text),
    Column("reason", Text),
    Column("created_at", Utc, nullable=False),
    Column("placed_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("paid_at", Utc),
    Column("ended_at", Utc),
    CheckConstraint(f"status in {listed(TRANSITIONS)}", name="shop_orders_status"),
    CheckConstraint(
        "total >= 0 and discount <= 0 and delivery >= 0 and subtotal + discount + delivery = total",
        name="shop_orders_total",
    ),
    CheckConstraint("refunded between 0 and total", name="shop_orders_refunded"),
    CheckConstraint("length(currency) between 3 and 11", name="shop_orders_currency"),
    CheckConstraint("live in (0, 1)", name="shop_orders_live"),
    CheckConstraint(
        f"(status in {listed(CAPTURED)}) = (paid_at is not null)", name="shop_orders_paid_at"
    ),
    Index("uq_till_shop_orders_desk_order", "desk", "desk_order_id", unique=True),
    Index(
        "uq_till_shop_orders_one_open",
        "basket_id",
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    ),
    Index(
        "ix_till_shop_orders_asked_by",
        "asked_by",
        sqlite_where=_open,
        postgresql_where=_open,
    ),
    Index(
        "ix_till_shop_orders_open",
        "expires_at",
        sqlite_where=_open,
        postgresql_where=_open,
    ),
    Index(
        "ix_till_shop_orders_watched",
        "expires_at",
        sqlite_where=_watched,
        postgresql_where=_watched,
    ),
    sqlite_strict=True,
)

order_lines = Table(
    "till_shop_order_lines",
    metadata,
    Column("order_id", Text, ForeignKey("till_shop_orders.id"), primary_key=True),
    Column("place", Whole, primary_key=True),
    Column("product_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("quantity", Whole, nullable=False),
    Column("unit_price", Whole, nullable=False),
    Column("image", Text),
    Column("url", Text),
    CheckConstraint(f"quantity between 1 and {MOST_OF_ONE}", name="shop_order_lines_quantity"),
    CheckConstraint("unit_price >= 0", name="shop_order_lines_unit_price"),
    Index("uq_till_shop_order_lines_product", "order_id", "product_id", unique=True),
    sqlite_strict=True,
)

inbox = Table(
    "till_shop_inbox",
    metadata,
    Column("desk", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("order_id", Text, nullable=False),
    Column("at", Utc, nullable=False),
    sqlite_strict=True,
)

_unordered = text(f"status <> '{ORDERED}'")

bindings = Table(
    "till_shop_bindings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("basket_id", Text, ForeignKey("till_shop_baskets.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("inpost_basket_id", Text),
    Column("country_prefix", Text),
    Column("phone", Text),
    Column("masked_phone_number", Text),
    Column("name", Text),
    Column("surname", Text),
    Column("browser_id", Text),
    Column("browser_trusted", Flag, nullable=False),
    Column("binding_key", Text),
    Column("refusal", Text),
    Column("notice", Json),
    Column("parameters", Json, nullable=False),
    Column("sent_version", Whole, nullable=False),
    Column("order_id", Text),
    Column("expires_at", Utc),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint(f"status in {listed(BINDING_TRANSITIONS)}", name="shop_bindings_status"),
    CheckConstraint("browser_trusted in (0, 1)", name="shop_bindings_browser_trusted"),
    CheckConstraint(f"(status = '{ORDERED}') = (order_id is not null)", name="shop_bindings_order"),
    Index(
        "uq_till_shop_bindings_one_open",
        "basket_id",
        unique=True,
        sqlite_where=_unordered,
        postgresql_where=_unordered,
    ),
    Index("ix_till_shop_bindings_browser", "browser_id"),
    sqlite_strict=True,
)

wallet_events = Table(
    "till_shop_wallet_events",
    metadata,
    # The binding or the order that it was about, or the product that was added to no basket yet.
    Column("subject", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("binding_id", Text),
    Column("at", Utc, nullable=False),
    sqlite_strict=True,
)

wallet_orders = Table(
    "till_shop_wallet_orders",
    metadata,
    Column("order_id", Text, ForeignKey("till_shop_orders.id"), primary_key=True),
    Column("binding_id", Text, ForeignKey("till_shop_bindings.id"), nullable=False, unique=True),
    Column("account", Json, nullable=False),
    Column("delivery", Json, nullable=False),
    Column("invoice", Json),
    Column("consents", Json, nullable=False),
    Column("parameters", Json, nullable=False),
    # The products as they were sold: a later change of the catalog changes no order.
    Column("goods", Json, nullable=False),
    Column("comments", Text),
    Column("payment_type", Text, nullable=False),
    Column("payment_id", Text),
    Column("payment_reference", Text),
    Column("status_text", Text),
    Column("parcels", Json, nullable=False),
    Column("completed_at", Utc),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    sqlite_strict=True,
)

claims = Table(
    "till_shop_claims",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("till_shop_orders.id"), nullable=False),
    Column("product_id", Text, nullable=False),
    # Of three pieces of a product each is a claim of its own: 1, 2 and 3.
    Column("number", Whole, nullable=False),
    Column("name", Text, nullable=False),
    Column("maker_product", Text, nullable=False),
    Column("external_id", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("maker_order", Text, unique=True),
    Column("sealed_code", Text),
    Column("sealed_link", Text),
    Column("expires_at", Utc),
    Column("asked_at", Utc),
    Column("unwanted_at", Utc),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint("number >= 1", name="shop_claims_number"),
    CheckConstraint(f"status in {listed(CLAIM_MOVES)}", name="shop_claims_status"),
    # What nobody needs any more is not kept.
    CheckConstraint(
        f"(status = '{READY}') = (sealed_code is not null)"
        f" and (status = '{READY}') = (sealed_link is not null)",
        name="shop_claims_secrets",
    ),
    CheckConstraint(
        f"status <> '{READY}' or (maker_order is not null and asked_at is not null)",
        name="shop_claims_made",
    ),
    Index("uq_till_shop_claims_unit", "order_id", "product_id", "number", unique=True),
    Index("ix_till_shop_claims_status", "status", "updated_at"),
    sqlite_strict=True,
)

outbox = Outbox(metadata, PREFIX)
MIGRATIONS = Migrations("flask_till.shop", metadata, PREFIX)
