"""What a partner is told, and when it is believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import BadSignature, RequestError, SettingsError
from flask_till.wire.kigo.orders import Status
from flask_till.wire.kigo.webhooks import (
    EVENT_OF,
    SCHEDULE,
    TIMEOUT,
    Event,
    EventType,
    read_event,
    sign,
    verify,
)

TOLD = json.loads((Path(__file__).parent / "examples/webhook-claimed.json").read_text())
SECRET, NOW, BODY = TOLD["secret"], TOLD["now"], TOLD["raw_body"].encode()
HEADER = TOLD["headers"]["Kigo-Signature"]
V1 = HEADER.partition("v1=")[2]


def test_the_contracts_webhook_is_believed_and_made_to_the_byte() -> None:
    event = read_event([SECRET], HEADER, BODY, NOW)
    assert event.type == "order.claimed"
    assert event.data.order.metadata == {"campaign": "spring"}
    assert event.to_bytes() == BODY
    assert sign(SECRET, event.to_bytes(), NOW) == {"Kigo-Signature": HEADER}
    assert b"claim_code" not in event.to_bytes()
    assert b"deeplink" not in event.to_bytes()


@pytest.mark.parametrize(
    ("secret", "body", "signature"),
    [
        # printf '1772445900.{"né":"ż"}' | openssl dgst -sha256 -hmac 'tajne-hasło'
        (
            "tajne-hasło",
            '{"né":"ż"}'.encode(),
            "d131ed05d93c58bb665e79a6d965770f04c364505d2692c82502b50023eef5ee",
        ),
        # printf '1772445900.' | openssl dgst -sha256 -hmac k
        ("k", b"", "6f2b97d2c7670d3bffe57387461e29d91fed13b02cd2dd2ad81b4420571f9af2"),
    ],
)
def test_other_bytes_are_signed_as_openssl_does(secret: str, body: bytes, signature: str) -> None:
    header = f"t=1772445900,v1={signature}"
    assert sign(secret, body, NOW) == {"Kigo-Signature": header}
    verify([secret], header, body, NOW)


@pytest.mark.parametrize(("off", "fits"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_a_signature_holds_for_five_minutes_either_way(off: int, fits: bool) -> None:
    if fits:
        verify([SECRET], HEADER, BODY, NOW + off)
    else:
        with pytest.raises(BadSignature):
            verify([SECRET], HEADER, BODY, NOW + off)


@pytest.mark.parametrize(
    "header",
    [
        f"v1={V1},t={NOW}",
        f"t={NOW}, v1={V1}",
        f"t={NOW},v0=x,v1={'0' * 64},v1={V1}",
        f"t={NOW},v1=junk,v1=é,v1={V1}",
        f"t={NOW},,=,v2,v1={V1}",
    ],
)
def test_a_header_may_say_more_than_we_know(header: str) -> None:
    verify(["an older secret", SECRET], header, BODY, NOW)


@pytest.mark.parametrize(
    "header",
    [None, "", "t", "t=", f"t={NOW}", f"v1={V1}", f"t={NOW},v1=", f"t={NOW},v1={'0' * 64}",
     f"t={NOW},v1={V1.upper()}", f"t={NOW},v1={V1[:-1]}", f"t={NOW},v1={V1}0",
     f"t={NOW},v1={V1}é", f"t={NOW},v1=é",
     f"t={NOW + 1},v1={V1}", f"t={NOW},t={NOW},v1={V1}", f"t={NOW},t=1,v1={V1}", f"t=-1,v1={V1}",
     f"t={NOW}.0,v1={V1}", f"t= {NOW},v1={V1}", f"t=1e9,v1={V1}", f"t=１７７２４４５９００,v1={V1}",
     f"t={'9' * 13},v1={V1}", f"t={'9' * 5000},v1={V1}", f"T={NOW},V1={V1}",
     f"t={NOW},v1=\ud800", f"t={NOW};v1={V1}", f"t={NOW}" + ",v1=" + ("0" * 64 + ",v1=") * 5 + V1,
     "x" * 2000 + HEADER, f"t={NOW},v1={V1}\n"],
)  # fmt: skip
def test_a_header_that_does_not_fit_is_refused(header: str | None) -> None:
    with pytest.raises(BadSignature) as refused:
        verify([SECRET], header, BODY, NOW)
    assert (refused.value.status, refused.value.code) == (401, "unauthorized")


def test_a_header_has_an_end() -> None:
    longest = HEADER + ",x=" + "y" * (1024 - len(HEADER) - 3)
    verify([SECRET], longest, BODY, NOW)
    with pytest.raises(BadSignature):
        verify([SECRET], longest + "y", BODY, NOW)


@pytest.mark.parametrize("body", [BODY + b" ", BODY[:-1], b"", BODY.replace(b"318", b"319")])
def test_other_bytes_are_not_believed(body: bytes) -> None:
    with pytest.raises(BadSignature):
        read_event([SECRET], HEADER, body, NOW)


def test_nobody_is_believed_without_a_secret() -> None:
    with pytest.raises(BadSignature):
        verify([], HEADER, BODY, NOW)
    with pytest.raises(BadSignature):
        verify(["another"], HEADER, BODY, NOW)
    for act in (lambda: verify([""], HEADER, BODY, NOW), lambda: sign("", BODY, NOW)):
        with pytest.raises(SettingsError):
            act()


def test_bytes_are_proven_before_they_are_parsed() -> None:
    for body in (b"[" * 100_000, b"\xff", b"{", b"{}", b'{"id":"e","id":"e"}', b'"\\ud800"'):
        with pytest.raises(BadSignature):
            read_event([SECRET], HEADER, body, NOW)
        signed = sign(SECRET, body, NOW)["Kigo-Signature"]
        with pytest.raises(RequestError) as refused:
            read_event([SECRET], signed, body, NOW)
        assert refused.value.code == "invalid_request"


def test_an_event_that_nobody_knows_is_refused() -> None:
    for member, wrong in (("type", "order.eaten"), ("id", ""), ("created_at", 1), ("data", {})):
        with pytest.raises(RequestError, match=member):
            Event.of(json.loads(BODY) | {member: wrong})


@given(st.text(st.characters(), max_size=60), st.binary(max_size=40))
def test_any_header_and_any_bytes_are_refused_and_nothing_else(header: str, body: bytes) -> None:
    for one in (header, f"t={NOW},v1={header}", f"t={header},v1={V1}"):
        with pytest.raises(BadSignature):
            read_event([SECRET], one, body, NOW)


@given(st.binary(max_size=80), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_is_signed_is_believed(body: bytes, secret: str) -> None:
    verify([secret], sign(secret, body, NOW)["Kigo-Signature"], body, NOW)


def test_each_status_is_told_by_one_event() -> None:
    assert set(EVENT_OF) == set(Status)
    assert sorted(EVENT_OF.values()) == sorted(EventType)
    assert {status: str(EVENT_OF[status]) for status in Status} == {
        "unclaimed": "order.created",
        "claimed": "order.claimed",
        "expired": "order.expired",
        "cancelled": "order.cancelled",
    }


def test_retries_come_as_the_contract_says() -> None:
    assert SCHEDULE == (10, 60, 5 * 60, 30 * 60, 2 * 3600)
    assert TIMEOUT == 10
