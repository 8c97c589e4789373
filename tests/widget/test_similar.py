"""Who orders the same again within two minutes is asked whether it is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import OpenTab
from .played_prices import SUMS, Prices, pay, sums
from .world import World


@pytest.fixture
def drawer(open_quoted: Callable[..., Locator]) -> Locator:
    found = open_quoted()
    expect(sums(found)).to_have_text(SUMS)
    return found


@pytest.fixture
def tab(drawer: Locator) -> Page:
    return drawer.page


@pytest.fixture
def similar(drawer: Locator, prices: Prices, world: World) -> Locator:
    """The dialog, after an order for a mug was paid and another mug was put in the basket."""
    tab, shop = drawer.page, world.till
    shop.settle(shop.place(shop.only_shopper()).order_id)
    expect(tab.get_by_text("Thank you!")).to_be_visible()
    tab.get_by_role("button", name="Buy a mug").click()
    tab.get_by_role("button", name="Basket: 1").click()
    prices.refuses_order = "SIMILAR_ORDER"
    pay(drawer)
    dialog = tab.get_by_role("dialog", name="You ordered the same a moment ago")
    expect(dialog).to_be_visible()
    return dialog


def test_it_says_which_order_that_was(similar: Locator) -> None:
    expect(similar).to_contain_text("Order T-000042 · PLN 49.99. Do you want to order it again?")
    expect(similar.get_by_role("button", name="No, show that order")).to_be_focused()


def test_yes_orders_it_again(similar: Locator, tab: Page, prices: Prices) -> None:
    similar.get_by_role("button", name="Order again").click()
    expect(tab.get_by_role("dialog", name="Payment")).to_be_visible()
    expect(similar).to_have_count(0)
    assert prices.orders[-1] == {"mode": "frame", "again": True, "total": 5256}
    assert len(prices.orders) == 2


def test_no_shows_that_order(similar: Locator, tab: Page, prices: Prices) -> None:
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog", name="Thank you!")).to_contain_text("T-000042")
    tab.keyboard.press("Enter")
    expect(tab.locator("till-basket .similar")).to_have_count(0)
    assert len(prices.orders) == 1


def test_no_goes_to_the_page_of_that_order(similar: Locator, tab: Page, world: World) -> None:
    order = world.till.newest_order()
    world.till.redirects_to = f"{world.shop}/pages/0?thanks={order.number}"
    order.version += 1
    similar.get_by_role("button", name="No, show that order").press("Escape")
    expect(similar).to_have_count(0)
    pay(tab.locator("till-basket dialog.drawer"))
    tab.get_by_role("button", name="No, show that order").click()
    expect(tab).to_have_url(f"{world.shop}/pages/0?thanks={order.number}")


def test_the_keyboard_leads_back_to_the_drawer(similar: Locator, tab: Page) -> None:
    tab.keyboard.press("Escape")
    expect(similar).to_have_count(0)
    expect(tab.get_by_role("button", name="Check out")).to_be_focused()


def test_a_button_without_a_drawer_asks_too(
    open_tab: OpenTab, prices: Prices, world: World
) -> None:
    tab = open_tab('<till-button product="mug" mode="frame">Buy now</till-button>')
    prices.refuses_order = "SIMILAR_ORDER"
    tab.get_by_role("button", name="Buy now").click()
    dialog = tab.get_by_role("dialog", name="You ordered the same a moment ago")
    dialog.get_by_role("button", name="Order again").click()
    expect(tab.get_by_role("dialog", name="Payment")).to_be_visible()
    assert prices.orders == [{"mode": "frame"}, {"mode": "frame", "again": True}]
    assert prices.asked == 0


def test_a_page_can_ask_in_its_own_way(drawer: Locator, tab: Page, prices: Prices) -> None:
    tab.evaluate("addEventListener('till-error', (event) => event.preventDefault())")
    prices.refuses_order = "SIMILAR_ORDER"
    pay(drawer)
    expect(drawer.get_by_role("button", name="Check out")).not_to_have_attribute(
        "aria-busy", "true"
    )
    expect(tab.locator("till-basket .similar")).to_have_count(0)
