"""Whatever is posted to the webhook, the answer is an event or a 4xx; never our own mistake."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.desk.gateways.stripe.webhook import EventReader
from flask_till.errors import BadSignature, SettingsError, Unreadable
from tests.stand_ins.stripe import signature

from .conftest import OTHER_SECRET, SECRET

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
AT = NOW.timestamp()
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "ping",
    "livemode": False,
    "data": {"object": {"id": "x"}},
}
BODY = json.dumps(EVENT).encode()


def read(body: bytes, header: str | None, *secrets: str) -> dict[str, Any]:
    headers = {} if header is None else {"Stripe-Signature": header}
    return EventReader(secrets or (SECRET,), lambda: NOW).read(body, headers)


def signed(body: bytes, at: float = AT, secret: str = SECRET) -> str:
    return signature(body, secret, at)


def test_a_genuine_event_is_read() -> None:
    assert read(BODY, signed(BODY)) == EVENT


def test_the_header_is_found_whatever_its_case() -> None:
    reader = EventReader([SECRET], lambda: NOW)
    assert reader.read(BODY, {"stripe-signature": signed(BODY)}) == EVENT
    assert reader.read(BODY, {"STRIPE-SIGNATURE": signed(BODY)}) == EVENT


@pytest.mark.parametrize("age", [-60, 0, 299, 300])
def test_a_signature_of_the_last_minutes_counts(age: int) -> None:
    assert read(BODY, signed(BODY, AT - age)) == EVENT


@pytest.mark.parametrize("age", [301, 3600, 365 * 86400, -61, -3600, -10 * 365 * 86400])
def test_a_stale_or_future_signature_does_not(age: int) -> None:
    with pytest.raises(BadSignature):
        read(BODY, signed(BODY, AT - age))


def test_both_secrets_count_while_one_is_being_rotated() -> None:
    for secret in (SECRET, OTHER_SECRET):
        assert read(BODY, signed(BODY, secret=secret), OTHER_SECRET, SECRET) == EVENT
    with pytest.raises(BadSignature):
        read(BODY, signed(BODY, secret=OTHER_SECRET), SECRET)


def test_one_valid_signature_among_junk_counts() -> None:
    stamp, valid, _ = signed(BODY).split(",")
    assert read(BODY, f"{stamp},v1=junk,{valid},v1={'0' * 64}") == EVENT


def _mac(signed_bytes: bytes) -> str:
    return hmac.new(SECRET.encode(), signed_bytes, hashlib.sha256).hexdigest()


_T = int(AT)
HOSTILE_HEADERS = {
    "none": None,
    "empty": "",
    "no signature": f"t={_T}",
    "no timestamp": f"v1={_mac(BODY)}",
    "non-ASCII": f"t={_T},v1=é",
    "a lone surrogate": f"t={_T},v1=\ud800",
    "control characters": f"t={_T},v1=\x00\r\n",
    "spaces": f"t={_T}, v1={_mac(b'%d.' % _T + BODY)}",
    "no equals sign": f"{_T},{_mac(BODY)}",
    "two equals signs": f"t={_T},v1={_mac(BODY)}=x",
    "timestamp not a number": f"t=now,v1={_mac(b'now.' + BODY)}",
    "timestamp empty": f"t=,v1={_mac(b'.' + BODY)}",
    "timestamp a float": f"t={_T}.0,v1={_mac(b'%d.0.' % _T + BODY)}",
    "timestamp NaN": f"t=nan,v1={_mac(b'nan.' + BODY)}",
    "timestamp underscored": f"t={_T:_},v1={_mac(b'%d.' % _T + BODY)}",
    "timestamp with a sign": f"t=+{_T},v1={_mac(b'%d.' % _T + BODY)}",
    "timestamp of 5,000 digits": f"t={'9' * 5000},v1={_mac(BODY)}",
    "timestamp negative": f"t=-1,v1={_mac(b'-1.' + BODY)}",
    "timestamp far beyond any year": f"t=999999999999,v1={_mac(b'999999999999.' + BODY)}",
    "two timestamps": f"t={_T},t={_T - 900},v1={_mac(b'%d.' % _T + BODY)}",
    "the test scheme": f"t={_T},v0={_mac(b'%d.' % _T + BODY)}",
    "another body's": f"t={_T},v1={_mac(b'%d.{}' % _T)}",
    "too long": f"t={_T},v1={_mac(b'%d.' % _T + BODY)}" + ",v1=" + "a" * 64 * 1024,
    "64 KB of commas": "," * 64 * 1024,
}


@pytest.mark.parametrize("name", HOSTILE_HEADERS)
def test_a_hostile_header_is_a_bad_signature(name: str) -> None:
    with pytest.raises(BadSignature):
        read(BODY, HOSTILE_HEADERS[name])


def test_two_signature_headers_are_a_bad_signature() -> None:
    headers = {"Stripe-Signature": signed(BODY), "stripe-signature": signed(BODY)}
    with pytest.raises(BadSignature):
        EventReader([SECRET], lambda: NOW).read(BODY, headers)


def _with(**members: Any) -> bytes:
    return json.dumps(EVENT | members).encode()


HOSTILE_BODIES = {
    "empty": b"",
    "a list": b"[1]",
    "a number": b"1",
    "null": b"null",
    "text": b'"event"',
    "NaN": BODY.replace(b'"x"', b"NaN"),
    "Infinity": BODY.replace(b'"x"', b"-Infinity"),
    "a repeated member": BODY.replace(b'{"id": "evt_1"', b'{"id": "evt_0", "id": "evt_1"'),
    "a repeated member inside": BODY.replace(b'{"id": "x"}', b'{"id": "x", "id": "y"}'),
    "deep lists": b"[" * 60_000,
    "deep lists, closed": b"[" * 30_000 + b"]" * 30_000,
    "deep objects": b'{"a":' * 12_000,
    "deep inside an event": BODY.replace(b'"x"', b"[" * 30_000 + b"]" * 30_000),
    "a number of 6,000 digits": BODY.replace(b'"x"', b"9" * 6000),
    "cut off": BODY[:-5],
    "two documents": BODY + BODY,
    "a form": b"id=evt_1&type=ping",
    "a thin event": _with(object="v2.core.event"),
    "no id": _with(id=None),
    "id a number": _with(id=7),
    "type a list": _with(type=[]),
    "livemode text": _with(livemode="false"),
    "no data": _with(data=None),
    "data without object": _with(data={}),
    "object a list": _with(data={"object": []}),
    "account a number": _with(account=7),
}


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_signed_bytes_that_are_no_event_are_unreadable(name: str) -> None:
    body = HOSTILE_BODIES[name]
    with pytest.raises(Unreadable):
        read(body, signed(body))


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_the_same_bytes_unsigned_are_not_even_parsed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask_till.desk.gateways.stripe.webhook._event", pytest.fail)
    with pytest.raises(BadSignature):
        read(HOSTILE_BODIES[name], f"t={_T},v1={'0' * 64}")


def test_bytes_that_are_not_utf8_are_a_bad_signature() -> None:
    """The SDK signs text, so nothing genuine looks like this."""
    for body in (b"\xff", b"\xff" + BODY, BODY[:-1] + b"\xed\xa0\x80}"):
        with pytest.raises(BadSignature):
            read(body, signed(body))


def test_a_body_over_the_limit_is_not_even_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stripe.WebhookSignature.verify_header", pytest.fail)
    body = b" " * (64 * 1024 + 1)
    with pytest.raises(Unreadable):
        read(body, signed(body))


@given(body=st.binary(max_size=200), header=st.text(max_size=200))
def test_noise_is_a_bad_signature(body: bytes, header: str) -> None:
    with pytest.raises(BadSignature):
        read(body, header)


@given(body=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_signed_noise_is_refused_all_the_same(body: bytes) -> None:
    with pytest.raises((BadSignature, Unreadable)):
        read(body, signed(body))


@given(at=st.integers(min_value=0, max_value=len(BODY) - 1), bit=st.integers(0, 7))
def test_no_bit_of_a_signed_body_can_be_turned(at: int, bit: int) -> None:
    turned = bytearray(BODY)
    turned[at] ^= 1 << bit
    with pytest.raises(BadSignature):
        read(bytes(turned), signed(BODY))


@pytest.mark.parametrize(
    "secrets", [[], [""], [SECRET, ""], [" " * 32], [None], "whsec_one-string-alone", ["short"]]
)
def test_a_gateway_without_a_real_secret_does_not_start(
    secrets: Any, make_gateway: Callable[..., StripeGateway]
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make_gateway(webhook_secrets=secrets)
    assert refusal.value.remedy
    assert SECRET not in str(refusal.value)
