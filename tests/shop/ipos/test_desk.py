"""The client of an IPOS platform: what it sends, and what it makes of what comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import jwt
import pytest

from flask_till.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from flask_till.shop.desks import ChecksShop, Desk, ShopperUnknown
from flask_till.shop.desks.exchange import LARGEST_ANSWER
from flask_till.shop.desks.ipos.words import GIVEN_UP, RANK, RANKS, STATUS, order_id_of
from flask_till.shop.order import TRANSITIONS
from flask_till.wire.ipos.orders import OrderStatus
from tests.shop.dollars import NOON, ORDER, usd
from tests.stand_ins.ipos_platform import ACCESS_KEY, APP_ID, SECRET_KEY

OURS = order_id_of(ORDER.id)
PLACED = replace(ORDER, desk_order_id=OURS)


def test_it_is_a_desk_that_tells_no_secret(desk):
    used: Desk = desk
    assert (used.name, desk.currency) == ("ipos", "USD")
    assert isinstance(desk, ChecksShop)
    assert SECRET_KEY not in repr(desk)


# ---- what is sent ----


def test_a_create_says_what_the_order_says(desk, platform):
    made = desk.create(ORDER)
    (asked,) = platform.asked
    token = platform.asked[0].body["user_jwt"]
    assert asked.body == {
        "order_id": str(UUID(OURS)),
        "amount": 9718,
        "item": "Blue mug, Card",
        "description": "T-000001: 2 × Blue mug, 1 × Card",
        "callback_url": "https://shop.example/till/callbacks/ipos",
        "redirect_url": "https://shop.example/thanks",
        "user_jwt": token,
        "metadata": {"external_id": "ord_1a2b", "number": "T-000001"},
    }
    assert b'"amount": 9718,' in asked.raw, "an integer of cents, not a decimal"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["app-id"] == APP_ID
    told = made.snapshot
    assert (told.external_id, told.desk_order_id) == (ORDER.id, OURS)
    assert (told.status, told.amount, told.refunded) == ("pending", usd("97.18"), usd("0"))
    assert (told.live, told.expires_at) == (False, NOON + timedelta(minutes=15))
    assert (made.key.order_url, made.key.token) == (
        f"https://pay.example/order?orderId={OURS}",
        token,
    )


def test_each_call_carries_a_widget_token_of_its_own_time(desk, platform, clock):
    desk.create(ORDER)
    clock.advance(3600)
    desk.get(PLACED)
    for asked, at in zip(platform.asked, (NOON, NOON + timedelta(hours=1)), strict=True):
        kind, _, token = asked.headers["authorization"].partition(" ")
        claims = jwt.decode(token, SECRET_KEY, ["HS256"], options={"verify_exp": False})
        assert (kind, claims["iss"]) == ("Bearer", ACCESS_KEY)
        assert claims["exp"] == (at + timedelta(minutes=10)).timestamp()


def test_methods_are_narrowed_when_the_shop_says_so(new_desk, platform):
    new_desk(methods=["wallet", "credit"]).create(ORDER)
    assert platform.asked[0].body["allowed_payment_methods"] == ["wallet", "credit"]
    assert platform.only()["supported_payment_method"] == ["wallet", "credit"]


def test_long_names_are_cut_to_what_the_platform_takes(desk, platform):
    lines = tuple(replace(ORDER.lines[0], name="ż" * 300) for _ in range(30))
    desk.create(replace(ORDER, lines=lines, redirect_url=None))
    body = platform.asked[0].body
    assert (len(body["item"]), len(body["description"])) == (64, 2000)
    assert "redirect_url" not in body


def test_a_repeat_is_answered_with_the_order_that_is_there(desk, platform):
    first = desk.create(ORDER)
    again = desk.create(ORDER)
    assert again.snapshot == first.snapshot
    assert again.key.order_url == first.key.order_url
    assert platform.verbs() == ["create", "create", "detail"]
    assert len(platform.orders) == 1


def test_a_token_is_the_buyers_own_and_costs_no_call(desk, platform):
    desk.create(ORDER)
    at = platform.only()["order_url"]
    key = desk.token(replace(PLACED, order_url=at))
    assert key.order_url == at
    assert jwt.decode(key.token, options={"verify_signature": False})["user_id"] == "u_ada"
    assert platform.verbs() == ["create"]
    assert desk.token(PLACED).order_url == at, "asked for when the shop does not have it"


# ---- who buys ----


@pytest.mark.parametrize("nobody", [None, ""])
def test_who_is_not_signed_in_is_told_so_before_the_platform_is_asked(new_desk, platform, nobody):
    desk = new_desk(user_token=lambda order: nobody)
    with pytest.raises(ShopperUnknown) as refused:
        desk.create(ORDER)
    assert (refused.value.code, refused.value.status) == ("SHOPPER_UNKNOWN", 403)
    assert platform.asked == []


def test_a_token_that_the_platform_refuses_is_fetched_anew_once(new_desk, platform):
    class Kept:
        def __init__(self) -> None:
            self.tokens = [platform.user_token() for _ in range(3)]

        def __call__(self, order):
            return self.tokens[0]

        def forget(self, order):
            del self.tokens[0]

    kept = Kept()
    platform.blocked = {kept.tokens[0]}
    made = new_desk(user_token=kept).create(ORDER)
    assert made.key.token == kept.tokens[0]
    assert platform.verbs() == ["create", "create"]
    platform.blocked = set(kept.tokens)
    with pytest.raises(Unauthenticated):
        new_desk(user_token=kept).create(replace(ORDER, id="ord_2"))
    assert platform.verbs()[2:] == ["create", "create"]


def test_a_token_that_cannot_be_renewed_is_the_platforms_refusal(new_desk, platform):
    token = platform.user_token()
    platform.blocked = {token}
    with pytest.raises(Unauthenticated) as refused:
        new_desk(user_token=lambda order: token).create(ORDER)
    assert refused.value.code == "IPOS_401"
    assert platform.verbs() == ["create"]


# ---- what is told ----


def test_every_word_of_the_platform_has_one_of_ours_and_a_rank():
    assert set(STATUS) == set(RANK) == set(OrderStatus)
    assert set(STATUS.values()) <= set(TRANSITIONS)
    ranks = [*RANK.values(), GIVEN_UP]
    assert len(set(ranks)) == len(ranks)
    assert set(ranks) == set(range(RANKS))


@pytest.mark.parametrize(
    ("changes", "status", "refunded"),
    [
        ({"current_status": "pending"}, "pending", "0"),
        ({"current_status": "completed"}, "paid", "0"),
        ({"current_status": "cancelled"}, "cancelled", "0"),
        ({"current_status": "cancelled", "cancelled_detail": {"reason": "No"}}, "cancelled", "0"),
        (
            {"current_status": "cancelled", "cancelled_detail": {"reason": "Order expired"}},
            "expired",
            "0",
        ),
        ({"current_status": "refunding"}, "paid", "0"),
        ({"current_status": "refunding", "refunded_amount": 500}, "partially_refunded", "5"),
        ({"current_status": "partial_refunded", "refunded_amount": 500}, "partially_refunded", "5"),
        ({"current_status": "refunded", "refunded_amount": 9718}, "refunded", "97.18"),
        ({"current_status": "refunded", "refunded_amount": None}, "refunded", "97.18"),
        ({"current_status": "rewards_released"}, "paid", "0"),
        (
            {"current_status": "rewards_released", "refunded_amount": 1},
            "partially_refunded",
            "0.01",
        ),
    ],
)
def test_each_status_is_understood(desk, platform, changes, status, refunded):
    desk.create(ORDER)
    platform.only().update(changes)
    told = desk.get(PLACED)
    assert (told.status, told.refunded) == (status, usd(refunded))
    assert told.may_be_paid == (status in ("cancelled", "expired"))


def test_versions_grow_from_change_to_change_even_within_a_millisecond(desk, platform):
    desk.create(ORDER)
    order, versions = platform.only(), []
    for at in ("12:00:00.001Z", "12:00:00.002Z", "13:00:00.002+00:00"):
        for word in ("pending", "cancelled", "completed", "refunding", "partial_refunded"):
            back = 100 if word == "partial_refunded" else 0
            order.update(current_status=word, updated_at=f"2026-05-04T{at}", refunded_amount=back)
            versions.append(desk.get(PLACED).version)
    assert versions == sorted(set(versions))


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": 9718.0},
        {"amount": "9718"},
        {"amount": True},
        {"amount": None},
        {"amount": -1},
        {"amount": 10**30},
        {"refunded_amount": 1.5},
        {"refunded_amount": -1},
        {"refunded_amount": 9719},
        {"refunded_amount": 9718},
        {"current_status": "partial_refunded"},
        {"current_status": "partial_refunded", "refunded_amount": 9718},
        {"current_status": "refunded", "refunded_amount": 1},
        {"current_status": "won"},
        {"current_status": None},
        {"updated_at": None},
        {"updated_at": "yesterday"},
        {"updated_at": "1969-01-01T00:00:00.000Z"},
        {"updated_at": "99999-01-01T00:00:00.000Z"},
        {"updated_at": "9999-12-31T23:59:59.000Z"},
        {"expire_time": "soon"},
        {"order_url": "javascript:alert(1)"},
        {"order_url": "https://user:password@evil.example/"},
        {"order_url": "/order?orderId=1"},
        {"order_url": "https://evil.example/ \n"},
        {"metadata": None},
        {"metadata": {"external_id": 7}},
        {"metadata": {"external_id": "ord_of_another_shop"}},
        {"order_id": "2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a"},
        {"app_id": "app_other"},
    ],
)
def test_an_order_that_cannot_be_ours_is_not_believed(desk, platform, odd):
    desk.create(ORDER)
    platform.only().update(odd)
    with pytest.raises(Unavailable) as refused:
        desk.get(PLACED)
    assert refused.value.code == "DESK_UNAVAILABLE"


def test_an_order_whose_end_is_not_told_ends_after_a_quarter_of_an_hour(desk, platform):
    desk.create(ORDER)
    platform.only()["expire_time"] = None
    assert desk.get(PLACED).expires_at == NOON + timedelta(minutes=15)


def test_what_a_platform_adds_or_writes_its_own_way_does_not_end_the_sale(desk, platform):
    desk.create(ORDER)
    platform.only().update(
        owner=None, ip_id="417", estimated_rewards=0.25, cancelled_detail=[], news={"a": 1.5}
    )
    assert desk.get(PLACED).status == "pending"


# ---- refusals, and answers that are none ----


def envelope(code, text=""):
    return {"status_code": code, "json": {"code": code, "msg": text, "data": None}}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (envelope(400, "amount must be an integer number"), InvalidRequest),
        (envelope(401, "Unauthorized"), Unauthenticated),
        (envelope(403, "Forbidden"), Forbidden),
        (envelope(404, "Order not found"), NotFound),
        ({"status_code": 200, "json": {"code": 401, "msg": None}}, Unauthenticated),
    ],
)
def test_a_refusal_is_told_apart_by_its_number(desk, line, answer, kind):
    line.says(**answer)
    with pytest.raises(kind) as refused:
        desk.get(PLACED)
    number = answer["json"]["code"]
    assert (type(refused.value), refused.value.code) == (kind, f"IPOS_{number}")


NO_ANSWERS = {
    "a path that it does not know": envelope(404, "Cannot GET /api/v1/order/detail"),
    "too many": envelope(429),
    "broken": envelope(500, "Internal server error"),
    "another number inside": {"status_code": 404, "json": {"code": 200}},
    "a proxy": {"status_code": 404, "text": "<h1>nginx</h1>"},
    "a page": {"status_code": 200, "text": "<h1>hello</h1>"},
    "a list": {"status_code": 200, "json": []},
    "a list inside": {"status_code": 200, "json": {"code": 200, "data": []}},
    "no number": {"status_code": 200, "text": '{"code": 200, "data": NaN}'},
    "very deep": {"status_code": 200, "text": "[" * 100_000},
    "very long": {"status_code": 200, "content": b" " * (LARGEST_ANSWER + 1)},
    "compressed": {
        "status_code": 200, "json": {}, "headers": {"content-encoding": "identity, gzip"}
    },
    "elsewhere": {"status_code": 302, "headers": {"location": "https://evil.example"}},
}  # fmt: skip


@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_whatever_is_no_answer_of_a_platform_is_unavailable(desk, line, answer):
    line.says(**answer)
    with pytest.raises(Unavailable) as refused:
        desk.get(PLACED)
    assert refused.value.code == "DESK_UNAVAILABLE"


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.ProtocolError])
def test_a_platform_that_cannot_be_reached_is_unavailable(new_desk, failure):
    def fail(request):
        raise failure("no", request=request) if failure != httpx.ProtocolError else failure("no")

    with pytest.raises(Unavailable):
        new_desk(transport=httpx.MockTransport(fail)).create(ORDER)


# ---- refunds ----


def test_a_refund_names_its_cents_or_asks_for_all(desk, platform):
    desk.create(ORDER)
    platform.pay(OURS, "credit")
    told = desk.refund(PLACED, usd("5.00"), key="k1")
    assert (told.status, told.refunded) == ("partially_refunded", usd("5.00"))
    rest = desk.refund(replace(PLACED, refunded=usd("5.00")), key="k2")
    assert (rest.status, rest.refunded) == ("refunded", usd("97.18"))
    sent = [json.loads(one.raw) for one in platform.asked if one.verb == "refund"]
    assert sent == [{"order_id": OURS, "refund_amount": 500}, {"order_id": OURS}]


def test_a_refund_whose_answer_was_lost_is_not_done_twice(desk, platform, line):
    desk.create(ORDER)
    platform.pay(OURS, "credit")
    line.before["/refund"] = lambda: setattr(line, "deaf", True)
    with pytest.raises(Unavailable):
        desk.refund(PLACED, usd("5.00"), key="k1")
    line.deaf = False
    with pytest.raises(Conflict) as refused:
        desk.refund(PLACED, usd("5.00"), key="k1")
    assert refused.value.code == "REFUND_MISMATCH"
    assert platform.only()["refunded_amount"] == 500


def test_what_the_platform_does_not_refund_is_its_refusal(desk, platform):
    desk.create(ORDER)
    platform.pay(OURS, "stripe")
    with pytest.raises(InvalidRequest, match="can not be refunded"):
        desk.refund(PLACED, usd("5.00"), key="k1")
    with pytest.raises(InvalidRequest, match="USD"):
        desk.refund(PLACED, ORDER.total.__class__("5", "EUR"), key="k1")
