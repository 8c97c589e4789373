"""The pages about coins for everybody: dark, small, by keyboard, read aloud, from right to left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.web3.conftest import PHONE, USDC, OpenOrder, Street
from tests.browser.web3.hands import begin, choose, sees_alert, sees_heading, sees_step, sign_in
from tests.browser.web3.the_wallet import TheWallet
from tests.conftest import Serve

LOOKS: list[dict[str, Any]] = [
    {"color_scheme": "light"},
    {"color_scheme": "dark", **PHONE},
]


def fits(page: Page) -> bool:
    """Nothing sticks out to a side."""
    found: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return found


@pytest.mark.parametrize("looks", LOOKS)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_nothing_bars_anyone_from_paying(
    street: Street,
    open_order: OpenOrder,
    wallet: TheWallet,
    axe: Callable[..., None],
    looks: dict[str, Any],
    language: str,
) -> None:
    order = street.order(locale=language)
    wallet.refuse("eth_sendTransaction")
    page = open_order(order, wallet, **looks)
    page.get_by_role("button", name={"en": "Continue", "pl": "Dalej"}[language]).click()
    choose(page, "USDC")
    page.locator(".wallet-choice").click()
    expect(page.locator(".trouble .notice")).to_be_visible()
    axe(page)
    choose(page, {"en": "QR code or address", "pl": "Kod QR lub adres"}[language])
    street.send(street.chain.usdc, street.deposit_address(order), 5 * USDC)
    expect(page.get_by_role("progressbar")).to_be_visible()
    axe(page)
    assert fits(page)
    street.send(street.chain.usdc, street.deposit_address(order), 8 * USDC)
    expect(page.locator("main[data-view=processing]")).to_be_visible()
    axe(page)
    street.mine(3)
    expect(page.locator("main[data-view=paid]")).to_be_visible()
    axe(page)
    assert fits(page)


@pytest.mark.parametrize("looks", LOOKS)
def test_nothing_bars_anyone_from_the_account(
    street: Street,
    new_browser: Callable[..., BrowserContext],
    axe: Callable[..., None],
    looks: dict[str, Any],
) -> None:
    page = new_browser(**looks).new_page()
    page.goto(street.address(street.order()))
    page.locator("summary", has_text="Crypto account").click()
    axe(page)
    page.get_by_role("link", name="Sign in with your phone").click()
    sign_in(page)
    expect(page.get_by_text("Your account is empty.")).to_be_visible()
    axe(page)
    assert fits(page)
    page.goto(f"{street.url}/wallet/account")
    axe(page)
    address = page.locator(".value", has_text="0x").text_content() or ""
    street.send(street.chain.usdc, address, 20 * USDC)
    street.mine(3)
    expect(page.get_by_text("+20\u00a0USDC")).to_be_visible()
    axe(page)
    assert fits(page)


def test_the_keyboard_is_enough(street: Street, open_order: OpenOrder, wallet: TheWallet) -> None:
    wallet.refuse("eth_sendTransaction")
    page = open_order(street.order(), wallet)
    page.get_by_role("button", name="Continue").press("Enter")
    page.get_by_role("radio", name="ETH").press("ArrowRight")
    expect(page.get_by_role("radio", name="USDC")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Own wallet")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="QR code or address")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Pay 12.5 USDC with Test Wallet")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    sees_alert(page, "You said no in your wallet")
    expect(button).to_be_focused()


def test_ears_hear_how_it_goes_on(street: Street, open_order: OpenOrder, wallet: TheWallet) -> None:
    order = street.order()
    page = open_order(order, wallet)
    begin(page)
    choose(page, "USDC")
    page.get_by_role("button", name="Pay 12.5 USDC with Test Wallet").click()
    sees_step(page, "In a block")
    ears = page.get_by_role("status")
    expect(ears).to_have_text("In a block: counting confirmations")
    street.read_on()
    sees_heading(page, "Your payment is on its way")
    street.mine(3)
    sees_heading(page, "Thank you, it is paid")
    expect(ears).to_have_text("Thank you, it is paid")


def test_addresses_and_amounts_read_the_same_from_right_to_left(
    street: Street, open_order: OpenOrder
) -> None:
    page = open_order(street.order(), **PHONE)
    page.evaluate("document.documentElement.dir = 'rtl'")
    begin(page)
    choose(page, "USDC")
    assert page.locator(".value:has(b)").get_attribute("dir") == "ltr"
    assert fits(page)


def test_in_a_frame_of_the_shop_coins_pay_but_no_account(
    street: Street, new_browser: Callable[..., BrowserContext], wallet: TheWallet, serve: Serve
) -> None:
    shop = Flask("a_shop")
    street.open_shop(serve(shop, host="localhost"))
    address = street.address(street.order())
    shop.add_url_rule("/", view_func=lambda: f'<iframe src="{address}" height="1200"></iframe>')
    context = new_browser()
    wallet.into(context)
    page = context.new_page()
    page.goto(street.merchant.origins[0])
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name="Continue").click()
    expect(inside.locator("summary", has_text="Crypto account")).to_be_hidden()
    inside.get_by_role("radio", name="USDC").check()
    inside.get_by_role("button", name="Pay 12.5 USDC with Test Wallet").click()
    expect(inside.locator("[aria-current=step]", has_text="In a block")).to_be_visible()
    street.mine(3)
    expect(inside.get_by_role("heading", name="Thank you, it is paid")).to_be_visible()
