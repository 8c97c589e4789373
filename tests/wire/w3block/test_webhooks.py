"""Events: signed over the raw bytes, read after that, tried five times (8, 9)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import BadSignature, RequestError
from flask_till.wire.w3block.message import LARGEST_ANSWER
from flask_till.wire.w3block.orders import OlderOrder
from flask_till.wire.w3block.statuses import OrderStatus
from flask_till.wire.w3block.webhooks import (
    FIRST_PAUSE,
    MOST_TRIES,
    TIMEOUT,
    TRIES,
    ChangeWebhook,
    ConfigureWebhook,
    DispatchOrderEvent,
    OrderEvent,
    WebhookConfiguration,
    WebhookDelivery,
    WebhookStatus,
    new_signature_key,
    pause_after,
    read_event,
    sign,
    signed_headers,
    verify,
)
from tests.wire.w3block import vectors
from tests.wire.w3block.conftest import load

TOLD = load("webhook-expired")
BODY, KEY = TOLD["raw_body"].encode(), TOLD["signatureKey"]
AT = datetime(2026, 3, 2, 10, 9, 0, 250_000, tzinfo=UTC)


def test_the_contracts_event_is_believed_and_made_alike() -> None:
    event = read_event(TOLD["headers"], BODY, KEY, vectors.COMPANY)
    assert (event.event, event.at, event.data.status) == ("order.expired", AT, "expired")
    assert signed_headers(BODY, KEY) == TOLD["headers"]
    assert OrderEvent.changed(event.data, AT).to_bytes() == BODY


def test_a_signature_is_the_one_that_openssl_makes() -> None:
    body = vectors.EVENT_BODY.encode()
    assert sign(body, vectors.EVENT_KEY) == vectors.EVENT_SIGNATURE
    verify({"X-W3block-Commerce-Signature": vectors.EVENT_SIGNATURE}, body, vectors.EVENT_KEY)


GOOD = TOLD["headers"]["x-w3block-commerce-signature"]


@pytest.mark.parametrize(
    "signature",
    ["", GOOD[:-1], GOOD + "0", GOOD.upper(), " " + GOOD, GOOD + "\n", "sha256=" + GOOD, "ż" * 64,
     "\ud800", "\x00", "0" * 64, "x" * 100_000],
    ids=lambda text: repr(text)[:16],
)  # fmt: skip
def test_any_other_signature_is_refused(signature: str) -> None:
    headers = {"x-w3block-commerce-signature": signature}
    with pytest.raises(BadSignature) as refused:
        read_event(headers, BODY, KEY, vectors.COMPANY)
    assert refused.value.status == 401


def test_and_none_or_two() -> None:
    both = {"x-w3block-commerce-signature": GOOD, "X-W3BLOCK-COMMERCE-SIGNATURE": GOOD}
    for headers in ({}, both, {"x-signature": GOOD}):
        with pytest.raises(BadSignature):
            verify(headers, BODY, KEY)


@pytest.mark.parametrize("place", [0, 1, 100, len(BODY) // 2, len(BODY) - 1])
def test_a_changed_byte_or_another_key_is_refused(place: int) -> None:
    changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
    for body, key in ((changed, KEY), (BODY + b" ", KEY), (BODY, KEY + "x"), (b"", KEY)):
        with pytest.raises(BadSignature):
            read_event(TOLD["headers"], body, key, vectors.COMPANY)


def test_an_empty_key_is_a_mistake_of_ours() -> None:
    for call in (lambda: sign(b"", ""), lambda: verify(TOLD["headers"], BODY, "")):
        with pytest.raises(ValueError, match="empty"):
            call()


def test_another_companys_event_is_refused() -> None:
    with pytest.raises(BadSignature):
        read_event(TOLD["headers"], BODY, KEY, vectors.BUYER)


def signed(body: bytes) -> Any:
    return signed_headers(body, KEY), body, KEY, vectors.COMPANY


HOSTILE = [
    b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"a":NaN}', b'{"a":1,"a":2}',
    BODY.replace(b"1772446140250", b"1772446140250.5"), BODY.replace(b"1772446140250", b"-1"),
    BODY.replace(b"1772446140250", b'"1772446140250"'), BODY.replace(b"1772446140250", b"1e12"),
    BODY.replace(b"1772446140250", b"253402300800000"), BODY.replace(b"1772446140250", b"9" * 5000),
    BODY.replace(b"order.expired", b"order expired"), BODY.replace(b'"expired"', b'"gone"'),
    BODY.replace(b'"Q4TZ8M"', b'"\\u0000"'), BODY.replace(b'"90.35"', b"90.35"),
    BODY.replace(b"order.expired", b"user.created"), b" " * (LARGEST_ANSWER + 1),
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body)[-24:])
def test_a_signed_body_that_is_no_event_is_refused(body: bytes, refused: Any) -> None:
    error = refused(read_event, *signed(body))
    assert (error.status, error.code) == (400, "validation-error")


@given(st.binary(max_size=80))
def test_any_signed_bytes_are_refused_and_nothing_else(body: bytes) -> None:

    with pytest.raises(RequestError):
        read_event(*signed(body))


def test_the_last_moment_that_can_be_told() -> None:
    last = BODY.replace(b"1772446140250", b"253402300799999")
    assert read_event(*signed(last)).at.year == 9999
    first = BODY.replace(b"1772446140250", b"0")
    assert read_event(*signed(first)).at == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("status", OrderStatus)
def test_each_status_has_its_event_and_the_beginning_has_its_own(status: OrderStatus) -> None:
    order = OlderOrder.of_data(json.loads(BODY)["data"] | {"status": status.value})
    assert OrderEvent.changed(order, AT).event == f"order.{status.value}"
    assert OrderEvent.created(order, AT).event == "order.created"
    assert OrderEvent.created(order, AT).timestamp == 1772446140250


def test_a_repeat_has_the_same_key_and_another_event_has_not() -> None:
    one = read_event(TOLD["headers"], BODY, KEY, vectors.COMPANY)
    again = read_event(TOLD["headers"], BODY, KEY, vectors.COMPANY)
    later = OrderEvent.changed(one.data, AT + timedelta(milliseconds=1))
    assert one.key == again.key
    assert len({one.key, later.key, OrderEvent.created(one.data, AT).key}) == 3


def test_tries_are_five_with_pauses_that_double() -> None:
    assert TRIES == 5
    assert {FIRST_PAUSE, TIMEOUT} == {timedelta(seconds=10)}
    pauses = [pause_after(tries) for tries in range(1, 7)]
    assert [pause and pause.total_seconds() for pause in pauses] == [10, 20, 40, 80, None, None]
    assert pause_after(1, 1) is None
    assert pause_after(MOST_TRIES - 1, MOST_TRIES) == timedelta(seconds=10 * 2**13)


CONFIGURED = {
    "id": vectors.PRODUCT, "companyId": vectors.COMPANY, "webhookUrl": "https://a.example/hook",
    "signatureKey": "k", "maxRetries": 5, "disabled": False,
}  # fmt: skip


def test_a_configuration_is_told_with_its_key_and_printed_without() -> None:
    told = WebhookConfiguration.of_data(CONFIGURED | {"signatureKey": "s3cret"})
    assert told.to_data() == CONFIGURED | {"signatureKey": "s3cret"}
    assert "s3cret" not in repr(told)


@pytest.mark.parametrize(
    ("name", "last", "beyond"),
    [("maxRetries", 1, 0), ("maxRetries", MOST_TRIES, MOST_TRIES + 1), ("maxRetries", 5, "5"),
     ("maxRetries", 5, 5.0), ("maxRetries", 5, True), ("webhookUrl", "http://a", "ftp://a"),
     ("webhookUrl", "https://a", "https://u:p@a"), ("webhookUrl", "https://a", None),
     ("disabled", True, 1), ("signatureKey", "k" * 512, "k" * 513), ("signatureKey", "k", "")],
)  # fmt: skip
def test_a_configuration_has_limits(name: str, last: Any, beyond: Any, refused: Any) -> None:
    assert WebhookConfiguration.of_data(CONFIGURED | {name: last})
    refused(WebhookConfiguration.of_data, CONFIGURED | {name: beyond})
    if name in ("maxRetries", "webhookUrl"):
        refused(ConfigureWebhook.of_data, {"webhookUrl": "https://a", name: beyond})


def test_a_configuration_is_asked_for_and_changed(refused: Any) -> None:
    assert ConfigureWebhook.of_data({"webhookUrl": "https://a"}).tries == 5
    assert ConfigureWebhook.of_data({"webhookUrl": "https://a", "maxRetries": 2}).tries == 2
    refused(ConfigureWebhook.of_data, {"maxRetries": 2})
    assert ChangeWebhook.of_data({"maxRetries": 2, "signatureKey": "mine"}).to_data() == {
        "maxRetries": 2
    }


def test_keys_are_long_and_never_the_same() -> None:
    keys = {new_signature_key() for _ in range(20)}
    assert len(keys) == 20
    assert all(len(key) == 64 for key in keys)


@pytest.mark.parametrize("status", WebhookStatus)
def test_a_delivery_is_told(status: WebhookStatus, refused: Any) -> None:
    said = {
        "id": vectors.PRODUCT, "companyId": vectors.COMPANY, "configurationId": vectors.BUYER,
        "status": status.value, "errors": 2, "lastResult": {"status": 500},
        "data": {"url": "https://a", "headers": {"x": "y"}, "body": {"event": "order.created"}},
    }  # fmt: skip
    assert WebhookDelivery.of_data(said).to_data() == said
    assert WebhookDelivery.of_data(said | {"errors": 0}).errors == 0
    refused(WebhookDelivery.of_data, said | {"errors": -1})
    refused(WebhookDelivery.of_data, said | {"status": "lost"})


@pytest.mark.parametrize("status", OrderStatus)
def test_an_event_is_asked_for_again(status: OrderStatus, refused: Any) -> None:
    said = {"orderId": vectors.PRODUCT, "status": status.value}
    assert DispatchOrderEvent.of_data(said).to_data() == said
    refused(DispatchOrderEvent.of_data, said | {"status": "paid"})
