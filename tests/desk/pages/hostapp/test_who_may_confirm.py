"""Who may press the buttons: the page itself, the host's own pages, a server; nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.desk.pages.hostapp.conftest import HOST, PLACE, USER, Host

OWN = "http://localhost"


def send(client: FlaskClient, payment_id: Any, action: Any = None, **headers: str) -> Any:
    body = {"order_payment_id": payment_id} | ({} if action is None else {"action": action})
    return client.post(f"{PLACE}/pay", json=body, headers=headers)


def test_a_server_pays_in_the_words_of_the_sdk(host: Host) -> None:
    payment = host.payment()
    answer = send(host.browser(), payment)
    assert answer.status_code == 200
    assert set(answer.json) == {"status", "hostappOrderId", "transactionId"}
    assert (answer.json["status"], answer.json["hostappOrderId"]) == ("success", payment)
    assert send(host.browser(), payment, "pay").json == answer.json
    assert send(host.browser(), payment, "cancel").json == answer.json


def test_too_little_fails_and_no_is_cancelled(host: Host) -> None:
    host.give("1.00")
    first, second = host.payment(), host.payment()
    assert send(host.browser(USER), first, "pay").json["status"] == "failed"
    assert send(host.browser(), second, "cancel").json["status"] == "cancelled"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": HOST, "Sec-Fetch-Site": "cross-site"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://host.example.evil.example"}, 403),
        ({"Origin": "http://host.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_json_comes_from_the_host_or_from_no_page(
    host: Host, headers: dict[str, str], status: int
) -> None:
    payment = host.payment()
    answer = send(host.browser(), payment, **headers)
    assert answer.status_code == status
    assert host.status(payment) == ("success" if status == 200 else None)
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    assert allowed == (HOST if headers.get("Origin") == HOST else None)


@pytest.mark.parametrize(("origin", "known"), [(HOST, True), ("https://evil.example", False)])
def test_a_browser_may_ask_beforehand(host: Host, origin: str, known: bool) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Headers": "content-type"}
    answer = host.browser().options(f"{PLACE}/pay", headers=asked)
    assert answer.status_code == 204
    assert answer.headers.get("Access-Control-Allow-Origin") == (origin if known else None)
    assert answer.headers.get("Access-Control-Allow-Headers") == ("Content-Type" if known else None)
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Origin": OWN}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HOST}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
    ],
)
def test_a_form_is_the_pages_own(host: Host, headers: dict[str, str], status: int) -> None:
    payment = host.payment()
    data = {"order_payment_id": payment, "action": "pay"}
    answer = host.browser().post(f"{PLACE}/pay", data=data, headers=headers)
    assert answer.status_code == status
    assert host.status(payment) == ("success" if status == 303 else None)


def test_a_form_without_an_origin_proves_that_it_is_ours(host: Host) -> None:
    payment, client = host.payment(), host.browser()
    html = client.get(host.address(payment)).text
    proof = html.split('name="proof" value="')[1].split('"')[0]
    data = {"order_payment_id": payment, "proof": proof}
    other = host.browser()
    other.get(host.address(payment))
    null = {"Origin": "null"}
    assert other.post(f"{PLACE}/pay", data=data, headers=null).status_code == 403
    assert client.post(f"{PLACE}/pay", data=data, headers=null).status_code == 303


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "UNREADABLE"),
        (b"[]", 400, "UNREADABLE"),
        (b'{"order_payment_id": 7}', 400, "INVALID_ORDER_DATA"),
        (b"{}", 404, "ORDER_NOT_FOUND"),
        (b'{"order_payment_id": "op_UNKNOWN"}', 404, "ORDER_NOT_FOUND"),
        (b'{"order_payment_id": "%s", "action": "steal"}', 400, "INVALID_ORDER_DATA"),
        (b'{"order_payment_id": "%s", "action": null}', 400, "INVALID_ORDER_DATA"),
    ],
)
def test_odd_json_is_refused_as_json(host: Host, body: bytes, status: int, code: str) -> None:
    body = body.replace(b"%s", host.payment().encode())
    answer = host.browser().post(f"{PLACE}/pay", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json["error_code"] == code
    assert answer.json["error_message"]


def test_nobody_is_charged_without_being_signed_in(open_host: Any) -> None:
    host = open_host(live=True)
    payment = host.payment()
    answer = send(host.browser(), payment)
    assert (answer.status_code, answer.json["error_code"]) == (403, "HOST_SIGN_IN_NEEDED")
    host.give("30.00")
    refused = send(host.browser("user-8"), payment, Origin=HOST)
    assert refused.status_code == 403
    assert refused.headers["Access-Control-Allow-Origin"] == HOST
    assert host.status(payment) is None
