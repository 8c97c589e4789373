"""Time to a usable button in Chromium, ours against a minimal hand-written custom element.

Usable: the real button is in its shadow root, with its handler. Each load is a first visit, in a
browser context of its own; the pages are served alike, by the same server.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from .browser import open_browser
from .server import serve
from .table import Row, in_turn, paired

LOADS = 80  # single loads differ by half on a busy machine
WATCH = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, options);
  new MutationObserver(() => {
    if (root.querySelector('button')) window.usable ??= performance.now();
  }).observe(root, { childList: true, subtree: true });
  return root;
};
const known = () => (window.known ??= performance.now());
document.addEventListener('count-known', known);
document.addEventListener('till-basket-changed', known);
"""


def run() -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("tests.bench.shop:serve_shop()", Path(folder)) as port,
        sync_playwright() as playwright,
    ):
        browser = open_browser(playwright)
        site = f"http://localhost:{port}"
        for page in ("ours", "minimal"):
            _load(browser, f"{site}/{page}")
        pairs = in_turn(
            lambda: _load(browser, f"{site}/ours"),
            lambda: _load(browser, f"{site}/minimal"),
            LOADS,
        )
        browser.close()
    usable = [(mine[0], bare[0]) for mine, bare in pairs]
    known = [(mine[1], bare[1]) for mine, bare in pairs]
    yield paired("button: until it is usable", usable, most=1.25)
    yield paired("button: until the count is known", known, most=None)


def _load(browser: Browser, url: str) -> tuple[float, float]:
    """Milliseconds from the start of the navigation until usable, and until the count is known."""
    with browser.new_context(locale="en-GB") as context:
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(url)
        page.wait_for_function("window.usable && window.known")
        return page.evaluate("window.usable"), page.evaluate("window.known")
