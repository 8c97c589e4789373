"""The drawer at a desk that holds a price for seconds only: fees, countdown, and what changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .played_prices import SUMS, Prices, pay, sums
from .world import World

HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture
def drawer(open_quoted: Callable[..., Locator]) -> Locator:
    found = open_quoted()
    expect(sums(found)).to_have_text(SUMS)
    return found


# ---- what is shown ----


def test_goods_fees_total_and_for_how_long(drawer: Locator, prices: Prices) -> None:
    terms = ["Items", "Service fee", "Network fee", "Total"]
    expect(drawer.get_by_role("term")).to_have_text(terms)
    expect(drawer.get_by_role("timer")).to_have_text("Price held for 39 s")
    assert prices.asked == 1


def test_a_fee_that_is_nothing_is_not_shown(
    open_quoted: Callable[..., Locator], prices: Prices
) -> None:
    prices.fee = 0
    expect(sums(open_quoted())).to_have_text(["PLN 49.99", "PLN 0.07", "PLN 50.06"])


def test_it_counts_down_quietly(drawer: Locator, tab: Page) -> None:
    tab.clock.fast_forward(7000)
    expect(drawer.get_by_role("timer")).to_have_text("Price held for 32 s")
    assert drawer.locator("[role=status]").text_content() == ""


@pytest.fixture
def tab(drawer: Locator) -> Page:
    return drawer.page


def test_it_asks_every_twenty_seconds_while_the_drawer_is_open(
    drawer: Locator, tab: Page, prices: Prices
) -> None:
    for times in (2, 3):
        tab.clock.fast_forward(20_000)
        expect(drawer.get_by_role("timer")).to_have_text("Price held for 39 s")
        assert prices.asked == times
    drawer.get_by_role("button", name="Close").click()
    tab.clock.fast_forward(60_000)
    tab.wait_for_timeout(200)
    assert prices.asked == 3


def test_it_stops_when_nobody_looks_and_asks_when_somebody_does(
    drawer: Locator, tab: Page, prices: Prices
) -> None:
    tab.evaluate(HIDE, True)
    for _ in range(3):
        tab.clock.fast_forward(20_000)
    assert prices.asked == 1
    tab.evaluate(HIDE, False)
    expect(drawer.get_by_role("timer")).to_have_text("Price held for 39 s")
    assert prices.asked == 2


def test_a_total_that_changes_is_said(drawer: Locator, tab: Page, prices: Prices) -> None:
    prices.gas = 11
    tab.clock.fast_forward(20_000)
    said = "The total has changed from PLN 52.56 to PLN 52.60."
    expect(drawer.locator(".moved")).to_have_text(said)
    expect(drawer.locator("[role=status]")).to_have_text(said)
    expect(sums(drawer).last).to_have_text("PLN 52.60")


def test_another_basket_has_another_price_and_nothing_is_said(
    drawer: Locator, tab: Page, prices: Prices
) -> None:
    drawer.get_by_role("button", name="One more of Blue mug").click()
    expect(sums(drawer)).to_have_text(["…"])
    tab.clock.run_for(1000)
    expect(sums(drawer).last).to_have_text("PLN 102.55")
    expect(drawer.locator(".moved")).to_be_hidden()
    assert prices.asked == 2


def test_a_discount_stands_before_the_fees(drawer: Locator, tab: Page) -> None:
    drawer.get_by_role("textbox", name="Promotion code").fill("ten")
    drawer.get_by_role("button", name="Apply").click()
    tab.clock.run_for(1500)
    expect(sums(drawer)).to_have_text(
        ["PLN 49.99", "-PLN 10.00", "PLN 2.50", "PLN 0.07", "PLN 42.56"]
    )


# ---- the click ----


def test_a_click_says_which_total_was_shown(drawer: Locator, tab: Page, prices: Prices) -> None:
    pay(drawer)
    expect(tab.get_by_role("dialog", name="Payment")).to_be_visible()
    assert prices.orders == [{"mode": "frame", "total": 5256}]


def lapse(drawer: Locator, prices: Prices) -> None:
    prices.refusal = 503, "DESK_UNAVAILABLE"
    drawer.page.clock.fast_forward(41_000)
    expect(drawer.get_by_role("timer")).to_have_text(
        "The price is asked for again when you check out."
    )
    expect(drawer.get_by_role("alert")).to_have_count(0)


def test_a_price_that_ran_out_is_asked_for_on_the_click(
    drawer: Locator, tab: Page, prices: Prices
) -> None:
    lapse(drawer, prices)
    prices.refusal = None
    pay(drawer)
    expect(tab.get_by_role("dialog", name="Payment")).to_be_visible()
    assert prices.orders == [{"mode": "frame", "total": 5256}]


def test_and_if_it_is_another_one_by_then_the_shopper_decides_again(
    drawer: Locator, tab: Page, prices: Prices
) -> None:
    lapse(drawer, prices)
    prices.refusal, prices.gas = None, 11
    pay(drawer)
    expect(drawer.get_by_role("alert")).to_contain_text("The total has changed.")
    expect(sums(drawer).last).to_have_text("PLN 52.60")
    assert prices.orders == []
    pay(drawer)
    expect(tab.get_by_role("dialog", name="Payment")).to_be_visible()
    assert prices.orders == [{"mode": "frame", "total": 5260}]


def test_while_the_desk_is_down_a_click_says_so(drawer: Locator, prices: Prices) -> None:
    lapse(drawer, prices)
    pay(drawer)
    expect(drawer.get_by_role("alert")).to_contain_text("Your basket is safe")
    assert prices.orders == []


def test_a_refusal_is_said_once_and_taken_back(
    open_quoted: Callable[..., Locator], prices: Prices
) -> None:
    prices.refusal = 409, "PURCHASE_LIMIT"
    drawer = open_quoted()
    alert = drawer.get_by_role("alert")
    expect(alert).to_have_text("That is more than one person may buy.")
    expect(sums(drawer)).to_have_text(["PLN 49.99"])
    tab = drawer.page
    tab.evaluate("addEventListener('till-error', () => (document.title = 'said again'))")
    tab.clock.fast_forward(20_000)
    expect(sums(drawer)).to_have_text(["PLN 49.99"])
    assert (prices.asked, tab.title()) == (2, "Shop")
    prices.refusal = None
    tab.clock.fast_forward(20_000)
    expect(alert).to_have_count(0)
    expect(sums(drawer).last).to_have_text("PLN 52.56")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("PRICE_CHANGED", "A price has just changed."),
        ("TOTAL_CHANGED", "The total has changed."),
        ("OUT_OF_STOCK", "no more of these"),
        ("QUOTE_EXPIRED", "could not be held"),
    ],
)
def test_an_order_that_is_declined_says_why_and_looks_again(
    drawer: Locator, tab: Page, prices: Prices, world: World, code: str, words: str
) -> None:
    prices.refuses_order = code
    looks = world.till.count_of("GET /basket")
    pay(drawer)
    expect(drawer.get_by_role("alert")).to_contain_text(words)
    tab.clock.run_for(1500)
    expect(drawer.get_by_role("timer")).to_contain_text("Price held for")
    expect(drawer.get_by_role("alert")).to_contain_text(words)
    assert prices.asked == 2
    assert world.till.count_of("GET /basket") == looks + 1


# ---- how it is ----


@pytest.mark.parametrize("theme", ["", ' dark-mode=""'])
def test_it_is_accessible(
    open_quoted: Callable[..., Locator], prices: Prices, axe: Callable[..., None], theme: str
) -> None:
    drawer = open_quoted(theme)
    expect(sums(drawer)).to_have_count(4)
    drawer.page.clock.run_for(1500)
    axe(drawer.page)
    prices.refuses_order = "SIMILAR_ORDER"
    pay(drawer)
    expect(drawer.page.locator("dialog.similar")).to_be_visible()
    drawer.page.clock.run_for(1500)
    axe(drawer.page)


def test_in_polish(open_quoted: Callable[..., Locator], prices: Prices) -> None:
    drawer = open_quoted(lang="pl")
    expect(drawer.get_by_role("term")).to_have_text(
        ["Produkty", "Opłata serwisowa", "Opłata sieciowa", "Razem"]
    )
    expect(drawer.get_by_role("timer")).to_have_text("Cena zarezerwowana na 39 s")
    expect(sums(drawer).last).to_have_text("52,56 zł")
    prices.refuses_order = "SIMILAR_ORDER"
    drawer.get_by_role("button", name="Do kasy").click()
    dialog = drawer.page.get_by_role("dialog", name="Przed chwilą zamówiono to samo")
    expect(dialog.get_by_role("button", name="Zamów ponownie")).to_be_visible()


def test_a_shop_that_does_not_quote_loads_nothing_of_it(
    open_quoted: Callable[..., Locator], prices: Prices, world: World
) -> None:
    world.till.quotes = False
    drawer = open_quoted()
    expect(sums(drawer)).to_have_text(["PLN 49.99"])
    pay(drawer)
    expect(drawer.page.get_by_role("dialog", name="Payment")).to_be_visible()
    assert prices.orders == [{"mode": "frame"}]
    assert prices.asked == 0
    assert [path for path in world.requests if "quote" in path or "similar" in path] == []
