"""A shopper pays, as a person would: by what is written on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from flask_till.desk.order import Order
from tests.desk.pages.browser.conftest import Street


def choose(page: Page, outcome: str) -> None:
    page.get_by_role("radio", name=outcome).check()
    page.get_by_role("button", name="Pay PLN").click()


def says(page: Page, headline: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(headline, timeout=12_000)


@pytest.fixture(params=["with scripts", "without scripts"])
def shopper(request: pytest.FixtureRequest, browser: Browser) -> Any:
    context = browser.new_context(java_script_enabled=request.param == "with scripts")
    yield context.new_page()
    context.close()


@pytest.fixture
def order(street: Street) -> Order:
    return street.order(redirect_url=None)


def test_paying_works(street: Street, shopper: Page, order: Order) -> None:
    shopper.goto(street.address(order))
    choose(shopper, "Paid")
    says(shopper, "Thank you, it is paid")
    assert street.desk.cashier.get(order.id).status == "paid"


def test_declined_then_paid(street: Street, shopper: Page, order: Order) -> None:
    shopper.goto(street.address(order))
    choose(shopper, "Declined")
    expect(shopper.get_by_role("alert")).to_contain_text("The payment was declined")
    expect(shopper.get_by_role("alert")).to_contain_text("You were not charged")
    choose(shopper, "Paid")
    says(shopper, "Thank you, it is paid")


def test_a_slow_payment_shows_by_itself(street: Street, shopper: Page, order: Order) -> None:
    shopper.goto(street.address(order))
    choose(shopper, "Slow")
    says(shopper, "Your payment is on its way")
    says(shopper, "Thank you, it is paid")


def test_confirming(street: Street, shopper: Page, order: Order) -> None:
    shopper.goto(street.address(order))
    choose(shopper, "Needs confirmation")
    says(shopper, "Confirm the payment")
    shopper.get_by_role("button", name="No, refuse it").click()
    expect(shopper.get_by_role("alert")).to_contain_text("The payment was declined")
    choose(shopper, "Needs confirmation")
    shopper.get_by_role("button", name="Yes, it is me").click()
    says(shopper, "Thank you, it is paid")


def test_giving_up(street: Street, shopper: Page, order: Order) -> None:
    shopper.goto(street.address(order))
    shopper.get_by_text("Cancel this order").click()
    shopper.get_by_role("button", name="Yes, cancel it").click()
    says(shopper, "This order was cancelled")
    expect(shopper.get_by_role("link", name="Return to Blue Mug & Co.")).to_be_visible()


def test_time_runs_out_before_ones_eyes(street: Street, shopper: Page) -> None:
    order = street.order(expires_in=3, redirect_url=None)
    shopper.goto(street.address(order))
    says(shopper, "Pay Blue Mug & Co.")
    says(shopper, "The time to pay is over")
    expect(shopper.get_by_text("You were not charged.")).to_be_visible()


def test_money_that_comes_late_is_told_of(street: Street, page: Page) -> None:
    order = street.order(expires_in=2, redirect_url=None)
    page.goto(street.address(order))
    choose(page, "Late")
    says(page, "The time to pay is over")
    page.wait_for_timeout(2_500)
    attempt = street.desk.cashier.get(order.id).payment
    assert attempt is not None
    street.desk.cashier.paying.look_late(attempt.id)
    expect(page.get_by_text("goes back to you")).to_be_visible()


def test_the_sixth_try_is_refused_kindly(street: Street, shopper: Page, order: Order) -> None:
    shopper.goto(street.address(order))
    for _ in range(5):
        choose(shopper, "Declined")
        expect(shopper.get_by_role("alert")).to_contain_text("The payment was declined")
        shopper.wait_for_timeout(100)
    choose(shopper, "Paid")
    expect(shopper.get_by_role("alert")).to_contain_text("tried too often")
    assert street.desk.cashier.get(order.id).status == "pending"


def test_the_clock_ticks(street: Street, page: Page, order: Order) -> None:
    page.goto(street.address(order))
    timer = page.get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"(30:00|29:5\d)"))
    before = timer.text_content()
    expect(timer).not_to_have_text(before or "")


def test_what_happens_elsewhere_appears_at_once(street: Street, page: Page, order: Order) -> None:
    page.goto(street.address(order))
    says(page, "Pay Blue Mug & Co.")
    page.wait_for_timeout(300)
    street.desk.cashier.cancel(order.id)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "This order was cancelled", timeout=2_000
    )
    expect(page.locator("[data-news]")).to_have_text("This order was cancelled")


def test_a_lost_connection_is_said_and_nothing_is_lost(
    street: Street, page: Page, order: Order
) -> None:
    page.goto(street.address(order))
    page.route("**/order/pay", lambda route: route.abort())
    choose(page, "Paid")
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    page.unroute("**/order/pay")
    choose(page, "Paid")
    says(page, "Thank you, it is paid")


def test_an_impatient_click_pays_once(street: Street, page: Page, order: Order) -> None:
    page.goto(street.address(order))
    page.get_by_role("button", name="Pay PLN").dblclick()
    says(page, "Thank you, it is paid")
    from flask_till.desk.actions.payments import payments_of

    assert len(street.desk.parts.database.read(payments_of, order.id)) == 1


def test_the_keyboard_is_enough(street: Street, page: Page, order: Order) -> None:
    page.goto(street.address(order))
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('input[type=radio]')"):
            break
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Needs confirmation")).to_be_checked()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    says(page, "Confirm the payment")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    says(page, "Thank you, it is paid")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_the_page_speaks_polish(street: Street, page: Page) -> None:
    order = street.order(locale="pl", redirect_url=None)
    page.goto(street.address(order))
    page.get_by_role("button", name="Zapłać 117,97 zł").click()
    says(page, "Dziękujemy, zapłacone")


STATES: dict[str, Callable[[Page], None]] = {
    "Pay Blue Mug & Co.": lambda page: None,
    "Confirm the payment": lambda page: choose(page, "Needs confirmation"),
    "Your payment is on its way": lambda page: choose(page, "Late"),
    "Thank you, it is paid": lambda page: choose(page, "Paid"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("headline", STATES)
def test_nothing_keeps_anybody_out(
    street: Street, page: Page, order: Order, axe: Callable[..., None], headline: str, theme: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(street.address(order, theme=theme))
    STATES[headline](page)
    says(page, headline)
    axe(page)
    assert page.faults == []  # type: ignore[attr-defined]  # added by the fixture


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_out_at_the_end(
    street: Street, page: Page, axe: Callable[..., None], theme: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    cashier = street.desk.cashier

    def seen(order: Order, headline: str) -> None:
        page.goto(street.address(order, theme=theme))
        says(page, headline)
        axe(page)

    cancelled, expired, refunded = street.order(), street.order(expires_in=0), street.order()
    cashier.cancel(cancelled.id)
    seen(cancelled, "This order was cancelled")
    seen(expired, "The time to pay is over")
    cashier.pay(refunded.id, gateway="sandbox", method="sandbox", inputs={})
    cashier.refund(refunded.id, refunded.amount - refunded.amount.of_minor(1, "PLN"))
    seen(refunded, "Part of your money is on its way back")
    cashier.refund(refunded.id)
    seen(refunded, "Your money is on its way back")
    declined = street.order()
    cashier.pay(declined.id, gateway="sandbox", method="sandbox", inputs={"outcome": "declined"})
    seen(declined, "Pay Blue Mug & Co.")
    page.goto(street.plain_address(street.order(), theme=theme))
    says(page, "This order is open in another browser")
    axe(page)
    page.goto(f"{street.desk_url}/order?orderId=nothing&theme={theme}")
    says(page, "There is no such order")
    axe(page)
