"""The gas fee signature: 40 seconds, one basket, one buyer (3.1)."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.desk.quote import EARLY
from flask_till.desk.w3block.quotes import Bound, read_gas_fee, sign_gas_fee
from flask_till.errors import RequestError
from flask_till.wire.w3block.basket import Wanted
from flask_till.wire.w3block.gas_fee import ASK_AGAIN, LIFE
from flask_till.wire.w3block.likeness import items_digest
from tests.wire.w3block import vectors


def refused(*what: Any, **more: Any) -> RequestError:
    """What calling raises, which must be the caller's fault and nothing else."""
    with pytest.raises(RequestError) as caught:
        what[0](*what[1:], **more)
    assert 400 <= caught.value.status < 500
    return caught.value


SECRETS = [vectors.GAS_SECRET]
NOW = datetime.fromtimestamp(vectors.TOKEN_ISSUED, UTC)
ONE = Wanted(product_id=vectors.PRODUCT)
TWO = Wanted(
    product_id=vectors.PRODUCT,
    product_token_id=vectors.TOKEN_OF_PRODUCT,
    variant_ids=["22222222-2222-4222-8222-222222222222", "11111111-1111-4111-8111-111111111111"],
    quantity="2",
)
BOUND = Bound(vectors.COMPANY, vectors.BUYER, vectors.CURRENCY, items_digest([ONE]))
GAS = Decimal("0.35")
MILLISECOND = timedelta(milliseconds=1)


def test_the_signature_is_the_one_that_node_makes() -> None:
    assert sign_gas_fee(BOUND, GAS, SECRETS, NOW) == vectors.GAS_SIGNATURE
    assert read_gas_fee(vectors.GAS_SIGNATURE, BOUND, SECRETS, NOW) == GAS


@pytest.mark.parametrize("age", [0, 1, 39.999, 39.999999, 40])
def test_it_is_good_for_forty_seconds(age: float) -> None:
    later = NOW + timedelta(seconds=age)
    assert read_gas_fee(vectors.GAS_SIGNATURE, BOUND, SECRETS, later) == GAS
    assert read_gas_fee(vectors.GAS_SIGNATURE, BOUND, SECRETS, later) == GAS


@pytest.mark.parametrize("age", [40.000001, 40.001, 41, 10**6])
def test_and_no_longer(age: float) -> None:
    later = NOW + timedelta(seconds=age)
    error = refused(read_gas_fee, vectors.GAS_SIGNATURE, BOUND, SECRETS, later)
    assert (error.status, error.code) == (400, "gas-fee-signature-expired")


def test_it_ages_from_the_microsecond_it_was_made() -> None:
    made = NOW + timedelta(microseconds=999)
    signature = sign_gas_fee(BOUND, GAS, SECRETS, made)
    assert read_gas_fee(signature, BOUND, SECRETS, made + LIFE) == GAS
    refused(read_gas_fee, signature, BOUND, SECRETS, made + LIFE + timedelta(microseconds=1))


def test_one_from_the_future_is_forged() -> None:
    assert read_gas_fee(vectors.GAS_SIGNATURE, BOUND, SECRETS, NOW - EARLY) == GAS
    before = NOW - EARLY - MILLISECOND
    error = refused(read_gas_fee, vectors.GAS_SIGNATURE, BOUND, SECRETS, before)
    assert error.code == "gas-fee-signature-invalid"


OTHER = "aaaaaaaa-3d44-4f6b-8a1d-52c0f8e7a901"
MOVED = {
    "company": replace(BOUND, company_id=OTHER),
    "buyer": replace(BOUND, user_id=OTHER),
    "currency": replace(BOUND, currency_id=OTHER),
    "basket": replace(BOUND, items=items_digest([TWO])),
    "one more": replace(BOUND, items=items_digest([ONE, ONE])),
    "swapped": replace(BOUND, company_id=BOUND.user_id, user_id=BOUND.company_id),
}


@pytest.mark.parametrize("bound", MOVED.values(), ids=MOVED)
def test_it_cannot_be_moved(bound: Bound) -> None:
    for age in (0, 41):
        later = NOW + timedelta(seconds=age)
        error = refused(read_gas_fee, vectors.GAS_SIGNATURE, bound, SECRETS, later)
        assert (error.status, error.code) == (400, "gas-fee-signature-invalid")


def test_each_bit_is_covered() -> None:
    signed = vectors.GAS_SIGNATURE
    for place, bit in product(range(len(signed)), range(8)):
        forged = signed[:place] + chr(ord(signed[place]) ^ 1 << bit) + signed[place + 1 :]
        error = refused(read_gas_fee, forged, BOUND, SECRETS, NOW)
        assert error.code == "gas-fee-signature-invalid"


def forged_as(**changes: Any) -> str:
    payload, _, mac = vectors.GAS_SIGNATURE.partition(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=="))
    text = json.dumps(said | changes, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode() + "." + mac


HOSTILE = [
    "", ".", "a.b", "..", vectors.GAS_SIGNATURE + "=", vectors.GAS_SIGNATURE + " ",
    " " + vectors.GAS_SIGNATURE, vectors.GAS_SIGNATURE.replace(".", "=."),
    vectors.GAS_SIGNATURE.split(".")[0], vectors.GAS_SIGNATURE.split(".")[0] + ".",
    vectors.GAS_SIGNATURE + "." + vectors.GAS_SIGNATURE, "ż.ż", "\ud800.a", "\x00.\x00",
    "x" * 2049, "x" * 100_000, forged_as(gas="0"), forged_as(iat=10**30), forged_as(v=2),
    forged_as(iat=vectors.TOKEN_ISSUED * 10**6 + 10**9), vectors.TOKEN,
]  # fmt: skip


@pytest.mark.parametrize("signature", HOSTILE, ids=lambda text: repr(text)[:16])
def test_what_the_desk_did_not_sign_is_invalid(signature: str) -> None:
    error = refused(read_gas_fee, signature, BOUND, SECRETS, NOW)
    assert (error.status, error.code) == (400, "gas-fee-signature-invalid")


@given(st.text(max_size=200))
def test_any_text_is_invalid(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_gas_fee(text, BOUND, SECRETS, NOW)
    assert caught.value.code == "gas-fee-signature-invalid"


@given(
    st.decimals(0, 10**18, places=18, allow_nan=False),
    st.integers(0, 10**15).map(lambda late: NOW + timedelta(microseconds=late)),
    st.integers(0, 40_000_000),
)
def test_any_gas_comes_back_exactly(gas: Decimal, at: datetime, age: int) -> None:
    signature = sign_gas_fee(BOUND, gas, SECRETS, at)
    later = at + timedelta(microseconds=age)
    assert read_gas_fee(signature, BOUND, SECRETS, later) == gas


def test_secrets_are_rotated() -> None:
    new, old, strange = b"n" * 16, vectors.GAS_SECRET, b"s" * 16
    assert read_gas_fee(vectors.GAS_SIGNATURE, BOUND, [new, old], NOW) == GAS
    signed = sign_gas_fee(BOUND, GAS, [new, old], NOW)
    assert read_gas_fee(signed, BOUND, [new], NOW) == GAS
    for secrets in ([strange], [old]):
        refused(read_gas_fee, signed, BOUND, secrets, NOW)


@pytest.mark.parametrize("secrets", [[], [b""], [b"x" * 15], [b"x" * 16, b""]])
def test_a_secret_that_is_none_is_a_mistake_of_ours(secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match="secret"):
        sign_gas_fee(BOUND, GAS, secrets, NOW)
    with pytest.raises(ValueError, match="secret"):
        read_gas_fee(vectors.GAS_SIGNATURE, BOUND, secrets, NOW)


@pytest.mark.parametrize("gas", ["-1", "NaN", "Infinity", "1E-19"])
def test_what_is_no_amount_is_not_signed(gas: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        sign_gas_fee(BOUND, Decimal(gas), SECRETS, NOW)


def test_a_storefront_asks_again_before_a_quote_is_old() -> None:
    assert timedelta(seconds=20) == ASK_AGAIN
    assert ASK_AGAIN * 2 <= LIFE
