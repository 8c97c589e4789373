"""Whatever is sent by whomever, the answer is 200 or a 400 with a code of the contract."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flask_till.wire.boxo.error_codes import BoxoCode
from tests.desk.boxo.the_miniapp import APP, COMPLETE, CREATE, HMAC_SECRET, HOST, STATUS, an_order

RELAXED = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
PATHS = [CREATE, STATUS, COMPLETE, "/api/v1/authorize/", "/api/v1/partner/login/"]
VALID = {
    "app_id": APP,
    "client_id": HOST,
    "order": an_order(items=[{"product_name": "Tea", "quantity": 1, "price": "110.00"}]),
    "order_payment_id": "op_1",
    "payment_status": "paid",
    "auth_code": "code",
    "payload": "code",
    "user_reference": "user-77",
}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from(["\x00", "\ud800", "x" * 300, "op_'; drop table--", "%00", "\u202e"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
MEMBERS = st.sampled_from([*VALID, "order.amount", "order.currency", "order.items", "order.note"])


@pytest.fixture
def new_database_url(tmp_path: Any) -> Any:
    """SQLite is enough: what is wrong is refused before anything is stored."""
    return lambda: f"sqlite:///{tmp_path}/till.db"


def changed(member: str, value: Any) -> dict[str, Any]:
    body = json.loads(json.dumps(VALID))
    place, _, name = member.rpartition(".")
    (body[place] if place else body)[name] = value
    return body


def check(answer: Any) -> None:
    assert answer.status_code in (200, 400), answer.text
    assert answer.mimetype == "application/json"
    if answer.status_code == 400:
        assert answer.json["error_code"] in set(BoxoCode) - {BoxoCode.UNKNOWN_ERROR}, answer.text
        assert answer.json["error_message"]


@RELAXED
@given(path=st.sampled_from(PATHS), member=MEMBERS, value=JSON)
def test_any_value_of_any_member(miniapp, path, member, value):
    miniapp.desk.desk._here.counter.limits.enabled = False
    check(miniapp.post(path, json.dumps(changed(member, value)).encode()))


@RELAXED
@given(
    path=st.sampled_from(PATHS), body=st.binary(max_size=60), kind=st.text("aj/ n;=", max_size=9)
)
def test_any_bytes_of_any_kind(miniapp, path, body, kind):
    check(miniapp.post(path, body, content_type=kind or "application/json"))


HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80)


@RELAXED
@given(signature=HEADER, timestamp=HEADER, client=HEADER, nonce=HEADER)
def test_any_headers(partners, miniapp, signature, timestamp, client, nonce):
    miniapp.desk.desk._here.counter.limits.enabled = False
    partners.change_miniapp(APP, signing={"key": HMAC_SECRET, "nonce_length": 8})
    headers = {
        "X-Signature": signature,
        "X-Timestamp": timestamp,
        "X-Client-Id": client,
        "X-Nonce": nonce,
    }
    answer = miniapp.post(CREATE, b'{"app_id":"%s"}' % APP.encode(), headers=headers)
    check(answer)
    assert answer.status_code == 400
