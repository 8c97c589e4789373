"""A partner's site with its pictures, the desk with the hub, and people's browsers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string, request
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Serve, StillClock
from tests.desk.kigo.the_partner import PARTNER, PRODUCT, Partner
from tests.desk.the_desk import TheDesk

SECONDS = 10
GOLD = {"primary_colour": "#ffc53d", "secondary_colour": "#8a4b00", "name": "Gold card"}
HOME = """<!doctype html><html lang="en"><title>Partner</title><h1>Partner</h1>
<a href="{{ link }}">Open your gift</a>"""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle r="24"/></svg>'


@dataclass
class Street:
    """Where everybody is, the partner's server, and who asked the partner for pictures."""

    desk: TheDesk
    url: str
    site: str
    partner: Partner
    clock: StillClock
    referrers: list[str | None] = field(default_factory=list)

    @property
    def hub(self) -> str:
        return f"{self.url}/kigo/hub"

    def order(self, key: str, **more: Any) -> dict[str, Any]:
        return self.partner.server().placed(key, PRODUCT, **more)

    def answer_late(self, path: str, seconds: float) -> None:
        """The desk does at once what is asked there, and its answer is long on the way."""
        inside = self.desk.app.wsgi_app

        def late(environ: Any, start_response: Any) -> Any:
            answer = inside(environ, start_response)
            if environ["PATH_INFO"] == path:
                time.sleep(seconds)
            return answer

        self.desk.app.wsgi_app = late  # type: ignore[method-assign]  # as WSGI middleware does

    def link(self, order: dict[str, Any], session: str = "") -> str:
        """As the partner's server hands it to its page (5)."""
        link: str = order["deeplink_url"]
        return f"{link}&session-id={session}" if session else link


@pytest.fixture
def street(serve: Serve, tmp_path: Path, free_port: int) -> Iterator[Street]:
    url = f"http://127.0.0.1:{free_port}"
    clock = StillClock(datetime.now(UTC).replace(microsecond=0))
    desk = TheDesk(
        f"sqlite:///{tmp_path}/desk.db",
        clock,
        tmp_path,
        public_url=url,
        limits=False,
        cookie_secure=False,
    )
    serve(desk.app, port=free_port)
    site = _site()
    street = Street(desk, url, serve(site, host="localhost"), Partner(desk), clock)
    site.config["REFERRERS"] = street.referrers
    kigo = street.partner.kigo
    kigo.change_product(PRODUCT, image_url=f"{street.site}/boost.svg")
    kigo.set_program(PARTNER, "gold", logo=f"{street.site}/logo.svg", **GOLD)
    yield street
    desk.audit()
    desk.desk.close()


def _site() -> Flask:
    app = Flask("a_partner")

    @app.get("/")
    def home() -> str:
        return render_template_string(HOME, link=request.args.get("link", ""))

    @app.get("/<name>.svg")
    def picture(name: str) -> Any:
        app.config["REFERRERS"].append(request.headers.get("Referer"))
        return app.response_class(DOT, mimetype="image/svg+xml")

    return app


@pytest.fixture
def new_browser(browser: Browser, street: Street) -> Iterator[Callable[..., BrowserContext]]:
    """Somebody's browser, with cookies of its own; it is closed before the street is."""
    expect.set_options(timeout=SECONDS * 1000)
    contexts: list[BrowserContext] = []

    def new(**looks: Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce"} | looks)
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def device(new_browser: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """``device()`` is a page on a device of its own, on which nothing may go wrong."""

    def new(**looks: Any) -> Page:
        page = new_browser(**looks).new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page

    return new
