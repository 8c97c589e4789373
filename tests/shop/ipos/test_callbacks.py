"""A callback proves who sent it; what it tells is read again, and that alone is believed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from flask_till.errors import BadSignature, NotFound, RequestError, Unavailable
from tests.shop.dollars import ORDER, usd
from tests.stand_ins.ipos_platform import signature

OTHER_KEY = "wgt_sk_" + "9" * 57
EXAMPLE = json.loads(
    (Path(__file__).parents[2] / "wire/ipos/examples/callback-completed.json").read_bytes()
)


@pytest.fixture
def order_id(desk, platform):
    desk.create(ORDER)
    platform.asked.clear()
    return platform.only()["order_id"]


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def test_a_genuine_callback_is_read_again_and_tells_what_is_there(desk, platform, order_id, clock):
    order = platform.pay(order_id)
    raw, headers = platform.callback(order_id)
    event_id, told = desk.verify_callback(lower(headers), raw, clock())
    assert event_id == f"{order_id}:completed:{order['updated_at']}"
    assert (told.external_id, told.status, told.amount) == (ORDER.id, "paid", ORDER.total)
    assert platform.verbs() == ["detail"]


def test_the_contracts_own_example_is_proven(new_desk):
    """Its keys, its time and its bytes: they get as far as the question whose order that is."""
    desk = new_desk(access_key=EXAMPLE["access_key"], secret_key=EXAMPLE["secret_key"])
    raw, at = EXAMPLE["request"]["raw_body"].encode(), datetime.fromtimestamp(EXAMPLE["now"], UTC)
    signed = lower(EXAMPLE["request"]["headers"])
    for headers in ({}, signed):
        with pytest.raises(NotFound):
            desk.verify_callback(headers, raw, at)
    with pytest.raises(BadSignature):
        desk.verify_callback(signed, raw + b" ", at)


def test_a_platform_that_does_not_sign_bodies_is_believed_too(
    desk, new_desk, platform, order_id, clock
):
    platform.pay(order_id)
    raw, _ = platform.callback(order_id)
    assert desk.verify_callback({}, raw, clock())[1].status == "paid"
    strict = new_desk(require_signature=True)
    with pytest.raises(BadSignature):
        strict.verify_callback({}, raw, clock())
    assert strict.verify_callback({"x-ipos-signature": signature(raw)}, raw, clock())


def test_forged_callbacks_are_refused_and_ask_nobody(desk, platform, order_id, clock):
    platform.pay(order_id)
    raw, headers = platform.callback(order_id)
    at = int(clock().timestamp())

    def with_proof(proof):
        body = platform.callback(order_id, jwt_verify=proof)[0]
        return body, {"x-ipos-signature": signature(body)}

    good = lower(headers)
    forged = {
        "no proof": with_proof(""),
        "proof is no text": with_proof(7),
        "proof of another key": with_proof(platform.proof(OTHER_KEY)),
        "proof of another widget": with_proof(platform.proof(iss="wgt_ak_" + "9" * 25)),
        "proof of nobody": with_proof(platform.proof(iss="")),
        "proof that is over": with_proof(platform.proof(exp=at)),
        "proof that is not yet": with_proof(platform.proof(nbf=at + 1)),
        "proof without a signature": with_proof(unsigned(platform.proof())),
        "signature of another key": (raw, {"x-ipos-signature": signature(raw, OTHER_KEY)}),
        "signature of another body": (raw + b" ", good),
        "no signature in the header": (raw, {"x-ipos-signature": ""}),
        "a strange signature": (raw, {"x-ipos-signature": "sha256=\xe9\udcff"}),
        "a long signature": (raw, {"x-ipos-signature": "x" * 60_000}),
        "not JSON": (b"\xff", {}),
        "no object": (b"[]", {}),
        "twice": (raw[:-1] + b',"amount":1}', {}),
        "deep": (b"[" * 60_000, {}),
    }
    for how, (body, sent) in forged.items():
        assert refusal(desk, sent, body, clock()) is BadSignature, how
    assert platform.asked == []


def refusal(desk, headers, body, at):
    try:
        desk.verify_callback(headers, body, at)
    except RequestError as error:
        return type(error)


def unsigned(token):
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims, None, "none")


@pytest.mark.parametrize("seconds", [-6, 301])
def test_a_proof_is_good_for_five_minutes(desk, platform, order_id, clock, seconds):
    raw, _ = platform.callback(order_id)
    with pytest.raises(BadSignature):
        desk.verify_callback({}, raw, clock() + timedelta(seconds=seconds))


def test_a_proof_on_another_body_leads_to_the_truth(desk, platform, order_id, clock):
    """``jwt_verify`` does not cover the body: who has one may say anything, and gains nothing."""
    raw, _ = platform.callback(order_id, amount=1, refunded_amount=1, paid_method="wallet")
    event_id, told = desk.verify_callback({}, raw, clock())
    assert (told.status, told.amount, told.refunded) == ("pending", usd("97.18"), usd("0"))
    assert ":pending:" in event_id


@pytest.mark.parametrize("later", [{}, {"updated_at": "2026-05-04T12:00:05.000Z"}])
def test_a_callback_that_is_ahead_of_the_platform_has_to_come_again(
    desk, platform, order_id, clock, later
):
    raw, headers = platform.callback(order_id, current_status="completed", **later)
    with pytest.raises(Unavailable):
        desk.verify_callback(lower(headers), raw, clock())


def test_an_old_callback_tells_what_is_true_now(desk, platform, order_id, clock):
    raw, headers = platform.callback(order_id)
    platform.pay(order_id)
    assert desk.verify_callback(lower(headers), raw, clock())[1].status == "paid"


@pytest.mark.parametrize(
    "odd",
    [
        {"metadata": {}},
        {"metadata": None},
        {"metadata": {"external_id": "ord_of_another_shop"}},
        {"metadata": {"external_id": ["ord_1a2b"]}},
        {"order_id": "2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a"},
        {"app_id": "app_of_another_shop"},
    ],
)
def test_an_order_of_another_shop_of_the_widget_is_refused_unread(
    desk, platform, order_id, clock, odd
):
    raw, headers = platform.callback(order_id, **odd)
    with pytest.raises(NotFound):
        desk.verify_callback(lower(headers), raw, clock())
    assert platform.asked == []


@pytest.mark.parametrize("odd", [{"amount": 1.5}, {"current_status": "won"}, {"order_id": 7}])
def test_a_proven_muddle_is_refused(desk, platform, order_id, clock, odd):
    raw, headers = platform.callback(order_id, **odd)
    with pytest.raises(RequestError) as refused:
        desk.verify_callback(lower(headers), raw, clock())
    assert refused.value.status == 422
    assert platform.asked == []


def test_a_platform_that_does_not_answer_is_asked_again_later(
    desk, platform, line, order_id, clock
):
    platform.pay(order_id)
    raw, headers = platform.callback(order_id)
    line.cut = True
    with pytest.raises(Unavailable):
        desk.verify_callback(lower(headers), raw, clock())


def test_an_order_that_is_gone_at_the_platform_is_not_found(desk, platform, order_id, clock):
    raw, headers = platform.callback(order_id)
    platform.orders.clear()
    with pytest.raises(NotFound):
        desk.verify_callback(lower(headers), raw, clock())


def test_a_detail_of_another_order_is_not_believed(desk, platform, line, order_id, clock):
    platform.pay(order_id)
    raw, headers = platform.callback(order_id)
    other = desk.create(replace(ORDER, id="ord_other")).snapshot
    line.says(200, json={"code": 200, "data": platform.orders[other.desk_order_id]})
    with pytest.raises(Unavailable):
        desk.verify_callback(lower(headers), raw, clock())
