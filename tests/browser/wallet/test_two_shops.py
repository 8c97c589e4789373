"""One wallet holds baskets of several shops, each paid on its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.wallet.conftest import DESKTOP, PHONE, Street
from tests.browser.wallet.hands import Phone, Tab


def test_two_baskets_of_two_shops(
    open_street: Callable[[int], Street], new_browser: Callable[..., BrowserContext]
) -> None:
    street = open_street(2)
    phone = Phone(new_browser(**PHONE).new_page(), street.desk)
    phone.sign_in()
    tabs = []
    for shop in street.shops:
        tab = Tab(new_browser(**DESKTOP).new_page())
        tab.page.goto(shop.url)
        tab.ask_phone("Mug by phone")
        phone.page.get_by_role("link", name="Baskets", exact=True).click()
        phone.answer()
        tab.is_linked()
        tabs.append(tab)
    corner, harbour = tabs
    harbour.add("Add the book")
    phone.page.get_by_role("link", name="Baskets", exact=True).click()
    cards = phone.page.get_by_role("link", name=re.compile("shop"))
    expect(cards).to_have_count(2)
    phone.page.get_by_role("link", name=re.compile("Harbour shop")).click()
    phone.holds("A book to read on a screen", 1)
    phone.page.get_by_role("link", name="All baskets").click()
    phone.page.get_by_role("link", name=re.compile("Corner shop")).click()
    phone.holds("Blue mug", 1)
    expect(phone.line("A book to read on a screen")).to_have_count(0)
    phone.order()
    phone.open_payment()
    phone.pay()
    phone.shows("Ordered and paid")
    corner.says("Thank you!")
    harbour.holds(2)
    assert len(street.shops[0].paid.wait()) == 1
    assert street.shops[1].placed.orders == []
    phone.page.get_by_role("link", name="Baskets", exact=True).click()
    expect(phone.page.get_by_role("link", name=re.compile("Harbour shop"))).to_have_count(1)
