"""The wallet's pages with a wallet in memory behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from flask_till.base.limits import Limits
from flask_till.desk.pages import MOST
from flask_till.desk.pages.wallet import WalletParts, wallet_pages
from tests.conftest import Serve
from tests.desk.pages.conftest import Desk
from tests.desk.pages.wallet.played_wallet import CODE, PlayedWallet


@dataclass
class Site:
    """The pages under test."""

    app: Flask
    wallet: PlayedWallet

    def client(self, *, signed_in: bool = True) -> FlaskClient:
        client = self.app.test_client()
        if signed_in:
            given = {"country_prefix": "+48", "phone": "501234567", "code": CODE}
            assert client.post("/wallet/sign-in", data=given).status_code == 303
        return client


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database will do: the wallet behind the pages is played, the rest is pages."""
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def site(make_desk: Callable[..., Desk]) -> Site:
    desk = make_desk()
    database = desk.parts.database
    wallet = PlayedWallet(desk.merchant.id)
    wallet.moved = lambda: database.bell.ring([wallet.topic("shp_1")])
    app = Flask("wallet_under_test")
    limits = Limits("memory://", MOST)
    parts = WalletParts(wallet, database, desk.parts.settings, limits)  # type: ignore[arg-type]  # played
    app.register_blueprint(wallet_pages(parts))
    return Site(app, wallet)


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client()


@pytest.fixture
def signed_in(site: Site, serve: Serve, page: Page) -> Any:
    """A browser in which the shopper is signed in; ``signed_in(path)`` opens a page."""
    url = serve(site.app)
    page.set_default_timeout(10_000)
    page.goto(f"{url}/wallet")
    page.get_by_label("Number", exact=True).fill("501 234 567")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(CODE)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation").wait_for()

    def go(path: str = "") -> Page:
        page.goto(f"{url}/wallet{path}")
        return page

    return go
