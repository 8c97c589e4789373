"""What an operator sees of the W3block protocol: companies, users, products, coupons, keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select, update

from ...base.database import Work
from ...errors import NotFound
from ..coupon import Coupon
from ..product import Product
from ..product_token import FOR_SALE
from ..tables.claims import product_tokens
from ..tables.products import coupons, products
from ..tables.w3block import w3_companies, w3_keys, w3_users
from ..w3block_company import Company, CompanyUser
from .coupons import find_coupon
from .products import change_product, lock_products, read_product, unknown_product
from .w3block_companies import find_user, read_company
from .w3block_tokens import KeptKey


@dataclass(frozen=True, slots=True)
class Stocked:
    """A product, and how many tokens it has for sale and in all."""

    product: Product
    for_sale: int
    tokens: int


def list_companies(work: Work) -> list[Company]:
    """Oldest first."""
    query = select(w3_companies.c.id).order_by(w3_companies.c.created_at, w3_companies.c.id)
    return [read_company(work, one) for one in work.execute(query).scalars().all()]


def list_users(work: Work, company_id: str) -> list[CompanyUser]:
    """A company's, oldest first. Raises `NotFound` (COMPANY_NOT_FOUND)."""
    read_company(work, company_id)
    query = select(w3_users.c.id).where(w3_users.c.company_id == company_id)
    ids = work.execute(query.order_by(w3_users.c.created_at, w3_users.c.id)).scalars().all()
    found = (find_user(work, company_id, one) for one in ids)
    return [user for user in found if user is not None]


def list_stocked(work: Work, company_id: str) -> list[Stocked]:
    """All products of a company, also those switched off, oldest first."""
    merchant_id = read_company(work, company_id).merchant_id
    query = select(products.c.id).where(products.c.merchant_id == merchant_id)
    ids = work.execute(query.order_by(products.c.created_at, products.c.id)).scalars().all()
    return [_stocked(work, read_product(work, merchant_id, one)) for one in ids]


def list_coupons(work: Work, company_id: str) -> list[Coupon]:
    """A company's, oldest first."""
    merchant_id = read_company(work, company_id).merchant_id
    query = select(coupons.c.code).where(coupons.c.merchant_id == merchant_id)
    codes = work.execute(query.order_by(coupons.c.created_at, coupons.c.code)).scalars().all()
    found = (find_coupon(work, merchant_id, code) for code in codes)
    return [coupon for coupon in found if coupon is not None]


def list_keys(work: Work) -> list[KeptKey]:
    """All that ever signed, newest first."""
    rows = work.execute(select(w3_keys).order_by(w3_keys.c.created_at.desc(), w3_keys.c.kid)).all()
    return [KeptKey(row.kid, row.sealed, row.created_at, row.retired_at) for row in rows]


def read_any_product(work: Work, product_id: str) -> Product:
    """Whosever it is. Raises `NotFound` (PRODUCT_NOT_FOUND)."""
    query = select(products.c.merchant_id).where(products.c.id == product_id)
    merchant_id = work.execute(query).scalar()
    if merchant_id is None:
        raise unknown_product()
    return read_product(work, merchant_id, product_id)


def amend_product(work: Work, product_id: str, change: Callable[[Product], Product]) -> Product:
    """As ``change`` makes it of what it is now, while nobody takes of it."""
    merchant_id = read_any_product(work, product_id).merchant_id
    present = lock_products(work, merchant_id, [product_id])[product_id]
    return change_product(work, change(present))


def switch_coupon(work: Work, company_id: str, code: str, *, is_on: bool) -> None:
    """Raises `NotFound` (COUPON_NOT_FOUND)."""
    merchant_id = read_company(work, company_id).merchant_id
    this = coupons.c.merchant_id == merchant_id, coupons.c.code == code
    if not work.execute(update(coupons).where(*this).values(is_on=is_on)).rowcount:
        raise NotFound("There is no such coupon.", code="COUPON_NOT_FOUND")


def _stocked(work: Work, product: Product) -> Stocked:
    count = select(func.count()).where(product_tokens.c.product_id == product.id)
    for_sale = count.where(product_tokens.c.state == FOR_SALE)
    return Stocked(
        product,
        int(work.execute(for_sale).scalar_one()),
        int(work.execute(count).scalar_one()),
    )
