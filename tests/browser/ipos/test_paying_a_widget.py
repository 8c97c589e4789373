"""A widget's order is paid on the desk's page, opened from another site."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.ipos.conftest import TOKEN, Portal

PAID = "Thank you, it is paid"
WISHES = {"theme": "dark", "hideBack": "true", "hideScrollBar": "TRUE"}
SHOWN = {"theme": "dark", "hideBack": "true", "hideScrollBar": "true"}


def heard(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("heard")
    return found


def looks_as_asked(page: Page | Frame) -> None:
    expect(page.get_by_role("button", name="Pay $12.99").first).to_be_visible()
    root = "getComputedStyle(document.documentElement)"
    assert page.evaluate(f"{root}.backgroundColor") == "rgb(24, 24, 30)"
    assert page.evaluate(f"{root}.scrollbarWidth") == "none"
    expect(page.get_by_role("link", name="Back to")).to_have_count(0)


def says(page: Page | Frame, headline: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(headline, timeout=12_000)


def test_in_a_window_opened_from_another_site(portal: Portal, page: Page) -> None:
    order = portal.order()
    page.goto(portal.page_that_opens(portal.address(order, token=TOKEN, **WISHES)))
    with page.expect_popup() as opening:
        page.click("#buy")
    window = opening.value
    looks_as_asked(window)
    assert window.url == portal.address(order, **SHOWN)
    expect(window.get_by_text("A blue mug")).to_be_visible()
    expect(window.get_by_text("Hand-made, holds tea")).to_be_visible()
    window.get_by_role("button", name="Pay $12.99").first.click()
    says(window, PAID)
    page.wait_for_function("heard.length")
    message = {"order_id": order.id, "status": "completed"}
    said = {"type": "portal.send.order_status", "message": message}
    assert heard(page) == [{"origin": portal.desk_url, "data": said}]
    window.wait_for_url(f"{portal.site}/thanks?cup=blue&orderId={order.id}&status=completed")
    assert heard(page) == [{"origin": portal.desk_url, "data": said}]


def test_in_a_frame_on_another_site(portal: Portal, page: Page) -> None:
    order = portal.order()
    page.goto(portal.page_that_opens(""))
    address = portal.address(order, token=TOKEN, **WISHES)
    page.evaluate("address => frame.src = address", address)
    page.frame_locator("#frame").get_by_role("button", name="Pay $12.99").first.wait_for()
    frame = page.frames[-1]
    looks_as_asked(frame)
    assert frame.url == portal.address(order, **SHOWN)
    frame.get_by_role("button", name="Pay $12.99").first.click()
    says(frame, PAID)
    frame.wait_for_url(f"{portal.site}/thanks?cup=blue&orderId={order.id}&status=completed")
    message = {"order_id": order.id, "status": "completed"}
    said = {"type": "portal.send.order_status", "message": message}
    assert heard(page) == [{"origin": portal.desk_url, "data": said}]
    assert page.url == portal.page_that_opens("")  # the portal around it stays


def test_without_a_redirect_the_window_stays_and_tells_nobody(portal: Portal, page: Page) -> None:
    order = portal.order(redirect_url=None)
    page.goto(portal.page_that_opens(portal.address(order, token=TOKEN)))
    with page.expect_popup() as opening:
        page.click("#buy")
    window = opening.value
    window.get_by_role("button", name="Pay $12.99").first.click()
    says(window, PAID)
    window.wait_for_timeout(4_500)
    says(window, PAID)
    assert heard(page) == []


def test_a_stranger_hears_nothing_and_may_not_frame_it(portal: Portal, page: Page) -> None:
    order = portal.order()
    address = portal.address(order, token=TOKEN)
    page.goto(portal.page_that_opens(address, portal.stranger))
    with page.expect_popup() as opening:
        page.click("#buy")
    opening.value.get_by_role("button", name="Pay $12.99").first.click()
    says(opening.value, PAID)
    opening.value.wait_for_url(f"{portal.site}/thanks*")
    assert heard(page) == []
    page.evaluate("address => frame.src = address", portal.address(portal.order(), token=TOKEN))
    page.wait_for_timeout(1_000)
    assert page.frames[-1].url.startswith("chrome-error:")


@pytest.mark.parametrize("wishes", [WISHES, {}])
def test_with_the_token_of_this_origins_storage(
    portal: Portal, page: Page, wishes: dict[str, str]
) -> None:
    order = portal.order()
    portal.sign_in(page)
    page.asked.clear()  # type: ignore[attr-defined]  # added by the fixture
    page.goto(portal.address(order, **wishes))
    page.get_by_role("button", name="Pay $12.99").first.click()
    says(page, PAID)
    page.wait_for_url(f"{portal.site}/thanks?cup=blue&orderId={order.id}&status=completed")
    assert not [url for url in page.asked if TOKEN in url]  # type: ignore[attr-defined]  # as above


def test_a_stored_token_of_somebody_else_ends_the_search(portal: Portal, page: Page) -> None:
    order = portal.order()
    portal.sign_in(page, "somebody.else.entirely")
    page.goto(portal.address(order))
    says(page, "This order is not yours")
    page.wait_for_timeout(1_000)
    tries = [url for url in page.asked if "/enter" in url]  # type: ignore[attr-defined]  # added by the fixture
    assert len(tries) == 1


def test_a_browser_that_keeps_no_cookie_does_not_load_for_ever(portal: Portal, page: Page) -> None:
    order = portal.order()
    portal.sign_in(page)
    page.route("**/order/enter", lambda route: route.fulfill(status=204))
    page.goto(portal.address(order))
    says(page, "This order is not yours")
    page.wait_for_timeout(1_000)
    loads = [url for url in page.asked if url == portal.address(order)]  # type: ignore[attr-defined]  # as above
    assert len(loads) == 1


def test_a_token_that_opens_nothing_leaves_the_address_bar(portal: Portal, page: Page) -> None:
    order = portal.order()
    page.goto(portal.address(order, token="somebody.else.entirely", theme="dark"))
    says(page, "This order is not yours")
    page.wait_for_function("!location.href.includes('token')")
    assert page.url == portal.address(order, theme="dark")
    page.goto(f"{portal.desk_url}/order")
    assert page.evaluate("history.length") >= 2
    page.go_back()
    assert "token" not in page.url


def test_from_a_balance_without_scripts(portal: Portal, browser: Browser) -> None:
    portal.desk.give("wallet", "20.00")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    order = portal.order()
    page.goto(portal.address(order, token=TOKEN))
    assert page.url == portal.address(order)
    page.get_by_text("Wallet balance").click()
    form = page.get_by_role("form", name="Wallet balance")
    expect(form.get_by_text("$7.01")).to_be_visible()
    form.get_by_role("button").click()
    says(page, PAID)
    context.close()


def test_too_little_balance_says_what_helps_until_it_is_enough(portal: Portal, page: Page) -> None:
    portal.desk.give("wallet", "3.00")
    order = portal.order(methods=("wallet",))
    page.goto(portal.address(order, token=TOKEN))
    button = page.get_by_role("button", name="Pay $12.99")
    expect(button).to_be_disabled()
    expect(page.get_by_text("$9.99 too little for this order.")).to_be_visible()
    portal.desk.give("wallet", "10.00")
    expect(button).to_be_enabled(timeout=12_000)
    button.click()
    says(page, PAID)


def test_money_that_comes_late_changes_the_open_page(portal: Portal, page: Page) -> None:
    order = portal.order(expires_in=3)
    page.goto(portal.page_that_opens(portal.address(order, token=TOKEN)))
    with page.expect_popup() as opening:
        page.click("#buy")
    window = opening.value
    window.get_by_role("radio", name="Slow").check()
    window.get_by_role("button", name="Pay $12.99").first.click()
    says(window, "The time to pay is over")
    expect(window.get_by_text("your money is still welcome")).to_be_visible()
    says(window, PAID)
    page.wait_for_function("heard.length > 1")
    assert [one["data"]["message"]["status"] for one in heard(page)] == ["cancelled", "completed"]
