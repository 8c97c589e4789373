"""What people do on an order's page who pay with coins."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def begin(page: Page) -> None:
    """Choose to pay from a wallet or by a QR code."""
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("region", name="Pay with coins")).to_be_visible()


def choose(page: Page, name: str) -> None:
    """A coin, or one of the two ways."""
    page.get_by_role("radio", name=name).check()


def pay_with_wallet(page: Page, amount: str = "12.5 USDC", name: str = "Test Wallet") -> None:
    begin(page)
    choose(page, "USDC")
    page.get_by_role("button", name=f"Pay {amount} with {name}").click()


def sees_alert(page: Page, words: str) -> None:
    expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()


def sees_step(page: Page, words: str) -> None:
    """The step that is under way."""
    expect(page.locator("[aria-current=step]").filter(has_text=words)).to_be_visible()


def sees_heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", name=words)).to_be_visible()


def sign_in(page: Page, phone: str = "501 234 567") -> None:
    """On the wallet's page: the number, and the code that development shows."""
    page.get_by_label("Number", exact=True).fill(phone)
    page.get_by_role("button", name="Send me a code").click()
    shown = page.locator("[data-code]").text_content()
    page.get_by_label("Code").fill(shown or "")
    page.get_by_role("button", name="Sign in").click()
