"""A shopper buys: shop, widget, desk and order page, in a real browser on two sites."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from . import corner_shop
from .conftest import prepare

THANKS = re.compile("Thank you")


def put_in_basket(tab: Page, what: str = "Buy the mug") -> None:
    tab.get_by_role("button", name=what).click()
    expect(basket(tab, 1)).to_be_visible()


def basket(tab: Page, count: int):
    return tab.get_by_role("button", name=f"Basket: {count}")


def check_out(tab: Page) -> None:
    tab.get_by_role("button", name=re.compile("Basket")).click()
    tab.get_by_role("button", name="Check out").click()


def pay(page, outcome: str = "Paid") -> None:
    page.get_by_role("radio", name=re.compile(f"^{outcome}")).check()
    page.get_by_role("button", name=re.compile("^Pay")).click()


def said_thanks(tab: Page) -> None:
    expect(tab.get_by_text(THANKS).first).to_be_visible()


def signalled(count: int = 1) -> None:
    for _ in range(60):
        if len(corner_shop.PAID) >= count:
            break
        time.sleep(0.05)
    time.sleep(0.3)
    assert len(corner_shop.PAID) == count


def open_order_page(tab: Page, mode: str):
    """Check out and return whatever shows the order page: a popup, a frame, or the tab itself."""
    if mode == "popup":
        with tab.expect_popup() as opened:
            check_out(tab)
        return opened.value
    check_out(tab)
    if mode == "frame":
        return tab.get_by_role("dialog", name="Payment").frame_locator("iframe")
    return tab


@pytest.mark.parametrize("mode", ["popup", "redirect", "frame"])
def test_the_count_and_the_thank_you_appear_in_the_tab_that_was_not_touched(open_tab, mode):
    tab, untouched = open_tab(f"/?mode={mode}"), open_tab()
    put_in_basket(tab)
    expect(basket(untouched, 1)).to_be_visible()
    pay(open_order_page(tab, mode))
    said_thanks(untouched)
    expect(basket(untouched, 0)).to_be_visible()
    expect(tab).to_have_url(re.compile("/thanks"), timeout=15_000)
    said_thanks(tab)
    signalled(1)


def test_the_token_leaves_the_address_bar(open_tab):
    tab = open_tab("/?mode=redirect")
    put_in_basket(tab)
    check_out(tab)
    expect(tab.get_by_role("radio", name=re.compile("^Paid"))).to_be_visible()
    assert "token" not in tab.url


def test_a_blocked_popup_becomes_a_redirect(full_chromium, street):
    context = prepare(full_chromium.new_context(locale="en-GB"))
    # No user gesture is left by the time the page asks for the window: the blocker says no.
    context.add_init_script("window.open = () => null")
    tab = context.new_page()
    tab.goto(street.shop)
    put_in_basket(tab)
    check_out(tab)
    expect(tab).to_have_url(re.compile(f"^{re.escape(street.desk)}/order"))
    pay(tab)
    expect(tab).to_have_url(re.compile("^" + re.escape(street.shop)), timeout=15_000)
    said_thanks(tab)
    context.close()


def test_when_sockets_are_refused_polling_takes_over(street, open_tab):
    street.refuse_sockets()
    tab, untouched = open_tab(), open_tab()
    put_in_basket(tab)
    expect(basket(untouched, 1)).to_be_visible(timeout=15_000)
    pay(open_order_page(tab, "popup"))
    expect(untouched.get_by_text(THANKS).first).to_be_visible(timeout=20_000)


def test_a_desk_that_is_down_is_said_kindly_and_the_basket_is_kept(open_tab, street):
    tab = open_tab("/?mode=redirect")
    put_in_basket(tab)
    street.close_desk()
    check_out(tab)
    expect(tab.get_by_role("alert").filter(has_text="Your basket is safe")).to_be_visible(
        timeout=15_000
    )
    expect(tab.get_by_text("Blue mug").first).to_be_visible()
    street.reopen_desk()
    tab.get_by_role("button", name="Check out").click()
    pay(tab)
    expect(tab).to_have_url(re.compile("^" + re.escape(street.shop)), timeout=15_000)
    said_thanks(tab)
    signalled(1)


def test_a_double_click_on_check_out_places_one_order(open_tab, street, shopper):
    tab = open_tab("/?mode=redirect")
    put_in_basket(tab)
    tab.get_by_role("button", name=re.compile("Basket")).click()
    asked: list[str] = []
    tab.on(
        "request", lambda one: asked.append(one.url) if one.url.endswith("/till/checkout") else None
    )
    tab.get_by_role("button", name="Check out").dblclick()
    expect(tab).to_have_url(re.compile(re.escape(street.desk)))
    assert len(asked) == 1


def test_back_from_the_order_page_keeps_the_basket_and_the_same_order(open_tab, street):
    tab = open_tab("/?mode=redirect")
    put_in_basket(tab)
    check_out(tab)
    expect(tab.get_by_role("radio", name=re.compile("^Paid"))).to_be_visible()
    first = re.search("orderId=(\\w+)", tab.url)
    tab.goto(street.shop + "/?mode=redirect")
    expect(basket(tab, 1)).to_be_visible()
    check_out(tab)
    expect(tab.get_by_role("radio", name=re.compile("^Paid"))).to_be_visible()
    again = re.search("orderId=(\\w+)", tab.url)
    assert first
    assert again
    assert first[1] == again[1]


def test_the_browsers_back_button_leads_to_a_basket_that_works(open_tab, street):
    tab = open_tab("/?mode=redirect")
    put_in_basket(tab)
    check_out(tab)
    expect(tab.get_by_role("radio", name=re.compile("^Paid"))).to_be_visible()
    tab.go_back()
    tab.wait_for_url(re.compile(re.escape(street.shop)))
    expect(tab.get_by_role("button", name=re.compile("Basket: 1"))).to_be_visible()


def test_reloading_after_paying_pays_nothing_again(open_tab):
    tab = open_tab("/?mode=redirect")
    put_in_basket(tab)
    check_out(tab)
    pay(tab)
    expect(tab).to_have_url(re.compile("/thanks|orderId"), timeout=15_000)
    tab.reload()
    said_thanks(tab)
    signalled(1)


def test_closing_the_popup_right_after_paying_still_pays(open_tab):
    tab = open_tab()
    put_in_basket(tab)
    popup = open_order_page(tab, "popup")
    popup.get_by_role("radio", name=re.compile("^Slow")).check()
    popup.get_by_role("button", name=re.compile("^Pay")).click()
    expect(
        popup.get_by_text(re.compile("process|on its way|bank", re.IGNORECASE)).first
    ).to_be_visible()
    popup.close()
    # Nobody looks at the order page any more: the shop's own question heals it.
    expect(tab.get_by_text(THANKS).first).to_be_visible(timeout=30_000)
    signalled(1)


def test_a_declined_payment_can_be_tried_again(open_tab):
    tab = open_tab()
    put_in_basket(tab)
    popup = open_order_page(tab, "popup")
    pay(popup, "Declined")
    expect(popup.get_by_role("alert").first).to_be_visible()
    pay(popup)
    said_thanks(tab)
    signalled(1)


def test_the_last_one_is_sold_once(open_tab, browser, street):
    first = open_tab()
    put_in_basket(first, "Buy the last one")
    other_context = prepare(browser.new_context(locale="en-GB"))
    second = other_context.new_page()
    second.goto(street.shop)
    put_in_basket(second, "Buy the last one")
    popup = open_order_page(first, "popup")
    expect(popup.get_by_role("radio", name=re.compile("^Paid"))).to_be_visible()
    check_out(second)
    expect(second.get_by_role("alert").first).to_be_visible()
    pay(popup)
    said_thanks(first)
    signalled(1)
    other_context.close()


def test_what_the_shopper_sees_is_usable_by_everybody(open_tab, axe):
    tab = open_tab()
    put_in_basket(tab)
    tab.get_by_role("button", name=re.compile("Basket")).click()
    expect(tab.get_by_role("button", name="Check out")).to_be_visible()
    axe(tab)
