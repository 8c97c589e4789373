"""What a message refuses, with which code, and what it lets through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from flask_till.errors import RequestError
from flask_till.wire.inpost.basket import Basket, BasketPut, Cookie
from flask_till.wire.inpost.basket_events import read_basket_event
from flask_till.wire.inpost.binding import (
    BindingKey,
    BindingRequest,
    app_link,
    read_confirmation,
    read_realized,
)
from flask_till.wire.inpost.message import Message, write
from flask_till.wire.inpost.order import Address, AddressDetails, Order, OrderCreate, gaps
from flask_till.wire.inpost.order_events import MerchantOrderEvent, WalletOrderEvent
from flask_till.wire.inpost.promoted import ProductPage, ProductQuery, PromotedLinks
from flask_till.wire.inpost.values import Moment, Phone, read_moment, write_moment

READERS = {
    "basket_put": Basket.read,
    "basket_event_quantity": read_basket_event,
    "basket_event_promo": read_basket_event,
    "basket_confirmation_success": read_confirmation,
    "binding_post_phone": BindingRequest.read,
    "order_create": OrderCreate.read,
    "order_event_from_merchant_shipped": MerchantOrderEvent.read,
    "order_event_from_wallet_paid": WalletOrderEvent.read,
    "order_response": Order.read,
}

MALFORMED = [
    ("basket_put", {"summary": ...}),
    ("basket_put", {"products": None}),
    ("basket_put", {"products": {}}),
    ("basket_put", {"summary.basket_base_price.net": ...}),
    ("basket_put", {"summary.basket_base_price.net": []}),
    ("basket_put", {"summary.basket_base_price.net": True}),
    ("basket_put", {"summary.basket_expiration_date": 1747000000}),
    ("basket_put", {"products.0.product_name": 7}),
    ("basket_put", {"delivery.0.delivery_options.0.delivery_option_price": ...}),
    ("basket_event_quantity", {"event_type": ...}),
    ("basket_event_quantity", {"quantity_event_data": ...}),
    ("basket_event_quantity", {"event_type": "PROMO_CODES"}),
    ("basket_confirmation_success", {"phone_number": ...}),
    ("basket_confirmation_success", {"browser.browser_trusted": "true"}),
    ("binding_post_phone", {"phone_number": ...}),
    ("order_create", {"consents.0.is_accepted": 1}),
    ("order_create", {"order_details.basket_id": 12}),
    ("order_event_from_merchant_shipped", {"event_data": {}}),
    ("order_event_from_merchant_shipped", {"event_data": {"order_status": None}}),
]
NOT_ACCEPTABLE = [
    ("basket_put", {"summary.currency": "EUR"}),
    ("basket_put", {"summary.basket_base_price.net": "141.29"}),
    ("basket_put", {"summary.basket_base_price.net": "141,28"}),
    ("basket_put", {"summary.basket_expiration_date": "2025-05-14 08:15:00"}),
    ("basket_put", {"summary.basket_expiration_date": "2025-02-30T08:15:00Z"}),
    ("basket_put", {"delivery.0.delivery_type": "DRONE"}),
    ("basket_put", {"delivery.1.delivery_type": "APM"}),
    ("basket_put", {"products.1.product_id": "1042.7"}),
    ("basket_put", {"products.0.quantity.quantity": 1.5}),
    ("basket_put", {"products.0.quantity.quantity": -1}),
    ("basket_put", {"products.0.product_link": "javascript:alert(1)"}),
    ("basket_put", {"consents.0.consent_link": "ftp://shop.example.test/"}),
    ("basket_put", {"promotions_available.0.priority": 6}),
    ("basket_put", {"promotions_available.0.details.link": "//evil.example.test"}),
    ("basket_event_quantity", {"event_type": "SOMETHING_NEW"}),
    ("basket_event_quantity", {"phone_number.phone": "50123456"}),
    ("basket_event_quantity", {"phone_number.country_prefix": "48"}),
    ("basket_confirmation_success", {"status": "MAYBE"}),
    ("binding_post_phone", {"binding_method": "EMAIL"}),
    ("binding_post_phone", {"browser.user_agent": "\x00"}),
    ("order_create", {"account_info.mail": "anna"}),
    ("order_create", {"order_details.currency": "zł"}),
    ("order_create", {"order_details.basket_price": {"net": 1, "gross": 1, "vat": 1}}),
    ("order_event_from_merchant_shipped", {"event_data.order_status": "SHIPPED"}),
]


@pytest.mark.parametrize(("name", "change"), MALFORMED)
def test_another_shape_is_malformed(name, change, changed):
    with pytest.raises(RequestError) as caught:
        READERS[name](changed(name, change))
    assert (caught.value.code, caught.value.status) == ("MALFORMED_REQUEST", 400)


@pytest.mark.parametrize(("name", "change"), NOT_ACCEPTABLE)
def test_a_wrong_value_is_a_bad_request(name, change, changed):
    with pytest.raises(RequestError) as caught:
        READERS[name](changed(name, change))
    assert (caught.value.code, caught.value.status) == ("BAD_REQUEST", 400)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"a":1,"a":1}', b"\xff", b"NaN"])
@pytest.mark.parametrize("name", READERS)
def test_what_is_no_json_object_is_malformed(name, body):
    with pytest.raises(RequestError) as caught:
        READERS[name](body)
    assert (caught.value.code, caught.value.status) == ("MALFORMED_REQUEST", 400)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_message_or_a_400(body):
    for reader in READERS.values():
        with pytest.raises(RequestError) as caught:
            reader(body)
        assert caught.value.status == 400


TOLERATED = [
    ("basket_put", {"delivery": []}),
    ("basket_put", {"products": []}),
    ("basket_put", {"products.0.product_id": 1042}),
    ("basket_put", {"products.0.quantity.quantity": 0}),
    ("basket_put", {"products.0.quantity.quantity": "2"}),
    ("basket_put", {"consents": None, "related_products": None, "merchant_store": None}),
    ("basket_put", {"summary.payment_type": ["NEW_WAY_TO_PAY"]}),
    ("basket_put", {"summary.basket_expiration_date": "2025-05-14T08:15:00Z"}),
    ("order_create", {"order_details.currency": "EUR"}),
    ("order_create", {"order_details.payment_type": "NEW_WAY_TO_PAY"}),
    ("order_event_from_wallet_paid", {"event_data.payment_type": "NEW_WAY_TO_PAY"}),
    ("order_event_from_wallet_paid", {"event_data.payment_status": "NEW"}),
    ("order_event_from_wallet_paid", {"event_data": {}}),
    ("basket_confirmation_success", {"browser": ...}),
]


@pytest.mark.parametrize(("name", "change"), TOLERATED)
def test_what_the_contract_leaves_open_is_tolerated(name, change, changed):
    assert READERS[name](changed(name, change))


def test_a_refusal_does_not_repeat_what_was_sent(changed):
    with pytest.raises(RequestError) as caught:
        Basket.read(changed("basket_put", {"merchant_store.cookies.0.value": ["s3cret"]}))
    assert "s3cret" not in str(caught.value)
    assert caught.value.fields.keys() == {"merchant_store.cookies.0.value"}


def test_foreign_spellings_are_read_and_ours_is_written(changed):
    price = {"net": "10.56", "gross": "12.99", "tax": "2.43"}
    order = Order.read(changed("order_response", {"delivery.delivery_price": price}))
    assert b'"vat":"2.43"' in order.to_bytes()
    cookie = Cookie.read(b'{"domain":"d","key":"k","value":"v","path":"/","save_site":"LAX"}')
    assert cookie.to_data()["same_site"] == "LAX"


def test_a_product_id_that_is_a_number_becomes_its_text(changed):
    body = changed("basket_event_quantity", {"quantity_event_data.1.product_id": 2077})
    assert read_basket_event(body).quantity_event_data[1].product_id == "2077"


def test_the_trusted_browser_is_sent_in_version_1_only(example):
    body = example("basket_put_trusted_browser")
    assert BasketPut.read(body).browser_id == "2b0f7c9e-6d0b-4d38-9a55-1f6b7f4f0c11"
    assert b"browser_id" not in Basket.read(body).to_bytes()


def test_secrets_do_not_show(example):
    shown = repr(Basket.read(example("basket_put")))
    shown += repr(BindingKey.read(example("binding_v2_put_response")))
    assert "opaque-session-value" not in shown
    assert "p3Xk9TQm" not in shown


def test_a_message_cannot_be_changed(example):
    with pytest.raises(ValidationError):
        Basket.read(example("basket_put")).basket_id = "other"


def test_a_float_is_never_written():
    with pytest.raises(TypeError):
        write({"a": [0.1]})


def test_no_member_of_any_message_may_hold_a_float():
    def kinds(of):
        for kind in of.__subclasses__():
            yield kind
            yield from kinds(kind)

    for kind in kinds(Message):
        if kind.__module__.startswith("flask_till."):
            assert "float" not in str([one.annotation for one in kind.model_fields.values()])


# --- Moments and phones ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2023-05-11T15:02:23.429Z", "2023-05-11T15:02:23.429Z"),
        ("2023-05-11T15:02:23Z", "2023-05-11T15:02:23.000Z"),
        ("2023-05-11T15:02:23.4Z", "2023-05-11T15:02:23.400Z"),
        ("2023-05-11T15:02:23.123456789Z", "2023-05-11T15:02:23.123Z"),
    ],
)
def test_a_moment_has_milliseconds_whatever_was_sent(text, written):
    assert write_moment(read_moment(text)) == written


@pytest.mark.parametrize(
    "text",
    ["", "2023-05-11", "2023-05-11T15:02:23", "2023-05-11T15:02:23+00:00", "2023-05-11t15:02:23z",
     "2023-05-11T15:02:23.Z", "2023-13-11T15:02:23Z", "2023-05-11T24:02:23Z",
     "2023-05-11T15:02:60Z", " 2023-05-11T15:02:23Z", "2023-05-11T15:02:23Z\n",
     "٢٠٢٣-05-11T15:02:23Z", "0000-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_moment_is_written_one_way(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the class is the promise
        read_moment(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_the_trip_to_the_millisecond(moment):
    kept = TypeAdapter(Moment).validate_python(moment)
    assert read_moment(write_moment(kept)) == kept
    assert timedelta() <= moment - kept < timedelta(milliseconds=1)


def test_a_moment_of_another_zone_is_told_in_utc():
    warsaw = datetime(2025, 5, 12, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    assert write_moment(warsaw) == "2025-05-12T08:00:00.000Z"


def test_a_phone_shows_its_ends_only():
    phone = Phone(country_prefix="+48", phone="601234500")
    assert (phone.masked, str(phone)) == ("60*****00", "+48601234500")
    assert Phone(country_prefix="+420", phone="60123450").masked == "60*****50"


# --- Binding, orders, promoted products --------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "meant"),
    [("true", True), ("1", True), (None, False), ("", False), ("false", False), ("0", False)],
)
def test_if_basket_realized_is_read_both_ways(value, meant):
    assert read_realized(value) is meant


def test_if_basket_realized_is_a_yes_or_a_no():
    with pytest.raises(RequestError) as caught:
        read_realized("perhaps")
    assert caught.value.code == "BAD_REQUEST"


def test_the_browser_id_counts_only_when_trusted(example, changed):
    name = "basket_confirmation_success"
    assert read_confirmation(example(name)).trusted_browser_id is not None
    distrusted = changed(name, {"browser.browser_trusted": False})
    assert read_confirmation(distrusted).trusted_browser_id is None


def test_the_link_to_the_app_is_escaped():
    assert app_link("a b&c", sandbox=True) == "inpostsandbox://izilink?basket_id=a%20b%26c"
    assert app_link("a") == "inpost://izilink?basket_id=a"


@pytest.mark.parametrize(
    ("name", "change", "digital", "missing"),
    [
        ("order_create", {}, False, []),
        ("order_create_courier_cod", {}, False, []),
        ("order_create", {"delivery.delivery_point": ...}, False, ["delivery.delivery_point"]),
        ("order_create", {}, True, ["delivery.digital_delivery_email"]),
        ("order_create", {"delivery.delivery_type": "COURIER"}, False,
         ["delivery.delivery_address"]),
        ("order_create", {"delivery.delivery_type": "DIGITAL"}, False,
         ["delivery.digital_delivery_email"]),
        ("order_create_courier_cod", {"delivery.delivery_address.city": ""}, False,
         ["delivery.delivery_address.city"]),
        ("order_create", {"invoice_details.tax_id": None}, False, ["invoice_details.tax_id"]),
        ("order_create", {"invoice_details.legal_form": "PERSON"}, False,
         ["invoice_details.name", "invoice_details.surname"]),
        ("order_create", {"invoice_details": None}, False, []),
    ],
)  # fmt: skip
def test_what_an_order_lacks_is_named_not_malformed(name, change, digital, missing, changed):
    assert gaps(OrderCreate.read(changed(name, change)), has_digital=digital) == missing


def test_the_placeholder_for_no_building_is_none():
    assert AddressDetails(building="_").house is None
    assert AddressDetails(building="4A").house == "4A"
    address = Address(country_code="PL", address="Rynek 1", city="Kraków", postal_code="30-001")
    assert address.address_details is None


def test_the_page_of_a_product_list_is_read_and_written():
    query = ProductQuery.read({"page_index": "0", "page_size": "20", "product_ids": "a,b,"})
    assert query == ProductQuery(0, 20, ("a", "b"))
    assert query.to_args() == {"page_index": "0", "page_size": "20", "product_ids": "a,b"}
    assert ProductQuery.read({}).to_args() == {}


@pytest.mark.parametrize(
    "args", [{"page_index": "-1"}, {"page_index": "²"}, {"page_size": "0"}, {"page_size": "101"}]
)
def test_an_odd_page_is_a_bad_request(args):
    with pytest.raises(RequestError) as caught:
        ProductQuery.read(args)
    assert caught.value.code == "BAD_REQUEST"


def test_promoted_products_travel():
    product = (
        b'{"product_id":"p","product_name":"Mug",'
        b'"price":{"net":"1.00","gross":"1.23","vat":"0.23"},"currency":"PLN",'
        b'"quantity":{"available_quantity":3,"quantity_type":"INTEGER"},"status":"ACTIVE"}'
    )
    body = b'{"content":[' + product + b'],"page_index":0,"page_size":10,"total_items":1}'
    assert ProductPage.read(body).to_bytes() == body
    links = b'{"content":[{"product_id":"p","deep_link":"inpost://p"}]}'
    assert PromotedLinks.read(links).to_bytes() == links
