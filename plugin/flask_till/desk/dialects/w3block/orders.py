"""What buyers do with orders (3, 4, 7)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from flask import Response, request

from ....base.database import Work
from ....base.logs import logger
from ....errors import Unavailable
from ....web.callers import limit_caller
from ....wire.w3block.access import BUYER_ROUTES
from ....wire.w3block.basket import CreateOrder, PayOrder, PreviewOrder
from ....wire.w3block.error_codes import W3blockCode, refusal
from ....wire.w3block.paging import Direction, ListQuery, OrderFilter, Page, Query
from ....wire.w3block.statuses import check_payable
from ....wire.w3block.values import path_deliver_id, path_id
from ...actions import w3block_orders
from ...w3block_company import Company
from ...w3block_placing import chosen
from ...w3block_status import status_of
from . import words
from .admission import Caller, admitted, company_of
from .answers import body_of, name_conflicts, say
from .front import Front
from .preview import Asked
from .preview import preview as previewed
from .reading import Whole, read_by_deliver_id, read_whole, whole_of

log = logger(__name__)
SORTABLE = ("createdAt",)


def preview(front: Front, company_id: str) -> Response:
    caller = admitted(front, company_id, BUYER_ROUTES)
    asked = Asked(caller.company, caller.id, body_of(PreviewOrder), front.placing.quotes)
    return say(front.database.read(previewed, asked), 201)


def create(front: Front, company_id: str) -> Response:
    caller = admitted(front, company_id, BUYER_ROUTES)
    asked = body_of(CreateOrder)
    front.parts.limits.require("w3block_create", caller.id)
    order_id = front.placing.place(caller.company, caller.id, asked)
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
    if query.flag("fetchNewestStatus") and whole.order.is_open:
        _look(front, whole.order.id)
    return _say(front, _own(front, caller, whole.order.id))


def _look(front: Front, order_id: str) -> None:
    """Ask the gateway; when it does not answer, what we know is what there is to say."""
    try:
        front.cashier.look(order_id)
    except Unavailable as error:
        log.info("order %s is shown as it was known: %s", order_id, error.code)


def pay(front: Front, company_id: str, order_id: str) -> Response:
    """Pay what waits for money, or pay it another way (7). The gas fee stays as it was signed."""
    name_conflicts(W3blockCode.ORDER_NOT_PAYABLE)
    caller = admitted(front, company_id, BUYER_ROUTES)
    asked = body_of(PayOrder)
    whole = _own(front, caller, path_id(order_id))
    check_payable(status_of(whole.order, whole.placed))
    _pay(front, caller.company, whole, asked)
    return _say(front, _own(front, caller, whole.order.id))


def by_deliver_id(front: Front, company_id: str, deliver_id: str) -> Response:
    company = company_of(front, company_id)
    limit_caller(front.parts.limits, "w3block_receipt")
    letters = path_deliver_id(deliver_id)
    return say(words.receipt(front.database.read(read_by_deliver_id, company.id, letters)))


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
            buyer=buyer or wanted.user_id,
            currency_id=wanted.currency_id,
            method=wanted.payment_method,
            provider=wanted.payment_provider,
            utm_campaign=wanted.utm_campaign,
        )
        placed = [w3block_orders.find_placed(work, one) for one in ids]
        return [whole_of(work, one) for one in placed if one is not None], total

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
    if whole.order.is_due(front.now()):
        front.cashier.expire(order_id)
    elif whole.placed.is_deliverable(front.now()):
        front.deliveries.deliver(order_id)
    else:
        return whole
    return front.database.read(read_whole, order_id, company_id, buyer)


def _pay(front: Front, company: Company, whole: Whole, asked: PayOrder) -> None:
    part, placed = asked.payments[0], whole.placed
    if len(asked.payments) != 1 or part.currency_id != placed.currency_id:
        raise refusal(W3blockCode.PAYMENTS_NOT_COVERING_TOTAL)
    way = company.way(part.currency_id, part.payment_method, part.payment_provider)
    if way is None:
        raise refusal(W3blockCode.PAYMENT_PROVIDER_NOT_FOUND)
    method = chosen(front.cashier.methods(whole.order), way.provider)
    front.cashier.pay(whole.order.id, gateway=method.gateway, method=method.name, inputs={})
    front.database.write(
        w3block_orders.change_way, whole.order.id, method=way.method, provider=way.provider
    )


def _say(front: Front, whole: Whole, status: int = 200) -> Response:
    token = front.cashier.issue_token(whole.order.id) if whole.order.is_open else None
    return say(words.order(front, whole, token=token), status)
