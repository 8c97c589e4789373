"""The demo's host app around a shop, with a real desk: confirm, cancel and failure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from tests.browser.boxo.conftest import Street
from tests.browser.boxo.miniapp_street import order_payment, payment_status


class Pocket:
    """The host app, the shop in it and the desk's page over both."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.shop: FrameLocator = page.frame_locator("till-miniapp iframe.app")
        self.dialog = page.get_by_role("dialog", name="Payment")
        self.confirmation = self.dialog.frame_locator("iframe")

    def fill(self, product: str = "Buy the mug") -> None:
        self.shop.get_by_role("button", name=product).click()
        expect(self.shop.get_by_role("button", name="Basket: 1")).to_be_visible()

    def check_out(self) -> None:
        self.shop.get_by_role("button", name="Pay").click()
        expect(self.dialog).to_be_visible()

    def press(self, button: str) -> None:
        self.confirmation.get_by_role("button", name=button).click()


@pytest.fixture
def open_pocket(shopper: BrowserContext, street: Street) -> Callable[[], Pocket]:
    def open_one() -> Pocket:
        page = shopper.new_page()
        page.goto(f"{street.desk}/host/")
        page.get_by_role("link", name="Stempel").click()
        return Pocket(page)

    return open_one


def test_a_confirmed_payment_is_thanked_for_by_the_shop(
    open_pocket: Callable[[], Pocket], shopper: BrowserContext
) -> None:
    pocket = open_pocket()
    pocket.fill()
    pocket.check_out()
    balance = pocket.confirmation.get_by_text("PLN 120.00")
    expect(balance).to_be_visible()
    pocket.press("Pay PLN 49.99")
    expect(pocket.page.get_by_role("status").filter(has_text="Paid")).to_be_visible()
    expect(pocket.dialog).to_have_count(0)
    expect(pocket.shop.get_by_text("Thank you!")).to_be_visible()
    expect(pocket.shop.get_by_role("button", name="Basket: 0")).to_be_visible()
    pocket.fill()
    pocket.check_out()
    expect(pocket.confirmation.get_by_text("PLN 70.01")).to_be_visible()
    assert len(shopper.pages) == 1


def test_a_cancelled_one_leaves_the_basket_and_the_next_try_pays(
    open_pocket: Callable[[], Pocket],
) -> None:
    pocket = open_pocket()
    pocket.fill()
    pocket.check_out()
    pocket.press("Cancel")
    expect(pocket.shop.get_by_role("alert")).to_contain_text("The payment was not finished.")
    expect(pocket.dialog).to_have_count(0)
    expect(pocket.shop.get_by_role("button", name="Basket: 1")).to_be_visible()
    pocket.check_out()
    pocket.press("Pay PLN 49.99")
    expect(pocket.shop.get_by_text("Thank you!")).to_be_visible()


def test_who_closes_the_dialog_comes_back_to_the_same_payment(
    open_pocket: Callable[[], Pocket],
) -> None:
    pocket = open_pocket()
    pocket.fill()
    seen = []
    for _ in range(2):
        pocket.check_out()
        seen.append(pocket.dialog.locator("iframe").get_attribute("src"))
        pocket.dialog.get_by_role("button", name="Close").click()
        expect(pocket.shop.get_by_role("alert")).to_contain_text("The payment was not finished.")
    assert seen[0] == seen[1]


def test_a_payment_that_fails_is_said_kindly_and_can_be_tried_again(
    open_pocket: Callable[[], Pocket], shopper: BrowserContext
) -> None:
    pocket = open_pocket()
    pocket.fill()
    shopper.clear_cookies(name="till_host_user")  # then the sandbox pays, and may be told not to
    pocket.check_out()
    pocket.confirmation.get_by_text("Declined").click()
    pocket.press("Pay PLN 49.99")
    expect(pocket.shop.get_by_role("alert")).to_contain_text("The payment did not go through.")
    expect(pocket.dialog).to_have_count(0)
    pocket.check_out()
    pocket.press("Pay PLN 49.99")
    expect(pocket.shop.get_by_text("Thank you!")).to_be_visible()


def test_who_has_too_little_can_only_say_no(open_pocket: Callable[[], Pocket]) -> None:
    pocket = open_pocket()
    pocket.fill("Buy the lamp")
    pocket.check_out()
    pay = pocket.confirmation.get_by_role("button", name="Pay PLN 199.10")
    expect(pay).to_be_disabled()
    pocket.press("Cancel")
    expect(pocket.shop.get_by_role("alert")).to_contain_text("The payment was not finished.")


# ---- the published clients against the real desk ----


def test_the_published_miniapp_client_in_the_demo_host(
    shopper: BrowserContext, street: Street
) -> None:
    street.show_teas()
    page = shopper.new_page()
    page.goto(f"{street.desk}/host/stempel")
    pocket = Pocket(page)
    expect(pocket.shop.get_by_text("Ready")).to_be_visible()
    (frame,) = [one for one in page.frames if one.url == f"{street.shop}/teas"]
    known = frame.evaluate("outcome(sdk.getInitData())")["answer"]
    assert (known["app_id"], known["client_id"]) == ("app_corner", "host_pocket")
    login = frame.evaluate("outcome(sdk.sendPromise('AppBoxoWebAppLogin', {}))")["answer"]
    assert login["payload"]["token"]
    token = order_payment(street.desk)
    payment = {"amount": 30.1, "currency": "PLN", "miniappOrderId": "TEA-1"}
    frame.evaluate(
        "given => void (window.later = outcome(sdk.sendPromise('AppBoxoWebAppPay', given)))",
        {**payment, "transactionToken": token},
    )
    pocket.press("Pay PLN 30.10")
    answer = frame.evaluate("later")["answer"]
    assert answer.pop("transactionId")
    told = {"transactionToken": token, "hostappOrderId": token, "status": "success"}
    assert answer == {**payment, **told}
    assert payment_status(street.desk, token) == "paid"


def test_the_published_host_client_around_the_shop(shopper: BrowserContext, street: Street) -> None:
    page = shopper.new_page()
    page.goto(street.published_host())
    shop = page.frame_locator("#miniapp iframe")
    shop.get_by_role("button", name="Buy the mug").click()
    expect(shop.get_by_role("button", name="Basket: 1")).to_be_visible()
    shop.get_by_role("button", name="Pay").click()
    expect(shop.get_by_text("Thank you!")).to_be_visible()
    (payment,) = page.evaluate("payments")
    assert payment["amount"] == 49.99
    assert payment_status(street.desk, payment["transactionToken"]) == "paid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_anyone(
    open_pocket: Callable[[], Pocket], axe: Callable[..., None], scheme: str, street: Street
) -> None:
    pocket = open_pocket()
    pocket.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    axe(pocket.page)
    pocket.page.get_by_role("link", name="Back").click()
    expect(pocket.page.get_by_role("heading", name="Apps")).to_be_visible()
    axe(pocket.page)
