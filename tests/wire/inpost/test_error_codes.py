"""Errors of the package become the answers that the contract has, in both directions."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till import errors
from flask_till.wire.inpost.error_codes import (
    UNLINKING,
    MerchantCode,
    Refusal,
    WalletCode,
    merchant_refusal,
    refusal,
    status_of,
    wallet_refusal,
)


@pytest.mark.parametrize("code", [*WalletCode, *MerchantCode])
def test_every_code_has_a_status_and_can_be_raised(code):
    error = refusal(code, "Why.")
    answer = wallet_refusal if code in WalletCode.__members__ else merchant_refusal
    assert answer(error) == Refusal(status_of(code), code, "Why.")
    assert 400 <= status_of(code) < 600
    if status_of(code) < 500:
        assert error.status == status_of(code)


@pytest.mark.parametrize("code", MerchantCode)
def test_a_shop_answers_with_its_own_codes(code):
    assert merchant_refusal(refusal(code, "Why.")).code == code


def test_the_codes_are_those_of_the_contract():
    assert len(WalletCode) == 18
    assert len(MerchantCode) == 17
    assert {status_of(code) for code in UNLINKING} == {404, 409}


@pytest.mark.parametrize(
    ("error", "merchant", "wallet"),
    [
        (errors.Unreadable("x"), (400, "MALFORMED_REQUEST"), (400, "MALFORMED_REQUEST")),
        (errors.InvalidRequest("x"), (400, "BAD_REQUEST"), (400, "BAD_REQUEST")),
        (errors.BadSignature("x"), (401, "INVALID_SIGNATURE"), (401, "UNAUTHORIZED")),
        (errors.Unauthenticated("x"), (401, "INVALID_SIGNATURE"), (401, "UNAUTHORIZED")),
        (errors.Forbidden("x"), (400, "BAD_REQUEST"), (403, "FORBIDDEN")),
        (errors.NotFound("x"), (404, "NOT_FOUND"), (404, "NOT_FOUND")),
        (errors.NotFound("x", code="SHELF"), (404, "NOT_FOUND"), (404, "NOT_FOUND")),
        (errors.Conflict("x"), (409, "BASKET_NOT_UPDATE"), (400, "BAD_REQUEST")),
        (errors.OutOfStock("x"), (409, "OUT_OF_STOCK"), (400, "BAD_REQUEST")),
        (errors.Gone("x"), (400, "BAD_REQUEST"), (400, "BAD_REQUEST")),
        (errors.TooMany("x"), (503, "SERVICE_UNAVAILABLE"), (429, "BAD_REQUEST")),
        (errors.Unavailable("x"), (503, "SERVICE_UNAVAILABLE"), (500, "INTERNAL_SERVER_ERROR")),
        (errors.TillError("x"), (500, "INTERNAL_SERVER_ERROR"), (500, "INTERNAL_SERVER_ERROR")),
        (errors.MoneyError("x"), (500, "INTERNAL_SERVER_ERROR"), (500, "INTERNAL_SERVER_ERROR")),
    ],
)
def test_any_other_error_is_told_by_its_kind(error, merchant, wallet):
    shop, desk = merchant_refusal(error), wallet_refusal(error)
    assert ((shop.status, shop.code), (desk.status, desk.code)) == (merchant, wallet)


def test_a_conflict_is_named_by_the_call_it_happened_in():
    error = errors.Conflict("x", code="TOTAL_DIFFERS")
    answer = merchant_refusal(error, conflict=MerchantCode.ORDER_NOT_CREATE)
    assert (answer.status, answer.code) == (409, "ORDER_NOT_CREATE")


def test_what_broke_inside_is_not_told():
    assert "secret" not in merchant_refusal(errors.TillError("secret")).message


def test_the_body_is_the_contracts():
    body = json.loads(Refusal(404, "BASKET_NOT_FOUND", "Nie ma \ud800").to_bytes())
    assert body == {"error_code": "BASKET_NOT_FOUND", "error_message": "Nie ma ?"}


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"error_code": 7}', b'{"error_code": ""}', b'{"error": "x"}',
     b'{"error_code": null}', b"\xff"],
)  # fmt: skip
def test_an_unreadable_body_says_nothing(body):
    assert Refusal.read(502, body) is None


def test_a_code_nobody_knows_is_kept():
    read = Refusal.read(418, b'{"error_code": "NEW", "error_message": null, "x": 1}')
    assert read == Refusal(418, "NEW", "")


@given(st.binary(max_size=60))
def test_any_body_is_a_refusal_or_none(body):
    assert Refusal.read(500, body) is None
