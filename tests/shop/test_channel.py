"""The channel as a websocket: what a browser is told, and how it ends."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from socket import SHUT_RDWR
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from simple_websocket import Client, ConnectionClosed

from flask_till.shop.routes import channel as channel_module
from tests.shop.conftest import browser, cookie
from tests.shop.played_desk import PlayedDesk
from tests.shop.test_checkout_routes import check_out
from tests.shop.test_izi import add
from tests.shop.test_poll import poll

PAGE = "http://127.0.0.1"
"""The origin of the shop's pages as this websocket client names the host: without its port."""


class Listener(Client):
    """A websocket client that also hears what came in one packet with the server's handshake."""

    def handshake(self) -> None:
        super().handshake()
        self._handle_events()
        self.connected = True  # or nobody could ask for the code it was closed with


@contextmanager
def socket(url: str, client: FlaskClient | None = None, **headers: str) -> Iterator[Client]:
    """A websocket as the browser of ``client`` opens it on the shop's page at ``url``."""
    sent = {"Origin": PAGE, **headers}
    if client is not None:
        sent["Cookie"] = cookie(client)
    ws = Listener(url.replace("http", "ws") + "/till/channel?lang=en", headers=sent)
    try:
        yield ws
    finally:
        with suppress(ConnectionClosed, OSError):
            ws.close()
        ws.thread.join(2)


def hear(ws: Client, timeout: float = 5) -> dict[str, Any]:
    """The next frame that is not a heartbeat."""
    while True:
        text = ws.receive(timeout=timeout)
        assert text is not None, "nothing came"
        frame = json.loads(text)
        if frame["type"] != "beat":
            return frame


def close_code(ws: Client, timeout: float = 5) -> int:
    """How the server ended it."""
    ends = time.monotonic() + timeout
    while time.monotonic() < ends:
        try:
            ws.receive(timeout=0.5)
        except ConnectionClosed as closed:
            return int(closed.reason)
    raise AssertionError("the server did not end it")


def test_the_first_frame_is_the_basket_as_it_is(app: Flask, serve: Any) -> None:
    client = browser(app)
    basket = add(client).json["basket"]
    with socket(serve(app), client) as ws:
        assert hear(ws) == {"type": "basket", "version": 1, "basket": basket | {"binding": None}}


def test_each_change_is_told(app: Flask, serve: Any, desk: PlayedDesk) -> None:
    client = browser(app)
    add(client)
    with socket(serve(app), client) as ws:
        hear(ws)
        add(client)
        assert hear(ws)["basket"]["count"] == 2
        order_id = check_out(client).json["order_id"]
        told = [hear(ws)]
        while told[-1]["order"]["status"] != "pending":
            told.append(hear(ws))
        assert told[-1]["order"]["order_id"] == order_id
        assert told[-1]["order"]["number"] == "T-000001"
        assert told[-1]["order"]["complete"] is None
        desk.pay(client, order_id)
        frames = {frame["type"]: frame for frame in (hear(ws), hear(ws))}
        assert frames["order"]["order"]["status"] == "paid"
        assert frames["order"]["order"]["complete"] == {"action": "refresh"}
        assert frames["order"]["version"] > told[-1]["version"]
        assert frames["basket"]["basket"]["count"] == 0


def test_a_browser_hears_only_of_its_own_basket(app: Flask, serve: Any) -> None:
    mine, theirs = browser(app), browser(app)
    add(mine)
    add(theirs)
    with socket(serve(app), mine) as ws:
        hear(ws)
        add(theirs)
        ws.send('{"basket": "bsk_other"}')
        assert ws.receive(timeout=0.5) is None
        add(mine)
        assert hear(ws)["basket"]["count"] == 2


def test_two_processes_on_one_database_tell_each_other(
    new_shop: Callable[..., Flask], serve: Any
) -> None:
    here, there = new_shop(), new_shop()
    client = browser(here)
    add(client)
    with socket(serve(here), client) as ws:
        hear(ws)
        twin = there.test_client()
        twin.set_cookie("till_basket", cookie(client).partition("=")[2])
        twin.environ_base["HTTP_ORIGIN"] = "http://localhost"
        began = time.monotonic()
        add(twin)
        assert hear(ws)["basket"]["count"] == 2
        assert time.monotonic() - began < 2


FOREIGN = ["https://evil.example", "null", "http://shop.example.evil", "http://127.0.0.1:1", ""]


@contextmanager
def asked_for_upgrade(url: str, **headers: str) -> Iterator[HTTPResponse]:
    """The answer to a request for a websocket, as bare HTTP."""
    asked = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    with closing(HTTPConnection(url.partition("://")[2], timeout=5)) as connection:
        connection.request("GET", "/till/channel", headers={**asked, **headers})
        with closing(connection.getresponse()) as answer:
            yield answer


def refusal(url: str, **headers: str) -> tuple[int, str]:
    with asked_for_upgrade(url, **headers) as answer:
        return answer.status, json.loads(answer.read())["error_code"]


def test_a_foreign_page_is_refused_before_the_upgrade(app: Flask, serve: Any) -> None:
    url = serve(app)
    client = browser(app)
    add(client)
    told = cookie(client)
    for origin in FOREIGN:
        assert refusal(url, Cookie=told, Origin=origin) == (403, "FOREIGN_ORIGIN"), origin
    assert refusal(url, Cookie=told) == (403, "FOREIGN_ORIGIN")
    # A header of our own is no excuse here: no browser can send one with a socket.
    assert refusal(url, Cookie=told, **{"X-Till": "1"}) == (403, "FOREIGN_ORIGIN")


def test_a_server_without_websockets_says_so(app: Flask) -> None:
    asked = {"Connection": "Upgrade", "Upgrade": "websocket"}
    answer = browser(app).get("/till/channel", headers=asked)
    assert (answer.status_code, answer.json["error_code"]) == (501, "NOT_IMPLEMENTED")


def test_without_a_basket_there_is_nothing_to_hear(app: Flask, serve: Any) -> None:
    with socket(serve(app)) as ws:
        assert close_code(ws) == 4404


def test_compression_is_not_agreed_to(app: Flask, serve: Any) -> None:
    url = serve(app)
    client = browser(app)
    add(client)
    offered = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    with asked_for_upgrade(url, Cookie=cookie(client), Origin=url, **offered) as answer:
        assert answer.status == 101
        assert answer.getheader("Sec-WebSocket-Extensions") in (None, "")


def test_a_client_that_talks_too_much_is_sent_away(app: Flask, serve: Any) -> None:
    client = browser(app)
    add(client)
    with socket(serve(app), client) as ws:
        hear(ws)
        with suppress(ConnectionClosed, OSError):
            for _ in range(200):
                ws.send("x")
        assert close_code(ws) == 4008
    assert waiting(app) == 0


def test_a_few_words_are_only_dropped(app: Flask, serve: Any) -> None:
    client = browser(app)
    add(client)
    with socket(serve(app), client) as ws:
        hear(ws)
        for _ in range(20):
            ws.send("x")
        time.sleep(0.2)
        add(client)
        assert hear(ws)["basket"]["count"] == 2


def test_a_long_message_ends_it(app: Flask, serve: Any) -> None:
    client = browser(app)
    add(client)
    with socket(serve(app), client) as ws:
        hear(ws)
        ws.send("x" * 5000)
        assert close_code(ws) == 1009
    assert waiting(app) == 0


def test_past_the_cap_sockets_and_polls_are_asked_to_come_later(
    new_shop: Callable[..., Flask], serve: Any
) -> None:
    app = new_shop(TILL_MAX_WAITERS=2)
    url = serve(app)
    client = browser(app)
    add(client)
    with socket(url, client) as first, socket(url, client) as second:
        hear(first), hear(second)
        with socket(url, client) as third:
            assert close_code(third) == 4013
        answer = poll(client, wait=5, basket=1)
        assert (answer.status_code, answer.json["error_code"]) == (503, "POLL_LATER")
        assert int(answer.headers["Retry-After"]) >= 1
        assert client.get("/till/iziGetOrderComplete?wait=5").status_code == 503
        # What needs no waiting is answered all the same.
        assert poll(client).status_code == 200
        assert client.get("/till/basket").status_code == 200
    assert waiting(app) == 0
    with socket(url, client) as again:
        assert hear(again)["version"] == 1


def test_one_basket_cannot_take_every_place(new_shop: Callable[..., Flask], serve: Any) -> None:
    app = new_shop(TILL_MAX_WAITERS=20)
    url = serve(app)
    greedy, modest = browser(app), browser(app)
    add(greedy)
    add(modest)
    with ExitStack() as opened:
        for _ in range(8):
            hear(opened.enter_context(socket(url, greedy)))
        assert close_code(opened.enter_context(socket(url, greedy))) == 4013
        assert hear(opened.enter_context(socket(url, modest)))["type"] == "basket"
    assert waiting(app) == 0


def test_one_address_cannot_take_every_place(
    new_shop: Callable[..., Flask], serve: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = new_shop(TILL_MAX_WAITERS=9, TILL_MAX_WAITERS_PER_ADDRESS=2)
    url = serve(app)
    clients = [browser(app) for _ in range(3)]
    for client in clients:
        add(client)
    with socket(url, clients[0]) as first, socket(url, clients[1]) as second:
        hear(first), hear(second)
        with socket(url, clients[2]) as third:
            assert close_code(third) == 4013
        answer = poll(clients[2], wait=5, basket=1)
        assert (answer.status_code, answer.json["error_code"]) == (503, "POLL_LATER")
        assert "ProxyFix" not in caplog.text
        proxied = {"X-Forwarded-For": "203.0.113.9"}
        for _ in range(3):
            clients[2].get("/till/channel?wait=5&basket=1", headers=proxied)
        assert caplog.text.count("ProxyFix") == 1
        clients[2].environ_base["REMOTE_ADDR"] = "198.51.100.7"
        assert poll(clients[2], wait=1, basket=1).status_code == 204
    assert waiting(app) == 0


def test_whose_limits_are_kept_by_a_proxy_counts_no_addresses(
    new_shop: Callable[..., Flask], serve: Any
) -> None:
    app = new_shop(TILL_LIMITS=False, TILL_MAX_WAITERS_PER_ADDRESS=1)
    url = serve(app)
    client = browser(app)
    add(client)
    with socket(url, client) as first, socket(url, client) as second:
        assert hear(first) == hear(second)


def test_a_client_that_hangs_up_leaves_its_place(app: Flask, serve: Any) -> None:
    client = browser(app)
    add(client)
    url = serve(app)
    for _ in range(3):
        with socket(url, client) as ws:
            hear(ws)
            ws.sock.shutdown(SHUT_RDWR)
    assert waiting(app) == 0


def test_closing_the_shop_lets_everybody_go(app: Flask, serve: Any) -> None:
    client = browser(app)
    add(client)
    answers: list[int] = []
    polling = threading.Thread(
        target=lambda: answers.append(poll(client, 20, basket=1).status_code)
    )
    polling.start()
    with socket(serve(app), client) as ws:
        hear(ws)
        began = time.monotonic()
        app.extensions["till"].owner.close(app)
        assert close_code(ws) == 1001
        polling.join(3)
    assert answers == [204]
    assert time.monotonic() - began < 3


def test_a_failure_of_ours_ends_the_socket_and_is_logged(
    app: Flask, serve: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(basket_id: str) -> None:
        raise ArithmeticError("this is broken")

    client = browser(app)
    add(client)
    monkeypatch.setattr(app.extensions["till"].versions, "ask", broken)
    with socket(serve(app), client) as ws:
        assert close_code(ws) == 1011
    assert "this is broken" in caplog.text
    assert waiting(app) == 0


def test_a_quiet_socket_beats_and_then_ends(
    app: Flask, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_module, "BEAT_EVERY", 0.1)
    client = browser(app)
    add(client)
    object.__setattr__(app.extensions["till"].settings, "channel_idle_seconds", 0.5)
    with socket(serve(app), client) as ws:
        hear(ws)
        assert ws.receive(timeout=2) == '{"type":"beat"}'
        assert close_code(ws) == 1001


def waiting(app: Flask, within: float = 3) -> int:
    """How many still hold a place, once those that are leaving have left."""
    ends = time.monotonic() + within
    ears = app.extensions["till"].waiters._ears
    while ears and time.monotonic() < ends:
        time.sleep(0.02)
    return len(ears)


def test_a_lost_callback_is_healed_while_somebody_listens(
    app: Flask, serve: Any, desk: PlayedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(app)
    add(client)
    order_id = check_out(client).json["order_id"]
    desk.move(order_id, "paid")
    with socket(serve(app), client) as ws:
        told = [hear(ws)]
        while told[-1].get("order", {}).get("status") != "paid":
            told.append(hear(ws))
    assert desk.asked == 1
