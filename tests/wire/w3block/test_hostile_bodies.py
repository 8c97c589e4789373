"""Whatever bytes come, every message is read or refused with 400 validation-error (2, 4)."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import RequestError
from flask_till.wire.w3block import (
    access,
    basket,
    company_calls,
    keys,
    orders,
    paging,
    preview,
    products,
    webhooks,
)
from flask_till.wire.w3block.message import Message, write
from tests.wire.w3block.conftest import load

MODULES = (access, basket, company_calls, keys, orders, paging, preview, products, webhooks)
KINDS = sorted(
    {
        kind
        for module in MODULES
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Message) and kind is not Message
        and kind is not paging.Page
    },
    key=lambda kind: kind.__name__,
)  # fmt: skip

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "not UTF-8": b"\xff\xfe{",
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "half": b'{"a":',
    "two values": b"{}{}",
    "deep lists": b'{"a":' + b"[" * 200_000,
    "deep objects": b'{"a":' * 40 + b"1" + b"}" * 40,
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "a number beyond": b'{"a":1e400}',
    "a huge whole number": b'{"a":' + b"9" * 5000 + b"}",
    "twice": b'{"id":1,"id":2}',
    "twice inside": b'{"a":{"b":1,"b":1}}',
    "NUL": b'{"a":"\\u0000"}',
    "NUL in a name": b'{"\\u0000":1}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "too large": b'{"a":"' + b"x" * 65_536 + b'"}',
    "a form": b"email=a%40b&password=p",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_are_refused_by_every_message(body: bytes, refused: Any) -> None:
    assert len(KINDS) > 40
    for kind in KINDS:
        error = refused(kind.read, body)
        assert (error.status, error.code) == (400, "validation-error")
        assert len(error.message) < 2000


values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(-(10**6), 10**6, places=2)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
SHAPES = {
    basket.CreateOrder: load("create-order")["request"]["body"],
    basket.PreviewOrder: load("preview")["request"]["body"],
    preview.Preview: load("preview")["response"]["body"],
    orders.Order: load("create-order")["response"]["body"],
    access.SignedIn: load("signin")["cases"][0]["response"]["body"],
    webhooks.OrderEvent: json.loads(load("webhook-expired")["raw_body"]),
}


def places(data: Any) -> list[tuple[Any, ...]]:
    """The way to each value of an example."""
    if not isinstance(data, dict | list):
        return []
    pairs = list(data.items() if isinstance(data, dict) else enumerate(data))
    inside = [(name, *way) for name, part in pairs for way in places(part)]
    return [(name,) for name, _ in pairs] + inside


@pytest.mark.parametrize("kind", SHAPES, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_value_of_any_kind_at_any_place_is_read_or_refused(
    kind: type[Message], data: st.DataObject
) -> None:
    changed = json.loads(json.dumps(SHAPES[kind], default=str))
    *way, last = data.draw(st.sampled_from(places(changed)))
    part = changed
    for step in way:
        part = part[step]
    part[last] = data.draw(values)
    with suppress(RequestError):
        message = kind.read(write(changed))
        assert kind.read(message.to_bytes()) == message


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for kind in SHAPES:
        with suppress(RequestError):
            kind.read(body)
