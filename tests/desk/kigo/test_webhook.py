"""Telling a partner what became of its orders (7)."""

from __future__ import annotations

import json

import pytest

from flask_till.desk.tables import outbox
from tests.desk.kigo.the_partner import OTHER, PARTNER, SCARCE, SECRET, example, signature


@pytest.fixture
def carry(desk):
    return lambda: desk.desk.relay.drain()


def test_each_change_is_told_once_in_order_and_signed(server, user, receiver, carry, clock):
    claimed, cancelled, over = (server.placed(k, p) for k, p in (
        ("a", "7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a11"),
        ("b", "7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a11"),
        ("c", SCARCE),
    ))  # fmt: skip
    user.claim(claimed["claim_code"])
    user.claim(claimed["claim_code"])
    server.post(f"/orders/{cancelled['order_id']}/cancel")
    server.place("a")
    clock.advance(90)
    server.app.extensions["till_desk"].partners.sweep()
    carry()
    told: dict[str, list[str]] = {}
    for headers, body in receiver.calls:
        event = json.loads(body)
        assert headers["path"] == "hooks/kigo"
        assert headers["content-type"] == "application/json"
        assert signature(SECRET * 2, headers["kigo-signature"], body)
        assert set(event) == set(json.loads(example("webhook-claimed")["raw_body"]))
        told.setdefault(event["data"]["order"]["order_id"], []).append(event["type"])
    assert told == {
        claimed["order_id"]: ["order.created", "order.claimed"],
        cancelled["order_id"]: ["order.created", "order.cancelled"],
        over["order_id"]: ["order.created", "order.expired"],
    }


def test_an_order_is_told_as_it_was_then_without_code_and_link(server, user, receiver, carry):
    made = server.placed("a", metadata={"campaign": "spring"})
    user.claim(made["claim_code"])
    carry()
    created, claimed = receiver.events
    plain = {n: v for n, v in made.items() if n not in ("claim_code", "deeplink_url")}
    assert created["data"] == {"order": plain}
    assert claimed["data"] == {"order": plain | {"status": "claimed"}}
    assert b"claim_code" not in b"".join(body for _, body in receiver.calls)
    assert made["claim_code"].encode() not in b"".join(body for _, body in receiver.calls)


def test_metadata_keeps_its_digits(server, receiver, carry):
    from tests.desk.kigo.the_partner import PRODUCT

    raw = b'{"external_order_id": "a", "metadata": {"a": 1.50}}'
    server.post(f"/products/{PRODUCT}/orders", json=None, data=raw, content_type="application/json")
    carry()
    assert b'"metadata":{"a":1.50}' in receiver.calls[0][1]


def test_it_is_tried_again_under_the_same_id_and_signed_anew(server, receiver, carry, clock):
    receiver.reply = lambda n: 302 if n == 0 else 500 if n < 5 else 204
    server.placed("a")
    for seconds in (0, 10, 60, 300, 1800, 7200):
        clock.advance(seconds * 1.6)
        carry()
    assert len(receiver.calls) == 6
    assert len({event["id"] for event in receiver.events}) == 1
    assert len({headers["kigo-signature"] for headers, _ in receiver.calls}) == 6
    assert all(signature(SECRET * 2, h["kigo-signature"], b) for h, b in receiver.calls)


def test_what_never_arrives_is_given_up_and_stays_visible(server, receiver, carry, clock, desk):
    receiver.reply = lambda _: 500
    server.placed("a")
    for _ in range(9):
        carry()
        clock.advance(20_000)
    assert len(receiver.calls) == 6
    assert [row.state for row in desk.rows(outbox.deliveries)] == ["dead"]


def test_a_partner_without_an_address_is_told_nothing(partner, receiver, carry, desk):
    from tests.desk.kigo.the_partner import FOREIGN

    partner.server(OTHER).placed("a", FOREIGN)
    carry()
    assert receiver.calls == []
    assert [row.state for row in desk.rows(outbox.deliveries)] == ["done"]


def test_it_goes_to_the_address_and_is_signed_with_the_secret_of_now(
    server, partner, receiver, carry
):
    server.placed("a")
    made = partner.kigo.renew_partner(PARTNER)
    partner.kigo.change_partner(PARTNER, webhook_url="https://in-process.till/elsewhere")
    carry()
    [(headers, body)] = receiver.calls
    assert headers["path"] == "elsewhere"
    assert signature(made.webhook_secret, headers["kigo-signature"], body)
