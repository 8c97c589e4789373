"""The contract's examples, and what a request may hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flask_till.errors import GatewayUnavailable, NotFound, RequestError, TillError, TooMany
from flask_till.wire.ipos import envelope
from flask_till.wire.ipos.orders import Order, OrderStatus
from flask_till.wire.ipos.requests import CreateOrder, ListOrders, Refund

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


ORDERS = [
    example("create-order")["response"]["body"]["data"],
    example("refund-partial")["response"]["body"]["data"],
    example("callback-expired")["body"],
]


@pytest.mark.parametrize("data", ORDERS, ids=["created", "refunded", "expired"])
def test_each_order_round_trips(data: dict[str, Any]) -> None:
    data = {name: value for name, value in data.items() if name != "jwt_verify"}
    assert Order.read(data).to_data() == data


def test_the_created_order_is_read_and_success_is_wrapped() -> None:
    asked = CreateOrder.read(example("create-order")["request"]["body"])
    assert (asked.amount, asked.methods(["wallet", "credit"])) == (1299, ["wallet"])
    answer = example("create-order")["response"]["body"]
    assert json.loads(envelope.write(answer["data"])) == answer


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"amount": 12.99}, "amount must be an integer number"),
    ({"amount": "1299"}, "amount must be an integer number"),
    ({"amount": True}, "amount must be an integer number"),
    ({"amount": 0}, "amount must not be less than 1"),
    ({"amount": 100_000_000}, "amount must not be greater than 99999999"),
    ({}, "amount should not be empty"),
    ({"amount": 1, "order_id": "7"}, "order_id must be a UUID"),
    ({"amount": 1, "item": "x" * 65}, "item must be shorter than or equal to 64 characters"),
    ({"amount": 1, "callback_url": "ftp://x"}, "callback_url"),
    ({"amount": 1, "callback_url": "https://x/" + "y" * 1024}, "callback_url"),
    ({"amount": 1000, "costs_allocation": [{"amount": 901, "type": "goods_cost"}]}, "90%"),
    ({"amount": 1, "costs_allocation": [{"amount": 1, "type": "rent"}]}, "costs_allocation.0.type"),
    ({"amount": 1, "metadata": []}, "metadata"),
    ({"amount": "x", "item": 1}, "amount must be an integer number,item must be a string"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_a_fault_is_a_400_that_says_which(body: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError) as refused:
        CreateOrder.read(body)
    status, answer = envelope.refuse(refused.value)
    told = json.loads(answer)
    assert (status, told["code"], told["data"]) == (400, 400, None)
    assert message in told["msg"]


def test_reallocations_come_to_at_most_all() -> None:
    halves = [{"email": "a@b.org", "allocate_role": "creator", "percent": 50}] * 2
    CreateOrder.read({"amount": 1, "ip_holder_revenue_reallocation": halves})
    with pytest.raises(RequestError, match="100%"):
        CreateOrder.read({"amount": 1, "ip_holder_revenue_reallocation": [*halves, halves[0]]})


@pytest.mark.parametrize(
    ("ratios", "all_allowed", "fits"),
    [([90], False, True), ([60, 30], False, True), ([89], False, False), ([100], False, False),
     ([100], True, True), ([95], True, True), ([89], True, False)],
)  # fmt: skip
def test_a_rewards_model_hands_out_ninety_percent(
    ratios: list[int], all_allowed: bool, fits: bool
) -> None:
    model = {
        "revenue_ratio": [
            {"address": "0x1", "ratio": ratio, "role": "ip-holder", "allocate_type": "usdc"}
            for ratio in ratios
        ]
    }
    read = CreateOrder.read({"amount": 1, "rewards_model": model}).rewards_model
    assert read is not None
    assert read.fits(may_share_all=all_allowed) is fits


def test_lists_are_asked_for_in_digits() -> None:
    assert ListOrders.read({"page": "-3", "page_size": "999"}).page_number == 1
    assert ListOrders.read({"page": "2", "page_size": "999"}).size == 100
    for wrong in ({"page": "x", "page_size": "1"}, {"page": "1"}, {"page": "١", "page_size": "1"}):
        with pytest.raises(RequestError):
            ListOrders.read(wrong)


def test_a_refund_without_an_amount_is_of_everything() -> None:
    assert Refund.read({"order_id": "x"}).refund_amount is None
    assert Refund.read(example("refund-partial")["request"]["body"]).refund_amount == 500


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (NotFound("Order not found"), 404, "Order not found"),
        (TooMany("Slow down"), 429, "Slow down"),
        (RequestError("Order already exists"), 400, "Order already exists"),
        (GatewayUnavailable("no answer"), 503, "no answer"),
        (TillError("a secret"), 500, "Internal server error"),
    ],
)
def test_each_kind_of_error_has_its_number(error: Any, status: int, message: str) -> None:
    number, body = envelope.refuse(error)
    assert (number, json.loads(body)["msg"]) == (status, message)


def test_the_status_words_are_those_of_the_contract() -> None:
    assert {status.value for status in OrderStatus} == {
        "pending", "completed", "cancelled", "refunding", "partial_refunded", "refunded",
        "rewards_released",
    }  # fmt: skip
