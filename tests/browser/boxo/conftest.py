"""A world of three sites: a shop, a desk and a third for whoever is shown inside or around it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.boxo import miniapp_street
from tests.browser.boxo.published_clients import host_page, serve_packages
from tests.conftest import Serve, missing
from tests.widget.world import World

SECONDS = 10


@pytest.fixture(scope="session")
def boxo_packages(node_modules: Path) -> Path:
    if not (node_modules / "@appboxo" / "web-sdk").is_dir():
        missing("@appboxo/web-sdk")
    return node_modules


@pytest.fixture
def world(boxo_packages: Path) -> Iterator[World]:
    """Stand-ins for a shop and a desk, and the published clients."""
    world = World()
    serve_packages(world.app, boxo_packages)
    with world.served():
        yield world


@pytest.fixture
def shopper(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        locale="en-GB", viewport={"width": 1000, "height": 800}, reduced_motion="reduce"
    )
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    yield context
    context.close()


@pytest.fixture
def serve_page(world: World) -> Callable[[str, str], str]:
    """``serve_page(html, site)`` puts a whole page there and returns its address."""

    def put(html: str, site: str) -> str:
        path = f"/pages/{len(world.pages)}"
        world.pages[path] = html, {}
        return site + path

    return put


@dataclass
class Street:
    """A desk that plays a host app, a shop that is a miniapp, and a host of somebody else's."""

    desk: str
    shop: str
    host: str
    desk_app: Flask

    def show_teas(self) -> None:
        """From now on the miniapp is another page of the shop's site, with the published client."""
        with self.desk_app.app_context():
            desk = self.desk_app.extensions["till_desk"].owner
            desk.boxo.change_miniapp(miniapp_street.APP, url=f"{self.shop}/teas")

    def published_host(self) -> str:
        """A page of another site that shows the shop by means of the published client."""
        return f"{self.host}/"


@pytest.fixture
def street(serve: Serve, tmp_path: Path, boxo_packages: Path) -> Iterator[Street]:
    desk_port, shop_port, host_port = ports(3)
    desk_url = f"http://127.0.0.1:{desk_port}"
    shop_url = f"http://localhost:{shop_port}"
    host_url = f"http://host.localhost:{host_port}"
    desk = miniapp_street.open_desk(tmp_path, desk_url, shop_url, host_url)
    shop = miniapp_street.open_shop(tmp_path, desk_url, shop_url, boxo_packages)
    host = Flask("published_host")
    page = host_page(
        clientId=miniapp_street.HOST,
        appId=miniapp_street.APP,
        baseUrl=f"{desk_url}/boxo/api/v1",
        payUrl=f"{desk_url}/boxo/hostapp/pay",
        allowedOrigins=[shop_url],
    )
    host.add_url_rule("/", "page", lambda: page)
    serve_packages(host, boxo_packages)
    for app, port in ((desk, desk_port), (shop, shop_port), (host, host_port)):
        serve(app, port=port)
    yield Street(desk_url, shop_url, host_url, desk)
    shop.extensions["till"].owner.close(shop)
    desk.extensions["till_desk"].owner.close()


def ports(count: int) -> list[int]:
    """Ports that nobody uses."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    found = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return found
