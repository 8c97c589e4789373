"""``Idempotency-Key``: once means once, whatever is repeated, raced or killed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from flask_till.base.sealing import Seal
from flask_till.desk.tables import idempotency, orders, page_tokens, refunds
from tests.desk.the_desk import order_body


def test_the_same_request_again_gets_the_same_bytes(desk: Any) -> None:
    first = desk.post("/v1/orders", json=order_body(), key="k1")
    desk.clock.advance(hours=5)
    again = desk.post("/v1/orders", json=order_body(), key="k1")
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert desk.count(page_tokens) == 1


def test_the_same_key_with_another_body_is_refused(desk: Any) -> None:
    desk.post("/v1/orders", json=order_body(), key="k1")
    answer = desk.post("/v1/orders", json=order_body("T-2"), key="k1")
    assert (answer.status_code, answer.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert desk.count(orders) == 1


def test_a_thousand_parallel_requests_with_one_key_make_one_order(desk: Any, at_once: Any) -> None:
    def burst(_: int) -> list[Any]:
        return [desk.post("/v1/orders", json=order_body(), key="k1") for _ in range(40)]

    answers = [answer for answers in at_once(burst, 25) for answer in answers]
    assert len(answers) == 1000
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert desk.count(orders) == desk.count(idempotency) == desk.count(page_tokens) == 1


def test_racing_bodies_under_one_key_leave_one_order(desk: Any, at_once: Any) -> None:
    answers = at_once(lambda n: desk.post("/v1/orders", json=order_body(f"T-{n}"), key="k"), 20)
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 19
    assert desk.count(orders) == 1


def test_a_refused_request_is_not_kept(desk: Any) -> None:
    assert desk.post("/v1/orders", json=order_body(amount=0), key="k1").status_code == 422
    assert desk.post("/v1/orders", json=order_body(), key="k1").status_code == 201


def test_a_key_counts_for_one_address_only(desk: Any) -> None:
    order = desk.post("/v1/orders", json=order_body(), key="k1").json
    other = desk.post("/v1/orders", json=order_body("T-2"), key="k2").json
    one = desk.post(f"/v1/orders/{order['id']}/token", key="k1").json
    two = desk.post(f"/v1/orders/{other['id']}/token", key="k1").json
    assert one["order_url"] != two["order_url"]


def test_a_key_that_is_none_is_refused(desk: Any) -> None:
    for key in ("", " ", "a b", "x" * 256, "ż"):
        answer = desk.post("/v1/orders", json=order_body(), headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json["code"]) == (422, "INVALID_IDEMPOTENCY_KEY")
    assert desk.count(orders) == 0


def test_other_posts_repeat_their_answer_too(desk: Any) -> None:
    order = desk.order()
    event = desk.get(f"/v1/orders/{order.id}/events").json["events"][0]["id"]
    for path in (f"orders/{order.id}/token", f"orders/{order.id}/cancel", f"events/{event}/replay"):
        first = desk.post(f"/v1/{path}", key="k")
        again = desk.post(f"/v1/{path}", key="k")
        assert first.status_code == 200
        assert again.data == first.data


def test_fifty_parallel_refunds_with_one_key_are_one_refund(desk: Any, at_once: Any) -> None:
    order = desk.paid(amount=5000)
    path = f"/v1/orders/{order.id}/refunds"
    answers = at_once(lambda _: desk.post(path, json={"amount": 100}, key="k"), 50)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert desk.count(refunds) == len(desk.gateway.given_back) == 1
    assert desk.read(order.id).refunded.minor == 100


def test_a_refund_whose_answer_was_lost_in_a_crash_is_finished_not_doubled(desk: Any) -> None:
    order = desk.paid(amount=5000)
    path = f"/v1/orders/{order.id}/refunds"

    def die() -> None:
        raise SystemExit("killed")  # as a crash would: after the reservation, before the money

    desk.gateway.before_refund = die
    with pytest.raises(SystemExit):
        desk.post(path, json={"amount": 100}, key="k")
    desk.gateway.before_refund = None
    other = desk.post(path, json={"amount": 200}, key="k")
    assert (other.status_code, other.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    answer = desk.post(path, json={"amount": 100}, key="k")
    assert (answer.status_code, answer.json["status"]) == (201, "succeeded")
    assert desk.post(path, json={"amount": 100}, key="k").data == answer.data
    desk.clock.advance(60)
    desk.desk.relay.drain()
    assert desk.count(refunds) == len(desk.gateway.given_back) == 1


def test_a_refused_refund_may_be_asked_again_with_its_key(desk: Any) -> None:
    order = desk.order()
    path = f"/v1/orders/{order.id}/refunds"
    assert desk.post(path, json={}, key="k").status_code == 409
    desk.cashier.settle(desk.gateway.turn(desk.start(order), "succeeded"))
    assert desk.post(path, json={}, key="k").status_code == 201


def test_kept_answers_cannot_be_read_in_the_database(desk: Any) -> None:
    answer = desk.post("/v1/orders", json=order_body(), key="k1")
    rows = desk.database.read(lambda work: work.execute(select(idempotency)).all())
    assert answer.json["token"] not in str(rows)
    assert Seal(desk.desk.settings.secret_keys).open(rows[0].body) == answer.text
