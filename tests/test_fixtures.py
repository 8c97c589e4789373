"""The fixtures that other tests trust do what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from flask import Flask
from sqlalchemy import create_engine, inspect, text


def an_app(answer: str = "hello") -> Flask:
    app = Flask("an_app")
    app.add_url_rule("/", view_func=lambda: f"<!doctype html><title>x</title>{answer}")
    return app


def test_each_database_is_empty_and_apart(new_database_url: Callable[[], str]) -> None:
    first, second = create_engine(new_database_url()), create_engine(new_database_url())
    with first.begin() as connection:
        connection.execute(text("create table seen (x int)"))
    assert inspect(first).get_table_names() == ["seen"]
    assert inspect(second).get_table_names() == []
    first.dispose()
    second.dispose()


def test_time_stands_still_until_told_otherwise(clock: Any) -> None:
    start = clock()
    assert clock() == start
    clock.advance(minutes=30)
    assert (clock() - start).total_seconds() == 1800


def test_a_served_app_answers_and_a_stopped_one_hangs_up_and_comes_back(serve: Any) -> None:
    url = serve(an_app())
    with httpx.Client() as client:
        assert "hello" in client.get(url).text
        serve.stop(url)
        with pytest.raises(httpx.TransportError):
            client.get(url)
        assert serve(an_app("again"), port=httpx.URL(url).port) == url
        assert "again" in client.get(url).text


def test_redis_answers(redis_url: str) -> None:
    import redis

    with redis.Redis.from_url(redis_url) as client:
        client.set("a", "b")
        assert client.get("a") == b"b"


def test_a_page_opens_in_the_browser_on_two_sites(serve: Any, page: Any) -> None:
    for host in ("localhost", "127.0.0.1"):
        page.goto(serve(an_app(host), host=host))
        assert host in page.content()


def test_axe_finds_what_a_screen_reader_would_miss(serve: Any, page: Any, axe: Any) -> None:
    page.goto(serve(an_app("<html lang=en><main><h1>Fine</h1></main>")))
    axe(page)
    page.set_content("<html lang=en><title>x</title><main><button></button></main>")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page)


def test_the_full_browser_blocks_popups_without_a_click(serve: Any, full_chromium: Any) -> None:
    url = serve(an_app("<script>window.opened = window.open('/')</script>"))
    page = full_chromium.new_page()
    page.goto(url)
    assert page.evaluate("window.opened === null")
    page.close()


def test_node_runs(node: Any) -> None:
    assert node("--eval", "console.log(1 + 1)").stdout == "2\n"
