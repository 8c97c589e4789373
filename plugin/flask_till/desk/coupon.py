"""A coupon of a merchant's: what it takes off, and when it may be used. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

USED, RELEASED = "used", "released"
USE_STATES = frozenset({USED, RELEASED})
WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Coupon:
    """``percent`` off each price. ``least`` is the smallest basket before it, by currency id.

    None: any product, method or currency, and no limit. ``uses`` are those of live orders.
    """

    id: str
    merchant_id: str
    code: str
    percent: Decimal
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    least: Mapping[str, Decimal] = field(default_factory=dict)
    products: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None
    currencies: tuple[str, ...] | None = None
    max_uses: int | None = None
    max_per_buyer: int | None = None
    uses: int = 0
    is_on: bool = True

    def is_of(self, product_id: str) -> bool:
        return self.products is None or product_id in self.products

    def takes_off(self, price: Decimal) -> Decimal:
        """How much less one piece costs, before it is rounded."""
        return price * self.percent / WHOLE


@dataclass(frozen=True, slots=True)
class Bargain:
    """What a coupon is tried on: the basket without it, by currency id, and how it is paid."""

    totals: Mapping[str, Decimal]
    product_ids: Sequence[str]
    methods: Sequence[str]
    used_by_buyer: int


def applies(coupon: Coupon, bargain: Bargain, now: datetime) -> bool:
    """Whether it may be used for this, now. At its end it is over."""
    return (
        coupon.is_on
        and (coupon.starts_at is None or coupon.starts_at <= now)
        and (coupon.ends_at is None or now < coupon.ends_at)
        and any(coupon.is_of(one) for one in bargain.product_ids)
        and _allows(coupon.methods, bargain.methods)
        and _allows(coupon.currencies, list(bargain.totals))
        and all(total >= coupon.least.get(one, 0) for one, total in bargain.totals.items())
        and (coupon.max_uses is None or coupon.uses < coupon.max_uses)
        and (coupon.max_per_buyer is None or bargain.used_by_buyer < coupon.max_per_buyer)
    )


def _allows(allowed: Sequence[str] | None, given: Sequence[str]) -> bool:
    return allowed is None or set(given) <= set(allowed)
