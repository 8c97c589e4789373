"""What the README says is so: its quickstart sells a mug, and its table lists the settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
FROM_THE_PAGE = {"X-Till": "1"}
HOME = """
from app import app
from flask import render_template

if not any(rule.rule == "/" for rule in app.url_map.iter_rules()):
    app.add_url_rule("/", view_func=lambda: render_template("index.html"))
"""


def first_block(language: str) -> str:
    """The first fenced block of the README in that language."""
    pattern = rf"^```{language}[^\n]*\n(.*?)^```"
    block = re.search(pattern, (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert block, f"README.md has no {language} block"
    return block.group(1)


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: list[tuple[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page: where they go, their fields, and the names and values one may choose."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", "")))
        elif self.found and tag in ("input", "button") and given.get("name"):
            pair = given["name"], given.get("value", "on")
            if tag == "button" or given.get("type") in ("radio", "submit", "checkbox"):
                self.found[-1].choices.append(pair)
            else:
                self.found[-1].fields[pair[0]] = pair[1]


@dataclass
class Shop:
    url: str
    product: str


@pytest.fixture
def quickstart(wheel: Path, tmp_path: Path, free_port: int) -> Iterator[Shop]:
    """The README's shop, run by a Python that has nothing but the wheel."""
    place = tmp_path / "shop"
    (place / "templates").mkdir(parents=True)
    (place / "app.py").write_text(first_block("python"))
    page = first_block("html")
    (place / "templates" / "index.html").write_text(page)
    (place / "served.py").write_text(HOME)
    python = empty_python(tmp_path / "empty")
    install(python, wheel)
    url = f"http://127.0.0.1:{free_port}"
    command = [python, "-m", "flask", "--app", "served:app", "--debug", "run", "--no-reload"]
    with (place / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--port", str(free_port)], cwd=place, env=clean(), stdout=log, stderr=log
        )
        try:
            wait_for(url, server, place / "log")
            yield Shop(url, re.findall(r'product="([^"]+)"', page)[0])
        finally:
            server.terminate()
            server.wait(10)


def clean() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "TILL_", "FLASK_", "VIRTUAL_ENV"))
    }


def empty_python(folder: Path) -> Path:
    venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    return folder / "bin" / "python"


def install(python: Path, wheel: Path) -> None:
    quiet = ["--quiet", "--quiet", "--disable-pip-version-check"]
    # The versions that the tests run with are in pip's cache; others would be fetched.
    known = ["--constraint", str(ROOT / "scripts" / "constraints.txt")]
    subprocess.run([python, "-m", "pip", "install", *quiet, *known, wheel], env=clean(), check=True)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            httpx.get(url)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the quickstart did not start\n{log.read_text()}")


@pytest.mark.slow
def test_the_quickstart_sells_what_it_offers(quickstart: Shop) -> None:
    with a_browser(quickstart.url) as browser:
        home = browser.get("/")
        assert home.status_code == 200, home.text
        for script in re.findall(r'<script[^>]+src="([^"]+)"', home.text):
            assert browser.get(script).status_code == 200

        added = post(browser, "/till/iziAddToCart", {"product_id": quickstart.product})
        assert added["count"] == 1
        opened = post(browser, "/till/checkout", {"mode": "redirect"})
        pay_on_the_order_page(browser, f"{opened['order_url']}&token={opened['token']}")

        complete = browser.get("/till/iziGetOrderComplete", params={"wait": 20})
        assert complete.status_code == 200, complete.text
        assert complete.json()["action"] in ("redirect", "refresh")


def a_browser(url: str) -> httpx.Client:
    """Sends Secure cookies over http on this machine, as browsers do."""
    browser = httpx.Client(base_url=url, timeout=40, follow_redirects=True)

    def trust_this_machine(response: httpx.Response) -> None:
        for cookie in browser.cookies.jar:
            cookie.secure = False

    browser.event_hooks = {"response": [trust_this_machine]}
    return browser


def post(browser: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    answer = browser.post(path, json=body, headers=FROM_THE_PAGE)
    assert answer.is_success, answer.text
    return answer.json()


def pay_on_the_order_page(browser: httpx.Client, order_page: str) -> None:
    page = browser.get(order_page)
    assert page.status_code == 200, page.text
    form, choice = next(
        (form, choice)
        for form in Forms(page.text).found
        for choice in form.choices
        if choice[1] == "paid"
    )
    paid = browser.post(
        page.url.join(form.action or str(page.url)),
        data={**form.fields, choice[0]: choice[1]},
        headers={"Origin": f"{page.url.scheme}://{page.url.netloc.decode()}"},
    )
    assert paid.is_success, paid.text


def test_the_table_of_settings_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "settings_table.py", "--check"], check=False
    )
    assert done.returncode == 0, "scripts/docs writes it"
