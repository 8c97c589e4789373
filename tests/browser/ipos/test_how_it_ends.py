"""How a widget's order can end, or not be there: what the page says, and whom it tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from flask_till.desk.order import Order
from tests.browser.ipos.conftest import TOKEN, Portal
from tests.browser.ipos.test_paying_a_widget import heard, says


def cancelled(portal: Portal) -> Order:
    return portal.desk.cashier.cancel(portal.order().id)


def expired(portal: Portal) -> Order:
    return portal.order(expires_in=0)


def refunded(portal: Portal) -> Order:
    order = portal.order()
    portal.desk.cashier.pay(order.id, gateway="sandbox", method="sandbox", inputs={})
    portal.desk.cashier.refund(order.id)
    return order


ENDS: dict[Callable[[Portal], Order], tuple[str, str]] = {
    cancelled: ("This order was cancelled", "cancelled"),
    expired: ("The time to pay is over", "cancelled"),
    refunded: ("Your money is on its way back", "refunded"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_says_how_it_ended_and_tells_the_page_around_it(
    portal: Portal, page: Page, axe: Callable[..., None], end: Any, theme: str
) -> None:
    headline, word = ENDS[end]
    order = end(portal)
    page.emulate_media(reduced_motion="reduce")
    page.goto(portal.address(order, token=TOKEN, theme=theme))
    says(page, headline)
    axe(page)
    link = page.get_by_role("link", name="Return to Blue Mug Widget")
    onward = f"{portal.site}/thanks?cup=blue&orderId={order.id}&status={word}"
    expect(link).to_have_attribute("href", onward)
    page.goto(portal.page_that_opens(""))
    page.evaluate("address => frame.src = address", portal.address(order, token=TOKEN))
    page.wait_for_function("heard.length")
    message = {"order_id": order.id, "status": word}
    said = {"type": "portal.send.order_status", "message": message}
    assert heard(page) == [{"origin": portal.desk_url, "data": said}]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_not_there_or_not_ones_own(
    portal: Portal, page: Page, axe: Callable[..., None], theme: str
) -> None:
    lost = page.goto(portal.address(portal.order(), theme=theme))
    assert lost is not None
    assert lost.status == 403
    says(page, "This order is not yours")
    expect(page.get_by_role("link", name="Return to Blue Mug Widget")).to_be_visible()
    page.wait_for_function("'tried' in document.body.dataset")
    axe(page)
    unknown = page.goto(f"{portal.desk_url}/order?orderId=2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a")
    assert unknown is not None
    assert unknown.status == 404
    says(page, "There is no such order")
    nameless = page.goto(f"{portal.desk_url}/order?theme={theme}")
    assert nameless is not None
    assert nameless.status == 400
    says(page, "This address is not complete")


def test_the_clock_runs_and_the_shopper_may_give_up(portal: Portal, page: Page) -> None:
    order = portal.order()
    page.goto(portal.address(order, token=TOKEN))
    timer = page.get_by_role("timer")
    expect(timer).to_contain_text("14:")
    page.get_by_text("Cancel this order").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    says(page, "This order was cancelled")
