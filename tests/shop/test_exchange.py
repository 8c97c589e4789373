"""One exchange with a desk on a real network: bounded in time and size, and never led elsewhere."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator

import httpx
import pytest
from flask import Flask, Response, redirect, request

from flask_till.errors import InvalidRequest, SettingsError, Unavailable
from flask_till.shop.desks.exchange import (
    LARGEST_ANSWER,
    Exchange,
    is_address,
    moment,
    require_address,
)
from tests.conftest import Serve


@pytest.fixture
def url(serve: Serve) -> str:
    app = Flask("desk")

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> Response:
        told = [request.method, request.headers.get("Accept-Encoding"), request.content_type]
        return Response(f"{told} {request.get_data(as_text=True)}", 418)

    @app.get("/drip")
    def drip() -> Response:
        def slowly() -> Iterator[bytes]:
            for _ in range(50):
                yield b" "
                time.sleep(0.1)

        return Response(slowly())

    @app.get("/silent")
    def silent() -> str:
        time.sleep(2)
        return ""

    @app.get("/away")
    def away() -> object:
        return redirect("/echo")

    return serve(app)


@pytest.fixture
def exchange(url: str) -> Iterator[Exchange]:
    made = Exchange(f"{url}/", headers={"x-own": "1"})
    yield made
    made.close()


def test_whatever_the_status_the_bytes_come_back(exchange: Exchange) -> None:
    reply = exchange.send("POST", "/echo", b"{}")
    assert (reply.status, reply.body) == (418, b"['POST', 'identity', 'application/json'] {}")
    assert exchange.send("GET", "/echo").body == b"['GET', 'identity', None] "


@pytest.mark.parametrize("path", ["/drip", "/silent"])
def test_a_slow_answer_is_given_up_in_time(exchange: Exchange, path: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable):
        exchange.send("GET", path, within=0.4)
    assert time.monotonic() - began < 1.5


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    sent: list[int] = []

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for _ in range(100):
                sent.append(65536)
                yield b" " * 65536

    exchange = Exchange(
        "https://desk.example",
        transport=httpx.MockTransport(lambda request: httpx.Response(200, stream=Endless())),
    )
    with pytest.raises(Unavailable):
        exchange.send("GET", "/")
    exchange.close()
    assert LARGEST_ANSWER < sum(sent) <= LARGEST_ANSWER + 2 * 65536


def test_a_redirect_is_an_answer_and_not_a_way(exchange: Exchange) -> None:
    assert exchange.send("GET", "/away").status == 302


def test_nobody_at_the_address_is_unavailable(free_port: int) -> None:
    exchange = Exchange(f"http://127.0.0.1:{free_port}")
    with pytest.raises(Unavailable) as refused:
        exchange.send("GET", "/")
    exchange.close()
    assert (refused.value.code, refused.value.status) == ("DESK_UNAVAILABLE", 503)


def test_a_proxy_of_the_environment_is_not_asked(
    url: str, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port}")
    exchange = Exchange(url)
    assert exchange.send("GET", "/echo").status == 418
    exchange.close()


@pytest.mark.parametrize(("kind", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_what_is_compressed_is_not_unpacked(kind: str, pack: Callable[[bytes], bytes]) -> None:
    """A few bytes can be a thousand times as many; nobody asked for them in that form."""

    def answer(request: httpx.Request) -> httpx.Response:
        body = httpx.ByteStream(pack(b"{}"))
        return httpx.Response(200, headers={"content-encoding": kind}, stream=body)

    exchange = Exchange("https://desk.example", transport=httpx.MockTransport(answer))
    with pytest.raises(Unavailable):
        exchange.send("GET", "/")
    exchange.close()


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-02T10:04:30.000Z", "2026-03-02T10:04:30+00:00"),
        ("2026-03-02T11:04:30+01:00", "2026-03-02T10:04:30+00:00"),
        ("2026-03-02T10:04:30", "2026-03-02T10:04:30+00:00"),
    ],
)
def test_times_are_in_utc(text: str, at: str) -> None:
    found = moment(text)
    assert found is not None
    assert found.isoformat() == at


@pytest.mark.parametrize("text", ["", "soon", "99999-01-01", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        moment(text)
    assert moment(None) is None


ADDRESSES: dict[str, bool] = {
    "https://pay.example": True,
    "http://127.0.0.1:5001/ipos?a=b": True,
    "": False,
    "pay.example": False,
    "ftp://pay.example": False,
    "javascript:alert(1)": False,
    "https://": False,
    "https://user:word@pay.example": False,
    "https://pay.example/a b": False,
    "https://pay.example\\@evil.example": False,
    "https://pay.example/\n": False,
    "https://pay.example/" + "x" * 2048: False,
}


@pytest.mark.parametrize(("text", "fine"), ADDRESSES.items(), ids=range(len(ADDRESSES)))
def test_an_address_is_told_from_what_looks_like_one(text: str, fine: bool) -> None:
    assert is_address(text) == fine
    check: Callable[[], str] = lambda: require_address("base_url", text)  # noqa: E731
    if fine:
        assert check()
        return
    with pytest.raises(SettingsError, match="base_url"):
        check()
