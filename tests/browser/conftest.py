"""The corner shop and its desk, served on two sites, and a shopper's browser."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from . import corner_shop

SECONDS = 8


@dataclass
class Street:
    """Where the shop and the desk are, and a switch to turn the desk off and on again."""

    shop: str
    desk: str
    close_desk: Callable[[], None]
    reopen_desk: Callable[[], None]
    refuse_sockets: Callable[[], None]


def two_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
def street(serve, tmp_path: Path) -> Iterator[Street]:
    shop_port, desk_port = two_ports()
    shop_url, desk_url = f"http://localhost:{shop_port}", f"http://127.0.0.1:{desk_port}"
    corner_shop.PAID.clear()
    shop = corner_shop.open_shop(tmp_path, shop_url, desk_url)
    desk = corner_shop.open_desk(tmp_path, shop_url, desk_url)
    serve(shop, host="localhost", port=shop_port)
    serve(desk, port=desk_port)
    yield Street(
        shop_url,
        desk_url,
        close_desk=lambda: serve.stop(desk_url),
        reopen_desk=lambda: serve(desk, port=desk_port),
        refuse_sockets=lambda: refuse_sockets(shop),
    )
    shop.extensions["till"].owner.close(shop)
    desk.extensions["till_desk"].owner.close()


def refuse_sockets(shop: Flask) -> None:
    """As a proxy does that knows no websockets."""
    inside = shop.wsgi_app

    def refuse(environ, start_response):
        if environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            start_response("403 Forbidden", [("Content-Length", "0")])
            return []
        return inside(environ, start_response)

    shop.wsgi_app = refuse


def prepare(context: BrowserContext) -> BrowserContext:
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    return context


@pytest.fixture
def shopper(browser) -> Iterator[BrowserContext]:
    """One person's browser, with any number of tabs."""
    context = prepare(browser.new_context(locale="en-GB", viewport={"width": 1100, "height": 800}))
    yield context
    context.close()


@pytest.fixture
def open_tab(shopper: BrowserContext, street: Street) -> Callable[..., Page]:
    def open_one(path: str = "/") -> Page:
        page = shopper.new_page()
        page.goto(street.shop + path)
        return page

    return open_one
