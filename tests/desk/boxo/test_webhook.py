"""What a miniapp's server is told, how often, and what its answers mean (4)."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from flask import Response

from flask_till.desk.actions.events import list_deliveries, show_event
from tests.desk.boxo.the_miniapp import APP, CREATE, HOST, NOW, an_order


def said(body, status=200):
    return lambda _: Response(body, status)


def deliveries(desk):
    """(state, tries, what was noted of each try) of all that there is to tell."""
    found = []
    for one in desk.database.read(list_deliveries):
        if one.courier == "boxo" and one.kind != "order.processing":
            event = desk.database.read(show_event, one.event_id)
            noted = [(try_["status"], try_["detail"]) for try_ in event.attempts]
            found.append((one.state, one.tries, noted))
    return found


@pytest.fixture
def paid(desk, miniapp, host_server, told):
    payment_id = miniapp.created()
    host_server.complete(payment_id, "paid")
    return payment_id


def drain(desk):
    return desk.desk.relay.drain()


@pytest.mark.parametrize(
    "body", ['{"code":"SUCCESS"}', "", "thanks", "[]", '{"error_code":null}', '{"error_code":""}']
)
def test_200_is_success_whatever_it_says(desk, paid, told, body):
    told.reply = said(body)
    drain(desk)
    assert deliveries(desk) == [("done", 1, [(200, "")])]


def test_an_error_code_is_delivered_and_noted(desk, paid, told, caplog):
    told.reply = said('{"error_code":"ORDER_NOT_FOUND"}')
    drain(desk)
    [(state, tries, [(status, detail)])] = deliveries(desk)
    assert (state, tries, status) == ("done", 1, 200)
    assert "ORDER_NOT_FOUND" in detail
    assert "ORDER_NOT_FOUND" in caplog.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"error_code":"UNKNOWN_ERROR"}', 200),
        ("", 500),
        ("", 204),
        ("", 201),
        ("", 302),
        ("", 404),
        ("", 410),
    ],
)
def test_unknown_error_and_anything_but_200_are_tried_again(desk, clock, paid, told, body, status):
    told.reply = said(body, status)
    drain(desk)
    assert [(state, tries) for state, tries, _ in deliveries(desk)] == [("waiting", 1)]
    told.reply = said('{"code":"SUCCESS"}')
    clock.advance(12.1)
    drain(desk)
    assert [(state, tries) for state, tries, _ in deliveries(desk)] == [("done", 2)]
    assert len({body for _, body in told.calls}) == 1


def test_the_tries_follow_the_contracts_table_and_end(desk, clock, paid, told):
    told.reply = said("", 503)
    drain(desk)
    for number, pause in enumerate((10, 60, 300, 1800, 7200), 1):
        clock.advance(pause * 0.79)
        drain(desk)
        assert len(told.calls) == number
        clock.advance(pause * 0.42)
        drain(desk)
        assert len(told.calls) == number + 1
    [(state, tries, _)] = deliveries(desk)
    assert (state, tries) == ("dead", 6)


def test_a_server_that_is_away_is_tried_again(desk, clock, partners, paid, told, free_port):
    partners.change_miniapp(APP, webhook_url=f"http://127.0.0.1:{free_port}/")
    drain(desk)
    [(state, _, [(status, detail)])] = deliveries(desk)
    assert (state, status) == ("waiting", None)
    assert "Connect" in detail


def test_a_miniapp_without_an_address_is_not_told(desk, partners, paid, told):
    partners.change_miniapp(APP, webhook_url=None)
    drain(desk)
    assert [state for state, _, _ in deliveries(desk)] == ["done"]
    assert told.calls == []


def test_what_was_given_is_echoed_digit_for_digit(desk, miniapp, host_server, told):
    given = (
        '{"weight":1.10,"big":12345678901234567890,"tiny":0.1000000000000000055,"é":[null,true]}'
    )
    order = '{"currency":"USD","amount":"1.00","custom_attributes":%s}' % given  # noqa: UP031
    body = f'{{"app_id":"{APP}","client_id":"{HOST}","order":{order}}}'.encode()
    payment_id = miniapp.post(CREATE, body).json["order_payment_id"]
    host_server.complete(payment_id, "paid")
    drain(desk)
    [(_, sent)] = told.calls
    assert f'"custom_attributes":{given}'.encode() in sent
    assert json.loads(sent)["miniapp_order_id"] == ""


def test_without_attributes_there_are_none_and_the_hosts_own_are_not_ours(
    desk, miniapp, host_server, told
):
    payment_id = miniapp.created()
    body = {"order_payment_id": payment_id, "app_id": APP, "client_id": HOST}
    body |= {"payment_status": "paid", "custom_attributes": {"by": "host"}}
    host_server.post("/api/v1/orders/complete-order/", body)
    drain(desk)
    assert json.loads(told.calls[0][1])["custom_attributes"] is None


def test_each_status_is_told_in_its_turn_and_once(desk, clock, miniapp, host_server, told):
    first = miniapp.created(an_order("A"))
    host_server.complete(first, "failed", reason="Card declined")
    second = miniapp.created(an_order("A"))
    third = miniapp.created(an_order("B"))
    host_server.complete(second, "paid")
    clock.advance(minutes=30)
    desk.cashier.sweep()
    for _ in range(3):
        drain(desk)
    assert sorted(
        (one["hostapp_order_payment_id"], one["payment_status"], one["payment_fail_reason"])
        for one in told.events
    ) == sorted(
        [
            (first, "failed", "Card declined"),
            (second, "paid", ""),
            (third, "cancelled", "expired"),
        ]
    )


def test_a_shared_secret_signs_what_we_tell(desk, partners, paid, told):
    import hashlib
    import hmac

    partners.change_miniapp(APP, signing={"key": "shared-secret", "encoding": "hex"})
    drain(desk)
    [(headers, body)] = told.calls
    text = f"{NOW}.POST./boxo/orders.".encode() + body
    assert headers["x-signature"] == hmac.new(b"shared-secret", text, hashlib.sha256).hexdigest()
    assert (headers["x-client-id"], headers["x-timestamp"]) == (APP, str(NOW))


def test_our_own_key_signs_what_we_tell_where_keys_come_in_pairs(desk, partners, paid, told):
    theirs = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = theirs.public_bytes(serialization.Encoding.PEM, form).decode()
    made = partners.change_miniapp(APP, signing={"algorithm": "ECDSA", "key": pem})
    drain(desk)
    [(headers, body)] = told.calls
    ours = serialization.load_pem_public_key(made.public_key.encode())
    text = f"{NOW}.POST./boxo/orders.".encode() + body
    ours.verify(base64.b64decode(headers["x-signature"]), text, ec.ECDSA(hashes.SHA256()))


def test_rsa_too(desk, partners, paid, told):
    from cryptography.hazmat.primitives.asymmetric import rsa

    theirs = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    der = base64.b64encode(theirs.public_bytes(serialization.Encoding.DER, form)).decode()
    made = partners.change_miniapp(
        APP, signing={"algorithm": "RSA2", "hash": "SHA-512", "key_format": "DER", "key": der}
    )
    drain(desk)
    [(headers, body)] = told.calls
    ours = serialization.load_pem_public_key(made.public_key.encode())
    text = f"{NOW}.POST./boxo/orders.".encode() + body
    signature = base64.b64decode(headers["x-signature"])
    ours.verify(signature, text, padding.PKCS1v15(), hashes.SHA512())
