"""What the tests share: the stand-in shop, a browser, and tabs that notice script errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .miniapp_page import HOST_POLICY, MINIAPP, Miniapp
from .played_prices import open_quoted, prices
from .world import HASH, World

__all__ = ["open_quoted", "prices"]  # fixtures

OpenTab = Callable[..., Page]
OpenMiniapp = Callable[..., Miniapp]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full_browser: needs what the headless shell leaves out")


@pytest.fixture(scope="session")
def served_world() -> Iterator[World]:
    with World().served() as world:
        yield world


@pytest.fixture
def world(served_world: World) -> World:
    served_world.forget()
    return served_world


@pytest.fixture
def shopper(request: pytest.FixtureRequest, world: World) -> Iterator[BrowserContext]:
    """One shopper's browser, with any number of tabs; a whole one where `full_browser` says so."""
    full = request.node.get_closest_marker("full_browser")
    browser: Browser = request.getfixturevalue("full_chromium" if full else "browser")
    context = browser.new_context(locale="en-GB", viewport={"width": 1000, "height": 720})
    context.set_default_timeout(6000)
    expect.set_options(timeout=6000)
    yield context
    context.close()


@pytest.fixture
def open_tab(shopper: BrowserContext, world: World) -> Iterator[OpenTab]:
    """Opens a page with these elements. A script error or a breach of the policy fails the test."""
    wrong: list[str] = []

    def heard(message: str) -> None:
        if "Failed to load resource" not in message and "WebSocket connection" not in message:
            wrong.append(message)

    def open_tab(body: str, *, wait: bool = True, **page: str) -> Page:
        tab = shopper.new_page()
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda line: heard(line.text) if line.type == "error" else None)
        head = page.pop("head", world.script)
        with (
            tab.expect_response(lambda answer: answer.url.endswith("till/basket"))
            if wait
            else nullcontext()
        ):
            tab.goto(world.page(body, head=head, **page))
        return tab

    yield open_tab
    assert wrong == []


@pytest.fixture
def open_miniapp(shopper: BrowserContext, world: World) -> Iterator[OpenMiniapp]:
    """Opens a host's page with a miniapp of another site; keywords become attributes.

    A script error or a breach of the policy fails the test.
    """
    wrong: list[str] = []

    def open_one(script: str = "", *, ready: bool = True, **attributes: str) -> Miniapp:
        boxo = world.boxo
        boxo.host = world.shop
        mini = world.file("mini.js", MINIAPP)
        if boxo.url is None and ready:
            head = f'<script src="{mini}"></script>'
            boxo.url = world.page("<h2>Teas</h2>", head=head, site=world.mini)
        known = {
            "app_id": "app_1",
            "client_id": "host_1",
            "base_url": f"{world.desk}/boxo/api/v1",
            "auth_code": "code-1",
            **attributes,
        }
        text = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in known.items())
        head = f'<script type="module" src="/till/assets/{HASH}/elements/till-miniapp.js"></script>'
        if script:
            head = f'<script src="{world.file("host.js", script)}"></script>{head}'
        tab = shopper.new_page()
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        tab.goto(world.page(f"<till-miniapp {text}></till-miniapp>", head=head, policy=HOST_POLICY))
        app = Miniapp(tab, world)
        if ready:
            expect(app.inside.get_by_text("Teas")).to_be_visible()
        return app

    yield open_one
    known = ("Failed to load resource", "Unsafe attempt to initiate navigation")
    assert [one for one in wrong if not one.startswith(known)] == []
