"""What the contract's examples and its limits mean to the messages."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flask_till.errors import RequestError, TillError
from flask_till.wire.boxo.error_codes import BoxoCode, error_body
from flask_till.wire.boxo.messages import (
    CompleteOrder,
    GetPaymentStatus,
    OrderWebhook,
    PaymentState,
    basic_authorization,
    read_body,
    read_message,
)
from flask_till.wire.boxo.orders import read_order
from flask_till.wire.boxo.sdk import SDK_STATUS, PaymentStatus

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def test_the_order_of_the_example_is_read_exactly() -> None:
    asked = read_body(example("create-order-payment")["request"]["raw_body"].encode())
    order = read_order(asked["order"])
    assert order.amount == Decimal("110.00")
    assert order.custom_attributes == {"cart": "c-9", "gift": True}
    written = order.to_data()
    assert written["amount"] == "110.00"
    assert written["subtotal_amount"] == "100.00"
    assert read_order(written) == order


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (CompleteOrder, example("complete-order")["request"]["body"]),
        (GetPaymentStatus, example("get-payment-status")["cases"][0]["request"]["body"]),
        (PaymentState, example("get-payment-status")["cases"][0]["response"]["body"]),
        (OrderWebhook, example("order-webhook")["request"]["body"]),
    ],
)
def test_each_example_round_trips(kind: Any, body: dict[str, Any]) -> None:
    assert read_message(kind, body).to_data() == body


def test_the_webhook_is_authorized_as_in_the_example() -> None:
    told = example("order-webhook")
    made = basic_authorization("app36902", told["secret_key"])
    assert made == told["request"]["headers"]["Authorization"]


@pytest.mark.parametrize(
    "amount",
    [
        "1.001",
        0,
        "0.00",
        -1,
        "-0.01",
        "NaN",
        "1e2",
        "",
        " 1",
        "1.",
        ".5",
        True,
        None,
        [],
        "١",
        "+1",
        "1" * 21,
        10**20,
    ],
)
def test_an_amount_that_is_no_money_is_refused(amount: Any) -> None:
    with pytest.raises(RequestError) as refused:
        read_order({"currency": "USD", "amount": amount})
    assert refused.value.code == "INVALID_ORDER_DATA"


@pytest.mark.parametrize(
    ("text", "amount"),
    [("110.1", "110.10"), ('"110.10"', "110.10"), ("110", "110.00"), ("1.10e2", "110.00")],
)
def test_an_amount_may_be_a_number_or_a_text_and_stays_exact(text: str, amount: str) -> None:
    asked = read_body(b'{"order":{"currency":"USD","amount":%s}}' % text.encode())
    assert read_order(asked["order"]).to_data()["amount"] == amount


@pytest.mark.parametrize(
    ("member", "most"), [("tax_title", 250), ("miniapp_order_id", 250), ("currency", 20)]
)
def test_a_text_is_counted_in_characters(member: str, most: int) -> None:
    order = {"currency": "USD", "amount": 1}
    read_order(order | {member: "ż" * most})
    with pytest.raises(RequestError, match=member):
        read_order(order | {member: "ż" * (most + 1)})


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b'{"a":1,"a":2}', b"\xff", b"[" * 99])
def test_a_body_that_is_no_object_is_named_so(body: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        read_body(body)
    assert refused.value.code == "PARSING_ERROR_INVALID_REQUEST_BODY"


def test_unknown_members_are_ignored() -> None:
    order = read_order({"currency": "USD", "amount": 1, "colour": {"deep": []}})
    assert "colour" not in order.to_data()


def test_each_status_has_its_word_for_the_sdk() -> None:
    assert set(SDK_STATUS) == set(PaymentStatus)
    assert [status for status in PaymentStatus if not status.is_final] == ["in_process"]


def test_an_error_of_ours_travels_as_one_of_theirs() -> None:
    assert error_body(TillError("x", code="OURS")) == {
        "error_code": "UNKNOWN_ERROR",
        "error_message": "x",
    }
    assert all(error_body(TillError("x", code=code))["error_code"] == code for code in BoxoCode)
