"""While a basket is linked, what is changed on one side shows on the other without a reload."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.wallet.conftest import DESKTOP, Street
from tests.browser.wallet.hands import Phone, Tab


def test_quantities(linked: Tab, phone: Phone) -> None:
    for page in (linked.page, phone.page):
        page.evaluate("window.stays = true")
    linked.add("Add the mug")
    phone.holds("Blue mug", 3)
    expect(phone.page.get_by_text("Blue mug: quantity 3 instead of 2").first).to_be_visible()
    phone.press("Blue mug", "One less")
    linked.holds(2)
    drawer = linked.open_drawer()
    phone.press("Blue mug", "One less")
    expect(drawer.get_by_role("textbox", name="Quantity of Blue mug")).to_have_value("1")
    drawer.get_by_role("button", name="One more of Blue mug").click()
    phone.holds("Blue mug", 2)
    for page in (linked.page, phone.page):
        assert page.evaluate("window.stays") is True


def test_a_new_line(linked: Tab, phone: Phone) -> None:
    linked.add("Add the book")
    phone.holds("A book to read on a screen", 1)
    phone.page.get_by_role("button", name="Add Saucer").click()
    phone.holds("Saucer", 1)
    linked.holds(4)
    expect(linked.open_drawer().get_by_text("Saucer").first).to_be_visible()


def test_a_line_removed_in_the_shop_leaves_the_wallet(linked: Tab, phone: Phone) -> None:
    linked.add("Add the book")
    phone.holds("A book to read on a screen", 1)
    linked.open_drawer().get_by_role("button", name="Remove Blue mug").click()
    expect(phone.line("Blue mug")).to_have_count(0)
    phone.holds("A book to read on a screen", 1)


def test_a_line_removed_in_the_wallet_leaves_the_shop(linked: Tab, phone: Phone) -> None:
    linked.add("Add the book")
    drawer = linked.open_drawer()
    phone.press("A book to read on a screen", "Remove")
    expect(phone.line("A book to read on a screen")).to_have_count(0)
    linked.holds(2)
    expect(drawer.get_by_text("A book to read on a screen")).to_have_count(0)


def test_an_emptied_basket_stays_linked(linked: Tab, phone: Phone) -> None:
    linked.open_drawer().get_by_role("button", name="Remove Blue mug").click()
    expect(phone.page.get_by_role("heading", name="This basket is empty")).to_be_visible()
    linked.page.keyboard.press("Escape")
    linked.add("Add the mug")
    phone.holds("Blue mug", 1)


def test_discounts(linked: Tab, phone: Phone) -> None:
    phone.use_code("TEN")
    expect(phone.page.get_by_role("button", name="Remove TEN")).to_be_visible()
    expect(phone.page.get_by_text("PLN 89.98")).to_be_visible()
    drawer = linked.open_drawer()
    expect(drawer.get_by_text("PLN 89.98").first).to_be_visible()
    drawer.get_by_role("button", name="Remove code TEN").click()
    expect(phone.page.get_by_role("button", name="Remove TEN")).to_have_count(0)
    expect(phone.page.get_by_text("PLN 99.98").first).to_be_visible()
    drawer.get_by_role("textbox", name="Promotion code").fill("TEN")
    drawer.get_by_role("button", name="Apply").click()
    phone.page.get_by_role("button", name="Remove TEN").click()
    expect(drawer.get_by_role("button", name="Remove code TEN")).to_have_count(0)
    expect(drawer.get_by_text("PLN 99.98").first).to_be_visible()


def test_a_refused_code_is_told(linked: Tab, phone: Phone) -> None:
    phone.use_code("NOSUCH")
    expect(phone.page.get_by_role("status").filter(has_text="NOSUCH")).to_be_visible()
    expect(phone.page.get_by_role("button", name="Remove NOSUCH")).to_have_count(0)
    linked.add("Add the mug")
    phone.holds("Blue mug", 3)


def test_more_than_there_is_left_is_told(
    tab: Tab, phone: Phone, street: Street, new_browser: Callable[..., BrowserContext]
) -> None:
    tab.add("Add one of the few")
    tab.holds(1)
    tab.ask_phone()
    phone.answer()
    tab.is_linked()
    phone.holds("One of the few", 1)
    stranger = Tab(new_browser(**DESKTOP).new_page())
    stranger.page.goto(street.shop.url)
    for count in (1, 2):
        stranger.add("Add one of the few")
        stranger.holds(count)
    stranger.open_drawer()
    with stranger.page.expect_popup() as order_page:  # placed: its two are held
        stranger.page.get_by_role("button", name="Check out", exact=True).last.click()
    expect(order_page.value.get_by_role("radio").first).to_be_visible()
    phone.press("One of the few", "One more")
    notice = phone.page.get_by_role("status").filter(has_text="One of the few")
    expect(notice.first).to_be_visible()
    phone.holds("One of the few", 1)
    tab.holds(1)
