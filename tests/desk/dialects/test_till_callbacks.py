"""Callbacks: signed, whole, retried, and never sent where they must not go."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Response

from flask_till.desk.actions.events import list_deliveries
from flask_till.desk.actions.merchants import read_merchant
from flask_till.desk.tables import outbox
from flask_till.errors import BadSignature, InvalidRequest
from flask_till.wire import till
from tests.desk.receiver import Receiver
from tests.desk.the_desk import PAGES, draft, order_body


@pytest.fixture
def receiver(desk: Any, serve: Any) -> Receiver:
    """The desk's merchant is told here."""
    made = Receiver()
    url = serve(made.app)
    desk.desk.enrolment.change(desk.credentials.merchant_id, callback_url=f"{url}/hook?a=1")
    return made


def states(desk: Any) -> list[str]:
    found = desk.database.read(list_deliveries, limit=500)
    return [one.state for one in reversed(found) if one.courier == "till"]


def test_each_event_comes_whole_signed_and_in_order(desk: Any, receiver: Receiver) -> None:
    order = desk.paid()
    desk.desk.relay.drain()
    assert [event["kind"] for event in receiver.events] == ["order.created", "order.paid"]
    for (headers, body), told in zip(receiver.calls, receiver.events, strict=True):
        assert headers["content-type"] == "application/json"
        secret = desk.credentials.callback_secret
        assert till.verify([secret], headers, body, desk.clock()) == told["id"]
        till.Event.model_validate_json(body)
        assert told["order_id"] == order.id
    assert receiver.events[0]["data"]["status"] == "pending"
    assert receiver.events[1]["data"]["order_url"].startswith(f"{PAGES}/order?orderId=")
    listed = desk.get(f"/v1/orders/{order.id}/events").json["events"]
    assert listed == receiver.events
    assert states(desk) == ["done", "done"]


def test_who_makes_an_order_has_it_as_the_answer_and_is_called_back_only_on_request(
    desk: Any, receiver: Receiver
) -> None:
    order = desk.post("/v1/orders", json=order_body()).json
    desk.desk.relay.drain()
    assert receiver.events == []
    (created,) = desk.get(f"/v1/orders/{order['id']}/events").json["events"]
    for _ in range(2):
        assert desk.post(f"/v1/events/{created['id']}/replay").status_code == 200
        desk.desk.relay.drain()
    assert receiver.events == [created, created]
    assert states(desk) == ["done"]


def test_a_changed_callback_does_not_verify(desk: Any, receiver: Receiver) -> None:
    desk.order()
    desk.desk.relay.drain()
    headers, body = receiver.calls[0]
    secret, now = desk.credentials.callback_secret, desk.clock()
    for secrets, given, text, at in (
        ([secret], headers, body.replace(b"pending", b"paid"), now),
        ([secret], headers | {"webhook-id": "evt_other"}, body, now),
        ([secret], headers | {"webhook-timestamp": str(int(now.timestamp()) + 1)}, body, now),
        ([secret], headers, body, now + timedelta(seconds=301)),
        ([secret], headers, body, now - timedelta(seconds=61)),
        (["whsec_" + "A" * 40], headers, body, now),
        ([secret], dict.fromkeys(headers, ""), body, now),
    ):
        with pytest.raises(BadSignature):
            till.verify(secrets, given, text, at)


def test_while_secrets_rotate_callbacks_fit_the_old_and_the_new_one(
    desk: Any, receiver: Receiver
) -> None:
    fresh = desk.desk.enrolment.rotate(desk.credentials.merchant_id)
    desk.order("T-1")
    desk.desk.relay.drain()
    headers, body = receiver.calls[-1]
    for secret in (desk.credentials.callback_secret, fresh.callback_secret):
        till.verify([secret], headers, body, desk.clock())
    assert desk.get("/v1/orders").status_code == desk.get("/v1/orders", by=fresh).status_code == 200
    desk.clock.advance(hours=25)
    assert desk.get("/v1/orders").status_code == 401
    desk.cashier.create(desk.merchant_of(fresh), draft("T-2"))
    desk.desk.relay.drain()
    headers, body = receiver.calls[-1]
    with pytest.raises(BadSignature):
        till.verify([desk.credentials.callback_secret], headers, body, desk.clock())


@pytest.mark.parametrize("status", [302, 401, 429, 500])
def test_only_2xx_is_success(desk: Any, receiver: Receiver, status: int) -> None:
    receiver.reply = lambda n: status if n == 0 else 200
    desk.order()
    desk.desk.relay.drain()
    assert states(desk) == ["waiting"]
    desk.clock.advance(4)
    desk.desk.relay.drain()
    assert len(receiver.calls) == 1
    desk.clock.advance(3)
    desk.desk.relay.drain()
    assert states(desk) == ["done"]
    first, second = receiver.calls
    assert first[1] == second[1]
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[0]["webhook-timestamp"] != second[0]["webhook-timestamp"]
    tried = desk.rows(outbox.attempts)
    assert {(row.outcome, row.status) for row in tried} == {("retry", status), ("done", 200)}


def test_a_redirect_is_not_followed(desk: Any, receiver: Receiver, serve: Any) -> None:
    inner = Receiver()
    target = serve(inner.app)
    receiver.reply = lambda _: (307, {"Location": target})
    desk.order()
    desk.desk.relay.drain()
    assert inner.calls == []
    assert states(desk) == ["waiting"]


def test_410_stops_callbacks_until_there_is_a_new_address(
    desk: Any, receiver: Receiver, serve: Any
) -> None:
    receiver.reply = lambda _: 410
    order = desk.paid()
    desk.desk.relay.drain()
    assert len(receiver.calls) == 1
    assert states(desk) == ["disabled", "disabled"]
    desk.cashier.refund(order.id)
    desk.desk.relay.drain()
    assert len(receiver.calls) == 1
    assert states(desk) == ["disabled"] * 3
    assert desk.database.read(read_merchant, order.merchant_id).callback_url is None
    moved = Receiver()
    desk.desk.enrolment.change(order.merchant_id, callback_url=serve(moved.app))
    event = desk.get(f"/v1/orders/{order.id}/events").json["events"][0]
    assert desk.post(f"/v1/events/{event['id']}/replay").json == event
    desk.desk.relay.drain()
    assert moved.events == [event]


def test_retry_after_is_honoured_within_bounds(desk: Any, receiver: Receiver) -> None:
    receiver.reply = lambda n: [
        (503, {"Retry-After": "1800"}),
        (503, {"Retry-After": "999999"}),
        200,
    ][n]
    desk.order()
    for seconds, calls in ((0, 1), (1799, 1), (2, 2), (3599, 2), (2, 3)):
        desk.clock.advance(seconds)
        desk.desk.relay.drain()
        assert len(receiver.calls) == calls


def test_retry_after_may_be_a_date_and_nonsense_is_passed_over(
    desk: Any, receiver: Receiver
) -> None:
    at = "Mon, 04 May 2026 12:10:00 GMT"
    receiver.reply = lambda n: [
        (503, {"Retry-After": at}),
        (503, {"Retry-After": "soon-ish"}),
        200,
    ][n]
    desk.order()
    for seconds, calls in ((0, 1), (599, 1), (2, 2), (40, 3)):
        desk.clock.advance(seconds)
        desk.desk.relay.drain()
        assert len(receiver.calls) == calls


def test_what_nobody_takes_for_three_days_is_given_up_and_can_be_replayed(
    desk: Any, receiver: Receiver
) -> None:
    receiver.reply = lambda _: 500
    order = desk.order()
    began = desk.clock()
    while states(desk) == ["waiting"]:
        desk.clock.advance(600)
        desk.desk.relay.drain()
    assert states(desk) == ["dead"]
    assert timedelta(days=2.4) < desk.clock() - began < timedelta(days=4)
    tries = len(receiver.calls)
    assert 10 <= tries <= 20
    desk.clock.advance(days=9)
    desk.desk.relay.drain()
    assert len(receiver.calls) == tries
    receiver.reply = lambda _: 200
    event = desk.get(f"/v1/orders/{order.id}/events").json["events"][0]
    desk.post(f"/v1/events/{event['id']}/replay")
    desk.desk.relay.drain()
    assert states(desk) == ["done"]
    assert receiver.events[-1]["id"] == event["id"]


def test_a_later_event_waits_for_the_one_before_and_other_orders_do_not(
    desk: Any, receiver: Receiver
) -> None:
    stuck = desk.paid("T-1")
    receiver.reply = lambda n: 500 if receiver.events[n]["order_id"] == stuck.id else 200
    desk.paid("T-2")
    desk.desk.relay.drain()
    told = [(event["order_id"] == stuck.id, event["kind"]) for event in receiver.events]
    assert (True, "order.paid") not in told
    assert (False, "order.paid") in told


def test_a_merchant_without_address_misses_nothing_it_could_have_had(desk: Any) -> None:
    desk.order()
    desk.desk.relay.drain()
    assert states(desk) == ["done"]


def test_a_huge_or_compressed_answer_is_not_read_to_its_end(desk: Any, receiver: Receiver) -> None:
    sent = 0

    def flood() -> Any:
        nonlocal sent
        for _ in range(2000):
            sent += 65536
            yield b"x" * 65536

    receiver.reply = lambda _: Response(flood(), headers={"Content-Encoding": "gzip"})
    desk.order()
    desk.desk.relay.drain()
    assert states(desk) == ["done"]
    assert sent < 40 * 1024 * 1024


PRIVATE = [
    "http://127.0.0.2/",
    "https://127.0.0.2/",
    "https://[::ffff:7f00:1]/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[::1]/",
    "https://[2002:7f00:1::]/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/",
    "https://172.16.0.1/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://0.0.0.0/",
    "https://user:pw@shop.example/",
    "https://shop.example:22/",
    "http://shop.example/",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "https://shop.example\\@10.0.0.1/",
    "https://shop.example/#x",
    "https:///x",
    "https://intranet/",
    "https://printer.local/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "gopher://x/",
    "https://sh op.example/",
    "//x",
    "",
    "https://224.0.0.1/",
    "https://[ff02::1]/",
    "https://shop.example\r\nX: y/",
]


def test_an_address_inside_is_refused_when_it_is_registered(desk: Any) -> None:
    for url in PRIVATE:
        with pytest.raises(InvalidRequest) as refused:
            desk.desk.add_merchant(name="x", callback_url=url)
        assert refused.value.code == "URL_REFUSED", url


def test_a_name_that_leads_inside_is_not_called(
    make_desk: Any, serve: Any, monkeypatch: Any
) -> None:
    import socket

    inner = Receiver()
    port = int(serve(inner.app).rsplit(":", 1)[1])
    desk = make_desk()
    desk.desk.enrolment.change(
        desk.credentials.merchant_id, callback_url="https://rebinding.example/"
    )
    real = socket.getaddrinfo

    def lying(host: str, *args: Any, **kwargs: Any) -> Any:
        if host == "rebinding.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", lying)
    desk.order()
    desk.desk.relay.drain()
    assert inner.calls == []
    assert states(desk) == ["waiting"]
    assert "private" in desk.rows(outbox.attempts)[0].detail


def test_a_receiver_that_hangs_up_or_is_not_there_is_tried_again(
    desk: Any, receiver: Receiver, serve: Any
) -> None:
    url = desk.database.read(read_merchant, desk.credentials.merchant_id).callback_url
    serve.stop(url.split("/hook")[0])
    desk.order()
    began = time.monotonic()
    desk.desk.relay.drain()
    assert time.monotonic() - began < 5
    assert states(desk) == ["waiting"]
