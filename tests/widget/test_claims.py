"""What is claimed in a wallet, in <till-order>: its code, the way there, and how it is doing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .conftest import OpenTab
from .world import HASH, World

BODY = '<till-button product="mug">Buy</till-button><till-order></till-order>'
CODE, OTHER = "KG7Q-2M4X-9TRB", "AAAA-BBBB-CCCC"
STATES = ["wanted", "ready", "claimed", "expired", "cancelled", "failed"]


def paid(tab: Page, world: World) -> str:
    """Buys a mug; the order's id."""
    tab.get_by_role("button", name="Buy").click()
    expect(tab.locator("till-button [part=said]")).not_to_be_empty()
    order = world.till.place(world.till.only_shopper())
    world.till.settle(order.order_id)
    expect(tab.get_by_text("Thank you!")).to_be_visible()
    return order.order_id


def wallet(tab: Page) -> Locator:
    return tab.locator("till-order").get_by_role("list")


def ready(**more: Any) -> dict[str, Any]:
    return {"status": "ready", "code": CODE, **more}


def test_an_order_without_claims_loads_and_shows_nothing_of_them(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab(BODY)
    paid(tab, world)
    expect(wallet(tab)).to_have_count(0)
    assert f"/till/assets/{HASH}/lib/claims.js" not in world.requests


def test_it_follows_a_claim_to_the_wallet(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    order = paid(tab, world)
    world.till.hand_over(order, {"status": "wanted"})
    expect(wallet(tab)).to_contain_text("Being prepared")
    world.till.hand_over(order, ready())
    expect(wallet(tab).locator("code")).to_have_text(CODE)
    expect(tab.get_by_role("button", name="Open in your wallet: Blue mug")).to_be_visible()
    expect(tab.get_by_role("status").last).to_have_text("Blue mug: Ready for your wallet")
    world.till.hand_over(order, {"status": "claimed"})
    expect(wallet(tab)).to_contain_text("In your wallet")
    expect(wallet(tab).locator("code")).to_have_count(0)
    expect(tab.get_by_role("button", name="Open in your wallet")).to_have_count(0)
    expect(tab.get_by_text("Thank you!")).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "says", "remedy"),
    [
        ("expired", "Expired", "ask the shop"),
        ("cancelled", "Withdrawn", "taken back"),
        ("failed", "Could not be prepared", "contact it and give the number of your order"),
    ],
)
def test_it_says_how_it_ended_and_what_to_do(
    open_tab: OpenTab, world: World, status: str, says: str, remedy: str
) -> None:
    tab = open_tab(BODY)
    world.till.hand_over(paid(tab, world), {"status": status})
    expect(wallet(tab)).to_contain_text(says)
    expect(wallet(tab)).to_contain_text(remedy)
    expect(wallet(tab).get_by_role("button")).to_have_count(0)


def test_a_word_of_a_newer_shop_is_shown_as_it_is(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    world.till.hand_over(paid(tab, world), {"status": "shared"})
    expect(wallet(tab)).to_contain_text("shared")


def test_the_button_opens_the_wallet_in_a_tab_of_its_own(
    open_tab: OpenTab, world: World, shopper: BrowserContext
) -> None:
    tab = open_tab(BODY)
    world.till.hand_over(paid(tab, world), ready())
    with shopper.expect_page() as opened:
        tab.get_by_role("button", name="Open in your wallet").click()
    expect(opened.value.get_by_role("heading")).to_have_text("Wallet clm_0")
    assert opened.value.evaluate("window.opener") is None
    assert world.till.count_of("POST /claims/clm_0/open") == 1
    expect(tab.get_by_text("Thank you!")).to_be_visible()


def test_inside_another_page_the_link_is_asked_for_by_the_page(
    open_tab: OpenTab, world: World, shopper: BrowserContext
) -> None:
    tab = open_tab(BODY)
    world.till.hand_over(paid(tab, world), ready())
    tab.evaluate("() => { window.parent = {} }")
    with shopper.expect_page() as opened:
        tab.get_by_role("button", name="Open in your wallet").click()
    expect(opened.value.get_by_role("heading")).to_have_text("Wallet clm_0")
    assert opened.value.evaluate("window.opener") is None
    world.till.forget()
    tab.get_by_role("button", name="Open in your wallet").click()
    expect(tab.get_by_role("alert")).to_contain_text("went wrong")
    assert len(shopper.pages) == 2


def test_the_code_is_copied(open_tab: OpenTab, world: World, shopper: BrowserContext) -> None:
    shopper.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = open_tab(BODY)
    world.till.hand_over(paid(tab, world), ready())
    tab.get_by_role("button", name=f"Copy the code {CODE}").click()
    expect(tab.get_by_role("status").last).to_have_text("Copied")
    assert tab.evaluate("navigator.clipboard.readText()") == CODE


def test_where_pages_may_not_copy_the_code_is_selected(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    world.till.hand_over(paid(tab, world), ready())
    tab.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error()) }")
    tab.get_by_role("button", name="Copy the code").click()
    tab.wait_for_function(f"String(getSelection()).includes('{CODE}')")


def test_by_keyboard_and_the_focus_stays(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    order = paid(tab, world)
    world.till.hand_over(order, ready(), ready(code=OTHER))
    copy = tab.get_by_role("button", name=f"Copy the code {CODE}")
    copy.focus()
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Open in your wallet").first).to_be_focused()
    copy.focus()
    world.till.hand_over(order, ready(), {"status": "claimed"})
    expect(wallet(tab)).to_contain_text("In your wallet")
    expect(copy).to_be_focused()
    world.till.hand_over(order, {"status": "claimed"}, {"status": "claimed"})
    expect(wallet(tab).get_by_role("listitem").first).to_be_focused()


def test_the_thanks_are_not_said_anew_for_each_step(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    order = paid(tab, world)
    tab.evaluate("""() => {
      const root = document.querySelector('till-order').shadowRoot;
      window.card = root.querySelector('.card');
    }""")
    world.till.hand_over(order, ready())
    expect(wallet(tab)).to_be_visible()
    assert tab.evaluate("window.card.isConnected")


def test_a_new_order_takes_the_place_of_the_last_one(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    world.till.hand_over(paid(tab, world), ready())
    expect(wallet(tab)).to_be_visible()
    tab.get_by_role("button", name="Buy").click()
    expect(tab.locator("till-button [part=said]")).not_to_be_empty()
    world.till.place(world.till.only_shopper())
    expect(tab.get_by_text("Waiting for payment")).to_be_visible()
    expect(wallet(tab)).to_have_count(0)


def test_it_speaks_polish(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY, lang="pl")
    tab.get_by_role("button", name="Buy").click()
    expect(tab.locator("till-button [part=said]")).not_to_be_empty()
    order = world.till.place(world.till.only_shopper())
    world.till.settle(order.order_id)
    world.till.hand_over(order.order_id, ready(), {"status": "failed"})
    expect(tab.get_by_role("button", name="Otwórz w portfelu: Blue mug")).to_be_visible()
    expect(wallet(tab)).to_contain_text("Nie udało się przygotować")
    expect(tab.get_by_role("heading", name="Do Twojego portfela")).to_be_visible()


def test_two_tabs_and_one_shopper(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    other = open_tab(BODY)
    world.till.hand_over(paid(tab, world), ready())
    for one in (tab, other):
        expect(wallet(one).locator("code")).to_have_text(CODE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_nothing_bars_anyone(
    open_tab: OpenTab, axe: Callable[..., None], world: World, scheme: str, width: int
) -> None:
    style = world.file("shop.css", ":root { color-scheme: light dark; }")
    tab = open_tab(BODY, policy="", head=world.script + f'<link rel="stylesheet" href="{style}">')
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    claims = [{"status": state, "code": CODE if state == "ready" else None} for state in STATES]
    world.till.hand_over(paid(tab, world), *claims)
    expect(wallet(tab).get_by_role("listitem")).to_have_count(len(STATES))
    axe(tab, "till-order")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
