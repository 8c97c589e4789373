"""A desk calls: verified, applied once, answered after the commit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_till.wire.till import sign
from tests.shop.conftest import browser
from tests.shop.counting import count_statements
from tests.shop.played_desk import SECRET, PlayedDesk
from tests.shop.test_checkout_routes import check_out, complete
from tests.shop.test_izi import add

CALLBACKS = "/till/callbacks/till"


@pytest.fixture
def order_id(client: FlaskClient) -> str:
    add(client)
    return check_out(client).json["order_id"]


def test_a_genuine_callback_pays_the_order(
    client: FlaskClient, desk: PlayedDesk, order_id: str
) -> None:
    answer = desk.pay(client, order_id)
    assert (answer.status_code, answer.json) == (200, {"applied": True})
    assert client.get("/till/basket").json["count"] == 0


def test_a_callback_needs_neither_origin_nor_cookie(
    app: Flask, desk: PlayedDesk, order_id: str
) -> None:
    assert desk.pay(app.test_client(), order_id).status_code == 200


def test_a_repeat_changes_nothing(client: FlaskClient, desk: PlayedDesk, order_id: str) -> None:
    desk.move(order_id, "paid")
    body, headers = desk.callback(order_id)
    told = [client.post(CALLBACKS, data=body, headers=headers) for _ in range(5)]
    assert [answer.status_code for answer in told] == [200] * 5
    assert [answer.json["applied"] for answer in told] == [True] + [False] * 4


def test_what_is_not_signed_asks_the_database_nothing(
    app: Flask, desk: PlayedDesk, order_id: str
) -> None:
    desk.move(order_id, "paid")
    body, headers = desk.callback(order_id)
    late = sign(SECRET, "evt_x", datetime.now(UTC) - timedelta(seconds=301), body)
    early = sign(SECRET, "evt_x", datetime.now(UTC) + timedelta(seconds=120), body)
    other = sign("whsec_" + "b3RoZXJvdGhlcm90aGVyb3RoZXI=", "evt_x", datetime.now(UTC), body)
    forged = [
        (body, {}),
        (body + b" ", headers),
        (body, {**headers, "webhook-signature": "v1,"}),
        (body, {**headers, "webhook-signature": "x" * 60_000}),
        (body, {**headers, "webhook-signature": "v1,\xe9 v1"}),
        (body, {**headers, "webhook-id": "evt_other"}),
        (body, {**headers, "webhook-timestamp": "soon"}),
        (body, {**headers, "webhook-timestamp": "9" * 12}),
        (b"\xff\xfe", headers),
        (b"[" * 60_000, headers),
        (body, late),
        (body, early),
        (body, other),
    ]
    client = app.test_client()
    with count_statements(app) as statements:
        for content, signed in forged:
            answer = client.post(CALLBACKS, data=content, headers=signed)
            told = (answer.status_code, answer.json["error_code"])
            assert told == (401, "INVALID_SIGNATURE"), signed
    assert statements == []
    assert complete(browser(app)).status_code == 204


def test_a_signed_muddle_is_refused(client: FlaskClient, desk: PlayedDesk) -> None:
    for body in (
        b"[]",
        b"{}",
        b"\x00",
        b"[" * 5000,
        b'{"id": NaN}',
        json.dumps({"id": "evt_1"}).encode(),
    ):
        headers = sign(SECRET, "evt_1", datetime.now(UTC), body)
        answer = client.post(CALLBACKS, data=body, headers=headers)
        assert answer.status_code in (400, 401, 422), body[:20]


def test_an_unknown_order_is_not_found_so_that_the_desk_tries_again(
    client: FlaskClient, desk: PlayedDesk, order_id: str
) -> None:
    desk.move(order_id, "paid")
    body, headers = desk.callback(order_id, external_id="ord_unknown")
    answer = client.post(CALLBACKS, data=body, headers=headers)
    assert (answer.status_code, answer.json["error_code"]) == (404, "ORDER_NOT_FOUND")


def test_a_genuine_callback_for_another_amount_pays_nothing(
    client: FlaskClient, desk: PlayedDesk, order_id: str
) -> None:
    desk.move(order_id, "paid")
    for odd in ({"amount": 1}, {"currency": "EUR"}, {"id": "desk_other"}, {"live": True}):
        body, headers = desk.callback(order_id, **odd)
        answer = client.post(CALLBACKS, data=body, headers=headers)
        assert (answer.status_code, answer.json["error_code"]) == (409, "ORDER_MISMATCH"), odd
    assert client.get("/till/basket").json["count"] == 1


def test_a_desk_that_is_not_ours_is_not_found(client: FlaskClient) -> None:
    assert client.post("/till/callbacks/other", data=b"{}").status_code == 404


def test_a_callback_may_be_larger_than_a_page_s_request_but_not_endless(
    client: FlaskClient,
) -> None:
    assert client.post(CALLBACKS, data=b" " * 60_000).status_code == 401
    assert client.post(CALLBACKS, data=b" " * 70_000).status_code == 413
