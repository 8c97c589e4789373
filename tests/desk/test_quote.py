"""A quote in general: for one purpose, within its life, by a key that is held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from flask_till.desk.quote import derive_secrets, read_quote, sign_quote
from flask_till.errors import Gone, InvalidRequest

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
KEYS = derive_secrets(["the new key", "the old key"], "tea")
PROMISE = {"buyer": "ada", "amount": "4999"}
LIFE = timedelta(minutes=1)


ADA = {"buyer": "ada"}


def read(
    quote: str, purpose: str = "tea", at: datetime = NOW, bound: Mapping[str, str] = ADA
) -> str:
    return read_quote(quote, purpose, KEYS, at, bound=bound, life=LIFE)["amount"]


def test_what_was_promised_is_told_to_whom_it_was_promised() -> None:
    assert read(sign_quote("tea", PROMISE, KEYS, NOW)) == "4999"


def test_a_key_that_was_replaced_still_holds_and_a_strange_one_never_did() -> None:
    assert read(sign_quote("tea", PROMISE, KEYS[1:], NOW)) == "4999"
    for strange in (["another key"], ["the new key"]):
        signed = sign_quote("tea", PROMISE, derive_secrets(strange, "coffee"), NOW)
        with pytest.raises(InvalidRequest):
            read(signed)


def test_it_serves_no_other_purpose_buyer_or_promise() -> None:
    quote = sign_quote("tea", PROMISE, KEYS, NOW)
    with pytest.raises(InvalidRequest):
        read(quote, "coffee")
    for bound in ({"buyer": "eve"}, {"buyer": "ada", "amount": "1"}, {"place": "x"}):
        with pytest.raises(InvalidRequest):
            read(quote, bound=bound)


def test_whether_it_is_over_is_told_only_to_whom_it_was_made_for() -> None:
    quote, later = sign_quote("tea", PROMISE, KEYS, NOW), NOW + LIFE
    assert read(quote, at=later) == "4999"
    over = later + timedelta(microseconds=1)
    with pytest.raises(Gone):
        read(quote, at=over)
    with pytest.raises(InvalidRequest):
        read(quote, at=over, bound={"buyer": "eve"})
