"""Every call of contract section 2, as it goes over the wire, and every way it can go wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Response

from flask_till.errors import InvalidRequest, MoneyError
from flask_till.money import Money
from flask_till.shop.desks.inpost.back_office import BackOffice
from flask_till.shop.desks.inpost.client import InpostClient
from flask_till.shop.desks.inpost.connection import Connection
from flask_till.shop.desks.inpost.promoted import PromotedList
from flask_till.shop.wallet import AlreadyLinked, NotLinked, WalletRefused
from flask_till.wire.inpost.basket import Basket
from flask_till.wire.inpost.binding import BindingRequest
from flask_till.wire.inpost.order_events import MerchantNews, MerchantOrderEvent
from flask_till.wire.inpost.promoted import PromotedProduct
from tests.shop.inpost_client.messages import A_BASKET, BASKET, PRICE, basket_put
from tests.stand_ins.inpost_wallet import MERCHANT_ID, InpostWallet

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PROMOTED = {
    "product_id": "mug",
    "product_name": "Mug",
    "price": PRICE,
    "currency": "PLN",
    "quantity": {"quantity_type": "INTEGER"},
}


def binding_request(method: str, **more: Any) -> BindingRequest:
    browser = {"user_agent": "x", "data_time": "2026-05-04T12:00:00Z",
               "customer_ip": "203.0.113.24", "port": "51876"}  # fmt: skip
    body = {"binding_method": method, "browser": browser, **more}
    return BindingRequest.read(json.dumps(body).encode())


PHONE = {"country_prefix": "+48", "phone": "501234567"}


def test_every_call_says_who_it_is_and_what_it_takes(
    client: InpostClient, wallet: InpostWallet
) -> None:
    wallet.link(BASKET)
    client.put_basket(BASKET, basket_put())
    headers = wallet.api_calls[0].headers
    assert headers["accept"] == "application/json"
    assert headers["content-type"] == "application/json"
    assert headers["inpay-plugin-version"] == "flask-till"
    client.payment_methods()
    assert "content-type" not in wallet.api_calls[1].headers


# ---- linking ----


def test_a_basket_that_the_wallet_never_saw_is_simply_not_linked(client: InpostClient) -> None:
    found = client.binding(BASKET)
    assert (found.basket_linked, found.browser_trusted) == (False, False)
    assert found.client_details is None


def test_a_linked_basket_says_whose_phone_it_is(client: InpostClient, wallet: InpostWallet) -> None:
    kept = wallet.link(BASKET)
    found = client.binding(BASKET)
    assert found.basket_linked
    assert found.inpost_basket_id == kept.inpost_basket_id
    assert found.client_details is not None
    assert found.client_details.masked_phone_number == "50*****67"


def test_a_trusted_browser_is_asked_about_by_its_id(
    client: InpostClient, wallet: InpostWallet
) -> None:
    wallet.trust("browser/1 &x")
    found = client.binding(BASKET, "browser/1 &x")
    assert (found.basket_linked, found.browser_trusted) == (False, True)
    assert wallet.api_calls[0].query == {"browser_id": "browser/1 &x"}


def test_a_phone_is_asked_and_a_link_is_given(client: InpostClient, wallet: InpostWallet) -> None:
    assert client.ask_binding(BASKET, binding_request("PHONE", phone_number=PHONE)) is None
    asked = wallet.calls(f"POST /v1/izi/basket/{BASKET}/binding")[0].body
    assert asked["binding_method"] == "PHONE"
    assert asked["phone_number"] == PHONE
    assert asked["browser"]["data_time"] == "2026-05-04T12:00:00.000Z"
    link = client.ask_binding(BASKET, binding_request("DEEP_LINK"))
    assert link is not None
    assert link.deep_link.startswith("inpostsandbox://")


def test_binding_what_is_bound_is_an_error_of_its_own(
    client: InpostClient, wallet: InpostWallet
) -> None:
    wallet.link(BASKET)
    with pytest.raises(AlreadyLinked):
        client.ask_binding(BASKET, binding_request("DEEP_LINK"))


def test_a_phone_that_cannot_be_asked_is_refused_in_the_wallets_words(
    client: InpostClient, wallet: InpostWallet
) -> None:
    wallet.refuse = ["PHONE_BINDING_METHOD_UNAVAILABLE"]
    with pytest.raises(WalletRefused) as error:
        client.ask_binding(BASKET, binding_request("PHONE", phone_number=PHONE))
    assert error.value.code == "PHONE_BINDING_METHOD_UNAVAILABLE"
    assert error.value.message == "PHONE_BINDING_METHOD_UNAVAILABLE it is"


def test_a_widget_key_is_asked_for_without_a_body(
    client: InpostClient, wallet: InpostWallet
) -> None:
    first, second = client.binding_key(BASKET), client.binding_key(BASKET)
    assert first.startswith("key-")
    assert second != first
    asked = wallet.calls(f"PUT /v2/izi/basket/{BASKET}/binding")
    assert [one.raw for one in asked] == [b"", b""]


def test_unlinking_says_why_and_what_is_gone_is_gone(
    client: InpostClient, wallet: InpostWallet
) -> None:
    wallet.link(BASKET)
    client.unlink(BASKET, realized=True)
    client.unlink(BASKET)
    first, second = wallet.calls(f"DELETE /v1/izi/basket/{BASKET}/binding")
    assert first.query == {"if_basket_realized": "true"}
    assert second.query == {}
    for code in ("BASKET_NOT_BOUND", "BASKET_EXPIRED"):
        wallet.refuse = [code]
        client.unlink(BASKET)
    wallet.refuse = ["FORBIDDEN"]
    with pytest.raises(WalletRefused):
        client.unlink(BASKET)


def test_a_browser_is_untrusted_once_and_again(client: InpostClient, wallet: InpostWallet) -> None:
    wallet.trust("b1")
    client.untrust("b1")
    assert not wallet.trusted
    client.untrust("b1")
    wallet.refuse = ["FORBIDDEN"]
    with pytest.raises(WalletRefused):
        client.untrust("b1")


# ---- baskets ----


def test_a_basket_is_put_whole_and_the_wallet_says_its_own_id(
    client: InpostClient, wallet: InpostWallet
) -> None:
    kept = wallet.link(BASKET)
    assert client.put_basket(BASKET, basket_put()) == kept.inpost_basket_id
    assert kept.content == A_BASKET
    assert "Kubek żółty".encode() in wallet.api_calls[0].raw
    plain = Basket.read(json.dumps(A_BASKET).encode())
    assert client.put_basket_v2(BASKET, plain) == kept.inpost_basket_id


def test_a_trusted_browser_links_with_the_first_put(
    client: InpostClient, wallet: InpostWallet
) -> None:
    wallet.trust("b1")
    client.put_basket(BASKET, basket_put(browser_id="b1"))
    assert wallet.api_calls[0].body.get("browser_id") is None  # the stand-in took it off
    assert wallet.baskets[BASKET].linked


@pytest.mark.parametrize("code", ["BASKET_NOT_FOUND", "BASKET_NOT_BOUND", "BASKET_EXPIRED"])
def test_a_basket_that_is_not_linked_is_an_error_of_its_own(
    client: InpostClient, wallet: InpostWallet, code: str
) -> None:
    wallet.refuse = [code]
    with pytest.raises(NotLinked) as error:
        client.put_basket(BASKET, basket_put())
    assert error.value.code == code


@pytest.mark.parametrize("basket_id", ["../../orders", "a/b", "a?b=c", "a#b", "a%2fb", "ą b"])
def test_an_id_cannot_leave_its_place_in_the_path(
    client: InpostClient, wallet: InpostWallet, basket_id: str
) -> None:
    with pytest.raises(WalletRefused):
        client.put_basket(basket_id, basket_put())
    path = wallet.api_calls[0].path
    assert path.startswith("/v1/izi/basket/")
    assert len(path.split("/")) == 5


# ---- orders ----


@pytest.mark.parametrize("status", [200, 201, 204])
def test_an_order_event_may_be_answered_in_several_ways(
    client: InpostClient, wallet: InpostWallet, status: int
) -> None:
    client.payment_methods()
    wallet.answer_with = lambda: Response(b"whatever", status)
    news = MerchantNews(order_merchant_status_description="Wysłane", delivery_references_list=[])
    client.tell_order(
        "ord_1", MerchantOrderEvent(event_id="e1", event_data_time=AT, event_data=news)
    )
    asked = wallet.calls("POST /v1/izi/order/ord_1/event")[0].body
    assert asked == {
        "event_id": "e1",
        "event_data_time": "2026-05-04T12:00:00.000Z",
        "event_data": {
            "order_merchant_status_description": "Wysłane",
            "delivery_references_list": [],
        },
    }


# ---- what the wallet is ----


def test_keys_are_fetched_all_or_one(client: InpostClient, wallet: InpostWallet) -> None:
    assert set(client.signing_keys().trusted()) == {"1"}
    assert client.signing_key("1").trusted().merchant_external_id == MERCHANT_ID
    with pytest.raises(WalletRefused) as error:
        client.signing_key("2")
    assert error.value.code == "PUBLIC_KEY_NOT_FOUND"


def test_payment_methods_are_an_open_set(client: InpostClient) -> None:
    assert client.payment_methods() == ["CARD", "BLIK_CODE", "A_NEW_ONE"]


# ---- promoted products, payments ----


def test_promoted_products_are_added_listed_changed_removed(
    connect: Callable[..., Connection], wallet: InpostWallet
) -> None:
    products = PromotedList(connect())
    one = PromotedProduct.read(json.dumps(PROMOTED).encode())
    assert [link.product_id for link in products.add([one])] == ["mug"]
    with pytest.raises(WalletRefused) as error:
        products.add([one])
    assert error.value.code == "PRODUCT_EXISTS"
    page = products.page(0, 20, ["mug", "card"])
    assert [found.product_id for found in page.content] == ["mug"]
    assert wallet.calls("GET /v1/izi/products")[0].query == {
        "page_index": "0",
        "page_size": "20",
        "product_ids": "mug,card",
    }
    assert products.change(one).status == "ACTIVE"
    products.remove("mug")
    with pytest.raises(WalletRefused):
        products.remove("mug")


def test_a_refund_is_signed_as_the_contract_says(
    connect: Callable[..., Connection], wallet: InpostWallet
) -> None:
    office = BackOffice(connect(), "the-merchants-secret")
    reply = office.refund(
        "tx 1", "r1", Money("12.50", "PLN"), command_id="c1", business_data={"why": "broken"}
    )
    assert reply.status == "PENDING"
    asked = wallet.calls("POST /v1/izi/transaction/tx%201/refund")[0]
    assert asked.headers["x-command-id"] == "c1"
    text = "c1" + "tx 1" + "whybroken" + "r1" + "12.50" + "the-merchants-secret"
    assert asked.body["signature"] == "SHA-512_" + hashlib.sha512(text.encode()).hexdigest()
    with pytest.raises(MoneyError):
        office.refund("tx", "r2", Money("0.00", "PLN"))
    with pytest.raises(InvalidRequest):
        BackOffice(connect()).refund("tx", "r2", Money("1.00", "PLN"))


def test_lists_of_the_back_office_come_as_they_are(connect: Callable[..., Connection]) -> None:
    office = BackOffice(connect())
    assert office.transactions(status="AUTHORIZED", page="1")["asked"] == {
        "status": "AUTHORIZED",
        "page": "1",
    }
    assert office.baskets()["content"] == []
    assert office.orders()["content"] == []
    with pytest.raises(InvalidRequest):
        office.transactions(evil="1")
