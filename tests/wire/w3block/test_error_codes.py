"""Every refusal has its word, its status and its body; every error becomes one (2, 4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till import errors
from flask_till.wire.w3block.error_codes import (
    BROKEN,
    PENDING_SIGNATURE,
    REFUSED_AS,
    ProductErrorCode,
    Refusal,
    W3blockCode,
    refusal,
    statuses_of,
)

NOW = datetime(2026, 3, 2, 10, 0, 41, tzinfo=UTC)
OURS = {"gas-fee-not-available"}
"""What the contract has no word for: nobody can tell what the network asks for."""
WORDS = {
    "validation-error", "product-not-available", "currency-not-enabled",
    "product-token-not-available", "insufficient-stock", "purchase-limit",
    "coupon-not-applicable", "price-changed", "payments-not-covering-total",
    "gas-fee-signature-expired", "gas-fee-signature-invalid", "payment-provider-not-found",
    "similar-order-not-accepted", "payment-provider-error", "order-not-payable",
    "invalid-order-status",
}  # fmt: skip


def test_the_words_are_those_of_the_contract() -> None:
    assert {code.value for code in W3blockCode} == WORDS | OURS
    assert {code.value for code in ProductErrorCode} == {
        "insufficient-stock", "purchase-limit", "not-for-sale", "fixed-user-mismatch",
    }  # fmt: skip
    assert REFUSED_AS.keys() == set(ProductErrorCode)


@pytest.mark.parametrize("code", W3blockCode)
def test_every_code_can_be_raised_and_is_answered_with_its_status(code: W3blockCode) -> None:
    assert statuses_of(code)[0] == 400
    for status in statuses_of(code):
        error = refusal(code, "Why.", status=status)
        assert (error.status, error.code, error.message) == (status, code, "Why.")
        assert Refusal.of(error) == Refusal(status, code, "Why.")
        assert Refusal.of(error).as_error().status == status
    for status in {401, 403, 404, 409, 422, 500} - set(statuses_of(code)):
        with pytest.raises(ValueError, match="does not go with"):
            refusal(code, status=status)
    assert refusal(code).message


def test_two_codes_have_a_second_status() -> None:
    twice = {code: statuses_of(code) for code in W3blockCode if len(statuses_of(code)) > 1}
    assert twice == {
        "product-not-available": (400, 404),
        "product-token-not-available": (400, 409),
    }


BY_KIND: list[tuple[errors.TillError, int, str | None]] = [
    (errors.Unreadable("x"), 400, "validation-error"),
    (errors.InvalidRequest("x"), 400, "validation-error"),
    (errors.BadSignature("x"), 401, None),
    (errors.Unauthenticated("x"), 401, None),
    (errors.Forbidden("x"), 401, None),
    (errors.NotFound("x"), 404, None),
    (errors.TooMany("x"), 429, None),
    (errors.Conflict("x"), 400, "invalid-order-status"),
    (errors.OutOfStock("x"), 400, "insufficient-stock"),
    (errors.GatewayRefused("x"), 400, "payment-provider-error"),
    (errors.GatewayUnavailable("x"), 400, "payment-provider-error"),
    (errors.Unavailable("x"), 503, None),
    (errors.Gone("x"), 400, None),
    (errors.RequestError("x"), 400, None),
    (errors.RequestError("x", code="validation-error"), 400, "validation-error"),
    (errors.Conflict("x", code="product-token-not-available"), 409, "product-token-not-available"),
    (errors.Conflict("x", code="price-changed"), 400, "price-changed"),
]


@pytest.mark.parametrize(("error", "status", "code"), BY_KIND, ids=lambda value: repr(value)[:40])
def test_any_other_error_is_told_by_its_kind(
    error: errors.TillError, status: int, code: str | None
) -> None:
    assert Refusal.of(error) == Refusal(status, code, "x")


def every_error(kind: type[errors.TillError]) -> list[type[errors.TillError]]:
    found = [kind, *(one for below in kind.__subclasses__() for one in every_error(below))]
    return [one for one in found if one.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", every_error(errors.TillError))
def test_no_error_is_forgotten(kind: type[errors.TillError]) -> None:
    answer = Refusal.of(kind("secret"))
    assert 400 <= answer.status <= 503
    assert json.loads(answer.to_bytes("/orders", NOW))["statusCode"] == answer.status
    if not issubclass(kind, errors.RequestError):
        assert answer == Refusal(500, None, BROKEN)


def test_a_conflict_is_named_by_the_call_it_happened_in() -> None:
    conflict = errors.Conflict("x", code="ORDER_STATE")
    answer = Refusal.of(conflict, conflict=W3blockCode.ORDER_NOT_PAYABLE)
    assert answer.code == "order-not-payable"


def test_the_body_is_the_contracts_without_the_query() -> None:
    at = NOW.astimezone(timezone(timedelta(hours=-3)))
    body = json.loads(Refusal(409, None, "Nie ma \ud800").to_bytes("/a?token=s3cret", at))
    assert body == {
        "statusCode": 409, "error": "Conflict", "message": "Nie ma ?", "errorCode": None,
        "timestamp": "2026-03-02T10:00:41.000Z", "path": "/a",
    }  # fmt: skip
    long = json.loads(Refusal(404, None, "x").to_bytes("/" + "a" * 5000, at))
    assert len(long["path"]) == 2048


def test_what_metamask_buyers_are_told_is_what_storefronts_look_for() -> None:
    assert "already have one pending order based" in PENDING_SIGNATURE


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"message":7}', b'{"message":null}', b"\xff", b"[" * 100_000,
     b'{"message":"a","message":"b"}', b'{"message":"\\ud800"}'],
)  # fmt: skip
def test_an_unreadable_body_says_nothing(body: bytes) -> None:
    assert Refusal.read(502, body) is None


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ({"message": ["a", 7, "b"]}, Refusal(400, None, "a, b")),
        ({"message": "a", "errorCode": ""}, Refusal(400, None, "a")),
        ({"message": "a", "errorCode": 7}, Refusal(400, None, "a")),
        ({"message": "a", "errorCode": "new"}, Refusal(400, "new", "a")),
    ],
)
def test_what_others_write_is_read(body: Any, read: Refusal) -> None:
    assert Refusal.read(400, json.dumps(body).encode()) == read


@pytest.mark.parametrize("status", range(400, 600))
def test_a_client_raises_the_kind_that_the_status_is(status: int) -> None:
    error = Refusal(status, None, "x").as_error()
    kept = status in (400, 401, 403, 404, 409, 429)
    assert error.status == (status if kept else 400 if status < 500 else 503)
    assert error.code == type(error).code
    assert Refusal(status, "new", "x").as_error().code == "new"


@given(st.binary(max_size=60))
def test_any_body_is_a_refusal_or_none(body: bytes) -> None:
    assert Refusal.read(500, body) is None
