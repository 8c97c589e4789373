"""Tables of what the desk sells itself: products, coupons, and what was taken; tokens apart."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from ...base.columns import Exact, Flag, Json, Utc, Whole, listed
from ..coupon import USE_STATES
from ..product import DISTRIBUTIONS, SALE_STATES
from .schema import metadata

MERCHANT = "till_desk_merchants.id"
ORDER = "till_desk_orders.id"
PRODUCT = "till_desk_products.id"

products = Table(
    "till_desk_products",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey(MERCHANT), nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("images", Json, nullable=False),
    Column("distribution", Text, nullable=False),
    Column("on_sale_from", Utc),
    Column("on_sale_until", Utc),
    Column("per_buyer", Whole),
    Column("stock", Whole),
    Column("is_on", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("merchant_id", "slug"),
    CheckConstraint(f"distribution in {listed(DISTRIBUTIONS)}", name="desk_products_distribution"),
    CheckConstraint("stock >= 0", name="desk_products_stock"),
    CheckConstraint("per_buyer >= 0", name="desk_products_per_buyer"),
    CheckConstraint("is_on in (0, 1)", name="desk_products_is_on"),
    Index("ix_till_desk_products_newest", "merchant_id", "created_at", "id"),
    sqlite_strict=True,
)
"""``stock`` is what is left; null: there are as many as it has tokens for sale."""

product_prices = Table(
    "till_desk_product_prices",
    metadata,
    Column("product_id", Text, ForeignKey(PRODUCT), primary_key=True),
    Column("currency_id", Text, primary_key=True),
    Column("place", Whole, nullable=False),
    Column("amount", Exact, nullable=False),
    sqlite_strict=True,
)

product_variants = Table(
    "till_desk_product_variants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("product_id", Text, ForeignKey(PRODUCT), nullable=False, index=True),
    Column("place", Whole, nullable=False),
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("choices", Json, nullable=False),
    sqlite_strict=True,
)
"""``choices`` are what can be chosen: id, name, key, and the extra price by currency id."""

product_sales = Table(
    "till_desk_product_sales",
    metadata,
    Column("order_id", Text, ForeignKey(ORDER), primary_key=True),
    Column("place", Whole, primary_key=True),
    Column("product_id", Text, ForeignKey(PRODUCT), nullable=False),
    Column("buyer", Text, nullable=False),
    Column("quantity", Whole, nullable=False),
    Column("of_stock", Flag, nullable=False),
    Column("state", Text, nullable=False),
    Column("taken_at", Utc, nullable=False),
    CheckConstraint("quantity > 0", name="desk_product_sales_quantity"),
    CheckConstraint(f"state in {listed(SALE_STATES)}", name="desk_product_sales_state"),
    CheckConstraint("of_stock in (0, 1)", name="desk_product_sales_of_stock"),
    Index("ix_till_desk_product_sales_of_buyer", "product_id", "buyer"),
    sqlite_strict=True,
)
"""A line of an order that took pieces: counted ones (``of_stock``), or tokens that name it."""

coupons = Table(
    "till_desk_coupons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey(MERCHANT), nullable=False),
    Column("code", Text, nullable=False),
    Column("percent", Exact, nullable=False),
    Column("starts_at", Utc),
    Column("ends_at", Utc),
    Column("least", Json, nullable=False),
    Column("products", Json),
    Column("methods", Json),
    Column("currencies", Json),
    Column("max_uses", Whole),
    Column("max_per_buyer", Whole),
    Column("uses", Whole, nullable=False),
    Column("is_on", Flag, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("merchant_id", "code"),
    CheckConstraint(
        "uses >= 0 and (max_uses is null or uses <= max_uses)", name="desk_coupons_uses"
    ),
    CheckConstraint("is_on in (0, 1)", name="desk_coupons_is_on"),
    sqlite_strict=True,
)

coupon_uses = Table(
    "till_desk_coupon_uses",
    metadata,
    Column("order_id", Text, ForeignKey(ORDER), primary_key=True),
    Column("coupon_id", Text, ForeignKey("till_desk_coupons.id"), nullable=False),
    Column("buyer", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("used_at", Utc, nullable=False),
    CheckConstraint(f"state in {listed(USE_STATES)}", name="desk_coupon_uses_state"),
    Index("ix_till_desk_coupon_uses_of_buyer", "coupon_id", "buyer"),
    sqlite_strict=True,
)
