"""How a page stays in step: one socket for all tabs of a browser, polling where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .world import World

BODY = '<till-button product="book">Buy</till-button> <till-basket></till-basket>'


def wait_until(true: Callable[[], bool], seconds: float = 6) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def shows(tab: Page, count: int) -> None:
    expect(tab.get_by_role("button", name=f"Basket: {count}")).to_be_visible()


def test_a_page_of_a_shopper_without_a_basket_asks_once_and_opens_nothing(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab(BODY)
    tab.wait_for_timeout(300)
    assert world.till.calls == ["GET /basket"]


def test_the_count_moves_on_every_tab_and_there_is_one_socket(
    open_tab: OpenTab, world: World
) -> None:
    tabs = [open_tab(BODY) for _ in range(3)]
    tabs[0].get_by_role("button", name="Buy").click()
    for tab in tabs:
        shows(tab, 1)
    tabs[2].get_by_role("button", name="Buy").click()
    for tab in tabs:
        shows(tab, 2)
    assert len(world.till.sockets) == 1
    assert world.till.count_of("SOCKET") == 1


def test_what_another_device_changes_reaches_every_tab(open_tab: OpenTab, world: World) -> None:
    tabs = [open_tab(BODY) for _ in range(2)]
    tabs[0].get_by_role("button", name="Buy").click()
    shows(tabs[1], 1)
    wait_until(lambda: len(world.till.sockets) == 1)
    shopper = next(iter(world.till.shoppers.values()))
    world.till.change(shopper, "book", 6)
    for tab in tabs:
        shows(tab, 6)


def test_another_tab_takes_over_when_the_one_with_the_socket_closes(
    open_tab: OpenTab, world: World
) -> None:
    first, second = open_tab(BODY), open_tab(BODY)
    first.get_by_role("button", name="Buy").click()
    shows(second, 1)
    wait_until(lambda: len(world.till.sockets) == 1)
    first.close()
    wait_until(lambda: world.till.count_of("SOCKET") == 2 and len(world.till.sockets) == 1)
    world.till.change(next(iter(world.till.shoppers.values())), "book", 5)
    shows(second, 5)


@pytest.mark.parametrize("refusal", [(403, "ORIGIN_REFUSED"), (501, "NOT_IMPLEMENTED")])
def test_it_polls_where_sockets_are_refused_and_only_one_tab_does(
    open_tab: OpenTab, world: World, refusal: tuple[int, str]
) -> None:
    world.till.refuses_sockets, world.till.socket_refusal = True, refusal
    first, second = open_tab(BODY), open_tab(BODY)
    first.get_by_role("button", name="Buy").click()
    wait_until(lambda: world.till.count_of("GET /channel?wait=25") == 1)
    world.till.change(next(iter(world.till.shoppers.values())), "book", 4)
    shows(first, 4)
    shows(second, 4)
    assert world.till.count_of("SOCKET") == 2


@pytest.mark.parametrize(("code", "calls"), [(4013, 1), (4008, 2)])
def test_it_polls_when_the_socket_says_so(
    open_tab: OpenTab, world: World, code: int, calls: int
) -> None:
    world.till.socket_code = code
    tab = open_tab(BODY)
    tab.get_by_role("button", name="Buy").click()
    wait_until(lambda: world.till.count_of("GET /channel?wait=25") == 1)
    assert world.till.count_of("SOCKET") == calls


def test_a_socket_that_is_lost_is_opened_again(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    tab.get_by_role("button", name="Buy").click()
    wait_until(lambda: len(world.till.sockets) == 1)
    tab.wait_for_timeout(200)
    world.till.sockets[0].close(1001, "")
    wait_until(lambda: world.till.count_of("SOCKET") == 2)
    world.till.change(next(iter(world.till.shoppers.values())), "book", 3)
    shows(tab, 3)


def test_an_order_element_alone_opens_no_channel_but_asks(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY + "<till-order>No order yet</till-order>")
    wait_until(lambda: world.till.count_of("GET /channel?wait=0") == 1)
    tab.wait_for_timeout(300)
    assert world.till.count_of("SOCKET") == 0
    tab.get_by_role("button", name="Buy").click()
    wait_until(lambda: len(world.till.sockets) == 1)


def test_a_socket_that_does_not_know_the_new_basket_yet_is_tried_again(
    open_tab: OpenTab, world: World
) -> None:
    world.till.socket_code = 4404
    tab = open_tab(BODY)
    tab.get_by_role("button", name="Buy").click()
    wait_until(lambda: world.till.count_of("SOCKET") == 1)
    world.till.socket_code = None
    wait_until(lambda: len(world.till.sockets) == 1)


def test_news_that_is_older_than_what_is_shown_is_ignored(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    tab.get_by_role("button", name="Buy").click()
    tab.get_by_role("button", name="Buy").click(delay=10)
    expect(tab.get_by_role("button", name="Basket: 0")).to_have_count(0)
    shopper = next(iter(world.till.shoppers.values()))
    wait_until(lambda: shopper.version == 2)
    shows(tab, 2)
    old = {**world.till.basket(shopper), "version": 1, "count": 1}
    tab.evaluate(
        """(basket) => new BroadcastChannel('till:' + location.origin + '/till/')
            .postMessage({ basket, lang: 'en' })""",
        old,
    )
    tab.wait_for_timeout(100)
    shows(tab, 2)


@pytest.mark.full_browser
def test_a_page_left_behind_lets_go_and_is_up_to_date_when_the_shopper_comes_back(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab(BODY)
    tab.get_by_role("button", name="Buy").click()
    wait_until(lambda: len(world.till.sockets) == 1)
    tab.evaluate("window.sameDocument = true")
    tab.goto(world.page("<p>Elsewhere</p>"))
    wait_until(lambda: len(world.till.sockets) == 0)
    world.till.change(next(iter(world.till.shoppers.values())), "book", 8)
    tab.evaluate("history.back()")
    shows(tab, 8)
    assert tab.evaluate("window.sameDocument"), "the page was not in the back-forward cache"
    wait_until(lambda: len(world.till.sockets) == 1)


def test_two_shops_on_one_page_do_not_mix(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(
        '<till-button product="mug">Buy here</till-button><till-basket class="here"></till-basket>'
        '<till-button product="book" shop="/books/till">Buy there</till-button>'
        '<till-basket class="there" shop="/books/till/"></till-basket>'
    )
    here, there = tab.locator(".here"), tab.locator(".there")
    tab.get_by_role("button", name="Buy there").click()
    expect(there.get_by_role("button", name="Basket: 1")).to_be_visible()
    expect(here.get_by_role("button", name="Basket: 0")).to_be_visible()
    tab.get_by_role("button", name="Buy here").click()
    expect(here.get_by_role("button", name="Basket: 1")).to_be_visible()
    wait_until(lambda: len(world.till.sockets) == len(world.books.sockets) == 1)
    there.get_by_role("button").click()
    expect(tab.get_by_role("dialog").get_by_role("listitem")).to_contain_text("harbours")
