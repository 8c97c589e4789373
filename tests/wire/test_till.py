"""Our own protocol: what may be said, and how a callback proves itself."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook

from flask_till.errors import BadSignature
from flask_till.wire.till import Order, OrderCreate, sign, to_time, verify

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"s" * 24).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 24).decode()
BODY = '{"order": "żółw"}'.encode()

LINE = {"product_id": "mug", "name": "Mug", "quantity": 2, "unit_amount": 500}
GOOD = {"external_id": "A-1", "amount": 1000, "currency": "PLN", "lines": [LINE]}


def test_a_create_that_adds_up_is_read():
    read = OrderCreate.model_validate(
        {**GOOD, "amount": 900, "adjustments": [{"label": "TEN", "amount": -100}]}
    )
    assert (read.amount, read.expires_in, read.late_money) == (900, 1800, "refund")


@pytest.mark.parametrize(
    "change",
    [{"amount": 999}, {"amount": 1000.0}, {"amount": "1000"}, {"amount": True}, {"amount": 0},
     {"amount": -1000}, {"amount": 2**63}, {"currency": "pln"}, {"currency": "QQQ"}, {"lines": []},
     {"lines": [{**LINE, "quantity": 0}]}, {"lines": [{**LINE, "quantity": 1.5}]},
     {"lines": [{**LINE, "price": 1}]}, {"external_id": ""}, {"external_id": "a b"},
     {"status": "paid"}, {"expires_in": 5}, {"redirect_url": "javascript:alert(1)"},
     {"shares": [{"receiver": "r", "amount": 1001}]}, {"late_money": "keep"},
     {"locale": "../etc"}, {"methods": []}],
)  # fmt: skip
def test_a_create_that_is_wrong_is_refused(change):
    with pytest.raises(ValidationError):
        OrderCreate.model_validate({**GOOD, **change})


def test_answers_tolerate_members_of_a_newer_desk():
    assert Order.model_config["extra"] == "ignore"


def test_a_callback_proves_itself_and_stock_libraries_agree():
    headers = sign(SECRET, "evt_1", datetime.now(UTC), BODY)
    assert Webhook(SECRET).verify(BODY, headers) == {"order": "żółw"}
    assert verify([SECRET], headers, BODY, datetime.now(UTC)) == "evt_1"


def test_an_old_secret_still_holds_during_a_rotation():
    headers = sign(OTHER, "evt_1", NOW, BODY)
    assert verify([SECRET, OTHER], headers, BODY, NOW) == "evt_1"


def test_a_junk_signature_before_the_true_one_does_no_harm():
    headers = sign(SECRET, "evt_1", NOW, BODY)
    headers["webhook-signature"] = "v1,é junk " + headers["webhook-signature"]
    assert verify([SECRET], headers, BODY, NOW) == "evt_1"


@pytest.mark.parametrize(
    "age", [timedelta(seconds=301), timedelta(seconds=-61), timedelta(days=3650)]
)
def test_too_old_and_too_new_are_refused(age):
    headers = sign(SECRET, "evt_1", NOW - age, BODY)
    with pytest.raises(BadSignature):
        verify([SECRET], headers, BODY, NOW)


@pytest.mark.parametrize(
    "change",
    [{"webhook-signature": ""}, {"webhook-signature": "v1"}, {"webhook-signature": "v1,é"},
     {"webhook-signature": "v1,a,b"}, {"webhook-id": ""}, {"webhook-id": "evt_2"},
     {"webhook-timestamp": ""}, {"webhook-timestamp": "1e9"}, {"webhook-timestamp": "12.5"},
     {"webhook-timestamp": "٣"}, {"webhook-timestamp": "9" * 40}],
)  # fmt: skip
def test_anything_else_is_a_bad_signature_and_never_a_crash(change):
    headers = {**sign(SECRET, "evt_1", NOW, BODY), **change}
    with pytest.raises(BadSignature):
        verify([SECRET], headers, BODY, NOW)


@pytest.mark.parametrize("body", [BODY + b" ", b"\xff", b""])
def test_a_changed_body_is_refused(body):
    headers = sign(SECRET, "evt_1", NOW, BODY)
    with pytest.raises(BadSignature):
        verify([SECRET], headers, body, NOW)


def test_times_are_rfc_3339_in_utc():
    assert to_time(NOW) == "2026-11-22T12:00:00.000Z"
    assert to_time(None) is None
