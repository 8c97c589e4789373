"""What the tests share: the stand-in shop, a browser, and tabs that notice script errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from .world import World

HEADLESS_SHELL = "/usr/bin/chromium-headless-shell"
CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
]
OpenTab = Callable[..., Page]


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


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


def launch(playwright: Playwright, executable: str) -> Browser:
    return playwright.chromium.launch(
        executable_path=executable if os.path.exists(executable) else None,
        ignore_default_args=["--disable-popup-blocking", "--disable-back-forward-cache"],
        args=ARGS,
    )


@pytest.fixture(scope="session")
def light_browser(driver: Playwright) -> Iterator[Browser]:
    """Starts quickly, but blocks no popups and caches no pages."""
    browser = launch(driver, HEADLESS_SHELL)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def full_browser(driver: Playwright) -> Iterator[Browser]:
    browser = launch(driver, CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Browser:
    full = request.node.get_closest_marker("full_browser")
    chosen: Browser = request.getfixturevalue("full_browser" if full else "light_browser")
    return chosen


@pytest.fixture
def shopper(browser: Browser, world: World) -> Iterator[BrowserContext]:
    """One shopper's browser, with any number of tabs."""
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
