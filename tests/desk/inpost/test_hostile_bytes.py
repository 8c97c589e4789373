"""Bytes that mean harm, and a fault of our own: always an answer of 2.2, never its text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk.inpost.the_shop import refused

DEEP = b'{"summary":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
HOSTILE: list[tuple[bytes, int, str]] = [
    (b"", 400, "MALFORMED_REQUEST"),
    (b"null", 400, "MALFORMED_REQUEST"),
    (b"[]", 400, "MALFORMED_REQUEST"),
    (b"{}", 400, "MALFORMED_REQUEST"),
    (b"{", 400, "MALFORMED_REQUEST"),
    (b"\xff\xfe", 400, "MALFORMED_REQUEST"),
    (b'{"summary": NaN}', 400, "MALFORMED_REQUEST"),
    (b'{"summary": Infinity}', 400, "MALFORMED_REQUEST"),
    (b'{"summary": 1e999}', 400, "MALFORMED_REQUEST"),
    (b'{"summary": {}, "summary": {}}', 400, "MALFORMED_REQUEST"),
    (b'{"summary": "\\ud800"}', 400, "BAD_REQUEST"),
    (b'{"summary": "a\\u0000b"}', 400, "BAD_REQUEST"),
    (DEEP, 400, "MALFORMED_REQUEST"),
    (b'{"summary": ' + b"9" * 5000 + b"}", 400, "MALFORMED_REQUEST"),
    (b'{"x": "' + b"x" * 1024 * 1024 + b'"}', 413, "BAD_REQUEST"),
]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/izi/basket/b-1"),
        ("PUT", "/v2/izi/basket/b-1"),
        ("POST", "/v1/izi/basket/b-1/binding"),
        ("POST", "/v1/izi/order/o-1/event"),
    ],
)
def test_hostile_bytes_are_refused_and_never_a_fault(shop, method, path):
    for body, status, code in HOSTILE:
        largest = 1024 * 1024 if method == "PUT" else 64 * 1024
        expected = (413, "BAD_REQUEST") if len(body) > largest else (status, code)
        assert refused(shop.call(method, path, body), *expected), body[:60]


def test_a_fault_of_ours_is_told_without_its_text(shop, monkeypatch, caplog):
    from flask_till.desk.dialects.inpost import bindings

    def broken(*_: Any) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(bindings, "_facts", broken)
    answer = shop.call("GET", "/v1/izi/basket/b-1/binding")
    assert refused(answer, 500, "INTERNAL_SERVER_ERROR")
    assert "secret" not in answer.text
    assert "a secret detail" in caplog.text
