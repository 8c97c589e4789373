"""The wallet as a person uses it; what the shop changes appears by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Serve
from tests.desk.pages.wallet.conftest import Site
from tests.desk.pages.wallet.played_wallet import CODE

Go = Callable[..., Page]
MUG = "Kubek ceramiczny 350 ml"


def test_a_prompt_appears_by_itself_and_is_answered(signed_in: Go, site: Site) -> None:
    page = signed_in()
    prompt = site.wallet.ask()
    card = page.get_by_role("region", name="Link a basket")
    expect(card).to_contain_text("Firefox on Linux")
    expect(card).to_contain_text("more")
    card.get_by_role("checkbox").check()
    card.get_by_role("button", name="Link it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Blue Mug")
    assert site.wallet.calls[-1] == ("accept", prompt.id, True)


def test_a_prompt_is_refused(signed_in: Go, site: Site) -> None:
    site.wallet.ask()
    page = signed_in()
    page.get_by_role("button", name="No, that was not me").click()
    expect(page.get_by_role("region", name="Link a basket")).to_have_count(0)
    assert site.wallet.calls[-1][0] == "refuse"


def test_changing_a_quantity_stays_on_the_page(signed_in: Go, site: Site) -> None:
    page = signed_in("/baskets/ib_1")
    page.evaluate("window.stays = true")
    stepper = page.get_by_role("form", name=f"Quantity of {MUG}")
    stepper.get_by_role("button", name="One more").click()
    expect(stepper.get_by_role("status")).to_have_text("3")
    assert page.evaluate("window.stays") is True
    stepper.get_by_role("button", name="One less").click()
    expect(stepper.get_by_role("status")).to_have_text("2")


def test_what_the_shop_changes_is_shown_and_said(signed_in: Go, site: Site) -> None:
    page = signed_in("/baskets/ib_1")
    page.get_by_label("Promotion code", exact=True).fill("HALF")
    first = site.wallet.content["products"][0]["product_id"]
    site.wallet.change(first, quantity=5)
    expect(page.get_by_text(f"{MUG}: quantity 5 instead of 2").first).to_be_visible()
    expect(page.locator("[data-news]")).to_contain_text("quantity 5 instead of 2")
    expect(page.get_by_label("Promotion code", exact=True)).to_have_value("HALF")
    expect(page.get_by_label("Promotion code", exact=True)).to_be_focused()


def test_a_code_is_used_and_removed(signed_in: Go, site: Site) -> None:
    page = signed_in("/baskets/ib_1")
    page.get_by_label("Promotion code", exact=True).fill("TEN")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove TEN")).to_be_visible()
    expect(page.get_by_label("Promotion code", exact=True)).to_have_value("")
    page.get_by_role("button", name="Remove TEN").click()
    expect(page.get_by_role("button", name="Remove TEN")).to_have_count(0)


def test_ordering_by_keyboard_and_mouse(signed_in: Go, site: Site) -> None:
    page = signed_in("/baskets/ib_1")
    page.get_by_role("link", name="Choose delivery").click()
    page.get_by_role("radio", name="Courier").check()
    expect(page.get_by_label("Street")).to_have_value("Harbour")
    expect(page.locator("[data-total]")).to_have_text("PLN 148.97")
    page.get_by_role("radio", name="Pay on delivery").check()
    expect(page.locator("[data-total]")).to_have_text("PLN 152.97")
    page.get_by_role("radio", name="Parcel locker").check()
    page.get_by_label("Parcel locker", exact=True).last.fill("KRA010")
    page.get_by_role("checkbox").first.check()
    expect(page.locator("[data-total]")).not_to_have_text("PLN 152.97")
    for required in page.locator("input[name=consent][required]").all():
        required.check()
    page.get_by_role("button", name="Order with an obligation to pay").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The shop is confirming your order")
    site.wallet.placed = []
    site.wallet.order_is("processing")
    expect(page.get_by_role("button", name="Pay PLN 147.97")).to_be_visible()
    site.wallet.placed = []
    site.wallet.order_is("paid", parcels=("620999",))
    expect(page.get_by_role("heading", level=1)).to_have_text("Ordered and paid")
    expect(page.get_by_text("620999")).to_be_visible()


def test_without_scripts_everything_works_too(site: Site, serve: Serve, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page, url = context.new_page(), serve(site.app)
    page.goto(f"{url}/wallet/baskets/ib_1")
    page.get_by_label("Number", exact=True).fill("501234567")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(CODE)
    page.get_by_role("button", name="Sign in").click()
    stepper = page.get_by_role("form", name=f"Quantity of {MUG}")
    stepper.get_by_role("button", name="One more").click()
    expect(stepper.get_by_role("status")).to_have_text("3")
    page.get_by_role("link", name="Choose delivery").click()
    page.get_by_role("radio", name="Courier").check()
    page.get_by_role("button", name="Show the new total").click()
    for required in page.locator("input[name=consent][required]").all():
        required.check()
    page.get_by_role("button", name="Order with an obligation to pay").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The shop is confirming your order")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["", "/baskets/ib_1", "/baskets/ib_1/order", "/orders", "/orders/wor_1", "/me"]
)
def test_nobody_is_kept_out(signed_in: Go, site: Site, axe: Any, path: str, scheme: Any) -> None:
    site.wallet.order_is("processing")
    if not path:
        site.wallet.ask()
    page = signed_in(path)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    axe(page)


def test_the_way_in_keeps_nobody_out(site: Site, serve: Serve, page: Page, axe: Any) -> None:
    page.goto(f"{serve(site.app)}/wallet")
    axe(page)
    page.get_by_label("Number", exact=True).fill("501 234 567")
    page.get_by_role("button", name="Send me a code").click()
    axe(page)
