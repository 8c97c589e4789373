"""From the click on "check out" to the thank-you, in the three ways of opening the order page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import OpenTab
from .world import World

BODY = (
    '<till-button product="mug">Buy</till-button> <till-button mode="{0}">Pay</till-button>'
    '<till-basket mode="{0}"></till-basket>'
)


def filled(open_tab: OpenTab, mode: str, more: str = "") -> Page:
    tab = open_tab(BODY.format(mode) + more)
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    return tab


def thanked(tab: Page) -> None:
    expect(tab.get_by_role("status").filter(has_text="Thank you!")).to_contain_text(
        "Order T-000042 · PLN 49.99"
    )


def test_in_a_popup_and_every_tab_says_thank_you(open_tab: OpenTab, world: World) -> None:
    tab, untouched = filled(open_tab, "popup"), open_tab(BODY.format("popup"))
    with tab.expect_popup() as opened:
        tab.get_by_role("button", name="Pay").click()
    popup = opened.value
    expect(popup).to_have_url(re.compile(rf"^{world.desk}/order\?orderId=ord_\w+&token=."))
    popup.get_by_role("button", name="Pay").click()
    thanked(tab)
    thanked(untouched)
    expect(tab.get_by_role("button", name="Basket: 0")).to_be_visible()
    tab.wait_for_timeout(2000)
    assert popup.is_closed()
    assert world.till.count_of("POST /checkout") == 1


def test_in_a_frame(open_tab: OpenTab, world: World) -> None:
    tab = filled(open_tab, "frame")
    tab.get_by_role("button", name="Pay").click()
    dialog = tab.get_by_role("dialog", name="Payment")
    frame = dialog.frame_locator("iframe")
    expect(dialog.locator("iframe")).to_have_attribute("allow", "payment")
    frame.get_by_role("button", name="Pay").click()
    thanked(tab)
    expect(dialog).to_have_count(0)


def test_a_frame_can_be_closed_by_its_button_and_by_the_keyboard(open_tab: OpenTab) -> None:
    tab = filled(open_tab, "frame")
    for close in (
        lambda: tab.get_by_role("button", name="Close").click(),
        lambda: tab.keyboard.press("Escape"),
    ):
        tab.get_by_role("button", name="Pay").click()
        expect(tab.get_by_role("dialog", name="Payment")).to_be_visible()
        close()
        expect(tab.get_by_role("dialog", name="Payment")).to_have_count(0)


def test_by_a_redirect_and_the_page_the_shopper_returns_to_says_thank_you_once(
    open_tab: OpenTab, world: World
) -> None:
    tab = filled(open_tab, "redirect")
    untouched = open_tab(BODY.format("redirect"))
    shop = tab.url
    tab.get_by_role("button", name="Pay").click()
    expect(tab).to_have_url(re.compile("/order.*token="))
    tab.get_by_role("button", name="Pay").click()
    expect(tab.get_by_role("status")).to_have_text("Paid")
    thanked(untouched)
    tab.goto(shop)
    thanked(tab)
    tab.reload()
    expect(tab.get_by_role("button", name="Basket: 0")).to_be_visible()
    tab.wait_for_timeout(400)
    expect(tab.get_by_text("Thank you!")).to_have_count(0)


@pytest.mark.full_browser
def test_a_popup_that_is_blocked_becomes_a_redirect(open_tab: OpenTab) -> None:
    tab = filled(open_tab, "popup")
    tab.wait_for_timeout(100)
    tab.evaluate("window.open = () => null")
    tab.get_by_role("button", name="Pay").click()
    expect(tab).to_have_url(re.compile("/order.*token="))


@pytest.mark.full_browser
def test_a_popup_opens_under_a_popup_blocker_even_when_the_shop_is_slow(
    open_tab: OpenTab, world: World
) -> None:
    tab = filled(open_tab, "popup")
    tab.wait_for_timeout(6000)  # past the grace of the click that filled the basket
    world.till.delay = 1.0
    with tab.expect_popup() as opened:
        tab.get_by_role("button", name="Pay").click()
    expect(opened.value.get_by_role("heading", name="Order page")).to_be_visible()


def test_closing_the_popup_right_after_paying_still_says_thank_you(
    open_tab: OpenTab, world: World
) -> None:
    world.till.refuses_sockets = True
    tab = filled(open_tab, "popup")
    with tab.expect_popup() as opened:
        tab.get_by_role("button", name="Pay").click()
    expect(opened.value.get_by_role("heading")).to_be_visible()
    world.till.settle(world.till.newest_order().order_id)
    opened.value.close()
    thanked(tab)


def test_a_message_from_the_order_page_is_only_a_hint(open_tab: OpenTab, world: World) -> None:
    tab = filled(open_tab, "frame")
    tab.get_by_role("button", name="Pay").click()
    expect(tab.frame_locator("iframe").get_by_role("heading")).to_be_visible()
    asked = world.till.count_of("GET /channel?wait=0")
    tab.frame_locator("iframe").get_by_role("button", name="Lie").click()
    tab.wait_for_timeout(500)
    assert world.till.count_of("GET /channel?wait=0") == asked + 1
    expect(tab.get_by_text("Thank you!")).to_have_count(0)


def test_a_message_from_anyone_else_is_not_even_a_hint(open_tab: OpenTab, world: World) -> None:
    tab = filled(open_tab, "frame")
    tab.get_by_role("button", name="Pay").click()
    expect(tab.frame_locator("iframe").get_by_role("heading")).to_be_visible()
    tab.wait_for_timeout(200)
    asked = len(world.till.calls)
    tab.evaluate(
        "window.postMessage({ type: 'till.order_status', order_id: 'x', status: 'paid' }, '*')"
    )
    tab.evaluate(
        """(origin) => window.dispatchEvent(new MessageEvent('message', { origin, source: window,
        data: { type: 'till.order_status', order_id: 'x', status: 'paid' } }))""",
        world.desk,
    )
    tab.wait_for_timeout(300)
    assert len(world.till.calls) == asked


def test_the_tab_that_paid_goes_on_to_the_orders_own_page_and_the_others_stay(
    open_tab: OpenTab, world: World
) -> None:
    world.till.redirects_to = world.page("<h2>Your order</h2>")
    tab, untouched = filled(open_tab, "popup"), open_tab(BODY.format("popup"))
    stays = untouched.url
    with tab.expect_popup() as opened:
        tab.get_by_role("button", name="Pay").click()
    opened.value.get_by_role("button", name="Pay").click()
    expect(tab).to_have_url(world.till.redirects_to)
    thanked(untouched)
    assert untouched.url == stays


def test_the_page_can_stay_where_it_is(open_tab: OpenTab, world: World) -> None:
    world.till.redirects_to = world.page("<h2>Your order</h2>")
    tab = filled(open_tab, "frame")
    stays = tab.url
    tab.evaluate("document.addEventListener('till-order-paid', (event) => event.preventDefault())")
    tab.get_by_role("button", name="Pay").click()
    tab.frame_locator("iframe").get_by_role("button", name="Pay").click()
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.wait_for_timeout(300)
    assert tab.url == stays


def test_a_redirect_that_is_not_a_web_address_is_not_followed(
    open_tab: OpenTab, shopper: BrowserContext, world: World
) -> None:
    tab = filled(open_tab, "frame")
    tab.route(
        "**/till/checkout",
        lambda route: route.fulfill(
            json={"order_id": "x", "order_url": "javascript:window.bad=1", "token": "t"}
        ),
    )
    tab.get_by_role("button", name="Pay").click()
    expect(tab.get_by_role("alert")).to_be_visible()
    expect(tab.locator("iframe")).to_have_count(0)
    assert tab.evaluate("window.bad") is None


def test_one_click_can_add_and_check_out(open_tab: OpenTab, world: World) -> None:
    tab = open_tab('<till-button product="mug" mode="popup">Buy now</till-button>')
    with tab.expect_popup() as opened:
        tab.get_by_role("button", name="Buy now").dblclick()
    expect(opened.value.get_by_role("heading", name="Order page")).to_be_visible()
    assert world.till.count_of("POST") == 2


def test_an_order_that_cannot_be_placed_closes_the_empty_popup(
    open_tab: OpenTab, shopper: BrowserContext
) -> None:
    tab = open_tab('<till-button product="gone" mode="popup">Buy now</till-button>')
    tab.get_by_role("button", name="Buy now").click()
    expect(tab.get_by_role("alert")).to_contain_text("no more of these")
    assert shopper.pages == [tab]


def test_the_order_element_follows_the_order(open_tab: OpenTab, world: World) -> None:
    tab = filled(open_tab, "popup", "<till-order><p>Nothing ordered yet</p></till-order>")
    expect(tab.get_by_text("Nothing ordered yet")).to_be_visible()
    with tab.expect_popup() as opened:
        tab.get_by_role("button", name="Pay", exact=True).click()
    expect(opened.value.get_by_role("heading")).to_be_visible()
    order = world.till.newest_order().order_id
    status = tab.locator("till-order").get_by_role("status")
    expect(status).to_contain_text("Waiting for payment")
    expect(tab.get_by_text("Nothing ordered yet")).to_be_hidden()
    expect(status.get_by_role("button", name="Continue to payment")).to_be_visible()
    world.till.settle(order, "processing")
    expect(status).to_contain_text("Payment is being confirmed")
    world.till.settle(order, "expired")
    expect(status).to_contain_text("You have not been charged")
    world.till.settle(order)
    expect(status).to_contain_text("Thank you!")
    world.till.settle(order, "refunded")
    expect(status).to_contain_text("The order was refunded")
    opened.value.close()


def test_an_open_drawer_makes_room_for_the_thank_you(open_tab: OpenTab, world: World) -> None:
    tab = filled(open_tab, "popup")
    tab.get_by_role("button", name="Basket: 1").click()
    with tab.expect_popup() as opened:
        tab.get_by_role("dialog").get_by_role("button", name="Check out").click()
    opened.value.get_by_role("button", name="Pay").click()
    thanked(tab)
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_text("Thank you!")).to_have_count(0)


def test_a_page_with_an_order_element_shows_no_second_thank_you(
    open_tab: OpenTab, world: World
) -> None:
    tab = filled(open_tab, "frame", "<till-order></till-order>")
    tab.get_by_role("button", name="Pay", exact=True).click()
    expect(tab.locator("iframe")).to_be_visible()
    world.till.settle(world.till.newest_order().order_id)
    expect(tab.get_by_text("Thank you!")).to_be_visible()
    expect(tab.get_by_text("Thank you!")).to_have_count(1)
    tab.reload()
    expect(tab.get_by_text("Thank you!")).to_be_visible()
