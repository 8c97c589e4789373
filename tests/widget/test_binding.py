"""<till-button wallet>: linking the basket with a phone, and what is shown while it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .conftest import OpenTab
from .world import World

BUTTON = '<till-button product="mug" wallet>Buy with the app</till-button>'
BODY = BUTTON + "<till-basket></till-basket>"


@pytest.fixture(autouse=True)
def wallet(world: World) -> None:
    world.till.wallet.there = True


@pytest.fixture
def tab(open_tab: OpenTab) -> Page:
    tab = open_tab(BODY)
    tab.get_by_role("button", name="Buy with the app").click()
    return tab


@pytest.fixture
def dialog(tab: Page) -> Locator:
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Pay with your phone")).to_be_visible()
    return dialog


def send(dialog: Locator, number: str = "501234567") -> None:
    dialog.get_by_role("textbox", name="Phone number").fill(number)
    dialog.get_by_role("button", name="Send to my phone").click()


def decide(world: World, status: str) -> None:
    world.till.link(world.till.only_shopper(), status)


def link(dialog: Locator, world: World) -> None:
    send(dialog)
    expect(dialog.get_by_role("heading", name="Confirm on your phone")).to_be_visible()
    decide(world, "linked")
    expect(dialog.get_by_role("heading", name="Your basket is on your phone")).to_be_visible()


def linked_button(tab: Page) -> Locator:
    return tab.get_by_role("button", name=re.compile(r"^Buy with the app ?Jan · 50\*{5}67"))


def test_after_the_add_it_asks_for_a_number_and_the_phone_confirms(
    tab: Page, dialog: Locator, world: World
) -> None:
    expect(dialog.get_by_role("textbox", name="Phone number")).to_be_focused()
    send(dialog)
    expect(dialog.get_by_role("heading", name="Confirm on your phone")).to_be_focused()
    expect(dialog).to_contain_text("+48\u00a0501\u00a0234\u00a0567")
    asked = world.till.wallet.asked[-1]
    assert (asked["prefix"], asked["phone"]) == ("48", "501234567")
    assert asked["binding_place"] == "PRODUCT_CARD"
    decide(world, "linked")
    expect(dialog.get_by_role("heading", name="Your basket is on your phone")).to_be_focused()
    expect(dialog).to_contain_text("50*****67")
    expect(dialog).to_contain_text("next time no confirmation is needed")
    assert "BrowserId=browser-1" in tab.evaluate("document.cookie")
    dialog.get_by_role("button", name="Keep shopping").click()
    expect(dialog).to_have_count(0)
    expect(linked_button(tab)).to_be_focused()


def test_a_linked_button_only_adds_and_counts(tab: Page, dialog: Locator, world: World) -> None:
    link(dialog, world)
    dialog.get_by_role("button", name="Keep shopping").click()
    linked_button(tab).click()
    expect(tab.get_by_role("button", name=re.compile("50.*67 ?2$"))).to_be_visible()
    expect(tab.get_by_role("dialog")).to_have_count(0)
    button = tab.locator("till-button")
    expect(button).to_have_attribute("masked-phone-number", "50*****67")
    expect(button).to_have_attribute("name", "Jan")


def test_every_tab_shows_the_link_and_its_end(
    tab: Page, dialog: Locator, world: World, open_tab: OpenTab
) -> None:
    other = open_tab(BODY)
    tab.evaluate("""() => {
        window.told = [];
        document.querySelector('till-button').addEventListener('izi-binding-complete',
            ({ detail }) => told.push(detail.basketLinked));
        document.addEventListener('till-binding-changed',
            ({ detail }) => told.push(detail.binding.status));
    }""")
    link(dialog, world)
    expect(linked_button(other)).to_be_visible()
    other.get_by_role("button", name="Linked phone: Jan").click()
    there = other.get_by_role("dialog", name="Your basket is on your phone")
    there.get_by_role("button", name="Unlink this phone").click()
    expect(other.get_by_role("status").get_by_text("no longer linked")).to_be_attached()
    expect(other.get_by_role("dialog", name="Pay with your phone")).to_be_visible()
    dialog.get_by_role("button", name="Keep shopping").click()
    expect(tab.get_by_role("button", name="Buy with the app", exact=True)).to_be_visible()
    expect(tab.get_by_role("button", name="Linked phone")).to_have_count(0)
    assert world.till.only_shopper().link.status == "unbound"
    told = tab.evaluate("told")  # the channel and the answer race
    assert {"pending", "linked", True} <= set(told)
    assert told[-1] == "unbound"


def test_a_page_that_opens_later_shows_the_link(
    dialog: Locator, world: World, open_tab: OpenTab
) -> None:
    link(dialog, world)
    later = open_tab(BODY)
    expect(linked_button(later)).to_be_visible()


def test_the_page_can_print_the_link_and_a_wallet_without_one_takes_it_back(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab(
        '<till-button product="mug" wallet name="Jan" masked-phone-number="50*****67">Buy with the'
        " app</till-button>"
    )
    expect(linked_button(tab)).to_be_visible()
    expect(tab.get_by_role("button", name="Linked phone: Jan · 50*****67")).to_be_visible()


def test_a_code_can_be_scanned_instead(tab: Page, dialog: Locator, world: World) -> None:
    dialog.get_by_role("radio", name="QR code").check()
    code = dialog.get_by_role("img", name="QR code")
    expect(code).to_be_visible()
    assert code.locator("path").get_attribute("d") == world.till.wallet.qr[0]
    expect(dialog.get_by_role("link", name="Open the app")).to_have_attribute(
        "href", world.till.wallet.link
    )
    assert world.till.wallet.asked[-1]["phone"] is None
    decide(world, "linked")
    expect(dialog.get_by_role("heading", name="Your basket is on your phone")).to_be_visible()


def test_a_trusted_browser_is_linked_without_a_question(open_tab: OpenTab, world: World) -> None:
    world.till.wallet.trusts_the_browser = True
    tab = open_tab(BODY)
    tab.get_by_role("button", name="Buy with the app").click()
    expect(linked_button(tab)).to_be_visible()
    expect(tab.get_by_role("dialog")).to_have_count(0)
    assert [asked["phone"] for asked in world.till.wallet.asked] == [None]


def test_a_refusal_on_the_phone_is_told_and_can_be_tried_again(
    dialog: Locator, world: World
) -> None:
    send(dialog)
    expect(dialog.get_by_role("heading", name="Confirm on your phone")).to_be_visible()
    decide(world, "refused")
    expect(dialog.get_by_role("heading", name="Refused on the phone")).to_be_focused()
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_role("textbox", name="Phone number")).to_have_value("501 234 567")
    link(dialog, world)


def test_a_request_counts_down_runs_out_and_can_be_sent_again(
    tab: Page, dialog: Locator, world: World
) -> None:
    world.till.wallet.life = 90
    tab.clock.install()
    send(dialog)
    expect(dialog.get_by_role("timer")).to_have_text("Time left: 1:30")
    again = dialog.get_by_role("button", name="Send again")
    expect(again).to_be_disabled()
    tab.clock.run_for(20_000)
    expect(dialog.get_by_role("timer")).to_have_text("Time left: 1:10")
    again.click()
    expect(dialog.get_by_role("timer")).to_have_text("Time left: 1:30")
    assert len(world.till.wallet.asked) == 2
    tab.clock.run_for(91_000)
    expect(dialog.get_by_role("heading", name="The request has run out")).to_be_focused()
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_role("textbox", name="Phone number")).to_be_visible()


def test_a_request_that_the_shop_says_has_run_out_is_told_as_such(
    dialog: Locator, world: World
) -> None:
    send(dialog)
    expect(dialog.get_by_role("heading", name="Confirm on your phone")).to_be_visible()
    decide(world, "expired")
    expect(dialog.get_by_role("heading", name="The request has run out")).to_be_focused()


def test_a_basket_that_turns_out_to_be_linked_is_shown_as_such(
    tab: Page, dialog: Locator, world: World
) -> None:
    decide(world, "linked")
    world.till.wallet.refuses = "BASKET_IS_BINDED"
    send(dialog)
    expect(dialog.get_by_role("heading", name="Your basket is on your phone")).to_be_visible()


def test_a_trusted_browser_can_be_forgotten(tab: Page, dialog: Locator, world: World) -> None:
    link(dialog, world)
    forget = dialog.get_by_role("button", name="Stop trusting this browser")
    forget.click()
    expect(forget).to_have_count(0)
    assert "BrowserId" not in tab.evaluate("document.cookie")
    assert world.till.only_shopper().link.status == "linked"


def test_a_request_can_be_taken_back(tab: Page, dialog: Locator, world: World) -> None:
    send(dialog)
    dialog.get_by_role("button", name="Use another number").click()
    send(dialog, "601234567")
    expect(dialog).to_contain_text("601")
    with tab.expect_response("**/iziBindingDelete"):
        dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    assert world.till.only_shopper().link.status == "unbound"


def test_a_dialog_that_was_closed_asks_nothing_more_but_a_late_yes_still_counts(
    tab: Page, dialog: Locator, world: World
) -> None:
    send(dialog)
    expect(dialog.get_by_role("heading", name="Confirm on your phone")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    asked = world.till.count_of("GET /iziGetIsBound")
    decide(world, "linked")
    expect(linked_button(tab)).to_be_visible()
    assert world.till.count_of("GET /iziGetIsBound") == asked


def test_a_number_that_cannot_be_one_is_not_sent(dialog: Locator, world: World) -> None:
    number = dialog.get_by_role("textbox", name="Phone number")
    send(dialog, "501 23")
    expect(number).to_have_accessible_description(re.compile("Enter the whole number"))
    expect(number).to_be_focused()
    expect(number).to_have_attribute("aria-invalid", "true")
    assert world.till.wallet.asked == []


def test_a_pasted_number_brings_its_country(dialog: Locator, world: World) -> None:
    dialog.get_by_role("textbox", name="Phone number").fill("+49 151 2345678")
    expect(dialog.get_by_role("combobox", name="Country code")).to_have_value("49")
    dialog.get_by_role("button", name="Send to my phone").click()
    expect(dialog.get_by_role("heading", name="Confirm on your phone")).to_be_visible()
    expect(dialog).to_contain_text("+49")
    asked = world.till.wallet.asked[-1]
    assert (asked["prefix"], asked["phone"]) == ("49", "1512345678")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("PHONE_BINDING_METHOD_UNAVAILABLE", "use the QR code"),
        ("SOMETHING_ELSE", "Refused by the stand-in."),
    ],
)
def test_what_the_wallet_refuses_is_told(
    dialog: Locator, world: World, code: str, says: str
) -> None:
    world.till.wallet.refuses = code
    send(dialog)
    expect(dialog.get_by_role("alert")).to_contain_text(says)


def test_a_wallet_out_of_reach_is_told_and_the_basket_is_kept(
    tab: Page, dialog: Locator, world: World
) -> None:
    world.till.wallet.is_down = True
    send(dialog)
    expect(dialog.get_by_role("alert")).to_contain_text("Your basket is safe")
    dialog.get_by_role("radio", name="QR code").check()
    expect(dialog.get_by_role("alert")).to_contain_text("Your basket is safe")
    world.till.wallet.is_down = False
    dialog.get_by_role("radio", name="Phone number").check()
    expect(dialog.get_by_role("alert")).to_have_count(0)
    link(dialog, world)


def test_a_shop_without_a_wallet_just_adds_or_checks_out(open_tab: OpenTab, world: World) -> None:
    world.till.wallet.there = False
    tab = open_tab(BODY + '<till-button wallet mode="frame">Pay</till-button>')
    tab.get_by_role("button", name="Buy with the app").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    tab.get_by_role("button", name="Pay").click()
    expect(tab.get_by_role("dialog", name="Payment")).to_be_visible()


def test_without_a_product_one_can_pay_here_instead(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(
        '<till-button product="mug">Add</till-button><till-button wallet>Pay</till-button>'
    )
    tab.get_by_role("button", name="Add").click()
    tab.get_by_role("button", name="Pay").click()
    dialog = tab.get_by_role("dialog", name="Pay with your phone")
    with tab.expect_popup() as opened:
        dialog.get_by_role("button", name="Pay here instead").click()
    expect(opened.value.get_by_role("heading", name="Order page")).to_be_visible()
    assert world.till.wallet.asked == []


def test_it_can_be_used_with_the_keyboard_alone(open_tab: OpenTab, world: World) -> None:
    tab = open_tab(BODY)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    dialog = tab.get_by_role("dialog", name="Pay with your phone")
    expect(dialog.get_by_role("textbox", name="Phone number")).to_be_focused()
    for _ in range(7):
        tab.keyboard.press("Tab")
        assert tab.evaluate(
            """document.activeElement == document.body || document.querySelector('till-button')
                .shadowRoot.activeElement.closest('dialog') != null"""
        )
    dialog.get_by_role("radio", name="Phone number").focus()
    tab.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    expect(dialog.get_by_role("radio", name="QR code")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tab.get_by_role("button", name="Buy with the app")).to_be_focused()


@pytest.fixture
def phone(shopper: BrowserContext, world: World) -> Iterator[Page]:
    browser = shopper.browser
    assert browser
    context = browser.new_context(
        locale="pl-PL", viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(world.page(BODY, head=world.script, lang="pl"))
    yield page
    context.close()


def test_on_a_phone_it_is_a_link_not_a_code(phone: Page, world: World) -> None:
    world.till.wallet.link = "inpostsandbox://izilink?basket_id=ib-1"
    phone.get_by_role("button", name="Buy with the app").tap()
    dialog = phone.get_by_role("dialog")
    expect(dialog).to_have_accessible_name("Zapłać telefonem")
    dialog.get_by_role("radio", name="Na tym telefonie").check()
    app = dialog.get_by_role("link", name="Otwórz aplikację")
    expect(app).to_have_attribute("href", world.till.wallet.link)
    expect(dialog.get_by_role("img")).to_have_count(0)
    decide(world, "linked")
    expect(dialog.get_by_role("heading", name="Koszyk jest w telefonie")).to_be_visible()
    expect(app).to_have_attribute("href", world.till.wallet.link)


def test_a_link_that_would_run_here_is_not_shown(phone: Page, world: World) -> None:
    world.till.wallet.link = "javascript:window.bad=1"
    phone.get_by_role("button", name="Buy with the app").tap()
    dialog = phone.get_by_role("dialog")
    dialog.get_by_role("radio", name="Na tym telefonie").check()
    expect(dialog.get_by_text("Czekamy na potwierdzenie")).to_be_visible()
    expect(dialog.get_by_role("link")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_anyone(
    open_tab: OpenTab, axe: Callable[..., None], world: World, scheme: str
) -> None:
    style = world.file("shop.css", ":root { color-scheme: light dark; }")
    head = world.script + f'<link rel="stylesheet" href="{style}">'
    tab = open_tab(BODY, policy="", head=head)
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    tab.get_by_role("button", name="Buy with the app").click()
    dialog = tab.get_by_role("dialog")
    send(dialog, "1")
    axe(tab)
    dialog.get_by_role("radio", name="QR code").check()
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    axe(tab)
    dialog.get_by_role("radio", name="Phone number").check()
    world.till.wallet.life = 90
    send(dialog)
    expect(dialog.get_by_role("timer")).to_be_visible()
    axe(tab)
    decide(world, "refused")
    expect(dialog.get_by_role("button", name="Try again")).to_be_visible()
    axe(tab)
    dialog.get_by_role("button", name="Try again").click()
    link(dialog, world)
    expect(dialog.get_by_role("link", name="Open the app")).to_be_visible()
    axe(tab)
    dialog.get_by_role("button", name="Keep shopping").click()
    expect(linked_button(tab)).to_be_visible()
    axe(tab)
