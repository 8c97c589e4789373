"""Ids, moments, addresses and quantities: at their limits and one beyond."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import NotFound, RequestError
from flask_till.wire.w3block.message import Message
from flask_till.wire.w3block.values import (
    Destination,
    Mail,
    Moment,
    Quantity,
    Url,
    Uuid,
    new_deliver_id,
    path_deliver_id,
    path_id,
    read_moment,
    write_moment,
)

WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
ID = "b9a7c1e2-3d44-4f6b-8a1d-52c0f8e7a901"


class Sample(Message):
    id: Uuid | None = None
    url: Url | None = None
    wallet: Destination | None = None
    mail: Mail | None = None
    quantity: Quantity | None = None
    at: Moment | None = None


GOOD: list[tuple[str, Any]] = [
    ("id", ID),
    ("url", "https://shop.example.org"),
    ("url", "http://localhost:5000/done?a=@b#c"),
    ("url", "https://żółw.example/done"),
    ("url", "https://a/" + "x" * 2038),
    ("wallet", ""),
    ("wallet", WALLET),
    ("wallet", "0x" + "12" * 20),
    ("mail", "a@b"),
    ("mail", "x" * 252 + "@b"),
    ("quantity", 1),
    ("quantity", "1"),
    ("quantity", 1_000_000),
    ("quantity", "1000000"),
    ("at", "2026-03-02T10:00:00.000Z"),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_what_is_good_is_kept_as_it_came(name: str, value: Any) -> None:
    assert Sample.of_data({name: value}).to_data() == {name: value}


BAD: list[tuple[str, Any]] = [
    *[("id", value) for value in ("", ID[:-1], ID + "0", ID + "\n", "{" + ID + "}", "g" + ID[1:],
                                  ID.replace("-", ""), 7, b"x", "１" + ID[1:])],
    *[("url", value) for value in (
        "", "shop.example.org", "ftp://a", "javascript:alert(1)", "//evil", "https://",
        "https:///x", "https://a b", "https://a/b c", "https://user@evil", "https://good\\@evil",
        "https://a/\\b", "https://a\n", "https://a/\x7f", "https://a/\x1b", "https://a/\u2028",
        "https://a/" + "x" * 2039, 1)],
    *[("wallet", value) for value in ("0x", "0x" + "a" * 39, "0x" + "a" * 41, "0X" + "a" * 40,
                                      "a" * 40, "0x" + "g" * 40, "0x" + "a" * 40 + "\n", 0)],
    *[("mail", value) for value in ("", "a", "@b", "a@", "a@b@c", "a b@c", "a\x1b@c",
                                    "x" * 253 + "@b", 1)],
    *[("quantity", value) for value in (0, -1, 1_000_001, "0", "01", "1000001", "-1", "+1", "1.0",
                                        "", " 1", "1\n", "١", 1.0, True, [], 10**400)],
    *[("at", value) for value in ("", "2026-03-02", "2026-03-02T10:00:00", "2026-03-02 10:00:00Z",
                                  "2026-03-02T10:00:00+00:00", "2026-02-30T10:00:00Z",
                                  "2026-03-02T24:00:01Z", "0000-01-01T00:00:00Z",
                                  "2026-03-02T10:00:00.Z", "2026-03-02T10:00:00.0000000000Z",
                                  "2026-03-02T10:00:00Z\n", "٢026-03-02T10:00:00Z", 0, True)],
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BAD, ids=lambda value: repr(value)[:24])
def test_what_is_not_is_refused_and_named(name: str, value: Any, refused: Any) -> None:
    error = refused(Sample.of_data, {name: value})
    assert (error.status, error.code, list(error.fields)) == (400, "validation-error", [name])


@pytest.mark.parametrize("name", ["id", "url", "wallet", "mail", "quantity", "at"])
@given(value=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
))  # fmt: skip
def test_any_value_is_read_or_refused(name: str, value: Any) -> None:
    with suppress(RequestError):
        Sample.of_data({name: value}).to_bytes()


def test_an_id_is_one_however_it_is_spelled() -> None:
    assert Sample.of_data({"id": ID.upper()}).id == ID
    assert path_id(ID.upper()) == ID


@given(st.text(max_size=40))
def test_a_path_holds_an_id_or_is_not_found(text: str) -> None:
    for read in (path_id, path_deliver_id):
        with suppress(NotFound):
            assert read(text).isascii()


def test_a_deliver_id_has_six_letters_and_digits() -> None:
    assert path_deliver_id("q4tz8m") == "Q4TZ8M"
    made = {new_deliver_id() for _ in range(50)}
    assert len(made) == 50
    assert all(path_deliver_id(one) == one for one in made)
    for text in ("Q4TZ8", "Q4TZ8MM", "Q4TZ8ż", "Q4TZ8\n", ""):
        with pytest.raises(NotFound):
            path_deliver_id(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_to_the_millisecond(at: datetime) -> None:
    kept = Sample(at=at).at
    assert kept == at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert kept is not None
    assert read_moment(write_moment(kept)) == kept


def test_a_moment_is_told_in_utc() -> None:
    warsaw = timezone(timedelta(hours=1))
    assert write_moment(datetime(2026, 3, 2, 11, tzinfo=warsaw)) == "2026-03-02T10:00:00.000Z"
    with pytest.raises(ValueError, match="zone"):
        write_moment(datetime(2026, 3, 2))  # noqa: DTZ001 - on purpose
    with pytest.raises(ValueError, match="zone"):
        Sample(at=datetime(2026, 3, 2))  # noqa: DTZ001 - on purpose
