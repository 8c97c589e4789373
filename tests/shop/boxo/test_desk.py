"""The client of a Boxo platform: what it sends, and what it makes of what comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from flask_till.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    RequestError,
    SettingsError,
    Unauthenticated,
    Unavailable,
)
from flask_till.money import Money
from flask_till.shop.desks import (
    AnswersCallbacks,
    ChecksShop,
    Desk,
    PageKey,
    PaysInHost,
    ShopperUnknown,
)
from flask_till.shop.desks.boxo.answers import UNANSWERED
from flask_till.shop.desks.boxo.words import GIVEN_UP, STATUS, VERSION
from flask_till.shop.desks.exchange import LARGEST_ANSWER
from flask_till.shop.order import TRANSITIONS
from flask_till.shop.routes.body import to_json
from flask_till.wire.boxo.error_codes import BoxoCode
from flask_till.wire.boxo.sdk import PaymentStatus
from tests.shop.dollars import NOON, ORDER, usd
from tests.stand_ins.boxo_platform import APP_ID, CLIENT_ID, SECRET_KEY

FIRST = f"op_{1:026d}"
PLACED = replace(ORDER, desk_order_id=FIRST, expires_at=NOON + timedelta(minutes=30))


def test_it_is_a_desk_that_tells_no_secret(desk):
    used: Desk = desk
    assert used.name == "boxo"
    assert isinstance(desk, ChecksShop)
    assert isinstance(desk, AnswersCallbacks)
    assert isinstance(desk, PaysInHost)
    assert SECRET_KEY not in repr(desk)


# ---- what is sent ----


def test_a_create_says_what_the_order_says_in_exact_decimals(desk, platform):
    made = desk.create(ORDER)
    (asked,) = platform.asked
    assert asked.body == {
        "app_id": APP_ID,
        "client_id": CLIENT_ID,
        "order": {
            "currency": "USD",
            "amount": "97.18",
            "subtotal_amount": "107.98",
            "shipping_amount": "0.00",
            "discount_amount": "10.80",
            "note": "T-000001",
            "miniapp_order_id": "ord_1a2b",
            "items": [
                {
                    "product_name": "Blue mug",
                    "product_sku": "mug",
                    "product_image_url": "https://shop.example/static/mug.svg",
                    "quantity": 2,
                    "price": "49.99",
                },
                {
                    "product_name": "Card",
                    "product_sku": "card",
                    "product_image_url": "https://cdn.example/card.svg",
                    "quantity": 1,
                    "price": "8.00",
                },
            ],
            "custom_attributes": {"number": "T-000001"},
        },
    }
    assert asked.headers["content-type"] == "application/json"
    assert "x-signature" not in asked.headers
    told = made.snapshot
    assert (told.external_id, told.desk_order_id, told.status) == (ORDER.id, FIRST, "pending")
    assert (told.amount, told.refunded) == (None, None), "the protocol does not tell them"
    assert (told.live, told.expires_at) == (False, NOON + timedelta(minutes=30))
    assert made.key == PageKey(f"https://boxo.example/hostapp/pay/{FIRST}", FIRST)
    assert told.order_url == made.key.order_url


@pytest.mark.parametrize(
    "base",
    ["https://boxo.example/api/v1", "https://boxo.example/api/v1/", "https://boxo.example"],
)
def test_the_platforms_address_may_be_written_as_its_sdk_has_it(new_desk, platform, base):
    made = new_desk(base).create(ORDER)
    assert made.key.order_url == f"https://boxo.example/hostapp/pay/{FIRST}"
    assert platform.verbs() == ["create-order-payment"]


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money("110.10", "USD"), "110.10"),
        (Money("0.01", "USD"), "0.01"),
        (Money("9999999999999.99", "USD"), "9999999999999.99"),
        (Money("1000", "JPY"), "1000.00"),
        (Money("110", "PLN"), "110.00"),
    ],
)
def test_amounts_are_exact_texts(desk, platform, money, text):
    nothing = Money.zero(money.currency)
    order = replace(
        ORDER, total=money, subtotal=money, discount=nothing, delivery=nothing, lines=()
    )
    desk.create(order)
    assert platform.asked[0].body["order"]["amount"] == text
    assert platform.asked[0].body["order"]["discount_amount"] == "0.00"


def test_texts_and_pictures_fit_the_platforms_limits(desk, platform):
    line = replace(ORDER.lines[0], name="ż" * 300, image="https://cdn.example/" + "x" * 250)
    plain = replace(ORDER.lines[0], image=None)
    relative = replace(ORDER.lines[0], image="mug.svg")
    desk.create(replace(ORDER, lines=(line, plain, relative) * 500, origin=None))
    items = platform.asked[0].body["order"]["items"]
    assert (len(items), len(items[0]["product_name"])) == (1000, 250)
    assert not any("product_image_url" in item for item in items)


@pytest.mark.parametrize(("user", "sent"), [("user-77", "user-77"), (None, None), ("", None)])
def test_the_hosts_user_is_named_when_the_shop_knows_who(new_desk, platform, user, sent):
    new_desk(hostapp_user_id=lambda order: user).create(ORDER)
    assert platform.asked[0].body["order"].get("hostapp_user_id") == sent


def test_a_repeat_is_the_same_payment(desk, platform):
    assert desk.create(ORDER).key == desk.create(ORDER).key
    assert len(platform.payments) == 1


def test_a_look_names_the_payment_and_costs_one_call_a_key_none(desk, platform):
    desk.create(ORDER)
    assert desk.get(PLACED).status == "pending"
    assert desk.token(PLACED) == PageKey(f"https://boxo.example/hostapp/pay/{FIRST}", FIRST)
    assert platform.verbs() == ["create-order-payment", "get-payment-status"]
    assert platform.asked[1].body == {
        "app_id": APP_ID,
        "client_id": CLIENT_ID,
        "order_payment_id": FIRST,
    }


# ---- what is told ----


def test_every_word_of_the_platform_has_one_of_ours_and_a_version():
    assert set(STATUS) == set(VERSION) == set(PaymentStatus)
    assert set(STATUS.values()) <= set(TRANSITIONS)
    first, last = VERSION[PaymentStatus.IN_PROCESS], VERSION[PaymentStatus.PAID]
    assert first < GIVEN_UP < VERSION[PaymentStatus.CANCELLED] < last
    assert VERSION[PaymentStatus.FAILED] < last


@pytest.mark.parametrize(
    ("word", "reason", "status"),
    [
        ("in_process", "", "pending"),
        ("paid", "", "paid"),
        ("cancelled", "", "cancelled"),
        ("cancelled", "expired", "expired"),
        ("failed", "Card declined", "cancelled"),
        ("failed", "expired", "cancelled"),
        ("failed", None, "cancelled"),
    ],
)
def test_each_status_is_understood(desk, platform, word, reason, status):
    desk.create(ORDER)
    platform.move(FIRST, word, reason)
    told = desk.get(PLACED)
    assert (told.status, told.amount, told.refunded) == (status, None, None)
    assert (told.external_id, told.desk_order_id) == (ORDER.id, FIRST)


def test_a_payment_that_nobody_ends_counts_as_expired_in_the_end(desk, platform, clock):
    desk.create(ORDER)
    clock.advance(minutes=60)
    assert desk.get(PLACED).status == "pending"
    clock.advance(1)
    told = desk.get(PLACED)
    assert (told.status, told.may_be_paid, told.version) == ("expired", True, GIVEN_UP)


NO_STATES = {
    "another payment": {"order_payment_id": "op_other"},
    "another miniapp": {"app_id": "app_other"},
    "another host": {"client_id": "host_other"},
    "no payment": {"order_payment_id": None},
    "an unknown word": {"payment_status": "won"},
    "no word": {"payment_status": None},
    "a list": {"payment_status": ["paid"]},
    "a number": {"payment_status": 1},
}


@pytest.mark.parametrize("odd", NO_STATES.values(), ids=NO_STATES)
def test_a_state_that_cannot_be_ours_is_not_believed(desk, line, odd):
    state = {"order_payment_id": FIRST, "app_id": APP_ID, "client_id": CLIENT_ID}
    line.says(200, json={**state, "payment_status": "paid", **odd})
    with pytest.raises(Unavailable) as refused:
        desk.get(PLACED)
    assert refused.value.code == "DESK_UNAVAILABLE"


def test_an_order_without_a_payment_cannot_be_looked_at(desk, platform):
    for ask in (desk.get, desk.token, desk.cancel):
        with pytest.raises(Unavailable):
            ask(ORDER)
    assert platform.asked == []


# ---- refusals, and answers that are none ----


@pytest.mark.parametrize("status", [400, 200])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ORDER_NOT_FOUND", NotFound),
        ("INVALID_PAYMENT_STATUS", Conflict),
        ("HOSTAPP_USER_ID_REQUIRED", ShopperUnknown),
        ("NOT_A_WHITELISTED_IP", Unauthenticated),
        ("INVALID_SIGNATURE", Unauthenticated),
        ("NO_INTEGRATION", InvalidRequest),
        ("MINIAPP_NOT_FOUND", InvalidRequest),
    ],
)
def test_a_refusal_keeps_the_platforms_code(desk, line, status, code, kind):
    line.says(status, json={"error_code": code, "error_message": "Because."})
    with pytest.raises(kind) as refused:
        desk.get(PLACED)
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert refused.value.message == "Because."


@pytest.mark.parametrize("code", [*sorted(UNANSWERED), "SOMETHING_NEW", 7])
def test_a_host_that_did_not_answer_may_have_acted(desk, line, code):
    line.says(400, json={"error_code": code})
    with pytest.raises(Unavailable):
        desk.create(ORDER)


def test_only_one_code_says_that_a_payment_is_unknown(desk, line):
    for code in BoxoCode:
        line.says(400, json={"error_code": code})
        with pytest.raises(RequestError) as refused:
            desk.get(PLACED)
        assert isinstance(refused.value, NotFound) == (code == BoxoCode.ORDER_NOT_FOUND)


NO_ANSWERS = {
    "not found": {"status_code": 404, "json": {"error_code": "ORDER_NOT_FOUND"}},
    "broken": {"status_code": 500, "json": {"error_code": "ORDER_NOT_FOUND"}},
    "busy": {"status_code": 429},
    "without a reason": {"status_code": 400, "json": {}},
    "a page": {"status_code": 200, "text": "<h1>hello</h1>"},
    "a list": {"status_code": 200, "json": []},
    "nothing": {"status_code": 200, "json": {}},
    "no id": {"status_code": 200, "json": {"order_payment_id": ""}},
    "a long id": {"status_code": 200, "json": {"order_payment_id": "x" * 251}},
    "a number": {"status_code": 200, "json": {"order_payment_id": 7}},
    "twice": {"status_code": 200, "text": '{"order_payment_id":"a","order_payment_id":"b"}'},
    "very long": {"status_code": 200, "content": b" " * (LARGEST_ANSWER + 1)},
    "elsewhere": {"status_code": 307, "headers": {"location": "https://evil.example"}},
}


@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_whatever_is_no_answer_of_a_platform_is_unavailable(desk, line, answer):
    line.says(**answer)
    for ask in (desk.create, lambda _: desk.get(PLACED)):
        with pytest.raises(Unavailable) as refused:
            ask(ORDER)
        assert refused.value.code == "DESK_UNAVAILABLE"


def test_a_platform_that_cannot_be_reached_is_unavailable(desk, line):
    line.cut = True
    with pytest.raises(Unavailable):
        desk.create(ORDER)


def test_an_id_never_leaves_its_place_in_an_address(desk, line):
    line.says(200, json={"order_payment_id": "../../evil?a=b#c é"})
    assert desk.create(ORDER).key.order_url == (
        "https://boxo.example/hostapp/pay/..%2F..%2Fevil%3Fa%3Db%23c%20%C3%A9"
    )


# ---- paying inside the host ----


@pytest.mark.parametrize(
    ("total", "number"),
    [
        (Money("110.10", "USD"), "110.1"),
        (Money("110.00", "USD"), "110"),
        (Money("0.01", "USD"), "0.01"),
        (Money("1.15", "USD"), "1.15"),
        (Money("9999999999999.99", "USD"), "9999999999999.99"),
        (Money("1000", "JPY"), "1000"),
    ],
)
def test_a_host_is_told_a_number_with_just_these_digits(desk, total, number):
    told = desk.host_payment(replace(ORDER, total=total), PageKey("https://x.example", FIRST))
    assert to_json(told) == (
        f'{{"amount":{number},"currency":"{total.currency}",'
        f'"miniapp_order_id":"ord_1a2b","transaction_token":"{FIRST}"}}'
    )


def test_every_cent_up_to_a_thousand_dollars_is_told_exactly(desk):
    key = PageKey("https://x.example", FIRST)
    for minor in range(1, 100_000, 7):
        total = Money.of_minor(minor, "USD")
        told = to_json(desk.host_payment(replace(ORDER, total=total), key))
        assert json.loads(told, parse_float=Decimal)["amount"] == total.decimal


# ---- setting up ----


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_id": ""},
        {"app_id": "a:b"},
        {"client_id": ""},
        {"secret_key": ""},
        {"base_url": "boxo.example"},
        {"require_signature": True},
    ],
)
def test_what_cannot_be_right_is_refused_at_once(new_desk, wrong):
    with pytest.raises(SettingsError):
        new_desk(**wrong)


def test_a_shop_that_could_never_sell_is_refused(new_desk):
    for currency in ("USD", "PLN", "JPY"):
        new_desk(live=True).check_shop(currency=currency, live_only=True)
    with pytest.raises(SettingsError, match="KWD"):
        new_desk().check_shop(currency="KWD", live_only=False)
    with pytest.raises(SettingsError, match="TILL_TEST_ORDERS"):
        new_desk(live=False).check_shop(currency="USD", live_only=True)


def test_it_closes_its_client(new_desk):
    desk = new_desk(transport=httpx.MockTransport(lambda request: httpx.Response(200)))
    desk.close()
    with pytest.raises(RuntimeError, match="closed"):
        desk.create(replace(ORDER, total=usd("97.18")))
