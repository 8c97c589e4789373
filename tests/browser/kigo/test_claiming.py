"""A shopper buys, and claims it in the wallet: shop, widget, desk and hub, on two sites."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from flask_till.desk.actions.reading import find_order

from ..conftest import prepare
from .conftest import MugStreet

OpenTab = Callable[..., Page]


def buy(tab: Page) -> None:
    """Until the shop says thank you."""
    tab.get_by_role("button", name="Buy the mug").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    tab.get_by_role("button", name=re.compile("Basket")).click()
    tab.get_by_role("button", name="Check out").click()
    tab.get_by_role("radio", name=re.compile("^Paid")).check()
    tab.get_by_role("button", name=re.compile("^Pay")).click()
    expect(tab).to_have_url(re.compile("^http://localhost"), timeout=20_000)
    expect(tab.get_by_text("Thank you!").first).to_be_visible()


def code_of(tab: Page) -> str:
    code = tab.locator("till-order code")
    expect(code).to_be_visible(timeout=15_000)
    return code.inner_text()


def open_wallet(tab: Page, shopper: BrowserContext, button: str = "Open in your wallet") -> Page:
    with shopper.expect_page() as opened:
        tab.get_by_role("button", name=button).first.click()
    page = opened.value
    expect(page.get_by_role("heading", name="Blue mug, in your wallet")).to_be_visible()
    return page


def test_it_is_bought_opened_and_claimed(open_tab: OpenTab, shopper: BrowserContext) -> None:
    tab = open_tab()
    buy(tab)
    code = code_of(tab)
    assert re.fullmatch(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", code)
    hub = open_wallet(tab, shopper)
    expect(hub).not_to_have_url(re.compile(code))
    assert hub.evaluate("[window.opener, document.referrer]") == [None, ""]
    hub.get_by_role("button", name="Claim").click()
    expect(hub.get_by_text("It is in your wallet.")).to_be_visible()
    order = tab.locator("till-order")
    expect(order.get_by_role("list")).to_contain_text("In your wallet", timeout=15_000)
    expect(order.locator("code")).to_have_count(0)


def test_the_code_alone_is_enough_on_another_device(
    open_tab: OpenTab, street: MugStreet, browser: Any
) -> None:
    tab = open_tab()
    buy(tab)
    code = code_of(tab)
    phone = prepare(browser.new_context(locale="en-GB", viewport={"width": 390, "height": 800}))
    there = phone.new_page()
    there.goto(f"{street.desk}/kigo/hub?claim-code={code.lower().replace('-', '')}")
    expect(there.get_by_text("Sign in to claim it.")).to_be_visible()
    phone.close()


def test_another_browser_of_the_shop_sees_no_code(
    open_tab: OpenTab, street: MugStreet, browser: Any
) -> None:
    tab = open_tab()
    buy(tab)
    code = code_of(tab)
    stranger = prepare(browser.new_context(locale="en-GB"))
    page = stranger.new_page()
    page.goto(street.shop)
    page.get_by_role("button", name="Buy the mug").click()
    expect(page.get_by_role("button", name="Basket: 1")).to_be_visible()
    assert code not in page.content()
    expect(page.locator("till-order code")).to_have_count(0)
    stranger.close()


def test_after_a_refund_the_code_is_withdrawn(
    open_tab: OpenTab, shopper: BrowserContext, street: MugStreet
) -> None:
    tab = open_tab()
    buy(tab)
    code_of(tab)
    hub = open_wallet(tab, shopper)
    bought = tab.evaluate("document.querySelector('till-order').till.order.order_id")
    order = street.order_desk.database.read(find_order, "mer_mugs", bought)
    street.order_desk.cashier.refund(order.id)
    listed = tab.locator("till-order").get_by_role("list")
    expect(listed).to_contain_text("Withdrawn", timeout=15_000)
    hub.get_by_role("button", name="Claim").click()
    expect(hub.get_by_role("button", name="Claim")).to_have_count(0)
    expect(hub.get_by_text("It is in your wallet.")).to_have_count(0)


def test_it_works_without_scripts(open_tab: OpenTab, street: MugStreet, browser: Any) -> None:
    tab = open_tab()
    buy(tab)
    code = code_of(tab)
    cookies = tab.context.cookies()
    plain = prepare(browser.new_context(locale="en-GB", java_script_enabled=False))
    plain.add_cookies(cookies)
    page = plain.new_page()
    page.goto(street.shop)
    expect(page.locator(".mine code")).to_have_text(code)
    hub = open_wallet(page, plain, "Open it without scripts")
    hub.get_by_role("button", name="Claim").click()
    expect(hub.get_by_text("It is in your wallet.")).to_be_visible()
    plain.close()


def test_in_polish(open_tab: OpenTab) -> None:
    tab = open_tab()
    buy(tab)
    code_of(tab)
    polish = open_tab("/pl")
    expect(polish.get_by_role("button", name="Otwórz w portfelu: Blue mug")).to_be_visible()
