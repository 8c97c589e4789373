"""Add to basket, and reading the count, against a bare Flask view on the same server."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

from . import limit
from .load import exchange, measure, request
from .server import serve
from .table import compare

JSON = {"content_type": "application/json", "x_till": "1"}
BODY = b'{"product_id":"mug"}'


def new_cookie(port: int) -> str:
    """A browser's cookie after its first add."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        status, answer = exchange(
            connection, request("POST", "/till/iziAddToCart", body=BODY, **JSON)
        )
    assert status == 200, answer
    line = next(row for row in answer.split(b"\r\n") if row.lower().startswith(b"set-cookie:"))
    return line.split(b":", 1)[1].split(b";")[0].strip().decode()


def run() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("tests.bench.shop:app", Path(folder)) as ours,
        serve("tests.bench.limit:app", Path(folder)) as bare,
    ):
        mine = [new_cookie(ours) for _ in range(32)]
        theirs = [limit.cookie(f"basket-{n}") for n in range(32)]
        reads = [request("GET", "/till/iziCanBeBound", cookie=cookie) for cookie in mine]
        counts = [request("GET", "/count", cookie=cookie) for cookie in theirs]
        for connections in (1, 8, 32):
            compare(
                f"read the count, {connections} connections",
                lambda n=connections: measure(ours, reads, connections=n),
                lambda n=connections: measure(bare, counts, connections=n),
                "0.85",
            )
        adds = [
            request("POST", "/till/iziAddToCart", body=BODY, cookie=cookie, **JSON)
            for cookie in mine
        ]
        plain = [
            request("POST", "/add", body=BODY, cookie=cookie, content_type="application/json")
            for cookie in theirs
        ]
        for connections in (1, 8, 32):
            compare(
                f"add to basket, {connections} connections",
                lambda n=connections: measure(ours, adds, connections=n),
                lambda n=connections: measure(bare, plain, connections=n),
                "0.80, p99 1.5",
            )


if __name__ == "__main__":
    run()
