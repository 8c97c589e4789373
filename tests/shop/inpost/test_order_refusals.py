"""What a shop does not let a wallet order (contract 3.8), and digital and free orders."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from flask_till.shop.actions.binding import unlink
from tests.shop.conftest import browser
from tests.shop.inpost.conftest import (
    CONSENTS,
    bind,
    put,
    use_codes,
    with_wallet,
    zl,
)
from tests.shop.inpost.order_parts import (
    NOT_CREATED,
    fill_basket,
    order_of,
    placed,
    priced,
)
from tests.shop.inpost.played_wallet import (
    changed,
    example,
    good,
    order_request,
    refused,
)
from tests.shop.shelves import count

# ---- refusals of create ----


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("order_details.basket_price", {"net": 128.46, "vat": 19.5, "gross": 147.96}),
        ("order_details.basket_price", {"net": 100, "vat": 0, "gross": 100}),
        ("order_details.inpost_discounts", [{"type": "X", "discount": 1.00}]),
        ("order_details.currency", "EUR"),
        ("order_details.payment_type", "FREE_ORDER"),
        ("order_details.payment_type", "CASH_ON_DELIVERY"),
        ("delivery.delivery_type", "DIGITAL"),
        ("delivery.delivery_codes", ["GW"]),
        ("delivery.delivery_codes", ["PWW", "PWW"]),
        ("delivery.delivery_codes", []),
        ("delivery.delivery_point", None),
        ("delivery.delivery_point", ""),
        ("consents", None),
        ("consents", []),
        ("consents.0.is_accepted", False),
        ("consents.0.consent_version", "2"),
        ("invoice_details.tax_id", None),
        ("invoice_details.company_name", ""),
    ],
)
def test_what_cannot_be_ordered_is_refused_with_a_notice(wallet, linked, path, value):
    request = example("order_create")
    if path.startswith("consents.0"):
        request["consents"][0][path.rpartition(".")[2]] = value
    else:
        request = changed(request, path, value)
    assert refused(wallet.order(linked, request)) == NOT_CREATED
    said = wallet.get(linked)["summary"]["basket_notice"]
    assert said["type"] == "ERROR"
    assert said["description"]
    assert "basket_notice" not in wallet.get(linked)["summary"]
    assert count(wallet.front.database, "orders") == 0
    placed(wallet, linked)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("delivery.delivery_address", None),
        ("delivery.delivery_address.city", ""),
        ("delivery.delivery_address.postal_code", ""),
        ("delivery.delivery_address.address", ""),
        ("delivery.delivery_address.country_code", "DE"),
        ("delivery.delivery_codes", None),
    ],
)
def test_a_courier_needs_to_know_where_to(wallet, linked, path, value):
    request = changed(example("order_create_courier_cod"), path, value)
    assert refused(wallet.order(linked, request)) == NOT_CREATED


def test_what_the_wallet_pays_for_itself_is_taken_off_first(wallet, linked):
    request = changed(
        example("order_create"), "order_details.inpost_discounts", [{"type": "X", "discount": 7.97}]
    )
    price = {"net": 120.50, "vat": 19.50, "gross": 140.00}
    request = changed(request, "order_details.basket_price", price)
    order = order_of(wallet, placed(wallet, linked, request))
    assert order.total == zl("147.97")


@pytest.mark.parametrize("gross", [147.97, "147.97"])
def test_amounts_are_numbers_or_texts(wallet, linked, gross):
    price = {"net": 128.47, "vat": "19.50", "gross": gross}
    placed(wallet, linked, changed(example("order_create"), "order_details.basket_price", price))


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("account_info", ..., "MALFORMED_REQUEST"),
        ("delivery.delivery_type", "DRONE", "BAD_REQUEST"),
        ("order_details.basket_price.gross", 1e20, "BAD_REQUEST"),
        ("order_details.basket_price.gross", -1, "BAD_REQUEST"),
        ("order_details.basket_price.vat", 19.51, "BAD_REQUEST"),
        ("order_details.order_comments", "\x00", "BAD_REQUEST"),
        ("account_info.name", "\ud800", "BAD_REQUEST"),
        ("account_info.mail", "nobody", "BAD_REQUEST"),
        ("consents", "yes", "MALFORMED_REQUEST"),
    ],
)
def test_a_wrong_shape_or_value_is_a_400(wallet, linked, path, value, code):
    import json

    request = changed(order_request(linked), path, value)
    body = json.dumps(request).encode()
    assert refused(wallet.call("POST", "/order", body)) == (400, code)


def test_an_unknown_basket_is_not_found(wallet, linked):
    assert refused(wallet.order(str(uuid4()))) == (404, "BASKET_NOT_FOUND")
    assert refused(wallet.order("a b")) == (404, "BASKET_NOT_FOUND")


def test_a_basket_that_the_shopper_took_back_is_not_ordered(wallet, linked):
    wallet.front.database.write(unlink, linked)
    assert refused(wallet.order(linked)) == NOT_CREATED


def test_an_empty_basket_is_not_ordered(wallet, linked):
    wallet.quantity(linked, "1042.7", 0)
    wallet.quantity(linked, "2077", 0)
    assert refused(wallet.order(linked)) == NOT_CREATED


def test_stock_that_went_meanwhile_is_not_ordered(app, wallet, linked):
    hoarder = browser(app)
    put(hoarder, "2077", 3)
    hoarder.post("/till/checkout", json={})
    assert refused(wallet.order(linked)) == NOT_CREATED
    assert count(wallet.front.database, "wallet_orders") == 0


def test_a_promotion_that_was_used_up_changes_the_total(app, wallet, linked, page):
    use_codes(page, "ONCE")
    other = browser(app)
    put(other, "card")
    use_codes(other, "ONCE")
    assert other.post("/till/checkout", json={}).status_code == 200
    assert refused(wallet.order(linked)) == NOT_CREATED


def test_a_consent_that_changed_is_asked_for_anew(new_wallet_shop):
    from dataclasses import replace

    app = new_wallet_shop(consents=[replace(CONSENTS[0], version="4")])
    wallet, page = with_wallet(app), browser(app)
    basket_id = fill_basket(app, page)
    wallet.confirm(basket_id)
    assert refused(wallet.order(basket_id)) == NOT_CREATED


@pytest.mark.parametrize(
    "terms",
    [
        {"minimum": zl("500.00")},
        {"payment_types": ["CARD"]},
        {"refuse": lambda basket, wanted: "Not on Sundays"},
        {"deliveries": []},
    ],
)
def test_a_shop_has_terms_of_its_own(new_wallet_shop, terms):
    app = new_wallet_shop(**terms)
    wallet, page = with_wallet(app), browser(app)
    basket_id = fill_basket(app, page)
    wallet.confirm(basket_id)
    assert refused(wallet.order(basket_id)) == NOT_CREATED


def test_an_order_that_comes_too_late_for_the_wallet_is_not_made(wallet, linked, monkeypatch):
    from flask_till.shop import wallet_checkout

    monkeypatch.setattr(wallet_checkout, "PATIENCE", timedelta(seconds=-1))
    assert refused(wallet.order(linked)) == NOT_CREATED
    assert count(wallet.front.database, "orders") == 0


# ---- digital and free ----


def digital_request(gross, net, **delivery):
    request = priced(example("order_create"), gross, net)
    return changed(request, "delivery", {"delivery_type": "DIGITAL", **delivery})


def test_digital_goods_need_a_mail_and_go_digitally_only(app, wallet, page):
    put(page, "ebook")
    basket_id = bind(app, page)
    wallet.confirm(basket_id)
    mail = {"digital_delivery_email": "anna@mail.example.test"}
    assert refused(wallet.order(basket_id, digital_request("20.00", "16.26"))) == NOT_CREATED
    by_locker = priced(example("order_create"), "34.99", "28.45")
    assert refused(wallet.order(basket_id, by_locker)) == NOT_CREATED
    coded = digital_request("20.00", "16.26", **mail, delivery_codes=["PWW"])
    assert refused(wallet.order(basket_id, coded)) == NOT_CREATED
    got = placed(wallet, basket_id, digital_request("20.00", "16.26", **mail))
    assert got["delivery"]["digital_delivery_email"] == mail["digital_delivery_email"]


def test_a_mixed_basket_travels_physically_and_needs_the_mail_too(wallet, linked, page):
    put(page, "ebook")
    request = priced(example("order_create"), "167.97", "144.73")
    assert refused(wallet.order(linked, request)) == NOT_CREATED
    mailed = changed(request, "delivery.digital_delivery_email", "a@b.example")
    digital = digital_request("152.98", "132.54", digital_delivery_email="a@b.example")
    assert refused(wallet.order(linked, digital)) == NOT_CREATED
    placed(wallet, linked, mailed)


def test_a_free_order_is_free_and_nothing_else_is(app, wallet, page):
    put(page, "gift")
    basket_id = bind(app, page)
    basket = wallet.confirm(basket_id)
    assert basket["summary"]["free_basket"] is True
    request = digital_request("0.00", "0.00", digital_delivery_email="a@b.example")
    assert refused(wallet.order(basket_id, request)) == NOT_CREATED
    free = changed(request, "order_details.payment_type", "FREE_ORDER")
    got = placed(wallet, basket_id, free)
    order_id = got["order_details"]["order_id"]
    good(wallet.tell(order_id))
    assert order_of(wallet, got).status == "paid"
