"""From what a buyer wants to what it costs now (3, 4): one way for the preview and the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...base.database import Work
from ...errors import RequestError
from ...wire.w3block.basket import Wanted
from ...wire.w3block.error_codes import REFUSED_AS, ProductErrorCode, W3blockCode, refusal
from ..actions import coupons
from ..actions.products import find_product, find_token, lock_products, read_shelf
from ..coupon import Bargain, Coupon, applies
from ..product import (
    NOT_FOR_SALE,
    NOT_YOURS,
    OVER_LIMIT,
    TOO_FEW,
    Obstacle,
    Product,
    Shelf,
    obstacle,
)
from ..reckoning import Item, Reckoning, reckon
from ..w3block_company import Coin, Company

CODES: Mapping[str, ProductErrorCode] = {
    NOT_FOR_SALE: ProductErrorCode.NOT_FOR_SALE,
    NOT_YOURS: ProductErrorCode.FIXED_USER_MISMATCH,
    TOO_FEW: ProductErrorCode.INSUFFICIENT_STOCK,
    OVER_LIMIT: ProductErrorCode.PURCHASE_LIMIT,
}
SALE, TOKEN, STOCK = 2, 3, 4
"""The checks that a product can fail, as the contract numbers them (4)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be bought; ``check`` is the number of the check that it failed (4)."""

    product_id: str
    product: Product | None
    obstacle: Obstacle
    check: int

    @property
    def code(self) -> ProductErrorCode:
        return CODES[self.obstacle.why]

    def as_error(self) -> RequestError:
        """How a creation refuses it (4)."""
        if self.product is None:
            return refusal(W3blockCode.PRODUCT_NOT_AVAILABLE, status=404)
        if self.check == TOKEN:
            return refusal(W3blockCode.PRODUCT_TOKEN_NOT_AVAILABLE)
        return refusal(REFUSED_AS[self.code])


@dataclass(frozen=True, slots=True)
class Basket:
    """What can be bought of what is wanted, and what cannot. ``shelves`` by product id."""

    items: tuple[Item, ...]
    faults: tuple[Fault, ...]
    shelves: Mapping[str, Shelf]

    @property
    def pieces(self) -> int:
        """How many tokens there are to hand over: what is only counted has none."""
        return sum(one.quantity for one in self.items if one.product.stock is None)

    def require_all(self, *, until: int = STOCK) -> None:
        """Raises `RequestError` for the first check, up to that one, that something failed (4)."""
        for fault in sorted(self.faults, key=lambda one: one.check):
            if fault.check <= until:
                raise fault.as_error()


def read_basket(
    work: Work, company: Company, buyer: str, wanted: Sequence[Wanted], *, lock: bool = False
) -> Basket:
    """As it is now; ``lock`` keeps others from taking of it before this transaction ends."""
    found = _products(work, company.merchant_id, wanted, lock)
    shelves = {one.id: read_shelf(work, one, buyer) for one in found.values()}
    asked: dict[str, int] = {}
    named: set[str] = set()
    items, faults = [], []
    for one in wanted:
        shelf = shelves.get(one.product_id)
        fault = _fault(work, shelf, one, buyer, asked, named)
        if fault is None and shelf is not None:
            asked[one.product_id] = asked.get(one.product_id, 0) + one.count
            named |= {one.product_token_id or ""}
            items.append(_item(shelf.product, one))
        elif fault is not None:
            faults.append(fault)
    return Basket(tuple(items), tuple(faults), shelves)


def reckoned(
    basket: Basket, company: Company, coin: Coin, coupon: Coupon | None = None
) -> Reckoning:
    """What it costs in that currency. Raises `RequestError` (currency-not-enabled)."""
    sums = reckon(
        basket.items, coin.id, coin.decimals, coupon=coupon, service_fee=company.service_fee
    )
    if sums is None:
        raise refusal(W3blockCode.CURRENCY_NOT_ENABLED)
    return sums


def find_applicable(
    work: Work,
    company: Company,
    buyer: str,
    code: str | None,
    basket: Basket,
    totals: Mapping[str, Decimal],
    methods: Sequence[str],
) -> Coupon | None:
    """The coupon if it applies now; ``totals`` are the basket's without it, by currency id."""
    coupon = coupons.find_coupon(work, company.merchant_id, code) if code else None
    if coupon is None:
        return None
    used = coupons.uses_of_buyer(work, coupon.id, buyer)
    bargain = Bargain(totals, [one.product.id for one in basket.items], methods, used)
    return coupon if applies(coupon, bargain, work.now) else None


def _products(
    work: Work, merchant_id: str, wanted: Sequence[Wanted], lock: bool
) -> Mapping[str, Product]:
    ids = {one.product_id for one in wanted}
    if lock:
        return lock_products(work, merchant_id, ids)
    found = [find_product(work, merchant_id, one) for one in sorted(ids)]
    return {one.id: one for one in found if one is not None}


def _fault(
    work: Work,
    shelf: Shelf | None,
    wanted: Wanted,
    buyer: str,
    asked: Mapping[str, int],
    named: set[str],
) -> Fault | None:
    """What is wrong with a line, beside what lines before it take."""
    if shelf is None:
        return Fault(wanted.product_id, None, Obstacle(NOT_FOR_SALE), SALE)
    product = shelf.product
    if not product.is_on_sale(work.now) or not product.can_be_chosen(wanted.variant_ids or []):
        return Fault(product.id, product, Obstacle(NOT_FOR_SALE), SALE)
    if wanted.product_token_id is not None:
        found = _named_fault(work, shelf, wanted, buyer, named)
        if found is not None:
            return Fault(product.id, product, found, TOKEN)
    so_far = asked.get(product.id, 0)
    found = obstacle(shelf, so_far + wanted.count, buyer, work.now)
    return None if found is None else Fault(product.id, product, found, STOCK)


def _named_fault(
    work: Work, shelf: Shelf, wanted: Wanted, buyer: str, named: set[str]
) -> Obstacle | None:
    token_id = wanted.product_token_id or ""
    token = find_token(work, shelf.product.id, token_id)
    if token is None or token_id in named or shelf.product.stock is not None:
        return Obstacle(TOO_FEW, 0)
    if not token.is_for(buyer):
        return Obstacle(NOT_YOURS)
    if wanted.count != 1:
        return Obstacle(TOO_FEW, 1)
    return None if token.state == "for_sale" else Obstacle(TOO_FEW, 0)


def _item(product: Product, wanted: Wanted) -> Item:
    choices = tuple(sorted(wanted.variant_ids or []))
    return Item(product, wanted.count, choices, wanted.product_token_id)
