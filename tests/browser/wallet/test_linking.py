"""A basket of a shop comes into a wallet: by number, by a code, by trust; and out again."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.wallet.conftest import PHONE, Street
from tests.browser.wallet.hands import MASKED, NUMBER, Phone, Tab


def test_the_button_is_placed_and_looks_right(tab: Tab, axe: Callable[..., None]) -> None:
    button = tab.page.get_by_role("button", name="Mug by phone")
    expect(button).to_be_visible()
    box = button.bounding_box()
    assert box
    assert box["height"] >= 48
    assert box["x"] + box["width"] <= 1100
    of_basket = tab.page.get_by_role("button", name="Buy with your phone")
    expect(of_basket).to_have_attribute("aria-disabled", "true")  # there is nothing to buy yet
    tab.add("Add the mug")
    expect(of_basket).not_to_have_attribute("aria-disabled", "true")
    axe(tab.page)
    of_basket.click()
    expect(tab.dialog.get_by_role("heading", name="Pay with your phone")).to_be_visible()
    axe(tab.page)


def test_a_person_signs_in_after_the_shop_asked(
    tab: Tab, new_browser: Callable[..., BrowserContext], street: Street
) -> None:
    tab.ask_phone("Mug by phone")
    page = new_browser(**PHONE).new_page()
    page.goto(f"{street.desk}/wallet")
    page.get_by_label("Number", exact=True).fill("600 700 800")
    page.get_by_role("button", name="Send me a code").click()
    code = page.locator("[data-code]").inner_text()
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    phone = Phone(page, street.desk)
    phone.answer()
    phone.holds("Blue mug", 1)
    tab.is_linked()


def test_the_badge_shows_the_masked_number_and_the_count(
    linked: Tab, open_tab: Callable[..., Tab]
) -> None:
    expect(linked.chip).to_have_accessible_name(re.compile(re.escape(MASKED)))
    button = linked.page.get_by_role("button", name=re.compile("^Buy with your phone"))
    expect(button).to_contain_text(MASKED)
    expect(button).to_contain_text("2")
    other = open_tab()
    expect(other.chip).to_be_visible()
    assert NUMBER not in other.page.evaluate("document.cookie + document.body.outerHTML")


def test_a_refusal_on_the_phone_is_told_in_the_shop(tab: Tab, phone: Phone) -> None:
    tab.ask_phone("Mug by phone")
    phone.answer(yes=False)
    expect(tab.dialog.get_by_role("heading", name="Refused on the phone")).to_be_visible()
    tab.dialog.get_by_role("button", name="Try again").click()
    tab.dialog.get_by_role("button", name="Send to my phone").click()
    phone.answer()
    tab.is_linked()


def test_by_the_code_then_changes_on_both_sides(tab: Tab, phone: Phone) -> None:
    tab.page.get_by_role("button", name="Mug by phone").click()
    tab.dialog.get_by_role("radio", name="QR code").check()
    expect(tab.dialog.get_by_role("img", name="QR code")).to_be_visible()
    link = tab.dialog.get_by_role("link", name="Open the app").get_attribute("href")
    assert link
    phone.page.goto(link)
    phone.answer()
    tab.is_linked()
    tab.add("Add the mug")
    phone.holds("Blue mug", 2)
    phone.press("Blue mug", "One more")
    tab.holds(3)


def test_a_code_leads_somebody_who_is_signed_out_through_the_door(
    tab: Tab, new_browser: Callable[..., BrowserContext], street: Street
) -> None:
    tab.page.get_by_role("button", name="Mug by phone").click()
    tab.dialog.get_by_role("radio", name="QR code").check()
    link = tab.dialog.get_by_role("link", name="Open the app").get_attribute("href")
    assert link
    phone = Phone(new_browser(**PHONE).new_page(), street.desk)
    phone.page.goto(link)
    phone.page.get_by_label("Number", exact=True).fill(NUMBER)
    phone.page.get_by_role("button", name="Send me a code").click()
    phone.page.get_by_role("textbox", name="Code").fill(
        phone.page.locator("[data-code]").inner_text()
    )
    phone.page.get_by_role("button", name="Sign in").click()
    phone.answer()
    tab.is_linked()


def test_a_trusted_browser_is_not_asked_again_until_it_is_trusted_no_more(
    tab: Tab, phone: Phone
) -> None:
    tab.ask_phone("Mug by phone")
    phone.answer(trust=True)
    tab.is_linked()
    unlink(tab)
    phone.shows("This basket is not in your wallet")
    tab.page.get_by_role("button", name="Buy with your phone").click()
    expect(tab.chip).to_be_visible()
    expect(tab.dialog).to_have_count(0)
    phone.page.get_by_role("link", name="Baskets", exact=True).click()
    phone.page.get_by_role("link", name=re.compile("Corner shop")).click()
    phone.holds("Blue mug", 1)
    phone.page.get_by_role("link", name="Me", exact=True).click()
    phone.page.get_by_role("button", name="Trust no more").click()
    expect(phone.page.get_by_text("None. A browser that you trust")).to_be_visible()
    unlink(tab)
    tab.ask_phone()
    phone.page.get_by_role("link", name="Baskets", exact=True).click()
    phone.answer()
    tab.is_linked()


def test_unlinked_in_the_shop_it_leaves_the_wallet(linked: Tab, phone: Phone) -> None:
    unlink(linked)
    phone.shows("This basket is not in your wallet")
    phone.page.get_by_role("link", name="To your wallet").click()
    expect(phone.page.get_by_text("No basket here yet")).to_be_visible()
    linked.holds(2)


def test_taken_out_of_the_wallet_it_stays_in_the_shop(linked: Tab, phone: Phone) -> None:
    phone.page.get_by_text("Take this basket out of the wallet").click()
    phone.page.get_by_role("button", name="Take it out").click()
    expect(phone.page.get_by_text("No basket here yet")).to_be_visible()
    linked.is_not_linked()
    linked.holds(2)


READS_SLOWLY = """() => {
  const text = Response.prototype.text;
  Response.prototype.text = async function () {
    const all = await text.call(this);
    await new Promise((done) => setTimeout(done, this.status == 404 ? 3000 : 1500));
    return all;
  };
}"""


def test_news_of_a_page_that_was_left_draw_nothing_over_the_next(linked: Tab, phone: Phone) -> None:
    """The outcome of the form and the news of it cross; the news are read last."""
    phone.page.get_by_text("Take this basket out of the wallet").click()
    phone.page.evaluate(READS_SLOWLY)
    with phone.page.expect_response(lambda answer: answer.status == 404):
        phone.page.get_by_role("button", name="Take it out").click()
    expect(phone.page.get_by_text("No basket here yet")).to_be_visible()
    phone.page.wait_for_timeout(3500)
    expect(phone.page.get_by_text("No basket here yet")).to_be_visible()


def unlink(tab: Tab) -> None:
    tab.chip.click()
    tab.dialog.get_by_role("button", name="Unlink this phone").click()
    expect(tab.dialog.get_by_role("heading", name="Pay with your phone")).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(tab.dialog).to_have_count(0)
    tab.is_not_linked()
