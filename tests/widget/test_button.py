"""<till-button>: what a shopper's click does, and what the page around it can rely on."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, expect

from .conftest import OpenTab
from .world import World

BOTH = '<till-button product="mug">Buy a mug</till-button> <till-basket></till-basket>'


def test_a_click_adds_the_product_and_the_badge_counts_it(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BOTH)
    expect(tab.get_by_role("button", name="Basket: 0")).to_be_visible()
    tab.get_by_role("button", name="Buy a mug").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    expect(tab.get_by_role("status").get_by_text("Added")).to_be_visible()
    assert world.till.count_of("POST /iziAddToCart") == 1


def test_nothing_is_counted_before_the_shop_has_confirmed_it(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab(BOTH)
    world.till.delay = 0.6
    tab.get_by_role("button", name="Buy a mug").click()
    tab.wait_for_timeout(300)
    expect(tab.get_by_role("button", name="Basket: 0")).to_be_visible()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()


def test_a_double_click_adds_once(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BOTH)
    tab.get_by_role("button", name="Buy a mug").dblclick()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    tab.wait_for_timeout(200)
    assert world.till.count_of("POST /iziAddToCart") == 1


def test_a_click_while_the_shop_is_still_answering_is_not_a_second_request(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab(BOTH)
    world.till.delay = 0.4
    for _ in range(3):
        tab.get_by_role("button", name="Buy a mug").press("Enter")
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    assert world.till.count_of("POST /iziAddToCart") == 1


def test_a_quantity_is_added_at_once(open_tab: OpenTab) -> None:
    tab = open_tab(
        '<till-button product="mug" quantity="3">Buy three</till-button><till-basket></till-basket>'
    )
    tab.get_by_role("button", name="Buy three").click()
    expect(tab.get_by_role("button", name="Basket: 3")).to_be_visible()


def test_a_product_that_is_sold_out_is_refused_kindly(open_tab: OpenTab) -> None:
    tab = open_tab('<till-button product="gone">Buy</till-button> <till-basket></till-basket>')
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("alert")).to_have_text("Sorry, there are no more of these in stock.")
    expect(tab.get_by_role("button", name="Basket: 0")).to_be_visible()


def test_an_unreachable_shop_is_told_as_such_and_the_button_works_again_afterwards(
    open_tab: OpenTab,
) -> None:
    tab = open_tab(BOTH)
    tab.route("**/iziAddToCart", lambda route: route.abort())
    tab.get_by_role("button", name="Buy a mug").click()
    expect(tab.get_by_role("alert")).to_contain_text("cannot be reached")
    tab.unroute("**/iziAddToCart")
    tab.get_by_role("button", name="Buy a mug").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    expect(tab.get_by_role("alert")).to_have_count(0)


def test_it_speaks_the_language_of_the_page_or_its_own(open_tab: OpenTab) -> None:
    tab = open_tab(
        '<till-button product="gone"></till-button> <till-basket language="en"></till-basket>',
        lang="pl",
    )
    tab.get_by_role("button", name="Dodaj do koszyka").click()
    expect(tab.get_by_role("alert")).to_contain_text("Niestety")
    expect(tab.get_by_role("button", name="Basket: 0")).to_be_visible()
    tab.evaluate("document.querySelector('till-button').language = 'en'")
    expect(tab.get_by_role("button", name="Add to basket")).to_be_visible()


def test_without_a_product_it_checks_out_and_waits_until_there_is_something(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab('<till-button product="mug">Buy</till-button> <till-button></till-button>')
    expect(tab.get_by_role("button", name="Check out")).to_be_disabled()
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("button", name="Check out")).to_be_enabled()
    assert world.till.count_of("POST /checkout") == 0


def test_the_page_can_say_no_to_an_add(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BOTH)
    tab.evaluate("""() => document.addEventListener('till-add', (event) => {
        window.asked = event.detail;
        event.preventDefault();
    })""")
    tab.get_by_role("button", name="Buy a mug").click()
    assert tab.evaluate("window.asked") == {"product": "mug", "quantity": 1, "place": None}
    assert world.till.count_of("POST") == 0


def test_events_leave_the_shadow_roots_around_them(open_tab: OpenTab) -> None:
    tab = open_tab(BOTH)
    tab.evaluate("""() => {
        window.heard = [];
        const host = document.body.appendChild(document.createElement('div'));
        const root = host.attachShadow({ mode: 'open' });
        const button = root.appendChild(document.createElement('till-button'));
        button.product = 'book';
        button.textContent = 'Buy inside';
        for (const type of ['till-add', 'till-added', 'till-basket-changed', 'till-error'])
            document.addEventListener(type, (event) => heard.push(type));
    }""")
    tab.get_by_role("button", name="Buy inside").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    assert tab.evaluate("window.heard") == ["till-add", "till-basket-changed", "till-added"]


def test_a_change_of_the_basket_is_told_once_to_each_element_and_to_the_document(
    open_tab: OpenTab,
) -> None:
    tab = open_tab(BOTH + "<till-basket></till-basket>")
    tab.evaluate("""() => {
        window.heard = [];
        for (const target of [document, ...document.querySelectorAll('till-button, till-basket')])
            target.addEventListener('till-basket-changed', ({ detail }) => {
                heard.push([target.nodeName, detail.basket.count]);
            });
    }""")
    tab.get_by_role("button", name="Buy a mug").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_have_count(2)
    heard = [["TILL-BUTTON", 1], ["TILL-BASKET", 1], ["TILL-BASKET", 1], ["#document", 1]]
    assert tab.evaluate("window.heard") == heard


def test_the_page_can_tell_a_count_on_an_element_or_on_the_window(open_tab: OpenTab) -> None:
    tab = open_tab(
        '<till-basket></till-basket> <till-button product="mug" count="1">Buy</till-button>'
    )
    tell = """(target, detail) =>
        target.dispatchEvent(new CustomEvent('inpost-update-count', { detail }))"""
    expect(tab.get_by_role("button", name="Buy 0")).to_have_count(0)
    tab.evaluate(f"({tell})(document.querySelector('till-basket'), 4)")
    expect(tab.get_by_role("button", name="Basket: 4")).to_be_visible()
    tab.evaluate(f"({tell})(window, 7)")
    expect(tab.get_by_role("button", name="Basket: 7")).to_be_visible()
    expect(tab.get_by_role("button", name=re.compile("Buy ?7"))).to_be_visible()
    tab.wait_for_timeout(300)
    expect(tab.get_by_role("button", name="Basket: 7")).to_be_visible()
    tab.get_by_role("button", name=re.compile("Buy")).click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()


def test_a_count_that_the_page_tells_makes_one_question_however_many_elements_hear_it(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab(BOTH * 3)
    tab.evaluate("""() =>
        window.dispatchEvent(new CustomEvent('inpost-update-count', { detail: 2 }))""")
    tab.wait_for_timeout(200)
    assert world.till.count_of("GET /channel?wait=0") == 1


def test_properties_set_before_the_elements_are_known_are_kept(
    open_tab: OpenTab, world: World
) -> None:
    early = world.file(
        "early.js",
        "const button = document.querySelector('till-button');"
        "Object.assign(button, { product: 'mug', quantity: 2, darkMode: true });",
    )
    tab = open_tab(
        "<till-button>Buy</till-button> <till-basket></till-basket>"
        f'<script src="{early}"></script>',
    )
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("button", name="Basket: 2")).to_be_visible()
    assert tab.locator("till-button").get_attribute("dark-mode") == ""


def test_an_element_that_is_moved_about_keeps_working_and_asks_nothing_again(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab(BOTH)
    tab.get_by_role("button", name="Buy a mug").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    tab.evaluate("""() => {
        const badge = document.querySelector('till-basket');
        const button = document.querySelector('till-button');
        for (let time = 0; time < 5; time++) {
            badge.remove();
            document.body.prepend(badge);
            document.body.append(button);
        }
    }""")
    tab.get_by_role("button", name="Buy a mug").click()
    expect(tab.get_by_role("button", name="Basket: 2")).to_have_count(1)
    assert world.till.count_of("GET /basket") == 1
    assert world.till.count_of("SOCKET") == 1


def test_a_link_inside_works_without_scripts_and_becomes_the_label_with_them(
    open_tab: OpenTab, shopper: BrowserContext, world: World
) -> None:
    body = (
        '<till-button product="mug"><a href="/images/mug.svg">Buy this mug</a></till-button>'
        '<till-basket><a href="/">Basket</a></till-basket>'
    )
    tab = open_tab(body)
    expect(tab.get_by_role("button", name="Buy this mug")).to_be_visible()
    expect(tab.get_by_role("link")).to_have_count(0)
    browser = shopper.browser
    assert browser
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(world.page(body, head=world.script))
    expect(plain.get_by_role("link", name="Basket")).to_be_visible()
    plain.get_by_role("link", name="Buy this mug").click()
    expect(plain).to_have_url(re.compile("mug.svg"))
    plain.close()


def test_the_looks_are_attributes(open_tab: OpenTab) -> None:
    tab = open_tab(
        '<till-button product="mug" min-width="400" frame-style="round"'
        ' masked-phone-number="••• 482">Wide</till-button>'
        '<till-button product="mug" variant="secondary" dark-mode>Dark</till-button>'
    )
    wide = tab.get_by_role("button", name=re.compile("Wide"))
    expect(wide).to_contain_text("••• 482")
    box = wide.bounding_box()
    assert box
    assert box["width"] == 400
    assert wide.evaluate("node => getComputedStyle(node).borderRadius") == "24px"
    dark = tab.get_by_role("button", name="Dark").evaluate(
        "node => getComputedStyle(node).colorScheme"
    )
    assert dark == "dark"
