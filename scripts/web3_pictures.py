"""Draws docs/pictures/web3.png: the three ways to pay on a chain, as the demo shows them.

Run it with the tools of scripts/setup test: .venv/bin/python scripts/web3_pictures.py
"""

from __future__ import annotations

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "pictures" / "web3.png"
PHONE = {"width": 390, "height": 760}
SHARP = 1.15
ASK = """async ([path, body]) => await (await fetch(path, {method: 'POST',
    body: JSON.stringify(body),
    headers: {'Content-Type': 'application/json', 'X-Till': '1'}})).json()"""
TO_THE_TOP = "one => scrollTo(0, one.getBoundingClientRect().top + scrollY - 24)"
FRAME = """<!doctype html><style>
body { margin: 0; display: inline-flex; gap: 20px; background: #fff }
img { width: 390px; border-radius: 14px; box-shadow: inset 0 0 0 1px #ddd }</style>"""


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """The addresses of its shop and its desk, in a folder of their own."""
    first = free_ports(6)  # after the desk's come those of three fronts
    ports = {"SHOP_PORT": str(first), "CHAIN_PORT": str(first + 1), "DESK_PORT": str(first + 2)}
    shop, desk = (f"http://{host}:{ports[name]}" for host, name in
                  (("localhost", "SHOP_PORT"), ("127.0.0.1", "DESK_PORT")))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        running = subprocess.Popen(
            [sys.executable, "-m", "demo_shop", "--web3"],
            cwd=ROOT,
            env=os.environ | ports | {"TILL_DEMO_DIR": folder},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(f"{shop}/", running)
            yield shop, desk
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(60)


def wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    while running.poll() is None:
        try:
            httpx.get(url, timeout=30).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.5)
    sys.exit("The demo did not start.")


def free_ports(many: int) -> int:
    """The first of so many in a row."""
    while True:
        with ExitStack() as held, suppress(OSError):
            first = int(held.enter_context(bound(0)).getsockname()[1])
            for port in range(first + 1, first + many):
                held.enter_context(bound(port))
            return first


def bound(port: int) -> socket.socket:
    probe = socket.socket()
    probe.bind(("127.0.0.1", port))
    return probe


def order(page: Page, shop: str) -> None:
    """To the order page, with a mug."""
    page.goto(shop)
    page.evaluate(ASK, ["/till/iziAddToCart", {"product_id": "mug"}])
    opened = page.evaluate(ASK, ["/till/checkout", {"mode": "redirect"}])
    page.goto(f"{opened['order_url']}&token={opened['token']}")


def by_crypto(page: Page) -> None:
    page.get_by_text("Crypto: wallet or QR code").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("radio", name=re.compile("USDC")).check()


def own_wallet(page: Page, shop: str, _desk: str) -> None:
    order(page, shop)
    by_crypto(page)
    page.get_by_role("button", name=re.compile("Trzos")).click()
    page.get_by_role("button", name="Show it").click()
    page.get_by_role("heading", name=re.compile("Send")).wait_for()


def qr_code(page: Page, shop: str, _desk: str) -> None:
    order(page, shop)
    by_crypto(page)
    page.get_by_role("radio", name="QR code or address").check()
    page.get_by_text("Which coin?").evaluate(TO_THE_TOP)


def account(page: Page, shop: str, desk: str) -> None:
    order(page, shop)
    page.get_by_text("Crypto account").click()
    page.get_by_role("link", name="Sign in with your phone").click()
    page.fill("input[name=phone]", "501502503")
    page.get_by_role("button", name="Send me a code").click()
    said = page.get_by_text(re.compile(r"Your code is \d{6}")).inner_text()
    page.fill("input[name=code]", re.findall(r"\d{6}", said)[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    link = page.locator('a[href^="ethereum:"]').last.get_attribute("href") or ""
    top_up(page, desk, re.findall(r"address=(0x\w+)", link)[0])
    page.get_by_text("Afterwards").wait_for(timeout=60_000)
    page.get_by_role("heading", name="How would you like to pay?").evaluate(TO_THE_TOP)


def top_up(page: Page, desk: str, address: str) -> None:
    wallet = page.context.new_page()
    wallet.goto(f"{desk}/chain/")
    wallet.fill("textarea", address)
    wallet.fill("input[name=amount]", "40")
    wallet.get_by_role("button", name="Send", exact=True).click()
    wallet.close()


def look(browser: Browser, way: object, shop: str, desk: str) -> bytes:
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="en-GB")
    page = context.new_page()
    way(page, shop, desk)  # type: ignore[operator]  # because it is one of the functions above
    page.wait_for_timeout(800)  # movements have come to rest
    seen = page.screenshot()
    context.close()
    return seen


def side_by_side(browser: Browser, pictures: list[bytes]) -> None:
    context = browser.new_context(
        device_scale_factor=SHARP, viewport={"width": 1220, "height": 770}
    )
    page = context.new_page()
    sources = (base64.b64encode(one).decode() for one in pictures)
    page.set_content(FRAME + "".join(f'<img src="data:image/png;base64,{one}">' for one in sources))
    page.locator("body").screenshot(path=PICTURE)


def main() -> None:
    chromium = os.environ.get("TILL_CHROMIUM") or "/usr/bin/chromium-headless-shell"
    found = chromium if Path(chromium).exists() else None
    with demo() as (shop, desk), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        ways = (own_wallet, qr_code, account)
        side_by_side(browser, [look(browser, way, shop, desk) for way in ways])
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} kB")  # noqa: T201


if __name__ == "__main__":
    main()
