"""Refusals: the contract's table, both ways, for every error that there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till import errors
from flask_till.errors import (
    Conflict,
    GatewayRefused,
    GatewayUnavailable,
    MoneyError,
    NotFound,
    OutOfStock,
    RequestError,
    TillError,
    TooMany,
    Unavailable,
)
from flask_till.wire.kigo.error_codes import (
    STATUS_OF,
    KigoCode,
    Refusal,
    answer,
    answer_http,
    code_of,
    refusal,
)

TABLE = {
    400: "invalid_request",
    401: "unauthorized token_expired",
    403: "forbidden",
    404: "product_not_found order_not_found claim_code_not_found",
    409: "already_claimed order_cancelled",
    410: "claim_code_expired",
    422: "product_unavailable",
    429: "rate_limited",
    503: "unavailable",
}


def all_errors(kind: type[TillError] = TillError) -> Iterator[type[TillError]]:
    if kind.__module__ == errors.__name__:
        yield kind
    for one in kind.__subclasses__():
        yield from all_errors(one)


def test_each_code_has_the_status_of_the_contract() -> None:
    assert {(code, status) for code, status in STATUS_OF.items()} == {
        (code, status) for status, codes in TABLE.items() for code in codes.split()
    }
    assert set(STATUS_OF) == set(KigoCode)


@pytest.mark.parametrize("code", KigoCode)
def test_each_code_travels_there_and_back(code: KigoCode) -> None:
    told = answer(refusal(code, "Why.", fields={"a.b": "c"}, wait=7))
    assert (told.status, told.code, told.message) == (STATUS_OF[code], code, "Why.")
    heard = Refusal.read(told.status, told.to_bytes(), told.headers.get("Retry-After", ""))
    assert heard == told
    error = heard.to_error()
    assert (error.status, error.code, error.message) == (STATUS_OF[code], code, "Why.")
    assert answer(error) == told
    if code in (KigoCode.RATE_LIMITED, KigoCode.UNAVAILABLE):
        assert told.headers == {"Retry-After": "7"}
        assert error.retry_after == 7
    else:
        assert told.headers == {}
        assert error.fields == {"a.b": "c"}


def test_a_refusal_without_words_says_its_code() -> None:
    assert refusal(KigoCode.ORDER_NOT_FOUND).message == "Order not found."


KINDS = sorted(set(all_errors()), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_of_ours_is_answered_in_the_words_of_the_contract(
    kind: type[TillError],
) -> None:
    told = answer(kind("The inside story."))
    assert STATUS_OF[KigoCode(told.code)] == told.status
    inside = not issubclass(kind, RequestError) or kind.status >= 500
    assert ("inside" in told.message) is not inside
    assert told.status == 503 if inside else told.status < 500
    assert (told.retry_after is not None) is (told.status in (429, 503))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("x", code="ORDER_NOT_FOUND"), 404, "order_not_found"),
        (Conflict("x"), 409, "already_claimed"),
        (OutOfStock("x"), 422, "product_unavailable"),
        (GatewayRefused("x"), 409, "already_claimed"),
        (TooMany("x", retry_after=9), 429, "rate_limited"),
        (MoneyError("x"), 503, "unavailable"),
        (GatewayUnavailable("x"), 503, "unavailable"),
        (Unavailable("x", code=KigoCode.UNAVAILABLE), 503, "unavailable"),
        (Conflict("x", code=KigoCode.CLAIM_CODE_EXPIRED), 409, "claim_code_expired"),
        (TillError("x", code=KigoCode.FORBIDDEN), 503, "unavailable"),
    ],
)
def test_an_error_is_told_by_its_kind(error: TillError, status: int, code: str) -> None:
    told = answer(error)
    assert (told.status, told.code) == (status, code)


def test_the_call_says_what_was_not_found_and_what_is_in_the_way() -> None:
    missing, conflict = KigoCode.PRODUCT_NOT_FOUND, KigoCode.ORDER_CANCELLED
    assert answer(NotFound("x"), missing=missing).code == "product_not_found"
    assert answer(Conflict("x"), conflict=conflict).code == "order_cancelled"
    kept = refusal(KigoCode.CLAIM_CODE_NOT_FOUND)
    assert answer(kept, missing=missing).code == "claim_code_not_found"


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "unauthorized"), (403, "forbidden"), (404, "invalid_request"), (405, "invalid_request"),
     (410, "claim_code_expired"), (413, "invalid_request"), (415, "invalid_request"),
     (429, "rate_limited"), (500, "unavailable"), (502, "unavailable"), (504, "unavailable")],
)  # fmt: skip
def test_a_bare_http_status_has_a_code(status: int, code: str) -> None:
    assert code_of(status) == code
    assert answer_http(status, "m").to_data()["error"] == {
        "code": code,
        "message": "m",
        "details": [],
    }
    assert answer_http(status, "m").status == status


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"error":null}', b'{"error":"x"}', b'{"error":{"code":1}}',
     b'{"error":{"code":[]}}',
     b'{"error":{"code":"of_another_world","message":5,"details":{}}}', b"\xff", b"[" * 9999],
)  # fmt: skip
def test_an_answer_that_is_no_refusal_is_told_by_its_status(body: bytes) -> None:
    heard = Refusal.read(502, body)
    assert (heard.code, heard.message, heard.details) == ("unavailable", "HTTP 502", {})
    assert isinstance(heard.to_error(), Unavailable)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("30", 30), ("86400", 86400), ("86401", 86400), ("999999999", 86400)]
    + [(text, None) for text in ("", "-1", "1.5", "x", "9999999999", "٣", "²")],
)
def test_a_wait_is_believed_within_a_day(header: str, seconds: int | None) -> None:
    assert Refusal.read(429, b"", header).retry_after == seconds


def test_odd_details_are_left_out_and_there_is_an_end_to_them() -> None:
    details: list[Any] = [1, {}, {"field": 1, "message": "x"}, {"field": "a", "message": "b"}]
    body = {"error": {"code": "invalid_request", "message": "m", "details": details}}
    assert Refusal.read(400, json.dumps(body).encode()).details == {"a": "b"}
    body["error"]["details"] = [{"field": str(n), "message": "x"} for n in range(99)]
    assert len(Refusal.read(400, json.dumps(body).encode()).details) == 50


def test_a_text_that_cannot_be_sent_is_mended() -> None:
    assert b"?" in Refusal(400, "invalid_request", "\ud800").to_bytes()


@given(st.integers(400, 599), st.binary(max_size=80), st.text(max_size=12))
def test_any_answer_is_heard(status: int, body: bytes, header: str) -> None:
    heard = Refusal.read(status, body, header)
    assert isinstance(heard.to_error(), errors.RequestError)
