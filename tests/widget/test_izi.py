"""window.izi*: what a vendor's own widget finds on a page, in the shapes it expects."""

from __future__ import annotations

import base64
import json

from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .world import World

VENDOR = '<inpost-izi-button data-product-id="mug"></inpost-izi-button><till-basket></till-basket>'
OPTIONS = {"merchantClientId": "shop-1", "language": "pl", "apiBaseUrl": "/api", "prefix": "/till"}
PRINTED = '<script type="application/json" id="till-inpost-widget-options">{0}</script>'


def test_the_izi_functions_have_their_contracts_shapes(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(VENDOR, policy="")
    tab.wait_for_function("window.iziCanBeBound")
    assert tab.evaluate("window.iziCanBeBound()") is True
    assert tab.evaluate("window.iziCanBeBound('mug')") is True
    tab.evaluate("window.iziCanBeBound('gone')")
    tab.wait_for_function("window.iziCanBeBound('gone') === false")
    tab.evaluate("""() => {
        window.told = [];
        const button = document.querySelector('inpost-izi-button');
        for (const target of [button, document])
            target.addEventListener('inpost-update-count', ({ detail }) => told.push(detail));
    }""")
    assert tab.evaluate("window.iziAddToCart('mug')") is None
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    assert tab.evaluate("window.told") == [1, 1]
    refused = """window.iziAddToCart('gone')
        .then(() => 'added', (error) => [error instanceof Error, error.code])"""
    assert tab.evaluate(refused) == [True, "OUT_OF_STOCK"]
    tab.evaluate("void (window.complete = window.iziGetOrderComplete())")
    world.till.redirects_to = "/thanks"
    order = world.till.place(next(iter(world.till.shoppers.values())))
    world.till.settle(order.order_id)
    assert tab.evaluate("window.complete") == {"action": "redirect", "redirect": "/thanks"}


def test_the_izi_functions_are_there_without_any_element(open_tab: OpenTab, world: World) -> None:
    script = world.script.replace("till.js", "izi.js")
    tab = open_tab(
        '<inpost-izi-button data-product-id="mug"></inpost-izi-button>', head=script, policy=""
    )
    tab.evaluate("""() => document.querySelector('inpost-izi-button')
        .addEventListener('inpost-update-count', ({ detail }) => { window.told = detail; })""")
    tab.evaluate("window.iziAddToCart('mug')")
    tab.wait_for_function("window.told === 1")


def with_a_basket(open_tab: OpenTab, world: World, *, head: str = "") -> Page:
    world.till.wallet.there = True
    tab = open_tab(VENDOR, head=world.script + head, policy="")
    tab.wait_for_function("!!window.iziGetBrowserData")
    tab.evaluate("window.iziAddToCart('mug')")
    return tab


def test_pay_data_is_empty_with_a_number_and_a_code_and_links_without_one(
    open_tab: OpenTab, world: World
) -> None:
    tab = with_a_basket(open_tab, world)
    assert tab.evaluate("window.iziGetPayData('48', '501234567', 'PRODUCT_CARD')") == {}
    asked = world.till.wallet.asked[-1]
    assert (asked["prefix"], asked["phone"]) == ("48", "501234567")
    assert asked["binding_place"] == "PRODUCT_CARD"
    assert set(asked["browser"]) == {"user_agent", "description", "platform", "architecture"}
    data = tab.evaluate("window.iziGetPayData()")
    assert set(data) == {"qr_code", "deep_link", "deep_link_hms"}
    data = tab.evaluate("window.iziGetBindingData('b-1', '+48', '501234567', 'BASKET_SUMMARY')")
    assert data == {}
    assert world.till.wallet.asked[-1]["prefix"] == "+48"


def test_a_refusal_of_the_wallet_is_an_answer_and_its_absence_an_error(
    open_tab: OpenTab, world: World
) -> None:
    tab = with_a_basket(open_tab, world)
    world.till.wallet.refuses = "PHONE_BINDING_METHOD_UNAVAILABLE"
    assert tab.evaluate("window.iziGetPayData('48', '501234567')") == {
        "error_code": "PHONE_BINDING_METHOD_UNAVAILABLE",
        "error_message": "Refused by the stand-in.",
    }
    world.till.wallet.is_down = True
    failed = "window.iziGetPayData('48', '501234567').catch((error) => error.code)"
    assert tab.evaluate(failed) == "WALLET_UNAVAILABLE"


def test_is_bound_waits_for_the_phone_and_keeps_the_browsers_id(
    open_tab: OpenTab, world: World
) -> None:
    tab = with_a_basket(open_tab, world)
    tab.evaluate("void (window.bound = window.iziGetIsBound())")
    tab.evaluate("window.iziGetPayData('48', '501234567')")
    world.till.link(world.till.only_shopper(), "linked")
    assert tab.evaluate("window.bound") == {
        "status": "SUCCESS",
        "inpost_basket_id": "ib-1",
        "phone_number": None,
        "masked_phone_number": "50*****67",
        "name": "Jan",
        "surname": "Nowak",
        "browser": {"browser_trusted": True, "browser_id": "browser-1"},
    }
    assert "BrowserId=browser-1" in tab.evaluate("document.cookie")
    assert tab.evaluate("window.iziMobileLink()") == {"link": world.till.wallet.link}
    assert tab.evaluate("window.iziBindingDelete()") is None
    assert world.till.only_shopper().link.status == "unbound"


def test_is_bound_rejects_when_it_was_refused(open_tab: OpenTab, world: World) -> None:
    tab = with_a_basket(open_tab, world)
    tab.evaluate(
        "void (window.bound = window.iziGetIsBound().catch(({ message }) => ({ message })))"
    )
    world.till.link(world.till.only_shopper(), "refused")
    assert tab.evaluate("window.bound") == {"message": "Refused in the app."}


def test_questions_that_wait_are_asked_once_however_many_wait(
    open_tab: OpenTab, world: World
) -> None:
    tab = with_a_basket(open_tab, world)
    tab.evaluate("""() => {
        window.both = Promise.all([window.iziGetOrderComplete(), window.iziGetOrderComplete()]);
    }""")
    world.till.settle(world.till.place(world.till.only_shopper()).order_id)
    first, second = tab.evaluate("window.both")
    assert first == second == {"action": "redirect", "redirect": "/thanks"}
    assert world.till.count_of("GET /iziGetOrderComplete") == 1
    assert tab.evaluate("window.iziGetOrderComplete().then(({ action }) => action)") == "redirect"
    assert world.till.count_of("GET /iziGetOrderComplete") == 2


def test_what_a_browser_says_of_itself_is_plain_or_in_base64_and_a_vendors_own_is_kept(
    open_tab: OpenTab, world: World
) -> None:
    tab = with_a_basket(open_tab, world)
    plain = tab.evaluate("window.iziGetBrowserData()")
    assert plain["user_agent"] == tab.evaluate("navigator.userAgent")
    assert all(isinstance(text, str) and text for text in plain.values())
    assert (
        json.loads(base64.b64decode(tab.evaluate("iziGetBrowserData({ base64: true })"))) == plain
    )
    vendors = world.file("vendor.js", "window.iziGetBrowserData = () => ({ user_agent: 'mine' });")
    tab = with_a_basket(open_tab, world, head=f'<script src="{vendors}"></script>')
    tab.evaluate("window.iziGetPayData('48', '501234567')")
    assert world.till.wallet.asked[-1]["browser"] == {"user_agent": "mine"}


def test_a_vendors_button_that_was_linked_makes_us_look(open_tab: OpenTab, world: World) -> None:
    tab = with_a_basket(open_tab, world)
    tab.wait_for_timeout(300)
    before = world.till.count_of("GET /channel?wait=0")
    tab.evaluate("""() => {
        const told = new CustomEvent('izi-binding-complete', { detail: { basketLinked: true } });
        document.querySelector('inpost-izi-button').dispatchEvent(told);
    }""")
    tab.wait_for_timeout(200)
    assert world.till.count_of("GET /channel?wait=0") == before + 1


def test_the_second_widget_gets_its_options(open_tab: OpenTab, world: World) -> None:
    world.till.wallet.there = True
    tab = open_tab(PRINTED.format(json.dumps(OPTIONS)) + "<till-basket></till-basket>", policy="")
    options = "window.options = await window.tillInpostWidgetOptions()"
    shown = tab.evaluate(f"async () => {{ {options}; return {{ ...window.options }}; }}")
    assert shown == {"merchantClientId": "shop-1", "language": "pl", "apiBaseUrl": "/api"} | {
        name: shown[name] for name in shown if name not in OPTIONS
    }
    assert tab.evaluate("options.basketBindingApiKey") is None
    assert tab.evaluate("options.unboundWidgetClicked('mug')").startswith("key-")
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    refused = "options.unboundWidgetClicked('gone').catch(({ code, message }) => [code, message])"
    assert tab.evaluate(refused) == ["ADD_TO_CART_FAILED", "ADD_TO_CART_FAILED"]
    world.till.refuses_sockets = True
    world.till.change(world.till.only_shopper(), "mug", 3)
    assert tab.evaluate("options.handleBasketEvent('basketProductChanged')") is True
    expect(tab.get_by_role("button", name="Basket: 3")).to_be_visible()
    assert tab.evaluate("options.handleBasketEvent('basketDeleted')") is True
    assert tab.evaluate("options.handleBasketEvent('somethingNew')") is False


def test_an_order_made_in_the_second_widget_leads_to_its_page(
    open_tab: OpenTab, world: World
) -> None:
    world.till.redirects_to = world.page("<h2>Your order</h2>")
    options = PRINTED.format(json.dumps(OPTIONS))
    tab = open_tab(f'{options}<till-button product="mug">Buy</till-button>', policy="")
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("status").get_by_text("Added")).to_be_visible()
    tab.evaluate("document.addEventListener('till-order-paid', (event) => event.preventDefault())")
    handled = "async () => (await tillInpostWidgetOptions()).handleBasketEvent('orderCreated')"
    assert tab.evaluate(handled) is True
    world.till.settle(world.till.place(world.till.only_shopper()).order_id)
    expect(tab).to_have_url(world.till.redirects_to)


def test_without_the_printed_options_the_page_is_told_what_to_do(open_tab: OpenTab) -> None:
    tab = open_tab("<till-basket></till-basket>")
    said = "tillInpostWidgetOptions().catch(({ message }) => message)"
    assert "till.inpostWidgetOptions()" in tab.evaluate(said)
