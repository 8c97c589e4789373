"""Gateways that bring a script along: Stripe beside the sandbox, under the page's own policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from flask_till.desk.gateways import Gateway
from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.desk.order import Order
from tests.desk.pages.browser.conftest import Street
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.browser import stand_between

PAID = "Thank you, it is paid"


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    with StripeStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def gateways(stripe: StripeStandIn) -> Iterator[dict[str, Gateway]]:
    gateway = StripeGateway(
        stripe.secret_key,
        stripe.publishable_key,
        webhook_secrets=["whsec_a-secret-of-the-test"],
        api_base=stripe.url,
        timeout=5,
    )
    yield {"stripe": gateway}
    gateway.close()


@pytest.fixture
def shopper(context: BrowserContext, stripe: StripeStandIn, page: Page) -> Page:
    stand_between(context, stripe)
    return page


@pytest.fixture
def card_only(street: Street) -> Order:
    return street.order(methods=("card",), redirect_url=None)


def pay_by_card(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Pay PLN").click()


def test_the_only_way_to_pay_is_open_at_once(
    street: Street, shopper: Page, card_only: Order, axe: Callable[..., None]
) -> None:
    shopper.goto(street.address(card_only))
    expect(shopper.get_by_label("Card number")).to_be_visible()
    axe(shopper)
    pay_by_card(shopper, "4242424242424242")
    expect(shopper.get_by_role("heading", level=1)).to_have_text(PAID)
    assert street.desk.cashier.get(card_only.id).status == "paid"
    assert shopper.faults == []  # type: ignore[attr-defined]  # added by the fixture


def test_a_declined_card_leaves_the_form_for_the_next_one(
    street: Street, shopper: Page, card_only: Order
) -> None:
    shopper.goto(street.address(card_only))
    pay_by_card(shopper, "4000000000009995")
    expect(shopper.get_by_text("Your card has insufficient funds.")).to_be_visible()
    shopper.get_by_label("Card number").fill("")
    pay_by_card(shopper, "4242424242424242")
    expect(shopper.get_by_role("heading", level=1)).to_have_text(PAID)


def test_one_may_choose_among_several_ways(
    street: Street, shopper: Page, axe: Callable[..., None]
) -> None:
    order = street.order(redirect_url=None)
    shopper.goto(street.address(order))
    expect(shopper.get_by_role("heading", level=1)).to_have_text("How would you like to pay?")
    shopper.get_by_text("Card, Apple Pay, Google Pay").click()
    shopper.get_by_role("button", name="Continue").click()
    expect(shopper.get_by_label("Card number")).to_be_visible()
    axe(shopper)
    shopper.get_by_text("Sandbox", exact=True).click()
    shopper.get_by_role("button", name="Pay PLN").click()
    expect(shopper.get_by_role("heading", level=1)).to_have_text(PAID)


def test_a_reload_finds_the_payment_again(
    street: Street, shopper: Page, stripe: StripeStandIn, card_only: Order
) -> None:
    shopper.goto(street.address(card_only))
    expect(shopper.get_by_label("Card number")).to_be_visible()
    shopper.reload()
    pay_by_card(shopper, "4242424242424242")
    expect(shopper.get_by_role("heading", level=1)).to_have_text(PAID)
    made = [asked for asked in stripe.asked if asked.endpoint == "POST /v1/payment_intents"]
    assert len({asked.key for asked in made}) == 1


def test_news_of_a_payment_that_is_being_begun_does_not_begin_it_again(
    street: Street, shopper: Page, context: BrowserContext, card_only: Order
) -> None:
    sent: list[str] = []

    def answer_late(route: Route) -> None:
        sent.append(route.request.url)
        answer = route.fetch()
        shopper.wait_for_timeout(1500)
        route.fulfill(response=answer)

    context.route("**/order/pay", answer_late)
    shopper.goto(street.address(card_only))
    expect(shopper.get_by_label("Card number")).to_be_visible()
    assert len(sent) == 1


def test_a_form_on_the_merchants_page_does_not_break_ours(
    street: Street, shopper: Page, stripe: StripeStandIn, card_only: Order
) -> None:
    embedded = {"ui": "embedded"}
    cashier = street.desk.cashier
    begun = cashier.pay(card_only.id, gateway="stripe", method="card", inputs=embedded)
    assert begun.started is not None
    assert begun.started.client["client_secret"].startswith("cs_")
    shopper.goto(street.address(card_only))
    expect(shopper.get_by_text("You began to pay by card on another page.")).to_be_visible()
    expect(shopper.get_by_role("alert")).to_have_count(0)
    shopper.get_by_role("button", name="Continue").click()
    pay_by_card(shopper, "4242424242424242")
    expect(shopper.get_by_role("heading", level=1)).to_have_text(PAID)
    expired = [asked for asked in stripe.asked if asked.endpoint.endswith("/expire")]
    assert len(expired) == 1
    assert shopper.faults == []  # type: ignore[attr-defined]  # added by the fixture


def test_a_script_that_does_not_come_is_said(
    street: Street, shopper: Page, context: BrowserContext, card_only: Order
) -> None:
    context.route("**/gateways/stripe.js", lambda route: route.abort())
    shopper.goto(street.address(card_only))
    expect(shopper.get_by_role("alert")).to_contain_text("could not be loaded")
    context.unroute("**/gateways/stripe.js")
    shopper.reload()
    expect(shopper.get_by_label("Card number")).to_be_visible()
