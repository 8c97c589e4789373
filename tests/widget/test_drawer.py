"""The drawer of <till-basket>: lines, codes, total and checkout, by mouse and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import OpenTab
from .world import World

BODY = (
    '<till-button product="mug">Buy a mug</till-button>'
    '<till-button product="book">Buy a book</till-button><till-basket></till-basket>'
)


@pytest.fixture
def tab(open_tab: OpenTab) -> Page:
    tab = open_tab(BODY)
    tab.get_by_role("button", name="Buy a mug").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    return tab


@pytest.fixture
def drawer(tab: Page) -> Locator:
    tab.get_by_role("button", name="Basket: 1").click()
    drawer = tab.get_by_role("dialog", name="Basket")
    expect(drawer).to_be_visible()
    return drawer


def test_an_empty_basket_says_so(open_tab: OpenTab) -> None:
    tab = open_tab(BODY)
    tab.get_by_role("button", name="Basket: 0").click()
    drawer = tab.get_by_role("dialog", name="Basket")
    expect(drawer).to_contain_text("Your basket is empty")
    expect(drawer.get_by_role("button", name="Check out")).to_have_count(0)


def test_it_shows_lines_pictures_and_the_total(drawer: Locator) -> None:
    line = drawer.get_by_role("listitem").filter(has_text="Blue mug")
    expect(line.get_by_role("link", name="Blue mug")).to_have_attribute("href", "/products/mug")
    expect(line).to_contain_text("PLN 49.99")
    assert line.locator("img").evaluate(
        "image => image.decode().then(() => image.naturalWidth > 0)"
    )
    expect(drawer.get_by_role("definition")).to_have_text("PLN 49.99")


def test_one_more_and_one_fewer_change_the_line_and_the_focus_stays(
    drawer: Locator, tab: Page
) -> None:
    more = drawer.get_by_role("button", name="One more of Blue mug")
    more.click()
    expect(drawer.get_by_role("textbox", name="Quantity of Blue mug")).to_have_value("2")
    expect(drawer.get_by_role("definition")).to_have_text("PLN 99.98")
    expect(more).to_be_focused()
    drawer.get_by_role("button", name="One fewer of Blue mug").click()
    expect(drawer.get_by_role("textbox", name="Quantity of Blue mug")).to_have_value("1")
    expect(drawer.get_by_role("button", name="One fewer of Blue mug")).to_be_disabled()


def test_fast_clicks_add_up(drawer: Locator, world: World) -> None:
    world.till.delay = 0.2
    for _ in range(3):
        drawer.get_by_role("button", name="One more of Blue mug").click()
    expect(drawer.get_by_role("textbox", name="Quantity of Blue mug")).to_have_value("4")


def test_no_more_than_the_stock_can_be_asked_for(drawer: Locator) -> None:
    quantity = drawer.get_by_role("textbox", name="Quantity of Blue mug")
    quantity.fill("5")
    quantity.press("Enter")
    expect(drawer.get_by_role("button", name="One more of Blue mug")).to_be_disabled()
    quantity.fill("99")
    quantity.press("Enter")
    expect(quantity).to_have_value("5")


def test_a_line_can_be_removed_and_what_happened_is_read_out(drawer: Locator, tab: Page) -> None:
    drawer.get_by_role("button", name="Remove Blue mug").click()
    expect(drawer).to_contain_text("Your basket is empty")
    expect(drawer.get_by_role("status")).to_contain_text("Removed Blue mug.")
    expect(drawer.get_by_role("heading", name="Basket")).to_be_focused()


def test_a_promotion_code_is_applied_and_taken_back(drawer: Locator) -> None:
    drawer.get_by_role("textbox", name="Promotion code").fill("ten")
    drawer.get_by_role("button", name="Apply").click()
    expect(drawer.get_by_role("definition").last).to_have_text("PLN 39.99")
    expect(drawer.get_by_role("listitem").filter(has_text="10 zł off")).to_contain_text(
        "-PLN 10.00"
    )
    drawer.get_by_role("button", name="Remove code TEN").click()
    expect(drawer.get_by_role("definition")).to_have_text(["PLN 49.99"])


def test_a_code_that_is_refused_says_why(drawer: Locator) -> None:
    code = drawer.get_by_role("textbox", name="Promotion code")
    code.fill("nonsense")
    code.press("Enter")
    expect(drawer.get_by_role("alert")).to_have_text("“nonsense” is not a code of this shop.")
    code.fill("big")
    code.press("Enter")
    expect(drawer.get_by_role("listitem").filter(has_text="BIG")).to_contain_text(
        "Only for baskets over PLN 500.00."
    )
    expect(drawer.get_by_role("alert")).to_have_count(0)


def test_when_the_desk_is_down_it_says_so_and_the_basket_is_kept(
    drawer: Locator, tab: Page, world: World
) -> None:
    world.till.desk_is_down = True
    drawer.get_by_role("button", name="Check out").click()
    expect(drawer.get_by_role("alert")).to_contain_text("Your basket is safe")
    expect(drawer.get_by_role("link", name="Blue mug")).to_be_visible()
    assert len(tab.context.pages) == 1  # the popup is gone
    world.till.desk_is_down = False
    with tab.expect_popup() as popup:
        drawer.get_by_role("button", name="Check out").click()
    expect(popup.value.get_by_role("heading", name="Order page")).to_be_visible()


def test_it_can_be_used_with_the_keyboard_alone(open_tab: OpenTab) -> None:
    tab = open_tab(BODY)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    badge = tab.get_by_role("button", name="Basket: 1")
    expect(badge).to_be_visible()
    badge.focus()
    tab.keyboard.press("Space")
    drawer = tab.get_by_role("dialog", name="Basket")
    expect(drawer.get_by_role("heading")).to_be_focused()
    seen = []
    for _ in range(8):
        tab.keyboard.press("Tab")
        seen.append(
            tab.evaluate(
                """document.activeElement == document.body || document.querySelector('till-basket')
                    .shadowRoot.activeElement.closest('dialog') != null"""
            )
        )
    assert all(seen)
    tab.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(badge).to_be_focused()


def test_a_click_beside_it_closes_it(drawer: Locator, tab: Page) -> None:
    tab.wait_for_timeout(450)
    tab.mouse.click(20, 300)
    expect(drawer).to_be_hidden()


def test_on_a_phone_a_swipe_closes_it(open_tab: OpenTab) -> None:
    tab = open_tab(BODY)
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.get_by_role("button", name="Basket: 0").click()
    drawer = tab.get_by_role("dialog", name="Basket")
    box = drawer.bounding_box()
    assert box
    assert box["width"] == 390
    head = drawer.get_by_role("heading")
    for event, y in (("pointerdown", 400), ("pointerup", 500)):
        head.dispatch_event(event, {"pointerType": "touch", "clientY": y, "composed": True})
    expect(drawer).to_be_hidden()


def test_another_tab_changes_what_it_shows(drawer: Locator, open_tab: OpenTab) -> None:
    other = open_tab(BODY)
    other.get_by_role("button", name="Buy a book").click()
    expect(drawer.get_by_role("listitem")).to_have_count(2)


def test_it_keeps_a_line_that_can_no_longer_be_bought_but_does_not_check_out(
    tab: Page, world: World
) -> None:
    shopper = next(iter(world.till.shoppers.values()))
    with world.till.changed:
        shopper.lines["gone"] = 1
        shopper.version += 1
        world.till.changed.notify_all()
    tab.get_by_role("button", name="Basket: 2").click()
    drawer = tab.get_by_role("dialog")
    expect(drawer.get_by_role("listitem").filter(has_text="calendar")).to_contain_text(
        "No longer available"
    )
    expect(drawer.get_by_role("button", name="Check out")).to_be_disabled()


def test_the_page_can_show_a_drawer_of_its_own(open_tab: OpenTab) -> None:
    tab = open_tab(BODY)
    tab.evaluate("document.addEventListener('till-open', (event) => event.preventDefault())")
    tab.get_by_role("button", name="Basket: 0").click()
    tab.wait_for_timeout(200)
    expect(tab.get_by_role("dialog")).to_have_count(0)
