"""The channel as a long poll: the same news, asked for."""

from __future__ import annotations

import threading
import time
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.shop.conftest import browser, cookie
from tests.shop.counting import count_statements
from tests.shop.played_desk import PlayedDesk
from tests.shop.test_checkout_routes import check_out
from tests.shop.test_izi import add


def poll(client: FlaskClient, wait: int = 0, **seen: int) -> Any:
    return client.get("/till/channel", query_string={"wait": wait, **seen})


def test_the_poll_answers_what_the_socket_would_say(app: Flask, desk: PlayedDesk) -> None:
    client = browser(app)
    basket = add(client).json["basket"]
    check_out(client)
    frames = poll(client).json["frames"]
    assert frames[0] == {"type": "basket", "version": 1, "basket": basket | {"binding": None}}
    assert [frame["type"] for frame in frames] == ["basket", "order"]
    assert poll(client, basket=1, order=frames[1]["version"]).status_code == 204
    assert [f["type"] for f in poll(client, basket=1).json["frames"]] == ["order"]


def test_the_poll_waits_for_news_and_no_longer(app: Flask) -> None:
    client = browser(app)
    add(client)
    other = browser(app)
    other.set_cookie("till_basket", cookie(client).partition("=")[2])
    later = threading.Timer(0.3, lambda: add(other))
    later.start()
    began = time.monotonic()
    frames = poll(client, wait=20, basket=1).json["frames"]
    later.join()
    assert frames[0]["basket"]["count"] == 2
    assert 0.2 < time.monotonic() - began < 5
    began = time.monotonic()
    assert poll(client, wait=1, basket=2).status_code == 204
    assert 0.9 < time.monotonic() - began < 4


def test_a_poll_without_a_basket_does_not_wait(client: FlaskClient) -> None:
    assert poll(client).status_code == 204
    answer = poll(client, wait=20)
    assert (answer.status_code, answer.json["error_code"]) == (404, "NO_BASKET")


def test_odd_questions_are_refused(client: FlaskClient) -> None:
    for query in ("wait=26", "wait=-1", "basket=x", "order=-1", "basket=1.5", "order=" + "9" * 30):
        assert client.get(f"/till/channel?{query}").status_code == 422, query


def test_a_poll_with_no_news_is_one_small_query(app: Flask) -> None:
    client = browser(app)
    add(client)
    with count_statements(app) as statements:
        assert poll(client, basket=1).status_code == 204
    assert len(statements) == 1
    with count_statements(app) as statements:
        assert poll(client).status_code == 200
    assert len(statements) <= 4, statements


def test_a_new_order_is_newer_than_any_state_of_the_last(app: Flask, desk: PlayedDesk) -> None:
    client = browser(app)
    add(client)
    desk.pay(client, check_out(client).json["order_id"])
    frames = {frame["type"]: frame for frame in poll(client).json["frames"]}
    add(client)
    second = check_out(client).json["order_id"]
    newer = poll(client, basket=99, order=frames["order"]["version"]).json["frames"]
    assert [frame["order"]["order_id"] for frame in newer] == [second]
