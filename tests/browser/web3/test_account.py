"""The shopper's account: signing in on the way, topping up, one click, its page in the wallet."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.web3.conftest import PHONE, USDC, OpenOrder, Street
from tests.browser.web3.hands import begin, sees_heading, sign_in


def account(page: Page) -> None:
    page.locator("summary", has_text="Crypto account").click()


def signed_in(page: Page) -> None:
    """The shopper comes back from signing in."""
    account(page)
    page.get_by_role("link", name="Sign in with your phone").click()
    sign_in(page)
    expect(page.get_by_text("Your account is empty.")).to_be_visible()


def address_of(page: Page) -> str:
    shown = page.locator("details[open] details[open] .value", has_text="0x")
    return shown.text_content() or ""


def test_topping_up_on_the_way_then_one_click(street: Street, open_order: OpenOrder) -> None:
    order = street.order()
    page = open_order(order, **PHONE)
    signed_in(page)
    expect(page.locator("summary", has_text="Top up 12.5\u00a0USDC")).to_be_visible()
    street.send(street.chain.usdc, address_of(page), 20 * USDC)
    expect(page.get_by_role("button", name="Pay PLN 50.00")).to_be_disabled()
    street.mine(3)
    button = page.get_by_role("button", name="Pay 12.5 USDC")
    expect(button).to_be_enabled()
    expect(page.get_by_text("7.5\u00a0USDC")).to_be_visible()
    button.click()
    sees_heading(page, "Thank you, it is paid")
    assert street.now(order).payment.gateway == "test_web3_account"  # type: ignore[union-attr]  # paid


def test_a_part_that_is_there_shortens_what_is_asked_for(
    street: Street, open_order: OpenOrder
) -> None:
    page = open_order(street.order())
    signed_in(page)
    expect(page.locator("summary", has_text="Top up 12.5\u00a0USDC")).to_be_visible()
    street.send(street.chain.usdc, address_of(page), 5 * USDC)
    street.mine(3)
    expect(page.get_by_text("Not enough for this order yet.")).to_be_visible()
    expect(page.locator("summary", has_text="Top up 7.5\u00a0USDC")).to_be_visible()


def test_the_next_order_knows_who_is_signed_in(street: Street, open_order: OpenOrder) -> None:
    page = open_order(street.order())
    signed_in(page)
    page.goto(street.address(street.order()))
    account(page)
    expect(page.get_by_text("Your account is empty.")).to_be_visible()


def test_a_top_up_shows_beside_a_form_that_is_open(street: Street, open_order: OpenOrder) -> None:
    page = open_order(street.order())
    signed_in(page)
    expect(page.locator("summary", has_text="Top up 12.5\u00a0USDC")).to_be_visible()
    address = address_of(page)
    page.locator("summary", has_text="Crypto: wallet").click()
    begin(page)
    street.send(street.chain.usdc, address, 20 * USDC)
    street.mine(3)
    expect(page.locator("summary", has_text="20\u00a0USDC")).to_be_visible()
    account(page)
    page.get_by_role("button", name="Pay 12.5 USDC").click()
    sees_heading(page, "Thank you, it is paid")


def test_signing_out_ends_it_on_order_pages_too(street: Street, open_order: OpenOrder) -> None:
    order = street.order()
    page = open_order(order)
    signed_in(page)
    page.goto(f"{street.url}/wallet/me")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{street.url}/order?orderId={order.id}")
    account(page)
    expect(page.get_by_role("link", name="Sign in with your phone")).to_be_visible()


def test_the_wallet_shows_the_account(
    street: Street, new_browser: Callable[..., BrowserContext]
) -> None:
    page = new_browser(**PHONE).new_page()
    page.goto(f"{street.url}/wallet/account")
    sign_in(page)
    page.get_by_role("navigation", name="Wallet").get_by_role("link", name="Account").click()
    sees_heading(page, "No coins here yet")
    expect(page.get_by_role("img", name="QR code of your address")).to_be_visible()
    address = page.locator(".value", has_text="0x").text_content() or ""
    sent = street.send(street.chain.eth, address, 3 * 10**17)
    street.mine(3)
    held = page.get_by_role("list", name="What is in it")
    expect(held).to_contain_text("Ether")
    expect(held).to_contain_text("0.3\u00a0ETH")
    expect(page.get_by_text("+0.3\u00a0ETH")).to_be_visible()
    link = page.get_by_role("region", name="History").get_by_role("link")
    assert link.get_attribute("href") == f"https://explorer.example/tx/{sent}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_was_paid_is_in_the_history(street: Street, open_order: OpenOrder) -> None:
    page = open_order(street.order())
    signed_in(page)
    expect(page.locator("summary", has_text="Top up 12.5\u00a0USDC")).to_be_visible()
    street.send(street.chain.usdc, address_of(page), 20 * USDC)
    street.mine(3)
    page.get_by_role("button", name="Pay 12.5 USDC").click()
    sees_heading(page, "Thank you, it is paid")
    page.goto(f"{street.url}/wallet/account")
    history = page.get_by_role("region", name="History")
    expect(history).to_contain_text("Paid")
    expect(history).to_contain_text("−12.5\u00a0USDC")
    expect(page.get_by_role("list", name="What is in it")).to_contain_text("7.5\u00a0USDC")
