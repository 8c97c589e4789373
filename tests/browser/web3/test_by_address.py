"""Paying by QR code or address from anywhere, and what the page says of what arrives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from flask_till.base.qr import qr_path
from tests.browser.web3.conftest import USDC, OpenOrder, Street
from tests.browser.web3.hands import begin, choose, sees_heading, sees_step
from tests.browser.web3.the_wallet import TheWallet


def by_address(page: Page, coin: str = "USDC") -> None:
    begin(page)
    choose(page, coin)
    choose(page, "QR code or address")


def link_of(page: Page) -> str:
    """What the QR code says, too."""
    return page.get_by_role("link", name="Open in a wallet app").get_attribute("href") or ""


def test_the_code_asks_for_the_exact_amount_at_the_address(
    street: Street, open_order: OpenOrder
) -> None:
    order = street.order()
    page = open_order(order)
    by_address(page)
    code = page.get_by_role("img", name="QR code: send 12.5\u00a0USDC on Base")
    address = street.deposit_address(order)
    wanted = (
        f"ethereum:{street.chain.usdc.contract}@31337/transfer?address={address}&uint256=12500000"
    )
    assert link_of(page) == wanted
    assert code.locator("path").get_attribute("d") == qr_path(wanted)[0]
    expect(page.get_by_text(address)).to_be_visible()
    expect(page.get_by_text("Send only USDC, and only on Base.")).to_be_visible()


def test_amount_and_address_are_copied(
    street: Street, new_browser: Callable[..., BrowserContext]
) -> None:
    order = street.order()
    context = new_browser(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(street.address(order))
    by_address(page)
    page.get_by_role("button", name="Copy the amount").click()
    assert page.evaluate("navigator.clipboard.readText()") == "12.5"
    expect(page.get_by_role("status")).to_have_text("The amount is copied.")
    page.get_by_role("button", name="Copy the address").click()
    assert page.evaluate("navigator.clipboard.readText()") == street.deposit_address(order)


def test_the_rate_is_fixed_for_as_long_as_the_order_lives(
    street: Street, open_order: OpenOrder
) -> None:
    page = open_order(street.order())
    by_address(page)
    region = page.get_by_role("region", name="Pay with coins")
    expect(region.get_by_text("rate fixed for")).to_contain_text(" 29:")
    expect(region.get_by_text("1\u00a0USDC = PLN\u00a04.00")).to_be_visible()


def test_a_price_in_the_coin_itself_has_no_rate(street: Street, open_order: OpenOrder) -> None:
    page = open_order(street.order("7.25", "USDC"))
    begin(page)
    region = page.get_by_role("region", name="Pay with coins")
    expect(region.get_by_text("7.25\u00a0USDC").first).to_be_visible()
    expect(region.get_by_text("rate fixed for")).to_have_count(0)


def test_money_from_anywhere_is_seen_confirmed_and_thanked_for(
    street: Street, open_order: OpenOrder
) -> None:
    order = street.order()
    page = open_order(order)
    by_address(page)
    street.send(street.chain.usdc, street.deposit_address(order), 12_500_000)
    sees_heading(page, "Your payment is on its way")
    expect(page.get_by_text("Confirming: 1 of 3 blocks")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Confirmations")).to_be_visible()
    street.mine(3)
    sees_heading(page, "Thank you, it is paid")
    expect(page.get_by_role("list", name="Transfers")).to_contain_text("final")


def test_too_little_is_explained_and_the_rest_is_asked_for(
    street: Street, open_order: OpenOrder
) -> None:
    order = street.order()
    page = open_order(order)
    by_address(page)
    address = street.deposit_address(order)
    street.send(street.chain.usdc, address, 5 * USDC)
    expect(page.get_by_text("5 of 12.5\u00a0USDC arrived", exact=True)).to_be_visible()
    expect(page.get_by_text("Send 7.5\u00a0USDC more")).to_be_visible()
    expect(page.get_by_role("img", name="QR code: send 7.5\u00a0USDC on Base")).to_be_visible()
    assert link_of(page).endswith("&uint256=7500000")
    expect(page.get_by_role("radio", name="ETH")).to_have_count(0)
    street.send(street.chain.usdc, address, 7_500_000)
    sees_heading(page, "Your payment is on its way")
    street.mine(3)
    sees_heading(page, "Thank you, it is paid")


def test_a_wallet_completes_what_came_from_elsewhere(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    order = street.order()
    page = open_order(order, wallet)
    by_address(page)
    street.send(street.chain.usdc, street.deposit_address(order), 5 * USDC)
    expect(page.get_by_text("5 of 12.5\u00a0USDC arrived", exact=True)).to_be_visible()
    choose(page, "Own wallet")
    page.get_by_role("button", name="Pay 7.5 USDC with Test Wallet").click()
    sees_step(page, "In a block")
    street.mine(3)
    sees_heading(page, "Thank you, it is paid")
    assert wallet.sent[0]["data"].endswith(f"{7_500_000:064x}")


def test_what_came_of_a_second_coin_is_told(street: Street, open_order: OpenOrder) -> None:
    order = street.order()
    page = open_order(order)
    by_address(page)
    address = street.deposit_address(order)
    street.send(street.chain.usdc, address, 5 * USDC)
    street.send(street.chain.eth, address, 10**15)
    expect(page.get_by_text("Also arrived: 0.001\u00a0ETH.")).to_be_visible()


def test_too_much_is_explained(street: Street, open_order: OpenOrder) -> None:
    order = street.order()
    page = open_order(order)
    by_address(page)
    street.send(street.chain.usdc, street.deposit_address(order), 15 * USDC)
    street.mine(3)
    sees_heading(page, "Thank you, it is paid")
    expect(page.get_by_text("You sent 2.5\u00a0USDC more than it cost")).to_be_visible()


def test_money_for_a_cancelled_order_is_explained(street: Street, open_order: OpenOrder) -> None:
    order = street.order()
    page = open_order(order)
    by_address(page)
    address = street.deposit_address(order)
    street.desk.cashier.cancel(order.id)
    sees_heading(page, "This order was cancelled")
    street.send(street.chain.usdc, address, 5 * USDC)
    expect(page.get_by_text("5\u00a0USDC arrived for this order")).to_be_visible()
    expect(page.get_by_text("That was less than the 12.5\u00a0USDC")).to_be_visible()


def test_a_reorg_takes_the_money_back_and_the_page_follows(
    street: Street, open_order: OpenOrder
) -> None:
    order = street.order()
    page = open_order(order)
    by_address(page)
    street.send(street.chain.usdc, street.deposit_address(order), 5 * USDC)
    expect(page.get_by_text("5 of 12.5\u00a0USDC arrived", exact=True)).to_be_visible()
    street.chain.reorg(1)
    street.mine(1)
    expect(page.get_by_text("5 of 12.5\u00a0USDC arrived", exact=True)).to_have_count(0)
    expect(page.get_by_role("img", name="QR code: send 12.5\u00a0USDC on Base")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "show", "look", "heading"),
    [
        ("en", "Show the address", "Look whether it has arrived", "Your payment is on its way"),
        ("pl", "Pokaż adres", "Sprawdź, czy już dotarło", "Twoja płatność jest w drodze"),
    ],
)
def test_without_scripts_there_is_an_address_all_the_same(
    street: Street,
    new_browser: Callable[..., BrowserContext],
    language: str,
    show: str,
    look: str,
    heading: str,
) -> None:
    order = street.order(locale=language)
    page = new_browser(java_script_enabled=False).new_page()
    page.goto(street.address(order))
    page.get_by_role("button", name=show).click()
    address = street.deposit_address(order)
    expect(page.locator("details[open] details[open] .value:has(b)")).to_have_text(address)
    assert page.locator("details[open] details[open] svg[role=img] path").get_attribute("d")
    street.send(street.chain.eth, address, 5 * 10**15)
    page.get_by_role("link", name=look).click()
    sees_heading(page, heading)
