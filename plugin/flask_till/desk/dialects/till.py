"""``/v1``: the desk's own protocol. What its messages mean is said in `flask_till.wire.till`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request

from ...base.columns import EPOCH
from ...base.database import Work
from ...base.sealing import digest, new_secret
from ...errors import Forbidden, InvalidRequest, NotFound
from ...wire import till
from ..actions.events import list_events, replay_event
from ..actions.idempotency import Repeat, begin_once
from ..actions.orders import create_order
from ..actions.page_access import store_token
from ..actions.reading import list_orders, read_order
from ..actions.refunds import request_refund
from ..counter import counter
from ..merchant import Merchant
from ..order import Order
from ..origins import require_registered
from . import idempotency
from .answers import answer, speak_problems
from .bearer import calling_merchant
from .body import no_body, read_body
from .idempotency import Said
from .till_quotes import quote, require_quote
from .till_words import (
    CURSOR,
    LARGEST_PAGE,
    STATE,
    created_message,
    draft_of,
    event_message,
    order_message,
    page_url,
    refund_message,
)

EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT")


class _Due(Exception):
    """The order found is over its time: end it first, outside of this transaction."""

    def __init__(self, order_id: str) -> None:
        self.order_id = order_id


# --- orders -----------------------------------------------------------------------------------


def create() -> Response:
    merchant = calling_merchant()
    asked = read_body(till.OrderCreate, till.LARGEST_BODY)
    require_registered(asked.redirect_url, merchant.origins, field="redirect_url")
    require_registered(asked.opener_origin, merchant.origins, field="opener_origin")
    repeat = idempotency.asked(merchant)
    try:
        return _create(merchant, asked, repeat)
    except _Due as due:
        counter().cashier.expire(due.order_id)
        return _create(merchant, asked, repeat, even_if_due=True)


def _create(
    merchant: Merchant,
    asked: till.OrderCreate,
    repeat: Repeat | None,
    *,
    even_if_due: bool = False,
) -> Response:
    draft, token, at = draft_of(asked), new_secret(), counter().page_address()

    def do(work: Work) -> Said:
        order, is_new = create_order(work, merchant, draft, tell=False)
        if is_new:
            require_quote(work, merchant, asked)
        if order.is_due(work.now) and not even_if_due:
            raise _Due(order.id)
        store_token(work, order.id, digest(token))
        return Said(created_message(order, at, token), 201 if is_new else 200)

    return idempotency.once(repeat, do)


def show(order_id: str) -> Response:
    order = counter().cashier.follow(order_id, merchant_id=calling_merchant().id)
    return answer(order_message(order, counter().page_address()))


def token(order_id: str) -> Response:
    merchant = calling_merchant()
    no_body(till.LARGEST_BODY)
    secret, at = new_secret(), counter().page_address()

    def do(work: Work) -> Said:
        order = read_order(work, order_id, merchant_id=merchant.id)
        if order.dialect != "till":
            raise Forbidden("Its own protocol opens this order's page.", code="OTHER_PROTOCOL")
        store_token(work, order.id, digest(secret))
        return Said(till.Token(order_url=page_url(at, order.id), token=secret))

    return idempotency.once(idempotency.asked(merchant), do)


def cancel(order_id: str) -> Response:
    merchant = calling_merchant()
    no_body(till.LARGEST_BODY)
    repeat = idempotency.asked(merchant)
    given = idempotency.earlier(repeat)
    if given is not None:
        return given
    order = counter().cashier.cancel(order_id, merchant_id=merchant.id)
    return idempotency.keep(repeat, Said(order_message(order, counter().page_address())))


def search() -> Response:
    merchant, desk = calling_merchant(), counter()
    _known_arguments()
    status, after, limit = _status(), _after(), _limit()
    found = desk.database.read(
        list_orders, merchant.id, status=status, after=after, limit=limit + 1
    )
    page, more = found[:limit], len(found) > limit
    orders = [_fresh(order) for order in page]
    messages = [
        order_message(order, desk.page_address())
        for order in orders
        if status is None or order.status == status
    ]
    return answer(till.OrderList(orders=messages, next=_cursor(page[-1]) if more else None))


def _fresh(order: Order) -> Order:
    """Expired if it is due; one whose gateway would have to be asked waits for the sweeper."""
    desk = counter()
    if order.payment is None and order.is_due(desk.database.clock()):
        return desk.cashier.expire(order.id)
    return order


def _status() -> str | None:
    word = _argument("status")
    if word is None:
        return None
    try:
        return STATE[till.OrderStatus(word)]
    except ValueError:
        known = ", ".join(till.OrderStatus)
        raise InvalidRequest("There is no such status.", fields={"status": known}) from None


def _limit() -> int:
    text = _argument("limit")
    if text is None:
        return 20
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE):
        why = f"a whole number from 1 to {LARGEST_PAGE}"
        raise InvalidRequest("limit is out of range.", fields={"limit": why})
    return int(text)


def _cursor(order: Order) -> str:
    at = (order.created_at - EPOCH) // timedelta(milliseconds=1)
    return f"{at}.{order.id}"


def _after() -> tuple[datetime, str] | None:
    text = _argument("after")
    if text is None:
        return None
    found = re.fullmatch(CURSOR, text)
    if found is None:
        why = "what `next` of an earlier page was"
        raise InvalidRequest("after is not a cursor.", fields={"after": why})
    return EPOCH + timedelta(milliseconds=int(found[1])), found[2]


def _known_arguments() -> None:
    unknown = [name for name in request.args if name not in ("status", "after", "limit")]
    if unknown:
        fields = dict.fromkeys([name[:40] for name in unknown[:5]], "unknown parameter")
        raise InvalidRequest("There is no such parameter.", fields=fields)


def _argument(name: str) -> str | None:
    given = request.args.getlist(name)
    if len(given) > 1:
        raise InvalidRequest(f"{name} is given twice.", fields={name: "given twice"})
    return given[0] if given else None


# --- refunds ----------------------------------------------------------------------------------


def refund(order_id: str) -> Response:
    merchant, desk = calling_merchant(), counter()
    asked = read_body(till.RefundCreate, till.LARGEST_BODY)
    order = desk.database.read(read_order, order_id, merchant_id=merchant.id)
    repeat = idempotency.asked(merchant)
    amount = None if asked.amount is None else till.money(asked.amount, order.amount.currency)
    refund_id = None if repeat is None else idempotency.derived_id("ref", repeat)
    if repeat is not None:
        given = idempotency.earlier(repeat)
        if given is not None:
            return given

    def reserve(work: Work) -> Any:
        if repeat is not None:
            begin_once(work, repeat)
        return request_refund(
            work,
            order_id,
            amount,
            reason=asked.reason,
            merchant_id=merchant.id,
            refund_id=refund_id,
        )

    reserved = desk.database.write(reserve)
    done = desk.cashier.carry_refund(reserved.id)
    return idempotency.keep(repeat, Said(refund_message(done), 201))


# --- events -----------------------------------------------------------------------------------


def events(order_id: str) -> Response:
    merchant, desk = calling_merchant(), counter()
    found = desk.database.read(list_events, order_id, merchant_id=merchant.id)
    at = desk.page_address()
    return answer(till.EventList(events=[event_message(event, at) for event in found]))


def replay(event_id: str) -> Response:
    merchant = calling_merchant()
    no_body(till.LARGEST_BODY)
    at = counter().page_address()

    def do(work: Work) -> Said:
        return Said(event_message(replay_event(work, event_id, merchant_id=merchant.id), at))

    return idempotency.once(idempotency.asked(merchant), do)


def document() -> Response:
    from .till_document import openapi

    address = counter().page_address().removesuffix("/order")
    return Response(openapi(f"{address}/v1"), mimetype="application/json")


# --- the blueprint ----------------------------------------------------------------------------

View = Callable[..., Response]
ROUTES: Mapping[str, Mapping[str, View]] = {
    "/quotes": {"POST": quote},
    "/orders": {"POST": create, "GET": search},
    "/orders/<order_id>": {"GET": show},
    "/orders/<order_id>/token": {"POST": token},
    "/orders/<order_id>/cancel": {"POST": cancel},
    "/orders/<order_id>/refunds": {"POST": refund},
    "/orders/<order_id>/events": {"GET": events},
    "/events/<event_id>/replay": {"POST": replay},
    "/openapi.json": {"GET": document},
}


def till_dialect() -> Blueprint:
    """The blueprint of ``/v1``; to be mounted under that prefix."""
    blueprint = Blueprint("till_desk_v1", __name__)
    speak_problems(blueprint)
    blueprint.before_request(_readable_ids)
    for path, views in ROUTES.items():
        for method, view in views.items():
            blueprint.add_url_rule(path, view.__name__, view, methods=[method])
        others = [method for method in EVERY_METHOD if method not in views]
        blueprint.add_url_rule(
            path,
            f"no_{path}".replace("/", "_").replace(".", "_"),
            _wrong_method(views),
            methods=others,
        )
    blueprint.add_url_rule("/", "nowhere", _nowhere, methods=EVERY_METHOD, defaults={"path": ""})
    blueprint.add_url_rule("/<path:path>", "nowhere", _nowhere, methods=EVERY_METHOD)
    return blueprint


def _readable_ids() -> None:
    """No id of ours holds what a database may refuse to look for, such as NUL."""
    for name, value in (request.view_args or {}).items():
        if name.endswith("_id") and not re.fullmatch(r"[\x21-\x7e]{1,128}", value):
            kind = name.removesuffix("_id")
            raise NotFound(f"There is no such {kind}.", code=f"{kind.upper()}_NOT_FOUND")


def _wrong_method(views: Mapping[str, View]) -> Callable[..., Response]:
    from werkzeug.exceptions import MethodNotAllowed

    allowed = sorted({*views, "OPTIONS"} | ({"HEAD"} if "GET" in views else set()))

    def wrong_method(**_: str) -> Response:
        raise MethodNotAllowed(valid_methods=allowed)

    return wrong_method


def _nowhere(**_: str) -> Response:
    raise NotFound("There is nothing at this address.", code="NOT_FOUND")
