"""An order that a storefront made: paid on the page it names, run out on it, paid another way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from flask_till.wire.w3block.products import DOLLAR
from tests.browser.w3block import passes
from tests.browser.w3block.conftest import Street

WALLET = "0x7a3c9e5b1d8f2046a1b3c5d7e9f0a2b4c6d8e0f1"
TOTAL = "$105.07"


class Storefront:
    """A company's own, which speaks HTTP to the desk and shows the page that it was given."""

    def __init__(self, desk: str) -> None:
        base = f"{desk}/w3block/companies/{passes.COMPANY}/"
        headers = {
            "x-w3block-id": passes.COMPANY,
            "x-w3block-api-key": passes.KEY,
            "x-w3block-secret": passes.SECRET,
        }
        self.http = httpx.Client(base_url=base, headers=headers)
        self.gateway = f"{desk}/w3block/test-gateway"

    def order(self) -> dict[str, Any]:
        shown = self._ask("POST", "orders/preview", orderProducts=[PASS], payments=[part()])
        prices = [{"currencyId": DOLLAR, "expectedPrice": "100"}]
        gas = shown["gasFee"]["signature"]
        return self._ask(
            "POST",
            "orders",
            orderProducts=[PASS | {"expectedPrices": prices}],
            payments=[part()],
            signedGasFees=[{"currencyId": DOLLAR, "signedGasFee": gas}],
            destinationWalletAddress=WALLET,
        )

    def pay(self, order: dict[str, Any], method: str) -> dict[str, Any]:
        return self._ask("PATCH", f"orders/{order['id']}/pay", payments=[part(method)])

    def status(self, order: dict[str, Any]) -> str:
        """As it polls for it."""
        path = f"orders/{order['id']}"
        answer = self.http.get(path, params={"fetchNewestStatus": "true"})
        status: str = answer.json()["status"]
        return status

    def says(self, order: dict[str, Any], event: str) -> None:
        path = f"{self.gateway}/{order['providerTransactionId']}/events"
        assert self.http.post(path, json={"event": event}).status_code == 204

    def _ask(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told


PASS = {"productId": passes.PASS, "quantity": "1"}


def part(method: str = "credit_card") -> dict[str, Any]:
    return {
        "currencyId": DOLLAR,
        "amountType": "percentage",
        "amount": "100",
        "paymentMethod": method,
    }


@pytest.fixture
def storefront(street: Street) -> Iterator[Storefront]:
    desk = street.desk_app.extensions["till_desk"].owner
    desk.w3block.offer(passes.COMPANY, DOLLAR, "google_pay", "paypal")
    storefront = Storefront(street.desk)
    yield storefront
    storefront.http.close()


@pytest.fixture
def open_page(shopper: BrowserContext) -> Callable[..., Page]:
    def open_one(order: dict[str, Any], *, early: bool = False) -> Page:
        page = shopper.new_page()
        if early:
            page.clock.install()
        page.goto(order["payments"][0]["publicData"]["paymentUrl"])
        expect(page.get_by_text(TOTAL).first).to_be_visible()
        return page

    return open_one


def test_an_order_is_paid_on_the_page_that_it_names(
    storefront: Storefront, open_page: Callable[..., Page]
) -> None:
    order = storefront.order()
    page = open_page(order)
    assert "token" not in page.url
    page.get_by_role("button", name="Yes, it is me").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert storefront.status(order) == "concluded"


def test_the_countdown_of_an_order_runs_out_on_its_page(
    storefront: Storefront, street: Street, open_page: Callable[..., Page]
) -> None:
    order = storefront.order()
    page = open_page(order, early=True)
    expect(page.get_by_role("timer")).to_contain_text("08:5")
    street.clock.hurry(seconds=530)
    page.clock.fast_forward(530_000)
    expect(page.get_by_role("timer")).to_contain_text("00:0")
    assert storefront.status(order) == "pending"
    street.clock.hurry(seconds=11)
    page.clock.fast_forward(11_000)
    expect(page.get_by_role("heading", name="The time to pay is over")).to_be_visible()
    expect(page.get_by_text("You were not charged.")).to_be_visible()
    expect(page.get_by_role("button", name="Yes, it is me")).to_have_count(0)
    assert storefront.status(order) == "expired"


def test_a_refused_payment_is_made_another_way_and_then_concluded(
    storefront: Storefront, open_page: Callable[..., Page]
) -> None:
    order = storefront.order()
    page = open_page(order)
    page.get_by_role("button", name="No, refuse it").click()
    expect(page.get_by_role("button", name="Yes, it is me")).to_have_count(0)
    assert storefront.status(order) == "pending"
    again = storefront.pay(order, "google_pay")
    assert (again["paymentMethod"], again["paymentProvider"]) == ("google_pay", "paypal")
    page = open_page(again)
    page.get_by_role("button", name="Yes, it is me").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert storefront.status(order) == "concluded"


def test_an_open_page_sees_by_itself_that_it_was_paid_elsewhere(
    storefront: Storefront, open_page: Callable[..., Page]
) -> None:
    order = storefront.order()
    page = open_page(order)
    storefront.says(order, "paid")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible(timeout=15_000)
    assert storefront.status(order) == "concluded"


def test_a_link_that_was_used_opens_nothing_for_somebody_else(
    storefront: Storefront, open_page: Callable[..., Page], browser: Any
) -> None:
    order = storefront.order()
    open_page(order)
    somebody = browser.new_context()
    page = somebody.new_page()
    page.goto(order["payments"][0]["publicData"]["paymentUrl"])
    expect(page.get_by_text(TOTAL)).to_have_count(0)
    expect(page.get_by_role("button", name="Yes, it is me")).to_have_count(0)
    somebody.close()
