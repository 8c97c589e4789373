"""Callbacks: the contract's body, proof and signature, retries, and sending one again."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import jwt
import pytest
from flask import Flask

from flask_till.desk.dialects.ipos import callbacks as courier
from flask_till.desk.tables.ipos import ipos_orders
from tests.desk.ipos.the_portal import ACCESS_KEY, ORDER_ID, SECRET_KEY, example, refused

URL = "https://in-process.till/ipos/callback"
PROOF = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}


def proven(call, now):
    """The body of a callback, when a widget with stock crypto would believe it at that moment."""
    headers, raw = call
    body = json.loads(raw)
    made = "sha256=" + hmac.new(SECRET_KEY.encode(), raw, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(headers["x-ipos-signature"], made)
    assert headers["content-type"] == "application/json"
    claims = jwt.decode(body["jwt_verify"], SECRET_KEY, algorithms=["HS256"], options=PROOF)
    at = int(now.timestamp())
    assert claims == {"iss": ACCESS_KEY, "nbf": at - 5, "exp": at + 300, "iat": at}
    return body


def test_the_contracts_callback_comes_as_it_says(
    portal, developer, user, desk, receiver, lead, clock
):
    told = example("callback-completed")
    lead("skins.example.org", receiver.app)
    body = example("create-order")["request"]["body"] | {"user_jwt": portal.user_token()}
    portal.give("wallet", 1299)
    assert developer.post("/order/create", body).status_code == 200
    clock.advance(minutes=4, seconds=30)
    user.pay(ORDER_ID)
    clock.now = datetime.fromtimestamp(told["now"], UTC)
    desk.desk.relay.drain()
    [call] = receiver.calls
    assert call[0]["path"] == "ipos/callback"
    expected = json.loads(told["request"]["raw_body"])
    # Paying and noting that it was paid is one moment here; the example has a second between them.
    body = proven(call, clock())
    same = {"updated_at": expected["paid_time"], "jwt_verify": body["jwt_verify"]}
    assert body == expected | same


def test_the_contracts_expiry_is_told_as_it_says(portal, developer, desk, receiver, lead, clock):
    lead("skins.example.org", receiver.app)
    body = example("create-order")["request"]["body"] | {"user_jwt": portal.user_token()}
    developer.post("/order/create", body)
    clock.advance(minutes=15, seconds=1)
    desk.cashier.sweep()
    desk.desk.relay.drain()
    [call] = receiver.calls
    told = proven(call, clock())
    told["jwt_verify"] = "<jwt>"
    assert told == example("callback-expired")["body"]


def test_each_change_that_is_told_comes_once_and_others_do_not(
    portal, user, developer, receiver, carry, deliveries
):
    portal.give("credit", 2000)
    order_id = user.buy_with_credit(callback_url=URL)["order_id"]
    developer.post("/order/refund", {"order_id": order_id, "refund_amount": 9})
    developer.post("/order/release-rewards", {"order_id": order_id})
    carry()
    carry()
    statuses = [event["current_status"] for event in receiver.events]
    assert statuses == ["completed", "partial_refunded"]
    assert receiver.events[1]["refund_detail"][0]["amount"] == 9
    assert set(deliveries()) == {"done"}


def test_what_is_told_late_is_the_order_as_it_was_then(portal, user, developer, receiver, carry):
    portal.give("credit", 2000)
    paid = user.buy_with_credit(callback_url=URL)
    developer.post("/order/refund", {"order_id": paid["order_id"]})
    carry()
    first, second = receiver.events
    del first["jwt_verify"], second["jwt_verify"]
    assert first == paid
    assert second == user.detail(paid["order_id"])
    assert first["updated_at"] < second["updated_at"]


def test_late_money_is_told_after_the_end(user, desk, clock, receiver, carry):
    order_id = user.create(callback_url=URL)["order_id"]
    user.post("/order/payWithStripe", {"order_id": order_id})
    [ref] = desk.gateway.charges
    clock.advance(minutes=16)
    desk.cashier.sweep()
    carry()
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    carry()
    assert [event["current_status"] for event in receiver.events] == ["cancelled", "completed"]
    assert receiver.events[1]["paid_method"] == "stripe"


def test_an_order_without_a_widget_has_an_empty_proof(portal, receiver, carry):
    portal.give("wallet", 2000)
    alone = portal.bearer(portal.user_token(widget=None), app_id="app_7f3c")
    alone.pay(alone.create(callback_url=URL)["order_id"])
    carry()
    [(headers, _)] = receiver.calls
    assert receiver.events[0]["jwt_verify"] == ""
    assert "x-ipos-signature" not in headers


def test_without_an_address_nobody_is_called(portal, user, receiver, carry, deliveries):
    portal.give("wallet", 2000)
    user.pay(user.create()["order_id"])
    carry()
    assert receiver.calls == []
    assert set(deliveries()) == {"done"}


def test_what_is_not_accepted_is_tried_again_with_a_fresh_proof(
    portal, user, receiver, carry, clock, deliveries
):
    receiver.reply = lambda n: (302, {"Location": URL}) if n == 1 else 500
    portal.give("wallet", 2000)
    user.pay(user.create(callback_url=URL)["order_id"])
    carry()
    for many, pause in enumerate((10, 60, 300, 1800), 1):
        clock.advance(pause * 0.79)
        carry()
        assert len(receiver.calls) == many
        clock.advance(pause * 0.42)
        carry()
        assert len(receiver.calls) == many + 1
        proven(receiver.calls[-1], clock())
    proofs = {event["jwt_verify"] for event in receiver.events}
    assert len(proofs) == 5
    bodies = [{**event, "jwt_verify": ""} for event in receiver.events]
    assert all(body == bodies[0] for body in bodies)
    clock.advance(days=3)
    carry()
    assert len(receiver.calls) == 5
    assert "dead" in deliveries()


def test_a_receiver_has_ten_seconds(portal, user, serve, carry, deliveries, monkeypatch):
    assert courier.WITHIN == 10
    monkeypatch.setattr(courier, "WITHIN", 0.3)
    slow = Flask("slow")
    slow.add_url_rule("/", "wait", lambda: time.sleep(1.2) or "", methods=["POST"])
    portal.give("wallet", 2000)
    order_id = user.create(callback_url=serve(slow))["order_id"]
    began = time.monotonic()
    user.pay(order_id)
    assert time.monotonic() - began < 1.0  # whoever pays does not wait for the receiver
    carry()
    assert "waiting" in deliveries()


def test_a_stored_address_that_became_private_is_never_called(portal, user, desk, carry):
    portal.give("wallet", 2000)
    order_id = user.create(callback_url=URL)["order_id"]

    def move(work):
        work.execute(ipos_orders.update().values(callback_url="https://192.168.0.1/"))

    desk.database.write(move)
    user.pay(order_id)
    carry()
    assert _attempts(desk) == ["dead"]


def _attempts(desk):
    from flask_till.desk.tables import outbox

    return [row.outcome for row in desk.rows(outbox.attempts) if row.outcome != "done"]


# --- sending again ----------------------------------------------------------------------------


def test_a_callback_is_sent_again_at_once_and_the_answer_is_what_was_sent(
    portal, user, developer, receiver, clock
):
    order_id = user.create(callback_url=URL)["order_id"]
    for caller in (user, developer):
        clock.advance(seconds=7)
        answer = caller.post("/order/resend-callback", {"order_id": order_id})
        assert answer.status_code == 200
        assert proven(receiver.calls[-1], clock()) == answer.json["data"]
    body = {**answer.json["data"]}
    del body["jwt_verify"]
    assert body == user.detail(order_id)
    assert len(receiver.calls) == 2


def test_a_new_address_is_used_once(user, receiver, desk):
    order_id = user.create()["order_id"]
    path = "/order/resend-callback"
    refused(user.post(path, {"order_id": order_id}), 400, "Order has no callback url")
    body = {"order_id": order_id, "new_callback_url": f"{URL}/new"}
    assert user.post(path, body).status_code == 200
    assert receiver.calls[0][0]["path"] == "ipos/callback/new"
    refused(user.post(path, {"order_id": order_id}), 400, "Order has no callback url")
    assert len(receiver.calls) == 1


def test_the_answer_is_the_same_when_nobody_takes_it(user, receiver):
    receiver.reply = lambda _: 500
    order_id = user.create(callback_url=URL)["order_id"]
    answer = user.post("/order/resend-callback", {"order_id": order_id})
    assert answer.status_code == 200
    assert answer.json["data"]["order_id"] == order_id
    gone = {"order_id": order_id, "new_callback_url": "http://127.0.0.1:9/"}
    assert user.post("/order/resend-callback", gone).status_code == 200


def test_private_addresses_are_not_called(user, desk):
    order_id = user.create(callback_url=URL)["order_id"]
    for url in (
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://0x7f.1/",
        "https://user:pass@shop.example/",
        "http://shop.example/",
        "gopher://shop.example/",
    ):
        body = {"order_id": order_id, "new_callback_url": url}
        refused(user.post("/order/resend-callback", body), 400)


def test_neither_strangers_nor_unknown_orders_get_one(portal, user, receiver):
    order_id = user.create(callback_url=URL)["order_id"]
    unknown = "00000000-0000-4000-8000-000000000000"
    for stranger in (portal.other_user, portal.another_widget()):
        answers = [
            stranger.post("/order/resend-callback", {"order_id": one})
            for one in (order_id, unknown)
        ]
        for answer in answers:
            refused(answer, 403)
        assert answers[0].data == answers[1].data
    assert receiver.calls == []


@pytest.mark.parametrize("body", [{}, {"order_id": 1}, {"order_id": "x", "new_callback_url": 5}])
def test_a_request_to_send_again_is_checked(user, body):
    refused(user.post("/order/resend-callback", body), 400)
