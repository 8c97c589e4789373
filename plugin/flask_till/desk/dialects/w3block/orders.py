"""What buyers do with orders (3, 4, 7)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from flask import Response, request

from ....base.database import Work
from ....web.callers import limit_caller
from ....wire.w3block.access import BUYER_ROUTES
from ....wire.w3block.basket import CreateOrder, PayOrder, PreviewOrder
from ....wire.w3block.error_codes import W3blockCode
from ....wire.w3block.paging import Direction, ListQuery, OrderFilter, Page, Query
from ....wire.w3block.statuses import check_payable
from ....wire.w3block.values import path_deliver_id, path_id
from ...actions import w3block_orders
from ...actions.coupons import find_coupon
from ...actions.merchants import read_merchant
from ...actions.w3block_contracts import find_contract
from ...w3block.checks import require_address
from ...w3block.legs import Wish, parts_to_pay
from ...w3block.status import status_of
from ...w3block_company import Company
from . import words
from .admission import Caller, admitted, company_of
from .answers import body_of, name_conflicts, say
from .front import Front
from .preview import Asked
from .preview import preview as previewed
from .reading import Whole, read_by_deliver_id, read_whole, whole_of

SORTABLE = ("createdAt",)
LANGUAGES = ("en", "pl")
"""Of the pages where orders are paid: a storefront's request says which one the buyer reads."""


def preview(front: Front, company_id: str) -> Response:
    caller = admitted(front, company_id, BUYER_ROUTES)
    placing = front.placing
    wanted = body_of(PreviewOrder)
    contract = front.database.read(find_contract, caller.company.id)
    placing.quotes.look(contract)
    asked = Asked(caller.company, caller.id, wanted, placing.quotes, placing.checks, contract)
    return say(front.database.read(previewed, asked), 201)


def create(front: Front, company_id: str) -> Response:
    caller = admitted(front, company_id, BUYER_ROUTES)
    asked = body_of(CreateOrder)
    front.parts.limits.require("w3block_create", caller.id)
    locale = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
    order_id = front.placing.place(caller.company, caller.id, asked, locale=locale)
    whole = front.database.read(read_whole, order_id, caller.company.id, caller.id)
    return _say(front, whole, status=201)


def search(front: Front, company_id: str) -> Response:
    caller = admitted(front, company_id, BUYER_ROUTES)
    query = Query(request.args.items(multi=True))
    return listed(front, caller.company, query, OrderFilter.read(query), buyer=caller.id)


def detail(front: Front, company_id: str, order_id: str) -> Response:
    caller = admitted(front, company_id, BUYER_ROUTES)
    query = Query(request.args.items(multi=True))
    whole = _own(front, caller, path_id(order_id))
    if query.flag("fetchNewestStatus") and whole.placed.is_open:
        front.legs.look(whole.order.id)
    return _say(front, _own(front, caller, whole.order.id))


def pay(front: Front, company_id: str, order_id: str) -> Response:
    """Pay parts that wait for money, or pay them another way (7).

    What they cost stays as it was, and so does the gas fee as it was signed.
    """
    name_conflicts(W3blockCode.ORDER_NOT_PAYABLE)
    caller = admitted(front, company_id, BUYER_ROUTES)
    asked = body_of(PayOrder)
    whole = _own(front, caller, path_id(order_id))
    check_payable(status_of(whole.placed))
    front.legs.pay(front.database.read(_wishes, front, whole, asked))
    if asked.success_url is not None:
        front.database.write(w3block_orders.lead_to, whole.order.id, asked.success_url)
    return _say(front, _own(front, caller, whole.order.id))


def by_deliver_id(front: Front, company_id: str, deliver_id: str) -> Response:
    company = company_of(front, company_id)
    limit_caller(front.parts.limits, "w3block_receipt")
    letters = path_deliver_id(deliver_id)
    found = front.database.read(read_by_deliver_id, company.id, letters)
    return say(words.receipt(up_to_date(front, found.order.id, company.id)))


def listed(
    front: Front,
    company: Company,
    query: Query,
    wanted: OrderFilter,
    *,
    buyer: str | None = None,
) -> Response:
    """A page of a company's orders, or of one buyer's."""
    asked = ListQuery.read(query, SORTABLE)

    def found(work: Work) -> tuple[list[Whole], int]:
        ids, total = w3block_orders.list_placed(
            work,
            company.id,
            words=[str(one) for one in wanted.statuses],
            created=_between(wanted),
            newest_first=asked.order_by == Direction.DESC,
            offset=asked.offset,
            limit=asked.limit,
            product_id=wanted.product_id,
            paid={
                "currency_id": wanted.currency_id,
                "method": wanted.payment_method,
                "provider": wanted.payment_provider,
            },
            buyer=buyer or wanted.user_id,
            utm_campaign=wanted.utm_campaign,
        )
        placed = [w3block_orders.find_placed(work, one) for one in ids]
        return [whole_of(work, one) for one in placed if one is not None], total

    wholes, total = front.database.read(found)
    over = [whole.order.id for whole in wholes if whole.is_over(front.now())]
    for order_id in over:
        front.legs.expire(order_id)
    if over:
        wholes, total = front.database.read(found)
    items = [words.order(front, whole) for whole in wholes]
    return say(Page.of(items, total, asked, request.base_url))


def _between(wanted: OrderFilter) -> tuple[datetime | None, datetime | None]:
    """The day that was asked for, else the time between two moments, both included."""
    if wanted.created_on is not None:
        begin = datetime.combine(wanted.created_on, time(), UTC)
        return begin, begin + timedelta(days=1)
    until = wanted.created_until
    return wanted.created_from, None if until is None else until + timedelta(milliseconds=1)


def _own(front: Front, caller: Caller, order_id: str) -> Whole:
    return up_to_date(front, order_id, caller.company.id, caller.id)


def up_to_date(front: Front, order_id: str, company_id: str, buyer: str | None = None) -> Whole:
    """As it is now: what its time has brought about is done on the way. Raises `NotFound`."""
    whole = front.database.read(read_whole, order_id, company_id, buyer)
    if whole.is_over(front.now()):
        front.legs.expire(order_id)
    elif whole.placed.is_deliverable(front.now()):
        front.deliveries.deliver(order_id)
    else:
        return whole
    return front.database.read(read_whole, order_id, company_id, buyer)


def _wishes(work: Work, front: Front, whole: Whole, asked: PayOrder) -> list[Wish]:
    """All that was asked for can be done, or nothing is begun. Raises `RequestError`."""
    company, checks = whole.company, front.placing.checks
    merchant = read_merchant(work, company.merchant_id)
    require_address(merchant, asked.success_url)
    code = whole.placed.coupon
    coupon = None if code is None else find_coupon(work, merchant.id, code)
    return [
        Wish(
            part,
            wish,
            checks.require_way(company, wish, whole.coins[part.currency_id], merchant, coupon),
        )
        for part, wish in parts_to_pay(whole.placed, whole.legs, asked.payments)
    ]


def _say(front: Front, whole: Whole, status: int = 200) -> Response:
    open_legs = [leg.id for leg in whole.legs if leg.is_open and whole.placed.is_open]
    tokens = {leg_id: front.cashier.issue_token(leg_id) for leg_id in open_legs}
    return say(words.order(front, whole, tokens=tokens), status)
