"""From the button to the parcel, with nothing but HTTP on both sides (1.3 to 1.9, 6.1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from flask_till.money import Money
from flask_till.shop.extension import Till
from flask_till.shop.terms import APM, Delivery
from tests.shop.inpost_client.wallet_shop import PHONE, WalletShop
from tests.stand_ins.inpost_wallet import InpostWallet

CONFIRMED = {
    "status": "SUCCESS",
    "inpost_basket_id": "c1f1e6a2-52c9-4c9f-9b6a-0a4c1d7e88f3",
    "phone_number": {"country_prefix": "+48", "phone": "501234567"},
    "browser": {"browser_trusted": True, "browser_id": "b-1"},
    "masked_phone_number": "50*****67",
    "name": "Anna",
    "surname": "Nowak",
}
ADDRESS = {"country_code": "PL", "address": "Długa 1", "city": "Kraków", "postal_code": "30-001"}


@pytest.fixture
def shop(
    new_shop: Callable[..., Flask], inpost: dict[str, Any], wallet: InpostWallet, clock: Any
) -> WalletShop:
    locker = Delivery(APM, Money("12.99", "PLN"))
    return WalletShop(new_shop(deliveries=[locker], **inpost), wallet, clock)


def call(shop: WalletShop, method: str, path: str, body: Any = None) -> Any:
    """The wallet calls the shop, signed."""
    raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = shop.wallet.signed(raw, at=shop.clock.now)
    return shop.app.test_client().open(
        f"/till/merchant/v1/izi/{path}", method=method, data=raw, headers=headers
    )


def confirm(shop: WalletShop) -> dict[str, Any]:
    basket_id = shop.binding.id
    answer = call(shop, "POST", f"basket/{basket_id}/confirmation", CONFIRMED)
    assert answer.status_code == 200, answer.text
    shop.wallet.link(basket_id).content = answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def event(shop: WalletShop, event_id: str, quantity: int) -> dict[str, Any]:
    body = {
        "event_id": event_id,
        "event_data_time": "2026-05-04T12:00:00.000Z",
        "event_type": "PRODUCTS_QUANTITY",
        "quantity_event_data": [{"product_id": "mug", "quantity": {"quantity": quantity}}],
    }
    answer = call(shop, "POST", f"basket/{shop.binding.id}/event", body)
    assert answer.status_code == 200, answer.text
    shop.wallet.baskets[shop.binding.id].content = answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def test_from_the_button_to_the_parcel(shop: WalletShop) -> None:
    shop.add()
    assert shop.can_be_bound()["basket_linked"] is False
    assert shop.ask(**PHONE).get_json() == {}
    basket = confirm(shop)
    assert basket["products"][0]["product_id"] == "mug"
    bound = shop.is_bound()
    assert bound.get_json()["status"] == "SUCCESS"
    assert shop.page.get_cookie("BrowserId").value == "b-1"  # type: ignore[union-attr]
    shop.carry()
    assert not shop.wallet.calls("PUT")  # the answer was the whole basket

    event(shop, "e1", 3)
    shop.carry(600)
    assert not shop.wallet.calls("PUT")  # no echo
    assert shop.page.get("/till/basket").get_json()["count"] == 3

    shop.add("card")
    shop.carry()
    (put,) = shop.puts()
    read = call(shop, "GET", f"basket/{shop.binding.id}").get_json()
    assert put["products"] == read["products"]
    assert put["summary"]["basket_base_price"] == read["summary"]["basket_base_price"]

    order_id = ordered(shop, "170.96")
    assert shop.page.get("/till/iziGetOrderComplete").get_json() == {"action": "refresh"}
    paid = {
        "event_id": "o1",
        "event_data_time": "2026-05-04T12:01:00.000Z",
        "event_data": {"payment_status": "AUTHORIZED", "payment_id": "p1"},
    }
    assert call(shop, "POST", f"order/{order_id}/event", paid).status_code == 200
    till = shop.front.owner
    assert isinstance(till, Till)
    with shop.app.app_context():
        till.orders.ship(order_id, ["620000000000000000000012"], text="Wysłane")
    shop.carry()
    (told,) = shop.wallet.orders[order_id]
    assert told["event_data"]["delivery_references_list"] == ["620000000000000000000012"]
    read = call(shop, "GET", f"order/{order_id}").get_json()["order_details"]
    assert read["order_merchant_status_description"] == "Wysłane"
    assert read["pos_id"] == "V000000000"


def ordered(shop: WalletShop, total: str) -> str:
    person = {
        "name": "Anna",
        "surname": "Nowak",
        "phone_number": CONFIRMED["phone_number"],
        "mail": "anna@example.test",
        "client_address": ADDRESS,
    }
    price = {"net": float(total), "gross": float(total), "vat": 0}
    body = {
        "order_details": {
            "basket_id": shop.binding.id,
            "currency": "PLN",
            "payment_type": "BLIK_CODE",
            "basket_price": price,
        },
        "account_info": person,
        "delivery": {
            "delivery_type": "APM",
            "delivery_point": "KRA01M",
            "mail": "anna@example.test",
            "phone_number": CONFIRMED["phone_number"],
        },
        "consents": [],
    }
    answer = call(shop, "POST", "order", body)
    assert answer.status_code == 201, answer.text
    order_id: str = answer.get_json()["order_details"]["order_id"]
    return order_id


def test_the_basket_changes_on_both_sides_at_once_and_ends_the_same(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    confirm(shop)
    shop.add("card")
    applied: list[int] = []

    def on_the_phone(asked: Any) -> None:
        if asked.method == "PUT" and not applied:
            applied.append(1)
            event(shop, "e1", 5)

    shop.wallet.before_answer = on_the_phone
    shop.carry()
    shop.wallet.before_answer = None
    content = shop.wallet.baskets[shop.binding.id].content
    assert content is not None
    read = call(shop, "GET", f"basket/{shop.binding.id}").get_json()
    assert content["products"] == read["products"]
    assert {one["product_id"]: one["quantity"]["quantity"] for one in read["products"]} in (
        {"mug": 5, "card": 1},
        {"mug": "5", "card": "1"},
    )


def test_a_new_key_of_the_wallet_is_taken_and_a_strangers_is_not(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    shop.wallet.keys["2"] = generate_private_key(public_exponent=65537, key_size=2048)
    raw = json.dumps(CONFIRMED).encode()
    where = f"/till/merchant/v1/izi/basket/{shop.binding.id}/confirmation"
    headers = shop.wallet.signed(raw, "2", at=shop.clock.now)
    assert shop.app.test_client().post(where, data=raw, headers=headers).status_code == 200
    fetched = len(shop.wallet.calls("GET /v1/izi/signing-keys/public"))
    for number in range(20):
        strange = headers | {"x-public-key-ver": f"evil{number}"}
        answer = shop.app.test_client().post(where, data=raw, headers=strange)
        assert (answer.status_code, answer.get_json()["error_code"]) == (401, "INVALID_SIGNATURE")
    assert len(shop.wallet.calls("GET /v1/izi/signing-keys/public")) == fetched == 1
