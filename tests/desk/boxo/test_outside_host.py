"""An outside host app: asked for payments and how they stand, and believed only what fits (7)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest
from flask import Response

from flask_till.desk.tables import orders
from flask_till.desk.tables.boxo import boxo_payments
from tests.desk.boxo.the_miniapp import APP, NOW, an_order, code_of

OUT = "outside"


def raw(body, status=200, mimetype="application/json"):
    return lambda: Response(body, status, mimetype=mimetype)


def test_the_hosts_id_travels_back_and_the_host_is_told_everything(desk, miniapp, outside):
    order = an_order(hostapp_user_id="użytkownik 7", custom_attributes={"weight": 1.10})
    raw_order = json.dumps(order).replace("1.1}", "1.10}")
    body = f'{{"app_id":"{APP}","client_id":"{OUT}","order":{raw_order}}}'.encode()
    answer = miniapp.post("/api/v1/orders/create-order-payment/", body)
    assert (answer.status_code, answer.json) == (200, {"order_payment_id": "their-1"})
    [(_, headers, sent)] = outside.calls
    pair = base64.b64encode(b"outside:host-secret-1").decode()
    assert headers["authorization"] == f"Token {pair}"
    assert headers["x-user-id"] == "u%C5%BCytkownik 7"
    assert headers["content-type"] == "application/json"
    assert json.loads(sent) == {"app_id": APP, "order": order}
    assert b'"weight":1.10' in sent
    [row] = desk.rows(orders)
    assert (row.dialect, row.status, row.methods) == ("boxo", "processing", ["host"])


def test_the_prefix_is_the_hosts_and_without_a_user_there_is_no_header(partners, miniapp, outside):
    partners.change_host(OUT, auth_prefix="Bearer")
    miniapp.created(client=OUT)
    [(_, headers, _)] = outside.calls
    assert headers["authorization"].startswith("Bearer ")
    assert "x-user-id" not in headers


def test_our_calls_are_signed_when_the_host_has_signing_settings(partners, miniapp, outside):
    template = "{timestamp}.{nonce}.{url}.{payload}"
    signing = {"key": "shared-secret", "nonce_length": 12, "payload_template": template}
    partners.change_host(OUT, signing=signing)
    miniapp.created(client=OUT)
    [(_, headers, body)] = outside.calls
    nonce = headers["x-nonce"]
    assert len(nonce) == 12
    text = f"{NOW}.{nonce}./pay/create.".encode() + body
    made = base64.b64encode(hmac.new(b"shared-secret", text, hashlib.sha256).digest()).decode()
    assert (headers["x-signature"], headers["x-client-id"]) == (made, OUT)


def test_an_id_that_the_host_gave_before_is_refused(miniapp, outside):
    outside.create_answer = {"order_payment_id": "same"}
    miniapp.created(an_order("TEA-1"), client=OUT)
    answer = miniapp.create(an_order("TEA-2"), client=OUT)
    assert code_of(answer) == "UNEXPECTED_RESPONSE_ERROR"
    assert miniapp.state("same", client=OUT) == ("in_process", "")


def test_two_hosts_may_give_the_same_id(partners, miniapp, outside):
    host = next(iter(outside.calls), None)
    assert host is None
    outside.create_answer = {"order_payment_id": "1001"}
    url = partners._database.read(_host).create_url
    partners.add_host(client_id="outside-2", kind="outside", create_url=url)
    partners.add_partnership(APP, "outside-2")
    assert miniapp.created(client=OUT) == miniapp.created(client="outside-2") == "1001"


def _host(work):
    from flask_till.desk.actions.boxo_partners import read_host

    return read_host(work, OUT)


def test_twenty_at_once_ask_the_host_once(desk, miniapp, outside, at_once):
    outside.create_answer = lambda: (
        time.sleep(0.3) or Response('{"order_payment_id":"their-1"}', mimetype="application/json")
    )
    made = at_once(lambda _: miniapp.created(client=OUT), 20)
    assert set(made) == {"their-1"}
    assert len(outside.calls) == desk.count(orders) == 1


def test_somebody_who_died_while_asking_is_replaced(desk, clock, miniapp, outside, monkeypatch):
    from flask_till.desk.actions import boxo_opening
    from flask_till.desk.boxo_payment import Wanted
    from flask_till.desk.dialects.boxo import opening
    from flask_till.money import Money

    wanted = Wanted(APP, OUT, Money("5.00", "USD"), "TEA-1", None, {}, None)
    desk.database.write(boxo_opening.reserve_outside, wanted, "ord_dead")
    monkeypatch.setattr(opening, "PATIENCE", 0.1)
    assert code_of(miniapp.create(client=OUT)) == "UNKNOWN_ERROR"
    clock.advance(30)
    assert miniapp.created(client=OUT) == "their-1"
    assert [row.amount for row in desk.rows(boxo_payments)] == [11000]


# --- how it stands ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["paid", "failed", "cancelled"])
def test_asking_the_desk_asks_the_host_until_it_is_decided(desk, miniapp, outside, told, status):
    payment_id = miniapp.created(client=OUT)
    assert miniapp.state(payment_id, client=OUT) == ("in_process", "")
    ids = {"app_id": APP, "client_id": OUT, "order_payment_id": payment_id}
    assert outside.bodies("status") == [ids]
    outside.status_answer = ids | {"payment_status": status, "payment_fail_reason": "So"}
    wanted = (status, "" if status == "paid" else "So")
    assert miniapp.state(payment_id, client=OUT) == wanted
    outside.status_answer = raw("gone", 500)
    assert miniapp.state(payment_id, client=OUT) == wanted
    assert len(outside.bodies("status")) == 2
    desk.desk.relay.drain()
    assert [one["payment_status"] for one in told.events] == [status]


def test_a_host_without_a_status_address_tells_by_itself(partners, miniapp, host_server, outside):
    partners.change_host(OUT, status_url=None)
    payment_id = miniapp.created(client=OUT)
    assert code_of(miniapp.status(payment_id, client=OUT)) == "ENDPOINT_URL_NOT_SET"
    assert host_server.complete(payment_id, "paid", client=OUT).json == {"code": "SUCCESS"}
    assert miniapp.state(payment_id, client=OUT) == ("paid", "")


@pytest.mark.parametrize("status", ["paid", "failed", "cancelled"])
def test_the_hosts_report_is_taken_without_asking_it(desk, miniapp, host_server, outside, status):
    payment_id = miniapp.created(client=OUT)
    answer = host_server.complete(payment_id, status, reason="So", client=OUT)
    assert answer.json == {"code": "SUCCESS"}
    assert outside.bodies("status") == []
    assert miniapp.state(payment_id, client=OUT)[0] == status
    if status != "paid":
        assert miniapp.created(client=OUT) == "their-2"


@pytest.mark.parametrize("status", ["paid", "failed", "cancelled"])
def test_the_sweeper_asks_when_nobody_else_does(desk, clock, miniapp, outside, status):
    payment_id = miniapp.created(client=OUT)
    outside.status_answer = {"payment_status": status, "payment_fail_reason": "So"}
    clock.advance(61)
    desk.cashier.sweep()
    outside.status_answer = raw("gone", 500)
    wanted = (status, "" if status == "paid" else "So")
    assert miniapp.state(payment_id, client=OUT) == wanted


@pytest.mark.parametrize(
    ("answer", "stands"),
    [
        ({"payment_status": "in_process"}, ("cancelled", "expired")),
        (raw("gone", 500), ("cancelled", "expired")),
        ({"payment_status": "paid"}, ("paid", "")),
        ({"payment_status": "failed", "payment_fail_reason": "So"}, ("failed", "So")),
    ],
)
def test_at_the_end_of_its_time_the_host_is_asked_once_more(
    desk, clock, miniapp, host_server, outside, told, answer, stands
):
    payment_id = miniapp.created(client=OUT)
    outside.status_answer = answer
    clock.advance(minutes=30)
    desk.cashier.sweep()
    assert len(outside.bodies("status")) >= 1
    assert miniapp.state(payment_id, client=OUT) == stands
    desk.desk.relay.drain()
    assert [one["payment_status"] for one in told.events] == [stands[0]]
    late = host_server.complete(payment_id, "paid", client=OUT)
    assert (late.status_code == 200) == (stands[0] == "paid")


def test_a_report_in_the_last_moment_counts_if_nobody_ended_it_yet(
    clock, miniapp, host_server, outside
):
    payment_id = miniapp.created(client=OUT)
    clock.advance(minutes=31)
    assert host_server.complete(payment_id, "paid", client=OUT).json == {"code": "SUCCESS"}
    assert miniapp.state(payment_id, client=OUT) == ("paid", "")


def test_the_report_against_the_sweeper(desk, clock, miniapp, host_server, outside, told, at_once):
    for number in range(4):
        payment_id = miniapp.created(an_order(f"TEA-{number}"), client=OUT)
        clock.advance(minutes=30)

        def race(who, payment_id=payment_id):
            if who:
                return host_server.complete(payment_id, "paid", client=OUT)
            return desk.cashier.sweep()

        _, answer = at_once(race, 2)
        wanted = ("paid", "") if answer.status_code == 200 else ("cancelled", "expired")
        assert miniapp.state(payment_id, client=OUT) == wanted
    desk.desk.relay.drain()
    assert len(told.events) == 4


def test_what_an_outside_host_took_it_gives_back_itself(desk, miniapp, host_server, outside):
    payment_id = miniapp.created(client=OUT)
    host_server.complete(payment_id, "paid", client=OUT)
    [row] = desk.rows(orders)
    refund = desk.cashier.refund(row.id)
    assert refund.status == "failed"
    assert miniapp.state(payment_id, client=OUT) == ("paid", "")
