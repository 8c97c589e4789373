"""A webhook comes with a password, and is believed once the platform says the same when asked."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from flask_till.errors import (
    BadSignature,
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    RequestError,
    Unavailable,
    Unreadable,
)
from flask_till.wire.boxo.error_codes import BoxoCode
from tests.shop.dollars import ORDER
from tests.stand_ins.boxo_platform import APP_ID, SECRET_KEY, password

FIRST = f"op_{1:026d}"


@pytest.fixture
def webhook(desk, platform):
    """``webhook(payment_status="paid")`` as bytes, with its headers; nobody has asked yet."""
    desk.create(ORDER)
    platform.asked.clear()

    def make(**odd):
        raw, headers = platform.webhook(FIRST, **odd)
        return {name.lower(): value for name, value in headers.items()}, raw

    return make


@pytest.mark.parametrize("status", ["paid", "failed", "cancelled"])
def test_a_genuine_webhook_is_confirmed_and_told(desk, platform, webhook, clock, status):
    platform.move(FIRST, status, "" if status == "paid" else "No money")
    event_id, told = desk.verify_callback(*webhook(), clock())
    assert event_id == f"{FIRST}:{status}"
    assert (told.external_id, told.desk_order_id) == (ORDER.id, FIRST)
    assert told.status == ("paid" if status == "paid" else "cancelled")
    assert platform.verbs() == ["get-payment-status"]


def test_the_contracts_own_example_is_understood(new_desk, line, clock):
    webhook, state = example("order-webhook"), example("get-payment-status")["cases"][0]["response"]
    line.says(200, json=state["body"] | {"payment_status": "paid"})
    headers = {name.lower(): value for name, value in webhook["request"]["headers"].items()}
    raw = json.dumps(webhook["request"]["body"]).encode()
    desk = new_desk(secret_key=webhook["secret_key"])
    event_id, told = desk.verify_callback(headers, raw, clock())
    assert (event_id, told.status) == ("op_01J9ZQ4W7K2M8N3P5R6S7T8V9X:paid", "paid")
    assert told.external_id == "TEA-2026-0042"
    assert desk.answer_callback(None) == (
        webhook["response"]["status"],
        webhook["response"]["body"],
    )


def example(name):
    """A payload of the contract, as it is."""
    return json.loads((Path(__file__).parents[2] / f"wire/boxo/examples/{name}.json").read_bytes())


def test_forged_webhooks_are_refused_and_ask_nobody(desk, platform, webhook, clock):
    platform.move(FIRST, "paid")
    _, raw = webhook()
    plain = base64.b64encode(f"{APP_ID}:{SECRET_KEY}".encode()).decode()
    for word in (
        None,
        "",
        "Basic",
        "Basic ",
        plain,
        f"Bearer {plain}",
        f"Basic {plain}x",
        f"Basic {plain[:-1]}",
        f"Basic {APP_ID}:{SECRET_KEY}",
        password(APP_ID, "wrong"),
        password("other", SECRET_KEY),
        password(APP_ID, ""),
        "Basic \xe9\udcff",
        "Basic " + "x" * 60_000,
    ):
        headers = {} if word is None else {"authorization": word}
        with pytest.raises(BadSignature):
            desk.verify_callback(headers, raw, clock())
    assert platform.asked == []
    assert desk.verify_callback({"authorization": f"basic {plain}"}, raw, clock())


@pytest.mark.parametrize(
    ("claimed", "true"),
    [("paid", "in_process"), ("paid", "failed"), ("failed", "paid"), ("cancelled", "in_process")],
)
def test_a_webhook_that_the_platform_does_not_stand_by_is_not_believed(
    desk, platform, webhook, clock, claimed, true
):
    platform.move(FIRST, true)
    with pytest.raises(Unavailable):
        desk.verify_callback(*webhook(payment_status=claimed), clock())


@pytest.mark.parametrize(
    "odd",
    [
        {"hostapp_client_id": "host_other"},
        {"miniapp_order_id": ""},
        {"miniapp_order_id": None},
        {"hostapp_order_payment_id": "op_unknown"},
    ],
)
def test_a_payment_of_somebody_else_is_not_found(desk, webhook, clock, odd):
    with pytest.raises(NotFound):
        desk.verify_callback(*webhook(**odd), clock())


@pytest.mark.parametrize(
    "body",
    [b"\xff", b"[]", b"{}", b"[" * 60_000, b'{"payment_status": NaN}', b'{"a":1,"a":2}', b""],
)
def test_a_muddle_with_the_right_password_is_refused(desk, platform, webhook, clock, body):
    headers, _ = webhook()
    with pytest.raises(RequestError) as refused:
        desk.verify_callback(headers, body, clock())
    assert refused.value.status == 400
    assert platform.asked == []


@pytest.mark.parametrize(
    "odd", [{"payment_status": "won"}, {"payment_status": 1}, {"hostapp_order_payment_id": 7}]
)
def test_a_webhook_of_the_wrong_shape_is_refused(desk, platform, webhook, clock, odd):
    with pytest.raises(RequestError) as refused:
        desk.verify_callback(*webhook(**odd), clock())
    assert refused.value.code == "INVALID_ORDER_DATA"
    assert platform.asked == []


def test_a_refusal_of_our_question_is_no_refusal_of_the_webhook(desk, platform, webhook, clock):
    platform.move(FIRST, "paid")
    platform.wants_signatures = True
    with pytest.raises(Unavailable):
        desk.verify_callback(*webhook(), clock())


def test_nulls_are_as_good_as_nothing(desk, platform, webhook, clock):
    platform.move(FIRST, "paid", None)
    headers, raw = webhook(custom_attributes=None)
    assert desk.verify_callback(headers, raw, clock())[1].status == "paid"


# ---- how it is answered ----


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("down", code="DESK_UNAVAILABLE"), "UNKNOWN_ERROR"),
        (Unavailable("err_1", code="INTERNAL_ERROR"), "UNKNOWN_ERROR"),
        (BadSignature("no"), "INVALID_SIGNATURE"),
        (NotFound("no", code="ORDER_NOT_FOUND"), "ORDER_NOT_FOUND"),
        (Unreadable("no"), "PARSING_ERROR_INVALID_REQUEST_BODY"),
        (InvalidRequest("too large"), "INVALID_ORDER_DATA"),
        (Conflict("no", code="ORDER_MISMATCH"), "DATA_INTEGRITY_ERROR"),
        (Conflict("no", code="ORDER_STATE"), "INVALID_PAYMENT_STATUS"),
        (Conflict("again", code="ORDER_CHANGED"), "UNKNOWN_ERROR"),
        (Forbidden("no"), "PROCESS_FAIL"),
        (RequestError("no", code="INVALID_ORDER_DATA"), "INVALID_ORDER_DATA"),
    ],
)
def test_every_outcome_has_a_word_of_the_platform_and_200(desk, error, code):
    status, told = desk.answer_callback(error)
    assert (status, told["error_code"]) == (200, code)
    assert code in BoxoCode.__members__
    assert json.dumps(told)


def test_success_has_its_word(desk):
    assert desk.answer_callback(None) == (200, {"code": "SUCCESS"})
