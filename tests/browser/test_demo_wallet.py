"""Trzos, the demo's wallet, pays on the order page: from within, and by the link of a QR code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

import demo_shop.chain as demo_chain
from demo_shop import Site
from demo_shop.chain import LocalChain, node, run_chain
from demo_shop.desk import create_desk, desk
from demo_shop.partners import SHOP
from flask_till.desk.actions.merchants import read_merchant
from tests.conftest import missing
from tests.desk.demo_desk import some_port
from tests.desk.the_desk import draft
from tests.stand_ins.chain.anvil import program

SECONDS = 30_000
names = count(1)


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, LocalChain]]:
    if program() is None:
        missing("anvil")
    monkeypatch.setattr(node, "BLOCK_SECONDS", 0.2)
    monkeypatch.setattr(demo_chain, "BLOCK_SECONDS", 0.2)
    site = Site(some_port(), some_port(), tmp_path / "demo", some_port())
    with run_chain(site) as chain:
        yield site, chain


@pytest.fixture
def order_page(local: Any, serve: Any, page: Page) -> Iterator[Callable[[], None]]:
    """Opens the page of a new order, and chooses to pay 10 USDC."""
    site, chain = local
    app = create_desk(site, chain)
    serve(app, port=site.desk_port)
    page.set_default_timeout(SECONDS)

    def open_page() -> None:
        page.goto(new_order(app, site))
        page.get_by_text("Crypto: wallet or QR code").click()
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("radio", name=re.compile("USDC")).check()

    yield open_page
    serve.stop(site.desk_url)  # a page that still asks would wake the desk up again
    with app.app_context():
        desk.close()


def new_order(app: Flask, site: Site) -> str:
    state = app.extensions["till_desk"]
    merchant = state.database.read(read_merchant, SHOP.merchant_id)
    order = state.cashier.create(merchant, draft(f"T-{next(names)}", 4020))
    return f"{site.desk_url}/order?orderId={order.id}&token={state.cashier.issue_token(order.id)}"


def test_it_asks_its_owner_and_pays(order_page: Callable[[], None], page: Page) -> None:
    order_page()
    pay = page.get_by_role("button", name=re.compile("with Trzos, the demo wallet"))
    pay.click()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    pay.click()
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("heading", name="Send 10 USDC?")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=SECONDS)


def test_a_link_opens_it_as_on_a_phone(
    order_page: Callable[[], None], page: Page, context: BrowserContext
) -> None:
    order_page()
    page.get_by_role("radio", name="QR code or address").check()
    with context.expect_page() as opened:
        page.get_by_role("link", name="Open in a wallet app").click()
    wallet = opened.value
    wallet.get_by_role("button", name="Send", exact=True).click()
    expect(wallet.get_by_text("10 USDC")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=SECONDS)
