"""The hub as people use it: by a link, by a code, twice, on another device, without scripts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from flask_till.desk.tables.claims import product_tokens
from tests.browser.kigo_hub.conftest import Street
from tests.desk.kigo.the_partner import USER

Device = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def come_from_the_partner(page: Page, street: Street, link: str) -> None:
    page.goto(f"{street.site}/?{urlencode({'link': link})}")
    page.get_by_role("link", name="Open your gift").click()


def claim(page: Page) -> None:
    page.get_by_role("button", name="Claim", exact=True).click()


def is_in_the_wallet(page: Page) -> None:
    expect(page.get_by_text("It is in your wallet.")).to_be_visible()


def is_entered(page: Page) -> None:
    """The page's script has told the desk that the page is shown."""
    page.wait_for_function("!document.querySelector('[name=session-id]')")


def sign_in(page: Page, number: str = "501234567") -> None:
    page.get_by_label("Number", exact=True).fill(number)
    page.get_by_role("button", name="Send me a code").click()
    digits = page.locator("[data-code]").inner_text()
    page.get_by_label("Code", exact=True).fill(digits)
    page.get_by_role("button", name="Sign in").click()


# --- the link ---------------------------------------------------------------------------------


@pytest.mark.parametrize("single", [True, False], ids=["single use", "more uses"])
def test_a_link_with_a_session_leads_to_the_token(
    street: Street, device: Device, single: bool
) -> None:
    order = street.order("a", external_user_id=USER)
    page = device(**PHONE)
    come_from_the_partner(
        page, street, street.link(order, street.partner.sso(is_single_use=single))
    )
    expect(page.get_by_role("heading", name="Spring boost")).to_be_visible()
    expect(page.get_by_text("Coffee for two")).to_be_visible()
    assert street.desk.count(product_tokens) == 0
    claim(page)
    is_in_the_wallet(page)
    assert street.partner.user().get("/tokens").json["total"] == 1


def test_a_link_without_a_session_asks_for_a_phone_and_then_for_the_code(
    street: Street, device: Device
) -> None:
    order = street.order("a")
    page = device(**PHONE)
    come_from_the_partner(page, street, street.link(order))
    expect(page.get_by_role("heading", name="Spring boost")).to_be_visible()
    expect(page.get_by_role("button", name="Claim", exact=True)).to_have_count(0)
    sign_in(page)
    page.get_by_label("Claim code").fill(order["claim_code"].lower().replace("-", " "))
    page.get_by_role("button", name="Go on").click()
    claim(page)
    is_in_the_wallet(page)
    page.get_by_role("link", name="To your wallet").click()
    expect(page.get_by_role("heading", name="Claimed")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Spring boost")).to_be_visible()


def test_who_was_signed_in_by_the_partner_keeps_it_by_typing_a_phone_number(
    street: Street, device: Device
) -> None:
    page = device()
    page.goto(street.link(street.order("a"), street.partner.sso()))
    claim(page)
    is_in_the_wallet(page)
    expect(page.get_by_role("link", name="To your wallet")).to_have_count(0)
    sign_in(page)
    expect(page).to_have_url(f"{street.url}/wallet")
    expect(page.get_by_role("main").get_by_text("Spring boost")).to_be_visible()


def test_code_and_session_leave_the_address_and_the_history(street: Street, device: Device) -> None:
    order, session = street.order("a"), street.partner.sso()
    page = device()
    come_from_the_partner(page, street, street.link(order, session))
    expect(page).to_have_url(street.hub)
    claim(page)
    expect(page).to_have_url(street.hub)
    page.go_back()
    expect(page).to_have_url(street.hub)
    assert page.evaluate("history.state") is None


# --- twice, and elsewhere ---------------------------------------------------------------------


def test_a_link_that_is_opened_again_says_where_the_token_is(
    street: Street, device: Device
) -> None:
    order = street.order("a")
    page = device()
    page.goto(street.link(order, street.partner.sso()))
    claim(page)
    is_in_the_wallet(page)
    for link in (street.link(order), street.link(order, street.partner.sso())):
        page.goto(link)
        is_in_the_wallet(page)
        expect(page.get_by_role("button", name="Claim", exact=True)).to_have_count(0)


def test_on_a_second_device_it_is_the_users_own_and_nobody_elses(
    street: Street, device: Device
) -> None:
    order = street.order("a")
    page = device()
    page.goto(street.link(order, street.partner.sso()))
    claim(page)
    is_in_the_wallet(page)
    second, other = device(**PHONE), device(**PHONE)
    assert second.goto(street.link(order, street.partner.sso())).status == 200
    is_in_the_wallet(second)
    assert other.goto(street.link(order, street.partner.sso("somebody-else"))).status == 409
    expect(other.get_by_role("alert")).to_contain_text("Already claimed")


def test_two_devices_that_claim_at_once_have_one_token(street: Street, device: Device) -> None:
    order = street.order("a")
    first, second = device(), device()
    first.goto(street.link(order, street.partner.sso("one")))
    second.goto(street.link(order, street.partner.sso("two")))
    claim(first)
    is_in_the_wallet(first)
    claim(second)
    expect(second.get_by_role("alert")).to_contain_text("Already claimed")
    assert street.desk.count(product_tokens) == 2  # the whole, and what is in it


def test_previews_spend_nothing_and_a_second_load_finds_the_session_over(
    street: Street, device: Device
) -> None:
    link = street.link(street.order("a"), street.partner.sso(is_single_use=True))
    page = device()
    for _ in range(3):
        assert page.request.get(link).status == 200
    page.goto(link)
    expect(page.get_by_role("button", name="Claim", exact=True)).to_be_visible()
    is_entered(page)
    stranger = device()
    for one in (stranger, page):
        assert one.goto(link).status == 401
        expect(one.get_by_role("heading", name="Session over")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    claim(page)
    is_in_the_wallet(page)


def test_who_is_quicker_than_the_network_claims_all_the_same(
    street: Street, device: Device
) -> None:
    street.answer_late("/kigo/hub/enter", seconds=1.5)
    page = device(**PHONE)
    page.goto(street.link(street.order("a"), street.partner.sso(is_single_use=True)))
    claim(page)
    is_in_the_wallet(page)


# --- closed -----------------------------------------------------------------------------------


def test_what_is_over_or_withdrawn_says_so(street: Street, device: Device) -> None:
    over, gone = street.order("a"), street.order("b")
    street.partner.server().post(f"/orders/{gone['order_id']}/cancel")
    page = device()
    assert page.goto(street.link(gone, street.partner.sso())).status == 409
    expect(page.get_by_role("alert")).to_contain_text("Withdrawn")
    street.clock.advance(days=91)
    assert page.goto(street.link(over, street.partner.sso())).status == 410
    expect(page.get_by_role("alert")).to_contain_text("Its time is over")
    expect(page.get_by_role("button", name="Claim", exact=True)).to_have_count(0)


def test_a_session_that_ended_while_the_page_was_open_is_said_on_it(
    street: Street, device: Device
) -> None:
    page = device()
    page.goto(street.link(street.order("a"), street.partner.sso()))
    is_entered(page)
    street.clock.advance(minutes=31)
    claim(page)
    expect(page.get_by_role("heading", name="Session over")).to_be_visible()
    assert street.desk.count(product_tokens) == 0


# --- how it is used ---------------------------------------------------------------------------


def test_without_scripts_it_is_claimed_just_so(street: Street, device: Device) -> None:
    page = device(java_script_enabled=False)
    link = street.link(street.order("a"), street.partner.sso(is_single_use=True))
    come_from_the_partner(page, street, link)
    claim(page)
    is_in_the_wallet(page)
    sign_in(page)
    expect(page.get_by_role("main").get_by_text("Spring boost")).to_be_visible()


def test_by_keyboard_alone(street: Street, device: Device) -> None:
    page = device()
    page.goto(street.link(street.order("a"), street.partner.sso()))
    is_entered(page)
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Claim", exact=True)
    expect(button).to_be_focused()
    expect(button).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    is_in_the_wallet(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_hub_wears_the_programs_colours_on_every_page(
    street: Street, device: Device, scheme: str
) -> None:
    page = device(color_scheme=scheme)
    order = street.order("a", external_program_id="gold")
    page.goto(street.link(order))
    expect(page.get_by_role("img", name="Gold card")).to_be_visible()
    button = page.get_by_role("button", name="Send me a code")
    for _ in range(2):
        expect(button).to_have_css("background-color", "rgb(255, 197, 61)")
        expect(button).to_have_css("color", "rgb(0, 0, 0)")
        button.hover()  # the second colour is as dark as its words would be
        expect(button).to_have_css("background-color", "rgb(255, 197, 61)")
        page.get_by_label("Number", exact=True).fill("501234567")
        button.click()
        button = page.get_by_role("button", name="Sign in")
        expect(page.get_by_role("img", name="Gold card")).to_be_visible()
        page.goto(street.hub)
        button = page.get_by_role("button", name="Send me a code")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_usable_by_everybody(
    street: Street, device: Device, axe: Callable[..., None], scheme: str
) -> None:
    order, gone = (street.order(key, external_program_id="gold") for key in "ab")
    street.partner.server().post(f"/orders/{gone['order_id']}/cancel")
    page = device(color_scheme=scheme, **PHONE)
    for link in (
        street.hub,
        street.link(order),
        street.link(gone),
        f"{street.hub}?claim-code=2222-2222-2222",
        street.link(order, "3f1b7c0a-9a0d-4f2e-8f61-5b1c2d3e4f50"),
        street.link(order, street.partner.sso()),
    ):
        page.goto(link)
        axe(page)
    claim(page)
    is_in_the_wallet(page)
    axe(page)
    sign_in(page)
    expect(page).to_have_url(f"{street.url}/wallet")
    axe(page)


# --- what nobody else learns ------------------------------------------------------------------


def test_no_code_is_in_a_referrer_or_a_log(
    street: Street, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    order = street.order("a", external_program_id="gold")
    session = street.partner.sso(is_single_use=True)
    page = device()
    asked: list[Any] = []
    page.on("request", lambda one: asked.append((one.url, one.headers.get("referer", ""))))
    page.goto(street.link(order, session))
    expect(page.get_by_role("img", name="Gold card")).to_be_visible()
    claim(page)
    is_in_the_wallet(page)
    sign_in(page)
    page.get_by_role("link", name="Me").click()
    expect(page).to_have_url(f"{street.url}/wallet/me")
    assert set(street.referrers) == {None}
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "claim-code=-&session-id=-" in logged
    for secret in (order["claim_code"], session):
        assert secret not in logged
        assert [url for url, referrer in asked[1:] if secret in url + referrer] == []
