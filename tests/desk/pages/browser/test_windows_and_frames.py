"""The page in a tab, a popup and a frame: who may show it, and who hears of the payment."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.pages.browser.conftest import Street

PAID = "Thank you, it is paid"


def heard(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("heard")
    return found


@pytest.mark.parametrize("scripts", [True, False])
def test_the_token_disappears_from_the_address(
    street: Street, browser: Browser, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    referrers = []
    page.on("request", lambda request: referrers.append(request.headers.get("referer")))
    order = street.order()
    page.goto(street.address(order, theme="dark"))
    assert page.url == street.plain_address(order, theme="dark")
    page.reload()
    expect(page.get_by_role("button", name="Pay PLN")).to_be_visible()
    assert not any(referrers)
    context.close()


def test_the_second_use_of_a_token_ends_the_first(street: Street, browser: Browser) -> None:
    order = street.order()
    address = street.address(order)
    mine, theirs = browser.new_context(), browser.new_context()
    page, thief = mine.new_page(), theirs.new_page()
    page.goto(address)
    expect(page.get_by_role("button", name="Pay PLN")).to_be_visible()
    answer = thief.goto(address)
    assert answer is not None
    assert answer.status == 410
    page.get_by_role("button", name="Pay PLN").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "This order is open in another browser"
    )
    assert street.desk.cashier.get(order.id).status == "pending"
    mine.close()
    theirs.close()


def test_the_merchant_may_frame_the_page_and_hears_of_the_payment(
    street: Street, page: Page
) -> None:
    order = street.order()
    page.goto(street.shop_page(""))
    page.evaluate("address => frame.src = address", street.address(order, hideBack="true"))
    frame = page.frame_locator("#frame")
    frame.get_by_role("button", name="Pay PLN").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text(PAID)
    message = {"type": "till.order_status", "order_id": order.id, "status": "paid"}
    page.wait_for_function("heard.length")
    assert heard(page) == [{"origin": street.desk_url, "data": message}]
    page.wait_for_timeout(4_500)  # a frame never leaves by itself
    expect(frame.get_by_role("heading", level=1)).to_have_text(PAID)


def test_a_stranger_may_not_frame_the_page(street: Street, page: Page) -> None:
    order = street.order()
    page.goto(street.shop_page("", street.stranger))
    page.evaluate("address => frame.src = address", street.address(order))
    page.wait_for_timeout(1_500)
    inside = page.frames[-1]
    assert inside.url.startswith("chrome-error:")
    assert any("frame-ancestors" in fault for fault in page.faults)  # type: ignore[attr-defined]  # added by the fixture


def test_a_popup_tells_its_opener_and_closes(street: Street, page: Page) -> None:
    order = street.order()
    page.goto(street.shop_page(street.address(order)))
    with page.expect_popup() as opening:
        page.click("#buy")
    popup = opening.value
    popup.get_by_role("button", name="Pay PLN").click()
    expect(popup.get_by_role("heading", level=1)).to_have_text(PAID)
    expect(popup.get_by_role("button", name="Close this window")).to_be_visible()
    expect(popup.get_by_role("link", name="Return to")).to_be_hidden()
    page.wait_for_function("heard.length")
    message = {"type": "till.order_status", "order_id": order.id, "status": "paid"}
    assert heard(page) == [{"origin": street.desk_url, "data": message}]
    page.wait_for_function("opened.closed")


def test_a_popup_of_a_stranger_tells_nothing(street: Street, page: Page) -> None:
    order = street.order()
    page.goto(street.shop_page(street.address(order), street.stranger))
    with page.expect_popup() as opening:
        page.click("#buy")
    popup = opening.value
    popup.get_by_role("button", name="Pay PLN").click()
    expect(popup.get_by_role("heading", level=1)).to_have_text(PAID)
    popup.wait_for_timeout(1_000)
    assert heard(page) == []


def test_the_back_link_of_a_popup_closes_it(street: Street, page: Page) -> None:
    page.goto(street.shop_page(street.address(street.order())))
    with page.expect_popup() as opening:
        page.click("#buy")
    expect(opening.value.get_by_role("timer")).to_have_text(re.compile(r"\d\d:\d\d"))  # scripts run
    opening.value.get_by_role("link", name="Back to Blue Mug & Co.").click()
    page.wait_for_function("opened.closed")


def test_a_whole_page_goes_back_to_the_shop_with_the_outcome(street: Street, page: Page) -> None:
    order = street.order()
    page.goto(street.address(order))
    page.get_by_role("button", name="Pay PLN").click()
    expect(page.get_by_text("Taking you back to Blue Mug & Co.")).to_be_visible()
    page.wait_for_url(f"{street.shop}/thanks?orderId={order.id}&status=paid")
    assert page.evaluate("document.referrer") == ""


def test_nobody_is_sent_to_an_unregistered_address(street: Street, page: Page) -> None:
    order = street.order(redirect_url=f"{street.stranger}/thanks")
    page.goto(street.address(order))
    page.get_by_role("button", name="Pay PLN").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PAID)
    page.wait_for_timeout(4_500)
    assert page.url == street.plain_address(order)
    expect(page.get_by_role("link", name="Return to")).to_have_attribute("href", f"{street.shop}/")


def test_hiding_what_the_shop_hides(street: Street, page: Page) -> None:
    page.goto(street.address(street.order(), hideBack="TRUE", hideScrollBar="true"))
    expect(page.get_by_role("button", name="Pay PLN")).to_be_visible()
    expect(page.get_by_role("link", name="Back to")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.documentElement).scrollbarWidth") == "none"


@pytest.mark.parametrize(
    ("theme", "system", "dark"),
    [
        (None, "dark", True),
        (None, "light", False),
        ("dark", "light", True),
        ("light", "dark", False),
    ],
)
def test_the_theme_is_the_address_then_the_systems(
    street: Street, page: Page, theme: str | None, system: Any, dark: bool
) -> None:
    page.emulate_media(color_scheme=system)
    page.goto(street.address(street.order(), **({"theme": theme} if theme else {})))
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (background == "rgb(24, 24, 30)") is dark


def test_hostile_words_stay_words(street: Street, page: Page) -> None:
    from flask_till.desk.order import Adjustment, Line
    from flask_till.money import Money
    from tests.desk.pages.test_hostile_text import CORPUS

    for start in range(0, len(CORPUS), 40):
        words = CORPUS[start : start + 40]
        lines = tuple(Line(word, word, 1, 100, word) for word in words)
        order = street.order(
            lines=lines,
            adjustments=tuple(Adjustment(word, 0) for word in words),
            amount=Money.of_minor(100 * len(lines), "PLN"),
            description=" ".join(words),
            external_id=f"{start}{words[0]}",
        )
        page.goto(street.address(order))
        page.get_by_role("button", name="Pay PLN").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(PAID)
    assert page.faults == []  # type: ignore[attr-defined]  # added by the fixture
