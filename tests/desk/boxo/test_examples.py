"""The contract's own examples over the wire, as they are."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.desk.boxo.the_miniapp import (
    APP,
    CREATE,
    ELSEWHERE,
    HMAC_SECRET,
    HOST,
    TheMiniapp,
    an_order,
    code_of,
    example,
    hmac_headers,
)

SIGNING = {"key": HMAC_SECRET}


@pytest.fixture
def signing(partners: Any) -> None:
    partners.change_miniapp(APP, addresses=[], signing=SIGNING)
    partners.change_host(HOST, addresses=[], signing={"key": "host-hmac-secret"})


def test_a_signed_creation_is_answered_with_an_id(desk, signing):
    asked = example("create-order-payment")["request"]
    server = TheMiniapp(desk, address=ELSEWHERE)
    answer = server.post(asked["path"], asked["raw_body"].encode(), headers=asked["headers"])
    assert answer.status_code == 200
    assert list(answer.json) == ["order_payment_id"]
    payment_id = answer.json["order_payment_id"]
    assert payment_id.startswith("op_")
    assert len(payment_id) == 29
    assert payment_id[3:].isalnum()
    order = desk.read(payment_id)
    assert (order.amount.minor, order.amount.currency) == (11000, "USD")
    assert [(line.name, line.quantity, line.unit_amount) for line in order.lines] == [
        ("Teapot, Blue", 2, 5000)
    ]
    assert [(one.label, one.amount) for one in order.adjustments] == [("VAT", 1000)]


def test_asking_for_the_state_is_answered_in_full(miniapp):
    payment_id = miniapp.created()
    known, unknown = example("get-payment-status")["cases"]
    body = known["request"]["body"] | {"order_payment_id": payment_id}
    answer = miniapp.post(known["request"]["path"], body)
    assert answer.status_code == known["response"]["status"]
    assert answer.json == known["response"]["body"] | {"order_payment_id": payment_id}
    answer = miniapp.post(unknown["request"]["path"], unknown["request"]["body"])
    assert code_of(answer) == unknown["response"]["body"]["error_code"]


@pytest.mark.parametrize("case", example("errors")["cases"][:3], ids=lambda case: case["why"])
def test_a_wrong_body_is_refused(miniapp, case):
    answer = miniapp.post(CREATE, case["body"])
    assert code_of(answer) == case["response"]["body"]["error_code"]


def test_a_stranger_is_refused(desk, signing):
    server = TheMiniapp(desk, address=ELSEWHERE)
    assert code_of(server.create()) == "NOT_A_WHITELISTED_IP"


def test_a_body_that_was_changed_after_signing_is_refused(desk, signing):
    asked = example("create-order-payment")["request"]
    server = TheMiniapp(desk, address=ELSEWHERE)
    changed = asked["raw_body"].replace("110.00", "1.00").encode()
    answer = server.post(asked["path"], changed, headers=asked["headers"])
    assert code_of(answer) == "INVALID_SIGNATURE"


def test_the_host_reports_a_failure_with_its_signature(desk, signing):
    asked = example("complete-order")
    miniapp = TheMiniapp(desk, ELSEWHERE, hmac_headers)
    payment_id = miniapp.created()
    body = json.dumps(asked["request"]["body"] | {"order_payment_id": payment_id}).encode()
    path = asked["request"]["path"]
    headers = hmac_headers(path, body, by=HOST, secret="host-hmac-secret")
    answer = TheMiniapp(desk, ELSEWHERE).post(path, body, headers=headers)
    assert (answer.status_code, answer.json) == (200, asked["response"]["body"])
    assert miniapp.state(payment_id) == ("failed", "Card declined")


def test_failed_after_paid_is_refused(miniapp, host_server):
    payment_id = miniapp.created()
    assert host_server.complete(payment_id, "paid").status_code == 200
    wanted = example("errors")["cases"][5]["response"]["body"]["error_code"]
    assert code_of(host_server.complete(payment_id, "failed")) == wanted
    assert miniapp.state(payment_id) == ("paid", "")


def test_the_webhook_is_the_contracts(desk, miniapp, host_server, told):
    wanted = example("order-webhook")["request"]
    order = an_order("TEA-2026-0042", custom_attributes={"cart": "c-9", "gift": True})
    payment_id = miniapp.created(order)
    host_server.complete(payment_id, "paid")
    desk.desk.relay.drain()
    [(headers, body)] = told.calls
    assert headers["path"] == "boxo/orders"
    assert headers["content-type"] == wanted["headers"]["Content-Type"]
    assert headers["authorization"] == wanted["headers"]["Authorization"]
    assert base64.b64decode(headers["authorization"].split()[1]) == b"app36902:mini-secret-1"
    assert json.loads(body) == wanted["body"] | {"hostapp_order_payment_id": payment_id}
