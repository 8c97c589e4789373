"""Quotes over ``/v1``: a promise of a total, kept for ten minutes and for nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from flask_till.desk.tables import orders
from tests.desk.the_desk import order_body

PARTS = ("amount", "currency", "lines", "adjustments")


def priced(**changes: Any) -> dict[str, Any]:
    body = order_body(**changes)
    return {name: body[name] for name in PARTS if name in body}


def quoted(desk: Any, **changes: Any) -> dict[str, Any]:
    answer = desk.post("/v1/quotes", json=priced(**changes))
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def test_a_quote_tells_the_total_the_ways_to_pay_and_how_long_it_holds(desk: Any) -> None:
    told = quoted(desk)
    assert (told["amount"], told["currency"]) == (4999, "PLN")
    assert "card" in told["methods"]
    assert told["expires_at"] == "2026-05-04T12:10:00.000Z"
    assert desk.count(orders) == 0


def test_an_order_is_made_at_what_was_quoted_and_again_within_the_time(desk: Any) -> None:
    quote = quoted(desk)["quote"]
    for name in ("T-1", "T-2"):
        answer = desk.post("/v1/orders", json=order_body(external_id=name, quote=quote))
        assert answer.status_code == 201


@pytest.mark.parametrize(("age", "status"), [(599.999, 201), (600, 201), (600.001, 410)])
def test_it_holds_for_ten_minutes_and_not_a_moment_longer(
    desk: Any, age: float, status: int
) -> None:
    quote = quoted(desk)["quote"]
    desk.clock.advance(age)
    answer = desk.post("/v1/orders", json=order_body(quote=quote))
    assert answer.status_code == status
    if status == 410:
        assert refusal(answer) == (410, "QUOTE_EXPIRED")
        assert desk.count(orders) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 5000, "lines": [{"product_id": "mug", "name": "Mug", "quantity": 1,
                                    "unit_amount": 5000}]},
        {"currency": "EUR"},
        {"lines": [{"product_id": "ink", "name": "Mug", "quantity": 1, "unit_amount": 4999}]},
        {"adjustments": [{"label": "a", "amount": 1}, {"label": "b", "amount": -1}]},
    ],
    ids=["another total", "another currency", "another product", "another adjustment"],
)  # fmt: skip
def test_it_cannot_be_moved_to_another_order(desk: Any, changes: dict[str, Any]) -> None:
    body = order_body(quote=quoted(desk)["quote"]) | changes
    assert refusal(desk.post("/v1/orders", json=body)) == (422, "QUOTE_INVALID")
    assert desk.count(orders) == 0


def test_it_cannot_be_moved_to_another_merchant(desk: Any) -> None:
    quote = quoted(desk)["quote"]
    other = desk.desk.add_merchant(name="Other", origins=["https://other.example"])
    answer = desk.post("/v1/orders", json=order_body(quote=quote), by=other)
    assert refusal(answer) == (422, "QUOTE_INVALID")


def test_an_order_that_is_there_comes_back_though_its_quote_is_over(desk: Any) -> None:
    body = order_body(quote=quoted(desk)["quote"], expires_in=3600)
    first = desk.post("/v1/orders", json=body)
    desk.clock.advance(minutes=11)
    again = desk.post("/v1/orders", json=body)
    assert (again.status_code, again.json["id"]) == (200, first.json["id"])


@pytest.mark.parametrize("quote", ["x", "a.b", ".", "ż.ż", "x" * 2048])
def test_what_the_desk_did_not_sign_is_refused(desk: Any, quote: str) -> None:
    answer = desk.post("/v1/orders", json=order_body(quote=quote))
    assert refusal(answer) == (422, "QUOTE_INVALID")


def test_parts_that_do_not_add_up_are_not_quoted(desk: Any) -> None:
    answer = desk.post("/v1/quotes", json=priced() | {"amount": 1})
    assert refusal(answer) == (422, "INVALID_REQUEST")
    assert desk.post("/v1/quotes", json=order_body()).status_code == 422
