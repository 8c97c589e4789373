"""A pass is bought at a price that is held for seconds: countdown, expiry, retry, and twice."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.w3block.conftest import Street

TOTAL = "$105.07"


@pytest.fixture
def tab(open_tab: Callable[..., Page]) -> Page:
    """A page of the shop with a pass in its basket."""
    found = open_tab()
    put_in_basket(found)
    return found


def put_in_basket(tab: Page) -> None:
    tab.get_by_role("button", name="Buy a pass").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()


def open_drawer(tab: Page) -> Locator:
    tab.get_by_role("button", name=re.compile("^Basket")).click()
    drawer = tab.get_by_role("dialog", name="Basket")
    expect(sums(drawer)).to_have_text(["$100.00", "$5.00", "$0.07", TOTAL])
    return drawer


def sums(drawer: Locator) -> Locator:
    return drawer.get_by_role("definition")


def check_out(tab: Page) -> Page:
    """The order page, after the click in the drawer."""
    drawer = open_drawer(tab)
    with tab.expect_popup() as opened:
        drawer.get_by_role("button", name="Check out").click()
    return opened.value


def confirm(page: Page) -> None:
    expect(page.get_by_text(TOTAL).first).to_be_visible()
    page.get_by_role("button", name="Yes, it is me").click()


def said_thanks(tab: Page, number: str = "T-000001") -> None:
    card = tab.locator("till-order")
    expect(card).to_contain_text("Thank you!", timeout=15_000)
    expect(card).to_contain_text(number)
    expect(card).to_contain_text(TOTAL)


def test_what_is_shown_is_paid_and_thanked_for(tab: Page) -> None:
    drawer = open_drawer(tab)
    terms = ["Items", "Service fee", "Network fee", "Total"]
    expect(drawer.get_by_role("term")).to_have_text(terms)
    held = drawer.get_by_role("timer")
    expect(held).to_have_text(re.compile(r"^Price held for 3\d s$"))
    before = held.text_content()
    expect(held).not_to_have_text(str(before))
    drawer.get_by_role("button", name="Close").click()
    page = check_out(tab)
    assert "token" not in page.url
    confirm(page)
    said_thanks(tab)
    expect(tab.get_by_role("button", name="Basket: 0")).to_be_visible()


def test_a_total_that_changes_while_the_shopper_thinks_is_said_and_then_charged(
    open_tab: Callable[..., Page], street: Street
) -> None:
    tab = open_tab()
    tab.clock.install()
    tab.reload()
    put_in_basket(tab)
    drawer = open_drawer(tab)
    street.gas("0.11")
    street.clock.hurry(seconds=21)
    tab.clock.fast_forward(21_000)
    expect(drawer.locator(".moved")).to_have_text("The total has changed from $105.07 to $105.11.")
    with tab.expect_popup() as opened:
        drawer.get_by_role("button", name="Check out").click()
    expect(opened.value.get_by_text("$105.11").first).to_be_visible()


def test_a_price_that_ran_out_behind_the_shopper_is_never_charged_unseen(
    tab: Page, street: Street
) -> None:
    """The page believes that its price is held; the desk's time, and its price, moved on."""
    drawer = open_drawer(tab)
    street.gas("0.11")
    street.clock.hurry(seconds=41)
    drawer.get_by_role("button", name="Check out").click()
    expect(drawer.get_by_role("alert")).to_contain_text("The total has changed.")
    expect(sums(drawer).last).to_have_text("$105.11")
    with tab.expect_popup() as opened:
        drawer.get_by_role("button", name="Check out").click()
    expect(opened.value.get_by_text("$105.11").first).to_be_visible()


def test_a_payment_that_is_refused_is_tried_again_another_way(tab: Page) -> None:
    page = check_out(tab)
    page.get_by_role("button", name="No, refuse it").click()
    page.get_by_role("radio", name=re.compile("^Paid")).check()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    said_thanks(tab)


def test_an_order_runs_out_on_its_page_and_is_placed_anew(tab: Page, street: Street) -> None:
    page = check_out(tab)
    expect(page.get_by_text("Time left to pay")).to_be_visible()
    street.clock.hurry(minutes=10)
    page.reload()
    expect(page.get_by_text("The time to pay is over")).to_be_visible()
    page.close()
    expect(tab.locator("till-order")).to_contain_text("The time to pay ran out", timeout=15_000)
    tab.get_by_role("button", name="Close").first.click()
    confirm(check_out(tab))
    said_thanks(tab, "T-000002")


def test_the_same_pass_again_is_asked_about(tab: Page) -> None:
    confirm(check_out(tab))
    said_thanks(tab)
    put_in_basket(tab)
    drawer = open_drawer(tab)
    drawer.get_by_role("button", name="Check out").click()
    dialog = tab.get_by_role("dialog", name="You ordered the same a moment ago")
    expect(dialog).to_contain_text(f"Order T-000001 · {TOTAL}.")
    dialog.get_by_role("button", name="No, show that order").click()
    expect(tab.get_by_role("dialog", name="Thank you!")).to_contain_text("T-000001")
    tab.keyboard.press("Enter")
    drawer.get_by_role("button", name="Check out").click()
    with tab.expect_popup() as opened:
        dialog.get_by_role("button", name="Order again").click()
    confirm(opened.value)
    said_thanks(tab, "T-000002")
