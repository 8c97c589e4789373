"""A basket is ordered in the wallet and paid there, or ordered in the shop after all."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.wallet.conftest import Street
from tests.browser.wallet.hands import Phone, Tab


def test_a_declined_payment_is_tried_again_and_the_shop_says_thanks(
    linked: Tab, phone: Phone, street: Street, open_tab: Callable[..., Tab]
) -> None:
    untouched = open_tab()
    untouched.holds(2)
    phone.order()
    expect(linked.page).to_have_url(f"{street.shop.url}/thanks")
    linked.says("Waiting for payment")
    untouched.holds(0)
    phone.open_payment()
    phone.pay("Declined")
    expect(phone.page.get_by_role("alert").first).to_be_visible()
    assert street.shop.paid.orders == []
    phone.pay()
    expect(phone.page).to_have_url(re.compile(r"/wallet/orders/wor_\w+$"))
    phone.shows("Ordered and paid")
    linked.says("Thank you!")
    untouched.says("Thank you!")
    (paid,) = street.shop.paid.wait()
    assert str(paid.total) == "112.97"  # two mugs and the locker
    assert [order.id for order in street.shop.placed.wait()] == [paid.id]


def test_after_a_decline_the_wallet_leads_back_to_paying(linked: Tab, phone: Phone) -> None:
    phone.order()
    phone.open_payment()
    phone.pay("Declined")
    expect(phone.page.get_by_role("alert").first).to_be_visible()
    phone.page.get_by_role("link", name="Back to your wallet").click()
    expect(phone.page.get_by_text("The payment was declined")).to_be_visible()
    phone.open_payment()
    phone.pay()
    phone.shows("Ordered and paid")
    linked.says("Thank you!")


def test_digital_goods_go_by_mail(tab: Tab, phone: Phone, street: Street) -> None:
    tab.add("Add the book")
    tab.holds(1)
    tab.ask_phone()
    phone.answer()
    tab.is_linked()
    phone.begin_order()
    delivery = phone.page.get_by_role("group", name="Delivery")
    expect(delivery.get_by_role("radio")).to_have_count(1)
    expect(delivery.get_by_role("radio", name=re.compile("^By e-mail"))).to_be_checked()
    phone.fill_in(**{"E-mail for digital goods": "files@example.com"})
    phone.send_order()
    phone.shows("Waiting for your payment")
    phone.open_payment()
    phone.pay()
    phone.shows("Ordered and paid")
    tab.says("Thank you!")
    assert str(street.shop.paid.wait()[0].total) == "19.00"


def test_cash_on_delivery_needs_no_payment(linked: Tab, phone: Phone, street: Street) -> None:
    phone.begin_order()
    phone.page.get_by_role("radio", name=re.compile("^Courier")).check()
    phone.page.get_by_role("radio", name=re.compile("^Pay on delivery")).check()
    expect(phone.page.locator("[data-total]")).to_have_text("PLN 119.97")
    phone.fill_in()
    phone.send_order()
    phone.shows("Ordered")
    linked.says("Thank you!")
    assert str(street.shop.paid.wait()[0].total) == "119.97"


def test_an_order_given_up_before_it_is_paid(linked: Tab, phone: Phone, street: Street) -> None:
    phone.order()
    linked.says("Waiting for payment")
    phone.page.get_by_text("Cancel this order").click()
    phone.page.get_by_role("button", name="Yes, cancel it").click()
    phone.shows("Cancelled before payment")
    linked.says("The order was cancelled")
    assert street.shop.paid.orders == []
    assert len(street.shop.cancelled.wait()) == 1


def test_what_the_shop_says_of_an_order_appears_in_the_wallet(
    linked: Tab, phone: Phone, street: Street
) -> None:
    phone.order()
    phone.open_payment()
    phone.pay()
    phone.shows("Ordered and paid")
    linked.says("Thank you!")
    street.shop.describe("Being wrapped")
    expect(phone.page.get_by_text("Being wrapped")).to_be_visible()
    street.shop.ship("620000000000000000000001", "620000000000000000000002")
    parcels = phone.page.get_by_role("region", name="Parcels")
    expect(parcels.get_by_role("listitem")).to_have_text(
        ["620000000000000000000001", "620000000000000000000002"]
    )


def test_ordered_in_the_shops_own_checkout_it_leaves_the_wallet(
    linked: Tab, phone: Phone, street: Street
) -> None:
    linked.open_drawer()
    with linked.page.expect_popup() as opened:
        linked.drawer.get_by_role("button", name="Check out").click()
    order_page = opened.value
    order_page.get_by_role("radio", name=re.compile("^Paid")).check()
    order_page.get_by_role("button", name=re.compile("^Pay")).click()
    linked.says("Thank you!")
    phone.shows("This basket is not in your wallet")
    linked.is_not_linked()
    assert len(street.shop.paid.wait()) == 1


def test_the_next_basket_of_a_trusted_browser_is_linked_without_a_question(
    tab: Tab, phone: Phone, street: Street
) -> None:
    tab.ask_phone("Mug by phone")
    phone.answer(trust=True)
    tab.is_linked()
    phone.holds("Blue mug", 1)
    phone.order()
    phone.open_payment()
    phone.pay()
    phone.shows("Ordered and paid")
    expect(tab.page).to_have_url(f"{street.shop.url}/thanks")
    tab.says("Thank you!")
    tab.page.get_by_role("button", name="Mug by phone").click()
    expect(tab.chip).to_be_visible()
    expect(tab.dialog).to_have_count(0)
    phone.page.get_by_role("link", name="Baskets", exact=True).click()
    phone.page.get_by_role("link", name=re.compile("^.?Corner shop.*item")).click()
    phone.holds("Blue mug", 1)
    phone.begin_order()  # and the wallet knows who orders
    expect(phone.page.get_by_role("textbox", name="First name")).to_have_value("Ola")
    expect(phone.page.get_by_role("textbox", name="Street")).to_have_value("Lipowa")
