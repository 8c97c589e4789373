"""The way out: bounded in time and size, and never to an address inside."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any

import httpx
import pytest
from flask import Flask, Response
from hypothesis import given
from hypothesis import strategies as st

from flask_till.base import http
from flask_till.base.http import Outbound, check_url, is_public
from flask_till.errors import InvalidRequest

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "240.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001::1",
    "192.88.99.1",
    "2001:db8::1",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "172.15.0.1",
    "172.32.0.1",
    "172.250.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_wrapping_a_private_address_does_not_make_it_public(address: Any) -> None:
    for text in (f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}"):
        assert not (is_public(text) and not is_public(str(address)))


@given(st.text())
def test_no_text_breaks_the_check(text: str) -> None:
    for url in (
        text,
        f"https://{text}",
        f"https://{text}@x.example/",
        f"https://x.example:{text}/",
    ):
        with contextlib.suppress(InvalidRequest):
            assert check_url(url) == url


def test_plain_http_is_for_hosts_that_were_named() -> None:
    with pytest.raises(InvalidRequest):
        check_url("http://localhost:5000/hook")
    assert check_url("http://localhost:5000/hook", allowed_hosts=["localhost"])
    with pytest.raises(InvalidRequest):
        check_url("http://localhost.evil.example/", allowed_hosts=["localhost"])


def an_app() -> Flask:
    app = Flask("out_there")
    app.add_url_rule(
        "/", "here", lambda: Response("x" * 100_000, headers={"Content-Encoding": "br"})
    )
    app.add_url_rule("/away", "away", lambda: Response(status=302, headers={"Location": "/"}))
    return app


def test_an_answer_is_cut_at_64_kb_not_followed_and_not_unpacked(serve: Any) -> None:
    url, outbound = serve(an_app()), Outbound(allowed_hosts=["127.0.0.1"])
    assert len(outbound.send("GET", url).body) == 64 * 1024
    assert outbound.send("GET", f"{url}/away").status == 302
    outbound.close()


def test_without_permission_this_machine_is_not_called(serve: Any) -> None:
    url, outbound = serve(an_app()), Outbound()
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1"):
        with pytest.raises(httpx.ConnectError, match="private"):
            outbound.send("GET", url.replace("127.0.0.1", host))
    outbound.close()


def test_one_that_drips_forever_is_hung_up_on(monkeypatch: Any) -> None:
    monkeypatch.setattr(http, "DEADLINE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            call, _ = server.accept()
            with call:
                call.recv(65536)
                call.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not stop.wait(0.1):
                    try:
                        call.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        outbound = Outbound(allowed_hosts=["127.0.0.1"])
        began = time.monotonic()
        with pytest.raises(httpx.TimeoutException):
            outbound.send("GET", f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert time.monotonic() - began < 5
        stop.set()
        thread.join()
        outbound.close()


def test_one_that_drips_its_headers_is_hung_up_on_too(monkeypatch: Any) -> None:
    monkeypatch.setattr(http, "DEADLINE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            call, _ = server.accept()
            with call:
                call.recv(65536)
                call.sendall(b"HTTP/1.1 200 OK\r\n")
                for number in range(100):
                    if stop.wait(0.2):
                        return
                    try:
                        call.sendall(f"X-{number}: y\r\n".encode())
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        outbound = Outbound(allowed_hosts=["127.0.0.1"])
        began = time.monotonic()
        with pytest.raises(httpx.TimeoutException):
            outbound.send("GET", f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert time.monotonic() - began < 5
        stop.set()
        thread.join()
        outbound.close()
