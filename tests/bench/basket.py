"""Add to basket, and reading the count, against a bare Flask view on the same server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import limit
from .load import connect, exchange, measure, request
from .server import serve
from .table import Row, compare

JSON = {"content_type": "application/json", "x_till": "1"}
BODY = b'{"product_id":"mug"}'
CONNECTIONS = (1, 8, 32)
BASKETS = 256
"""Shared by all connections, so that no line comes near the most that one may hold."""


def new_cookies(port: int, many: int) -> list[str]:
    """The cookies of that many browsers, each with one mug in its basket."""
    message = request("POST", "/till/iziAddToCart", body=BODY, **JSON)
    with connect(port) as connection:
        return [_cookie(*exchange(connection, message)) for _ in range(many)]


def _cookie(status: int, answer: bytes) -> str:
    assert status == 200, answer
    line = next(row for row in answer.split(b"\r\n") if row.lower().startswith(b"set-cookie:"))
    return line.split(b":", 1)[1].split(b";")[0].strip().decode()


def run() -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("tests.bench.shop:serve_shop()", Path(folder)) as ours,
        serve("tests.bench.limit:app", Path(folder)) as bare,
    ):
        mine = new_cookies(ours, BASKETS)
        theirs = [limit.cookie(f"basket-{n}") for n in range(BASKETS)]
        yield from _reads(ours, mine, bare, theirs)
        yield from _adds(ours, mine, bare, theirs)


def _reads(ours: int, mine: list[str], bare: int, theirs: list[str]) -> Iterator[Row]:
    plain = [request("GET", "/count", cookie=cookie) for cookie in theirs]
    for what, path, connections, least in (
        *(("iziCanBeBound", "/till/iziCanBeBound", many, 0.85) for many in CONNECTIONS),
        ("a page of the shop", "/view", 8, 0.85),
        ("the whole basket", "/till/basket", 8, None),
    ):
        reads = [request("GET", path, cookie=cookie) for cookie in mine]
        yield from compare(
            f"read the count ({what}), {connections} connections",
            lambda reads=reads, n=connections: measure(ours, reads, connections=n),
            lambda n=connections: measure(bare, plain, connections=n),
            least=least,
        )


def _adds(ours: int, mine: list[str], bare: int, theirs: list[str]) -> Iterator[Row]:
    adds = [
        request("POST", "/till/iziAddToCart", body=BODY, cookie=cookie, **JSON) for cookie in mine
    ]
    plain = [
        request("POST", "/add", body=BODY, cookie=cookie, content_type="application/json")
        for cookie in theirs
    ]
    for connections in CONNECTIONS:
        yield from compare(
            f"add to basket, {connections} connections",
            lambda n=connections: measure(ours, adds, connections=n),
            lambda n=connections: measure(bare, plain, connections=n),
            least=0.8,
            tail=1.5,
        )
