"""The shop of passes and its desk, served on two sites, and a shopper's browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import prepare, two_ports
from tests.browser.w3block import passes
from tests.conftest import Serve
from tests.shop.w3block.the_platform import Hurried


@dataclass
class Street:
    """Where everybody is; ``clock`` is the desk's, and that by which its prices are kept."""

    shop: str
    desk: str
    desk_app: Flask
    clock: Hurried

    def gas(self, amount: str) -> None:
        """What the network costs from now on."""
        desk = self.desk_app.extensions["till_desk"].owner
        desk.w3block.gas.prices[passes.DOLLAR] = Decimal(amount)


@pytest.fixture
def street(serve: Serve, tmp_path: Path) -> Iterator[Street]:
    shop_port, desk_port = two_ports()
    shop_url, desk_url = f"http://localhost:{shop_port}", f"http://127.0.0.1:{desk_port}"
    clock = Hurried()
    desk = passes.open_desk(tmp_path, shop_url, desk_url, clock)
    shop = passes.open_shop(tmp_path, shop_url, desk_url, clock)
    serve(desk, port=desk_port)
    serve(shop, host="localhost", port=shop_port)
    yield Street(shop_url, desk_url, desk, clock)
    shop.extensions["till"].owner.close(shop)
    desk.extensions["till_desk"].owner.close()


@pytest.fixture
def shopper(browser) -> Iterator[BrowserContext]:
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
