"""A street with a desk and two shops, a desktop that looks at a shop, a phone with the wallet."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.wallet import wallet_street
from tests.browser.wallet.hands import Phone, Tab
from tests.browser.wallet.wallet_street import Shop
from tests.conftest import Serve

SECONDS = 15
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1100, "height": 800}}


@dataclass
class Street:
    """Where everything is."""

    desk: str
    shops: list[Shop]

    @property
    def shop(self) -> Shop:
        return self.shops[0]


@pytest.fixture
def ports() -> Callable[[int], list[int]]:
    """Ports that nobody uses."""

    def find(count: int) -> list[int]:
        probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        found = [probe.getsockname()[1] for probe in probes]
        for probe in probes:
            probe.close()
        return found

    return find


@pytest.fixture
def open_street(
    serve: Serve, tmp_path: Path, ports: Callable[[int], list[int]]
) -> Iterator[Callable[[int], Street]]:
    """``open_street(2)`` opens a desk and two shops, each a site of its own."""
    closers: list[Callable[[], None]] = []

    def open_some(count: int) -> Street:
        first, *others = ports(count + 1)
        desk_url = f"http://127.0.0.1:{first}"
        desk = wallet_street.open_desk(tmp_path, desk_url)
        closers.append(desk.extensions["till_desk"].owner.close)
        serve(desk, port=first)
        shops = []
        for number, port in enumerate(others):
            url = f"http://localhost:{port}"
            shop = wallet_street.open_shop(tmp_path, number, url, desk, desk_url)
            closers.append(lambda shop=shop: shop.till.close(shop.app))
            serve(shop.app, host="localhost", port=port)
            shops.append(shop)
        return Street(desk_url, shops)

    yield open_some
    for close in reversed(closers):
        close()


@pytest.fixture
def street(open_street: Callable[[int], Street]) -> Street:
    """A desk and one shop."""
    return open_street(1)


@pytest.fixture
def new_browser(browser: Browser, open_street: object) -> Iterator[Callable[..., BrowserContext]]:
    """Somebody's browser, with cookies of its own; it is closed before the street is."""
    expect.set_options(timeout=SECONDS * 1000)
    contexts = []

    def new(**looks: object) -> BrowserContext:
        context = browser.new_context(locale="en-GB", reduced_motion="reduce", **looks)
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def desktop(new_browser: Callable[..., BrowserContext]) -> BrowserContext:
    return new_browser(**DESKTOP)


@pytest.fixture
def open_tab(desktop: BrowserContext, street: Street) -> Callable[..., Tab]:
    def open_one(path: str = "/") -> Tab:
        page = desktop.new_page()
        page.goto(street.shop.url + path)
        return Tab(page)

    return open_one


@pytest.fixture
def tab(open_tab: Callable[..., Tab]) -> Tab:
    """The shop on a desktop."""
    return open_tab()


@pytest.fixture
def phone(new_browser: Callable[..., BrowserContext], street: Street) -> Phone:
    """The wallet on a phone; its shopper is signed in."""
    phone = Phone(new_browser(**PHONE).new_page(), street.desk)
    phone.sign_in()
    return phone


@pytest.fixture
def linked(tab: Tab, phone: Phone) -> Tab:
    """The shop on a desktop, with two mugs that are in the wallet, too."""
    tab.add("Add the mug")
    tab.holds(1)
    tab.ask_phone("Mug by phone")
    phone.answer()
    tab.is_linked()
    phone.holds("Blue mug", 2)
    return tab
