"""What a page loads for a working button and badge, the channel included."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import CDPSession, sync_playwright

from flask_till.shop.routes.assets import widget

from .browser import open_browser
from .server import serve
from .table import Row

MOST_BYTES = 5000
MOST_FILES = 4


def run() -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("tests.bench.shop:serve_shop()", Path(folder)) as port,
    ):
        bodies = _in_a_page(f"http://localhost:{port}/ours-with-basket")
    for name, size in bodies.items():
        print(f"  {name:<60} {size:>5} B in Chromium", flush=True)
    loaded = {name.split("/", 3)[3]: size for name, size in bodies.items() if "/assets/" in name}
    many = len(loaded)
    yield _bytes("widget: its files, brotli", sum(len(widget().files[it].brotli) for it in loaded))
    yield _bytes("widget in Chromium: its files' bodies", sum(loaded.values()))
    yield Row("widget in Chromium: its requests", many, MOST_FILES, "", many / MOST_FILES, most=1)


def _bytes(name: str, size: float) -> Row:
    return Row(name, size, MOST_BYTES, "B", size / MOST_BYTES, most=1)


def _in_a_page(url: str) -> dict[str, int]:
    """Bytes by path, as Chromium counts it: a page with a button and a badge, and a first click."""
    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        page = browser.new_page(locale="en-GB")
        traffic = Traffic(page.context.new_cdp_session(page))
        page.goto(url)
        page.get_by_role("button", name="Buy now").click()
        page.wait_for_function("document.querySelector('till-basket').getAttribute('count') == 1")
        page.wait_for_timeout(500)
        browser.close()
    return traffic.bodies()


class Traffic:
    """What a page loaded, as the browser's own network log has it."""

    def __init__(self, session: CDPSession) -> None:
        self._names: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.webSocketCreated", self._opened)
        session.on("Network.dataReceived", self._came)
        session.on("Network.webSocketFrameReceived", self._heard)
        session.send("Network.enable")

    def _asked(self, event: dict) -> None:
        self._names[event["requestId"]] = event["request"]["url"].split("/", 3)[3]

    def _opened(self, event: dict) -> None:
        self._names[event["requestId"]] = event["url"].split("/", 3)[3] + " (socket)"

    def _came(self, event: dict) -> None:
        self._add(event["requestId"], event["encodedDataLength"])

    def _heard(self, event: dict) -> None:
        self._add(event["requestId"], len(event["response"]["payloadData"]))

    def _add(self, request_id: str, size: int) -> None:
        self._sizes[request_id] = self._sizes.get(request_id, 0) + size

    def bodies(self) -> dict[str, int]:
        return {name: self._sizes.get(key, 0) for key, name in self._names.items()}
