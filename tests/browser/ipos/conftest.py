"""A portal on one site, the desk with a widget's orders on another, and a stranger's site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask, render_template_string, request
from playwright.sync_api import Page

from flask_till.desk.merchant import Merchant
from flask_till.desk.order import Order
from tests.conftest import Serve
from tests.desk.pages.conftest import Desk, gateways, make_desk, no_fault

__all__ = ["gateways", "make_desk", "no_fault"]  # fixtures

TOKEN = "eyJhbGciOiJIUzI1NiJ9.a-user-of-the-portal.signature"
TOKEN_KEY = "ipos_access_token"

PORTAL_PAGE = """<!doctype html><html lang="en"><title>Portal</title><h1>Portal</h1>
<button id="buy">Buy</button>
<iframe title="Payment" id="frame" width="600" height="900"></iframe>
<script>
  let opened; const heard = []; const address = {{ address | tojson }};
  buy.onclick = () => (opened = open(address, 'order', 'width=440,height=760'));
  addEventListener('message', ({origin, data}) => heard.push({origin, data}));
</script>"""
KEEPING_PAGE = """<!doctype html><html lang="en"><title>Signed in</title><h1>Signed in</h1>
<script>localStorage.setItem({{ key | tojson }}, {{ token | tojson }})</script>"""


@dataclass
class Portal:
    """Where everybody is, and what a test wants opened."""

    desk: Desk
    desk_url: str
    site: str
    stranger: str
    merchant: Merchant

    def order(self, **words: Any) -> Order:
        given = {"redirect_url": f"{self.site}/thanks?cup=blue"} | words
        return self.desk.widget_order(self.merchant, **given)

    def address(self, order: Order, **query: str) -> str:
        return f"{self.desk_url}/order?{urlencode({'orderId': order.id, **query})}"

    def page_that_opens(self, address: str, site: str | None = None) -> str:
        """A page of the portal (or of the stranger) that knows an order page's address."""
        return f"{site or self.site}/?{urlencode({'address': address})}"

    def sign_in(self, page: Page, token: str = TOKEN) -> None:
        """A partner's page on the desk's own origin leaves a user token in its storage."""
        page.goto(f"{self.desk_url}/portal?{urlencode({'token': token})}")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database will do: here it is the browser that differs."""
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def portal(make_desk: Callable[..., Desk], serve: Serve) -> Portal:
    desk = make_desk(admits=lambda order, token: token == TOKEN)
    desk.app.add_url_rule("/portal", "keep", _keep)
    site = serve(_site(), host="localhost")
    return Portal(
        desk=desk,
        desk_url=serve(desk.app),
        site=site,
        stranger=serve(_site(), host="localhost"),
        merchant=desk.add_merchant("Blue Mug Widget", site),
    )


def _keep() -> str:
    return render_template_string(KEEPING_PAGE, key=TOKEN_KEY, token=request.args["token"])


def _site() -> Flask:
    app = Flask("site_under_test")

    @app.get("/")
    def home() -> str:
        return render_template_string(PORTAL_PAGE, address=request.args.get("address", ""))

    @app.get("/thanks")
    def thanks() -> str:
        return "<!doctype html><html lang=en><title>Thanks</title><h1>Thanks</h1>"

    return app


@pytest.fixture
def page(page: Page) -> Page:
    """A page that remembers every address that it and its windows asked for."""
    page.asked = []  # type: ignore[attr-defined]  # read by the tests
    page.context.on("request", lambda request: page.asked.append(request.url))  # type: ignore[attr-defined]  # as above
    page.set_default_timeout(10_000)
    return page
