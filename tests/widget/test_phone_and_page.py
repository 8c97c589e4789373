"""What the page sees of the phone: orders placed there; and what the page itself may prevent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .world import World

BODY = """<till-button product="mug" wallet>Buy with the app</till-button>
<till-basket></till-basket>"""


@pytest.fixture
def tab(open_tab: OpenTab, world: World) -> Page:
    world.till.wallet.there = True
    return open_tab(BODY)


def link(tab: Page, world: World) -> None:
    tab.get_by_role("button", name="Buy with the app").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Phone number").fill("501234567")
    dialog.get_by_role("button", name="Send to my phone").click()
    expect(dialog.get_by_role("heading", name="Confirm on your phone")).to_be_visible()
    world.till.link(world.till.only_shopper(), "linked")
    expect(dialog.get_by_role("heading", name="Your basket is on your phone")).to_be_visible()


def test_an_order_paid_on_the_phone_is_thanked_for_where_it_was_linked(
    tab: Page, world: World, open_tab: OpenTab
) -> None:
    untouched = open_tab(BODY)
    stays = untouched.url
    link(tab, world)
    world.till.redirects_to = world.page("<h2>Your order</h2>")
    world.till.settle(world.till.place(world.till.only_shopper()).order_id)
    expect(tab).to_have_url(world.till.redirects_to)
    expect(untouched.get_by_role("status").filter(has_text="Thank you!")).to_be_visible()
    assert untouched.url == stays


def test_an_order_placed_on_the_phone_leads_to_its_page_before_it_is_paid(
    tab: Page, world: World, open_tab: OpenTab
) -> None:
    untouched = open_tab(BODY)
    stays = untouched.url
    link(tab, world)
    world.till.redirects_to = world.page("<till-order></till-order>", head=world.script)
    placed = world.till.place(world.till.only_shopper(), on_phone=True)
    expect(tab).to_have_url(world.till.redirects_to)
    expect(tab.get_by_role("status").filter(has_text="Waiting for payment")).to_be_visible()
    world.till.settle(placed.order_id)
    expect(tab.get_by_role("status").filter(has_text="Thank you!")).to_be_visible()
    expect(untouched.get_by_role("status").filter(has_text="Thank you!")).to_be_visible()
    assert untouched.url == stays


def test_the_page_can_stay_when_an_order_was_placed_on_the_phone(tab: Page, world: World) -> None:
    link(tab, world)
    tab.evaluate("""() => document.addEventListener('till-order-changed', (event) => {
        window.placed = true;
        event.preventDefault();
    })""")
    stays = tab.url
    world.till.redirects_to = world.page("<h2>Your order</h2>")
    world.till.place(world.till.only_shopper(), on_phone=True)
    tab.wait_for_function("window.placed")
    tab.wait_for_timeout(300)
    assert tab.url == stays


def test_the_page_can_say_no(tab: Page) -> None:
    tab.evaluate("""() => document.addEventListener('till-bind', (event) => {
        window.asked = event.detail;
        event.preventDefault();
    })""")
    tab.get_by_role("button", name="Buy with the app").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    tab.wait_for_timeout(200)
    assert tab.evaluate("window.asked") == {"place": "PRODUCT_CARD"}
    expect(tab.get_by_role("dialog")).to_have_count(0)
