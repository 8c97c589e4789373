"""What holds once: nonces, until their timestamps are too old anyway (2.2), and codes (6)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from flask_till.desk.tables.boxo import boxo_nonces
from tests.desk.boxo.the_miniapp import (
    APP,
    CREATE,
    ELSEWHERE,
    HMAC_SECRET,
    HOST,
    NOW,
    TheMiniapp,
    an_order,
    code_of,
)

BODY = json.dumps({"app_id": APP, "client_id": HOST, "order": an_order()}).encode()


def with_nonce(nonce: str, at: int = NOW) -> dict[str, str]:
    text = f"{at}.{nonce}.".encode() + BODY
    digest = hmac.new(HMAC_SECRET.encode(), text, hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    return {"X-Timestamp": str(at), "X-Nonce": nonce, "X-Signature": signature}


@pytest.fixture
def nonced(partners: Any, desk: Any) -> Any:
    template = "{timestamp}.{nonce}.{payload}"
    settings = {"key": HMAC_SECRET, "payload_template": template, "nonce_length": 8}
    partners.change_miniapp(APP, addresses=[], signing=settings)
    return TheMiniapp(desk, ELSEWHERE)


def test_a_nonce_holds_once(nonced):
    headers = with_nonce("12345678")
    assert nonced.post(CREATE, BODY, headers=headers).status_code == 200
    assert code_of(nonced.post(CREATE, BODY, headers=headers)) == "INVALID_SIGNATURE"
    assert nonced.post(CREATE, BODY, headers=with_nonce("12345679")).status_code == 200


def test_a_nonce_of_a_wrong_signature_stays_good(nonced):
    headers = with_nonce("12345678")
    wrong = nonced.post(CREATE, BODY, headers=headers | {"X-Signature": "AAAA"})
    assert code_of(wrong) == "INVALID_SIGNATURE"
    assert nonced.post(CREATE, BODY, headers=headers).status_code == 200


@pytest.mark.parametrize("nonce", ["1234567", "123456789"])
def test_a_nonce_has_the_length_that_was_set(nonced, nonce):
    answer = nonced.post(CREATE, BODY, headers=with_nonce(nonce))
    assert code_of(answer) == "INVALID_SIGNATURE"


def test_twenty_at_once_with_one_nonce_are_one_call(nonced, at_once):
    headers = with_nonce("12345678")
    answers = at_once(lambda _: nonced.post(CREATE, BODY, headers=headers).status_code, 20)
    assert sorted(answers) == [200] + [400] * 19


def test_old_nonces_are_forgotten_but_never_while_their_timestamp_holds(desk, clock, nonced):
    headers = with_nonce("12345678", at=NOW + 300)
    assert nonced.post(CREATE, BODY, headers=headers).status_code == 200
    clock.advance(600)
    assert code_of(nonced.post(CREATE, BODY, headers=headers)) == "INVALID_SIGNATURE"
    clock.advance(10)
    later = with_nonce("abcdefgh", at=NOW + 610)
    assert nonced.post(CREATE, BODY, headers=later).status_code == 200
    assert [row.nonce for row in desk.rows(boxo_nonces)] == ["abcdefgh"]


def test_of_many_at_once_one_exchanges_a_code(desk, partners, at_once):
    code = partners.issue_auth_code(HOST, "user-77")
    body = {"auth_code": code, "app_id": APP, "client_id": HOST}

    def exchange(_: int) -> int:
        return desk.browserless.post("/boxo/api/v1/authorize/", json=body).status_code

    assert sorted(at_once(exchange, 10)) == [200] + [400] * 9
