"""JSON is read as strictly as money deserves."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import InvalidRequest, RequestError, Unreadable
from flask_till.wire.strict_json import parse, parse_object

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(plain)
def test_reads_what_json_can_say(value):
    assert parse(json.dumps(value).encode()) == value


def test_fractions_stay_exact():
    assert parse(b"[0.1, 1e2]") == [Decimal("0.1"), Decimal(100)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e999",
        b'{"a":1,"a":2}',
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 5000,
        b"1" * 5000,
        b"\xef\xbb\xbf{}",
        b"{} {}",
        b"[" * 40 + b"]" * 40,
    ],
)
def test_refuses_what_only_looks_like_json(body):
    with pytest.raises(Unreadable):
        parse(body)


@pytest.mark.parametrize(
    "body", [b'"a\\u0000"', b'["\\ud800"]', b'{"\\udfff": 1}', b'{"a":{"b":"\\u0000"}}']
)
def test_refuses_text_that_breaks_storage(body):
    with pytest.raises(InvalidRequest):
        parse(body)


def test_levels_are_counted_not_brackets():
    assert parse(b"[" * 32 + b"]" * 32)
    assert len(parse(b"[" + b"[]," * 99 + b'"[[["]')) == 100
    with pytest.raises(Unreadable):
        parse(b"[" * 33 + b"]" * 33)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"a"', b"null"])
def test_an_object_is_an_object(body):
    with pytest.raises(Unreadable):
        parse_object(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(body):
    with suppress(RequestError):
        parse(body)


DEEP_WITHOUT_A_LIMIT = """
import sys
sys.setrecursionlimit(100_000)  # as libraries do for the whole process
from flask_till.errors import Unreadable
from flask_till.wire.strict_json import parse
for body in (b"[" * 500_000, b'{"a":' * 300_000, b'["",' * 300_000):
    try:
        parse(body)
    except Unreadable as error:
        print(error.message)
"""


def test_no_depth_kills_the_process_whatever_its_recursion_limit() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", DEEP_WITHOUT_A_LIMIT], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == ["The JSON is nested too deeply."] * 3


def test_brackets_within_texts_are_no_depth() -> None:
    text = "[" * 50 + '"' + "{" * 50 + "\\"
    assert parse(json.dumps({"text": text, "list": [[]]}).encode()) == {"text": text, "list": [[]]}


@pytest.mark.parametrize("body", [b"[" * 33 + b'"' + b'\\"' * 400_000, b'"' * 7 + b"[" * 33])
def test_quotes_that_never_end_are_looked_at_once(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(b"{}" * 20 + body)
