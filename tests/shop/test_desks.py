"""The client of an order desk: what it sends, what it believes, what it makes of failures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from flask_till.errors import (
    BadSignature,
    Conflict,
    Gone,
    InvalidRequest,
    NotFound,
    RequestError,
    Unauthenticated,
    Unavailable,
    Unreadable,
)
from flask_till.money import Money
from flask_till.shop.desks import Desk
from flask_till.shop.desks.till import TillDesk
from flask_till.shop.order import Order, OrderLine, OrderPromotion
from flask_till.wire import till as wire
from tests.shop.desk_over_http import KEY, SECRET, DeskOverHttp, problem
from tests.shop.shelves import zl

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ORDER = Order(
    id="ord_1",
    number="T-000001",
    status="placing",
    version=1,
    basket_id="bsk_1",
    basket_version=3,
    shopper="bsk_1",
    lines=(
        OrderLine("mug", "Blue mug", 2, zl("49.99"), image="/static/mug.svg"),
        OrderLine("card", "Card", 1, zl("8.00"), image="https://cdn.example/card.svg"),
    ),
    promotions=(OrderPromotion("TEN", "Ten off", zl("-10.80")),),
    subtotal=zl("107.98"),
    discount=zl("-10.80"),
    delivery=zl("0"),
    total=zl("97.18"),
    fees=zl("0"),
    refunded=zl("0"),
    desk="till",
    desk_order_id=None,
    desk_version=0,
    order_url=None,
    live=None,
    locale="pl",
    origin="https://shop.example",
    redirect_url="https://shop.example/thanks",
    reason=None,
    created_at=NOON,
    expires_at=None,
    paid_at=None,
    ended_at=None,
)
PLACED = replace(ORDER, desk_order_id="desk_1")


@pytest.fixture
def far():
    return DeskOverHttp(lambda: NOON)


@pytest.fixture
def desk(far):
    return far.client()


def test_it_is_a_desk(desk):
    used: Desk = desk
    assert used.name == "till"
    assert KEY not in repr(desk)


def test_a_create_says_what_the_order_says_and_asks_once(desk, far):
    made = desk.create(ORDER)
    again = desk.create(replace(ORDER, version=7, status="failed"))
    assert far.bodies["ord_1"][0] == far.bodies["ord_1"][1]
    assert again.snapshot == made.snapshot
    body = json.loads(far.bodies["ord_1"][0])
    assert (body["external_id"], body["amount"], body["currency"]) == ("ord_1", 9718, "PLN")
    assert [line["image_url"] for line in body["lines"]] == [
        "https://shop.example/static/mug.svg",
        "https://cdn.example/card.svg",
    ]
    assert body["adjustments"] == [{"label": "Ten off", "amount": -1080}]
    assert body["redirect_url"] == "https://shop.example/thanks"
    assert body["opener_origin"] == "https://shop.example"
    assert body["locale"] == "pl"
    assert made.snapshot.external_id == "ord_1"
    assert (made.snapshot.status, made.snapshot.version, made.snapshot.live) == (
        "pending",
        1,
        False,
    )
    assert made.snapshot.amount == zl("97.18")
    assert made.snapshot.expires_at == NOON + timedelta(minutes=30)
    assert made.key.order_url == "https://desk.example/order?orderId=desk_1"
    assert made.key.token


def test_a_create_that_would_be_too_long_goes_without_pictures(desk, far):
    lines = tuple(
        OrderLine(f"p{n}", "P", 1, zl("1"), image="https://cdn.example/" + "x" * 1000)
        for n in range(200)
    )
    large = replace(ORDER, lines=lines, promotions=(), total=zl("200"))
    desk.create(large)
    assert len(far.bodies["ord_1"][0]) < wire.LARGEST_BODY


def test_a_token_a_look_and_a_cancel(desk, far):
    desk.create(ORDER)
    assert desk.token(PLACED).token != desk.token(PLACED).token
    assert desk.get(PLACED).status == "pending"
    assert desk.cancel(PLACED).status == "cancelled"
    with pytest.raises(Conflict) as refused:
        desk.cancel(PLACED)
    assert refused.value.code == "ORDER_STATE"


def test_a_refund_names_its_amount_or_asks_for_all(desk, far):
    desk.create(ORDER)
    desk.refund(PLACED, zl("5.00"), key="k1")
    desk.refund(PLACED, key="k2")
    assert [json.loads(body) for body in far.bodies["refunds"]] == [{"amount": 500}, {}]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Unreadable),
        (401, Unauthenticated),
        (404, NotFound),
        (409, Conflict),
        (410, Gone),
        (422, InvalidRequest),
    ],
)
def test_a_refusal_keeps_the_desks_own_code(desk, far, status, kind):
    far.answers_with = problem(status, "SOME_CODE", remedy="Do this.", fields={"a": "b"})
    with pytest.raises(kind) as refused:
        desk.get(PLACED)
    assert (refused.value.code, refused.value.remedy) == ("SOME_CODE", "Do this.")
    assert refused.value.fields == {"a": "b"}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(503, json={"code": "X"}),
        httpx.Response(429),
        httpx.Response(302, headers={"location": "https://elsewhere.example"}),
        httpx.Response(404, text="<h1>nginx</h1>"),
        httpx.Response(200, text="<h1>hello</h1>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"id": "desk_1"}),
        httpx.Response(200, text='{"id": NaN}'),
        httpx.Response(200, content=b"x" * 2_000_000),
    ],
)
def test_whatever_is_no_answer_of_a_desk_is_unavailable(desk, far, answer):
    far.answers_with = answer
    with pytest.raises(Unavailable) as refused:
        desk.get(PLACED)
    assert refused.value.code == "DESK_UNAVAILABLE"


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.RemoteProtocolError],
)
def test_a_desk_that_cannot_be_reached_is_unavailable(failure):
    def fail(request):
        raise failure("no", request=request)

    desk = TillDesk("https://desk.example", KEY, [SECRET], transport=httpx.MockTransport(fail))
    with pytest.raises(Unavailable) as refused:
        desk.create(ORDER)
    assert (refused.value.code, refused.value.status) == ("DESK_UNAVAILABLE", 503)


# ---- callbacks ----


def callback(far, *, order=None, at=NOON, secret=SECRET, event_id="evt_1", **changes):
    order = order or far.orders["ord_1"]
    event = {
        "id": "evt_1",
        "kind": "order.paid",
        "order_id": order["id"],
        "seq": 2,
        "created_at": wire.to_time(NOON),
        "data": order,
        **changes,
    }
    body = json.dumps(event).encode()
    return wire.sign(secret, event_id, at, body), body


def test_a_callback_tells_the_events_id_and_the_order(desk, far):
    desk.create(ORDER)
    headers, body = callback(far, order={**far.move("ord_1", "paid"), "newer_member": 1})
    event_id, snapshot = desk.verify_callback(headers, body, NOON)
    assert event_id == "evt_1"
    assert (snapshot.status, snapshot.version, snapshot.paid_at) == ("paid", 2, NOON)


def test_either_secret_will_do_while_one_takes_over(far):
    far.client().create(ORDER)
    other = "whsec_" + "b3RoZXJvdGhlcm90aGVyb3RoZXI="
    desk = TillDesk("https://desk.example", KEY, [other, SECRET])
    for secret in (other, SECRET):
        assert desk.verify_callback(*callback(far, secret=secret), NOON)[0] == "evt_1"


@pytest.mark.parametrize("seconds", [-301, 61])
def test_a_callback_too_old_or_from_the_future_is_refused(desk, far, seconds):
    desk.create(ORDER)
    headers, body = callback(far, at=NOON + timedelta(seconds=seconds))
    with pytest.raises(BadSignature):
        desk.verify_callback(headers, body, NOON)


def test_hostile_callbacks_are_refused(desk, far):
    desk.create(ORDER)
    headers, body = callback(far)
    for wrong in (
        ({}, body),
        (headers, body + b" "),
        ({**headers, "webhook-signature": "é"}, body),
        ({**headers, "webhook-id": "evt_2"}, body),
        ({**headers, "webhook-timestamp": "1e9"}, body),
    ):
        with pytest.raises(BadSignature):
            desk.verify_callback(*wrong, NOON)


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b"\xff", b"[]", b'{"id": NaN}', b"{}", b'{"id":"a","id":"b"}']
)
def test_a_signed_muddle_is_refused_and_never_breaks(desk, body):
    try:
        headers = wire.sign(SECRET, "evt_1", NOON, body)
    except UnicodeDecodeError:
        headers = {"webhook-id": "evt_1", "webhook-timestamp": str(int(NOON.timestamp()))}
    with pytest.raises(RequestError) as refused:
        desk.verify_callback(headers, body, NOON)
    assert 400 <= refused.value.status < 500


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "9718"},
        {"amount": 1.5},
        {"currency": "XXX"},
        {"status": "won"},
        {"version": True},
        {"paid_at": "yesterday"},
        {"paid_at": "99999-01-01"},
    ],
)
def test_a_signed_order_of_the_wrong_shape_is_refused(desk, far, wrong):
    desk.create(ORDER)
    headers, body = callback(far, order={**far.orders["ord_1"], **wrong})
    with pytest.raises(RequestError) as refused:
        desk.verify_callback(headers, body, NOON)
    assert 400 <= refused.value.status < 500


def test_an_event_under_anothers_id_is_refused(desk, far):
    desk.create(ORDER)
    headers, body = callback(far, event_id="evt_2")
    with pytest.raises(InvalidRequest):
        desk.verify_callback(headers, body, NOON)


def test_money_of_a_snapshot_is_in_the_orders_currency(desk, far):
    desk.create(ORDER)
    far.move("ord_1", "refunded", amount_refunded=100)
    assert desk.get(PLACED).refunded == Money("1", "PLN")
