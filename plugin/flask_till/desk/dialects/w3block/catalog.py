"""What is for sale, and in which currencies: public (7)."""

from __future__ import annotations

from flask import Response, request

from ....base.database import Work
from ....web.callers import limit_caller
from ....wire.w3block import products as wire
from ....wire.w3block.paging import ListQuery, Page, Query
from ....wire.w3block.values import path_id
from ...actions import products
from ...actions.w3block_companies import read_currencies
from ...product import Product, obstacle
from ...w3block_company import Company
from . import product_words
from .admission import company_of
from .answers import say
from .front import Front

ANYBODY = ""
"""Who looks without saying who he is: nothing is fixed to him, and he has bought nothing."""


def search(front: Front, company_id: str) -> Response:
    company = company_of(front, company_id)
    asked = ListQuery.read(Query(request.args.items(multi=True)))

    def found(work: Work) -> tuple[list[wire.Product], int]:
        ours, total = products.list_products(
            work, company.merchant_id, search=asked.search, offset=asked.offset, limit=asked.limit
        )
        return [_shown(work, company, one) for one in ours], total

    return say(Page.of(*front.database.read(found), asked, request.base_url))


def show(front: Front, company_id: str, product_id: str) -> Response:
    company, wanted = company_of(front, company_id), path_id(product_id)

    def found(work: Work) -> wire.Product:
        return _shown(work, company, products.read_product(work, company.merchant_id, wanted))

    return say(front.database.read(found))


def show_by_slug(front: Front, company_id: str, slug: str) -> Response:
    company = company_of(front, company_id)

    def found(work: Work) -> wire.Product:
        one = products.read_product_by_slug(work, company.merchant_id, slug)
        return _shown(work, company, one)

    return say(front.database.read(found))


def can_purchase(front: Front, company_id: str, product_id: str) -> Response:
    """For whoever names nobody: what is fixed to a buyer is not for sale to him."""
    company, wanted = company_of(front, company_id), path_id(product_id)

    def found(work: Work) -> wire.CanPurchase:
        one = products.read_product(work, company.merchant_id, wanted)
        shelf = products.read_shelf(work, one, ANYBODY)
        wrong = obstacle(shelf, 1, ANYBODY, work.now)
        if wrong is None:
            return wire.CanPurchase(can_purchase=True, can_purchase_amount=shelf.may_take)
        return wire.CanPurchase(
            can_purchase=False, can_purchase_amount=0, error=product_words.why(wrong)
        )

    return say(front.database.read(found))


def currencies(front: Front) -> Response:
    limit_caller(front.parts.limits, "w3block_public")
    asked = ListQuery.read(Query(request.args.items(multi=True)))
    coins = list(front.database.read(read_currencies).values())
    page = coins[asked.offset : asked.offset + asked.limit]
    items = [product_words.currency(coin, decimals=True) for coin in page]
    return say(Page.of(items, len(coins), asked, request.base_url))


def _shown(work: Work, company: Company, one: Product) -> wire.Product:
    shelf = products.read_shelf(work, one, ANYBODY)
    shown = product_words.product(shelf, read_currencies(work), work.now)
    return shown.model_copy(update={"company_id": company.id})
