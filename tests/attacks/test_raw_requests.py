"""Bytes that no browser sends, to servers that listen on a port: refused, and never a fault."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.attacks.market import Market

HOSTS = [
    b"evil.example", b"[::1", b"[", b"a b", b"\xff\xfe", b"a@b", b"", b"localhost:99999999",
    b"localhost:abc", b"x" * 9000, b"a,b", b"a/b", b"a?b", b"a#b", b"<script>", b"\"'", b"..",
    b"\\evil", b"localhost:5:5", b"[::1]:80", b"%00", b"http://x", b"xn--", b"\xe2\x80\xae.pl",
]  # fmt: skip
SHOP = ["GET /till/basket", "GET /till/channel", "POST /till/checkout",
        "GET /till/assets/x/till.js",
        "POST /till/iziAddToCart", "POST /till/callbacks/till", "GET /till/iziCanBeBound",
        "GET /till/iziGetOrderComplete"]  # fmt: skip
DESK = ["GET /order", "GET /order?orderId=x&token=y", "GET /order/status?orderId=x",
        "POST /order/pay", "GET /order/nowhere", "GET /v1/openapi.json", "POST /v1/orders",
        "POST /gateways/sandbox/webhook", "GET /v1/orders?limit=1&limit=2"]  # fmt: skip


class Wire:
    """Sends bytes; tells the status of what comes back, None when the line is just cut."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = str(parts.hostname), int(parts.port or 80)

    def __call__(self, data: bytes) -> int | None:
        with socket.create_connection((self.host, self.port), 5) as line:
            line.settimeout(5)
            answer = b""
            try:
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
                while b"\r\n" not in answer and (part := line.recv(65536)):
                    answer += part
            except ConnectionError:
                pass
        found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
        return int(found[1]) if found else None

    def ask(self, line: str, *headers: bytes, host: bytes = b"localhost", body: bytes = b"") -> Any:
        lines = [f"{line} HTTP/1.1".encode(), b"Host: " + host, b"Connection: close", *headers]
        lines.append(b"Content-Length: %d" % len(body))
        return self(b"\r\n".join(lines) + b"\r\n\r\n" + body)


@pytest.fixture
def wires(market: Market, serve: Callable[..., str]) -> tuple[Wire, Wire]:
    return Wire(serve(market.app)), Wire(serve(market.desk_app))


def fault(status: int | None) -> bool:
    return status is not None and status >= 500


def test_no_host_is_absurd_enough_for_a_fault(wires: tuple[Wire, Wire]) -> None:
    extra = (b"X-Till: 1", b"Content-Type: application/json", b"Authorization: Bearer x")
    for wire, lines in zip(wires, (SHOP, DESK), strict=True):
        for line in lines:
            for host in HOSTS:
                assert not fault(wire.ask(line, *extra, host=host, body=b"{}")), (line, host)


HALF_A_HANDSHAKE = [
    [],
    [b"Sec-WebSocket-Version: 13"],
    [b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
    [b"Sec-WebSocket-Version: 99", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
    [b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: "],
    [b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: \xff\xff"],
    [b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: x", b"Sec-WebSocket-Protocol: \xff,,"],
]


@pytest.mark.parametrize("headers", HALF_A_HANDSHAKE)
def test_half_a_handshake_is_a_bad_request(
    wires: tuple[Wire, Wire], market: Market, headers: list[bytes]
) -> None:
    own = b"Origin: http://localhost"
    upgrade = (b"Upgrade: websocket", b"X-More: 1")
    line = b"GET /till/channel HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
    assert wires[0](line + b"\r\n".join([own, *upgrade, *headers]) + b"\r\n\r\n") == 400


def test_odd_framing_is_refused_or_cut(wires: tuple[Wire, Wire]) -> None:
    json = b"Content-Type: application/json\r\nX-Till: 1\r\n"
    for wire, path in zip(wires, (b"/till/iziAddToCart", b"/v1/orders"), strict=True):
        start = b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + json
        for rest in (
            b"Content-Length: -1\r\n\r\n{}",
            b"Content-Length: 99999999999999999999\r\n\r\n{}",
            b"Content-Length: two\r\n\r\n{}",
            b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
            b"Cookie: " + b"a=b; " * 3000 + b"\r\nContent-Length: 2\r\n\r\n{}",
            b"X-Long: " + b"x" * 70_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
        ):
            assert not fault(wire(start + rest)), rest[:40]


def test_odd_methods_and_paths_are_refused(wires: tuple[Wire, Wire]) -> None:
    for wire, paths in zip(
        wires,
        (["/till/basket", "/till/channel", "/till/callbacks/till"], ["/order", "/v1/orders"]),
        strict=True,
    ):
        for path in paths:
            for method in ("TRACE", "CONNECT", "PROPFIND", "get", "X" * 900, "OPTIONS", "HEAD"):
                assert not fault(wire.ask(f"{method} {path}")), (method, path)
            for tail in (
                "/%00",
                "/%ff%fe",
                "/..%2f..%2f",
                "//",
                "/%ed%a0%80",
                "/" + "a" * 8000,
                "?%",
            ):
                for method in ("GET", "POST", "DELETE"):
                    assert not fault(wire.ask(f"{method} {path}{tail}")), (method, path, tail)
