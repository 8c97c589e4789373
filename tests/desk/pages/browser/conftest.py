"""The order page in a real browser: the desk on one site, the shop that opens it on another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Page

from flask_till.desk.merchant import Merchant
from flask_till.desk.order import Order
from tests.conftest import Serve
from tests.desk.pages.conftest import Desk

SHOP_PAGE = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<button id="buy" onclick="opened = open(address, 'till', 'width=440,height=760')">Buy</button>
<iframe title="Payment" id="frame" width="600" height="900" allow="payment"></iframe>
<script>
  let opened; const heard = []; const address = {{ address | tojson }};
  addEventListener('message', ({origin, data}) => heard.push({origin, data}));
</script>"""


@dataclass
class Street:
    """A desk, a merchant's shop, and a stranger's site, each with an origin of its own."""

    desk: Desk
    desk_url: str
    shop: str
    stranger: str
    merchant: Merchant

    def order(self, **words: Any) -> Order:
        given = {"opener_origin": self.shop, "redirect_url": f"{self.shop}/thanks"} | words
        return self.desk.order(self.merchant, **given)

    def address(self, order: Order, **query: str) -> str:
        """The order's page with a fresh token."""
        asked = {"orderId": order.id, "token": self.desk.token(order), **query}
        return f"{self.desk_url}/order?{urlencode(asked)}"

    def plain_address(self, order: Order, **query: str) -> str:
        return f"{self.desk_url}/order?{urlencode({'orderId': order.id, **query})}"

    def shop_page(self, address: str, site: str | None = None) -> str:
        """A page of the shop (or of the stranger) that knows an order page's address."""
        return f"{site or self.shop}/?{urlencode({'address': address})}"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database will do: here it is the browser that differs."""
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def street(make_desk: Callable[..., Desk], serve: Serve) -> Street:
    desk = make_desk()
    shop = serve(_shop(), host="localhost")
    return Street(
        desk=desk,
        desk_url=serve(desk.app),
        shop=shop,
        stranger=serve(_shop(), host="localhost"),
        merchant=desk.add_merchant("Blue Mug & Co.", shop),
    )


def _shop() -> Flask:
    from flask import request

    app = Flask("shop_under_test")

    @app.get("/")
    def home() -> str:
        return render_template_string(SHOP_PAGE, address=request.args.get("address", ""))

    @app.get("/thanks")
    def thanks() -> str:
        return "<!doctype html><html lang=en><title>Thanks</title><h1>Thanks</h1>"

    return app


@pytest.fixture
def page(page: Page) -> Page:
    """A page on which nothing may go wrong behind the scenes."""
    page.faults = []  # type: ignore[attr-defined]  # read by the tests that expect none
    page.on("pageerror", lambda error: page.faults.append(str(error)))  # type: ignore[attr-defined]  # as above
    page.on("dialog", lambda dialog: page.faults.append(dialog.message))  # type: ignore[attr-defined]  # as above
    page.on(
        "console",
        lambda said: page.faults.append(said.text) if _is_fault(said) else None,  # type: ignore[attr-defined]  # as above
    )
    page.set_default_timeout(10_000)
    return page


def _is_fault(said: Any) -> bool:
    # The browser itself reports answers such as 403 and 429, which tests provoke.
    return said.type == "error" and "Failed to load resource" not in said.text
