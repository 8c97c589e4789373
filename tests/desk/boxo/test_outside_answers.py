"""An outside host app that is away or answers wrongly is told apart, and nothing is made (7)."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from flask import Response

from flask_till.desk.tables import orders
from flask_till.desk.tables.boxo import boxo_payments
from tests.desk.boxo.the_miniapp import code_of

OUT = "outside"


@pytest.fixture
def new_database_url(tmp_path: Any) -> Any:
    """SQLite is enough: nothing of it is stored."""
    return lambda: f"sqlite:///{tmp_path}/till.db"


def raw(body, status=200, mimetype="application/json"):
    return lambda: Response(body, status, mimetype=mimetype)


WRONG = [
    (raw("{}", 500), "UNEXPECTED_RESPONSE_ERROR"),
    (raw('{"order_payment_id":"x"}', 201), "UNEXPECTED_RESPONSE_ERROR"),
    (raw("", 302), "UNEXPECTED_RESPONSE_ERROR"),
    (raw("<html>", mimetype="text/html"), "INVALID_RESPONSE_CONTENT_TYPE"),
    (raw("{"), "FAILED_TO_PARSE_RESPONSE"),
    (raw("[]"), "FAILED_TO_PARSE_RESPONSE"),
    (raw(b'{"a":"\xff"}'), "FAILED_TO_PARSE_RESPONSE"),
    (raw('{"a":"' + "x" * 70_000 + '"}'), "FAILED_TO_PARSE_RESPONSE"),
    (raw("{}"), "RESPONSE_ATTRIBUTE_MISSING"),
    ({"error_code": "HOSTAPP_USER_NOT_FOUND"}, "HOSTAPP_USER_NOT_FOUND"),
    ({"error_code": "PROCESS_FAIL", "error_message": "No such user."}, "PROCESS_FAIL"),
    ({"error_code": "E-4711", "error_message": "Their own word"}, "PROCESS_FAIL"),
    ({"error_code": ["odd"]}, "PROCESS_FAIL"),
]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        *WRONG,
        ({"order_payment_id": 5}, "RESPONSE_ATTRIBUTE_MISSING"),
        ({"order_payment_id": ""}, "RESPONSE_ATTRIBUTE_MISSING"),
        ({"order_payment_id": "x" * 251}, "RESPONSE_ATTRIBUTE_MISSING"),
    ],
)
def test_a_creation_that_went_wrong_leaves_nothing_behind(desk, miniapp, outside, answer, code):
    outside.create_answer = answer
    assert code_of(miniapp.create(client=OUT)) == code
    assert desk.count(boxo_payments) == desk.count(orders) == 0
    outside.create_answer = None
    assert miniapp.created(client=OUT)


def test_a_host_that_is_away_or_has_no_address(partners, miniapp, outside, free_port):
    partners.change_host(OUT, create_url=f"http://127.0.0.1:{free_port}/")
    assert code_of(miniapp.create(client=OUT)) == "UNEXPECTED_RESPONSE_ERROR"
    partners.change_host(OUT, create_url=None)
    assert code_of(miniapp.create(client=OUT)) == "ENDPOINT_URL_NOT_SET"


def test_a_name_that_leads_to_this_machine_is_not_called(partners, miniapp, outside, monkeypatch):
    partners.change_host(OUT, create_url="https://host.example/pay/create")
    real = socket.getaddrinfo

    def rebound(host, port, *args, **kwargs):
        return real("127.0.0.1" if host == "host.example" else host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    assert code_of(miniapp.create(client=OUT)) == "UNEXPECTED_RESPONSE_ERROR"
    assert outside.calls == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        *WRONG,
        ({"payment_status": 5}, "RESPONSE_ATTRIBUTE_MISSING"),
        ({"payment_status": "refunded"}, "INVALID_PAYMENT_STATUS_RESPONSE"),
        ({"payment_status": "paid", "order_payment_id": "x"}, "UNEXPECTED_RESPONSE_ERROR"),
        ({"payment_status": "paid", "app_id": "x"}, "UNEXPECTED_RESPONSE_ERROR"),
    ],
)
def test_a_host_that_answers_wrongly_changes_nothing(miniapp, outside, answer, code):
    payment_id = miniapp.created(client=OUT)
    outside.status_answer = answer
    assert code_of(miniapp.status(payment_id, client=OUT)) == code
    outside.status_answer = None
    assert miniapp.state(payment_id, client=OUT) == ("in_process", "")
