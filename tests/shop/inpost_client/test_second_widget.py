"""The vendor's second widget on a page of ours: its key, its options, its script (1.6, 5.7)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, render_template_string

from flask_till.errors import SettingsError
from tests.shop.inpost_client.wallet_shop import WalletShop
from tests.stand_ins.inpost_wallet import said


def key_of(shop: WalletShop, **body: Any) -> Any:
    return shop.page.post("/till/iziBindingKey", json=body)


def test_a_product_is_put_in_the_basket_and_a_key_comes_back(shop: WalletShop) -> None:
    answer = key_of(shop, product_id="mug")
    assert answer.status_code == 200
    key = answer.get_json()["basket_binding_api_key"]
    assert shop.page.get_cookie("till_basket") is not None
    assert shop.page.get("/till/basket").get_json()["count"] == 1
    assert [str(one) for one in shop.wallet.api_calls] == [
        f"PUT /v2/izi/basket/{shop.binding.id}/binding"
    ]
    assert shop.binding.binding_key == key
    assert key not in repr(shop.binding)


def test_a_key_is_kept_with_the_basket_until_a_new_one_is_wanted(shop: WalletShop) -> None:
    first = key_of(shop, product_id="mug").get_json()
    assert key_of(shop).get_json() == first
    assert len(shop.wallet.api_calls) == 1
    assert key_of(shop, refresh=True).get_json() != first
    assert len(shop.wallet.api_calls) == 2


def test_another_browser_gets_no_key_of_this_basket(shop: WalletShop) -> None:
    key_of(shop, product_id="mug")
    other = shop.other_page()
    assert other.post("/till/iziBindingKey", json={}).get_json()["error_code"] == "BASKET_EMPTY"


def test_refusals_say_why_and_keep_what_was_added(shop: WalletShop) -> None:
    assert key_of(shop).status_code == 409
    assert key_of(shop, product_id="nothing").status_code == 404
    assert key_of(shop, product_id="mug", refresh="yes").status_code == 422
    shop.wallet.down = True
    answer = key_of(shop, product_id="mug")
    assert (answer.status_code, answer.get_json()["error_code"]) == (502, "WALLET_UNAVAILABLE")
    assert shop.page.get("/till/basket").get_json()["count"] == 1
    shop.wallet.down = False
    shop.wallet.refuse = ["MERCHANT_DISABLE"]
    refused = key_of(shop)
    assert (refused.status_code, refused.get_json()["error_code"]) == (409, "MERCHANT_DISABLE")


def test_a_key_is_forgotten_with_the_link(shop: WalletShop) -> None:
    key_of(shop, product_id="mug")
    shop.confirm()
    shop.page.post("/till/iziBindingDelete", json={})
    assert shop.binding.binding_key is None


# ---- what stands in the page ----


def drawn(app: Flask, template: str, **headers: str) -> str:
    with app.test_request_context("/", headers=headers):
        return render_template_string(template)


def test_options_are_data_in_the_page(shop: WalletShop) -> None:
    for name in ("inpostWidgetOptions()", "inpost_widget_options(nonce='n1')"):
        page = drawn(shop.app, "{{ till." + name + " }}", **{"Accept-Language": "pl"})
        found = re.fullmatch(
            r'<script type="application/json" id="till-inpost-widget-options"( nonce="n1")?>(.*)'
            r"</script>",
            page,
        )
        assert found is not None
        assert json.loads(found[2]) == {
            "merchantClientId": "public-id",
            "language": "pl",
            "prefix": "/till",
        }
        assert ("n1" in name) == bool(found[1])


def test_options_cannot_end_their_element(
    new_shop: Callable[..., Flask], inpost: dict[str, Any]
) -> None:
    hostile = "</script><script>alert(1)</script>&'\""
    given = inpost | {
        "TILL_INPOST_MERCHANT_CLIENT_ID": hostile,
        "TILL_INPOST_WIDGET_API_URL": "https://widget.example/api",
    }
    page = drawn(new_shop(**given), "{{ till.inpostWidgetOptions() }}")
    assert page.count("<") == 2
    options = json.loads(page.partition(">")[2].rpartition("<")[0])
    assert options["merchantClientId"] == hostile
    assert options["apiBaseUrl"] == "https://widget.example/api"


def test_the_vendors_script_is_one_tag(shop: WalletShop) -> None:
    page = drawn(shop.app, "{{ till.inpost_widget_script('n1') }}")
    address = "https://sandbox-inpostpay-widget-v2.inpost.pl/inpostpay.widget.v2.js"
    assert page == f'<script src="{address}" nonce="n1" defer></script>'


def test_options_without_a_wallet_say_what_to_set(new_shop: Callable[..., Flask]) -> None:
    with pytest.raises(SettingsError) as error:
        drawn(new_shop(), "{{ till.inpostWidgetOptions() }}")
    assert "TILL_INPOST_MERCHANT_CLIENT_ID" in error.value.remedy


# ---- the state in the page ----


def test_every_step_of_the_link_comes_over_the_channel(shop: WalletShop) -> None:
    shop.add()
    seen = 0

    def news() -> dict[str, Any]:
        nonlocal seen
        answer = shop.page.get(f"/till/channel?basket={seen}").get_json()
        (frame,) = [one for one in answer["frames"] if one["type"] == "basket"]
        seen = frame["version"]
        binding: dict[str, Any] = frame["basket"]["binding"]
        return binding

    nobody = {"masked_phone_number": None, "name": None, "refusal": None}
    assert news() == {"status": "unbound"} | nobody
    shop.ask(prefix="48", phone="501234567")
    assert news() == {"status": "pending"} | nobody
    shop.confirm()
    assert news() == {
        "status": "linked",
        "masked_phone_number": "50*****67",
        "name": "Anna",
        "refusal": None,
    }
    shop.delete()
    assert news() == {"status": "unbound"} | nobody | {"refusal": "DELETED"}
    assert shop.page.get("/till/basket").get_json()["binding"]["refusal"] == "DELETED"


def test_a_linked_basket_opens_in_the_app(shop: WalletShop) -> None:
    assert shop.page.get("/till/iziMobileLink").status_code == 404
    shop.add()
    assert shop.page.get("/till/iziMobileLink").status_code == 404
    shop.ask()
    kept = shop.confirm()
    link = f"inpostsandbox://izilink?basket_id={kept.inpost_basket_id}"
    assert shop.page.get("/till/iziMobileLink").get_json() == {"link": link}


# ---- the key that the page's scripts read ----


def held(shop: WalletShop) -> str | None:
    cookie = shop.page.get_cookie("basketBindingApiKey")
    return None if cookie is None else cookie.value


def test_the_page_can_read_the_key_while_it_is_the_baskets(shop: WalletShop) -> None:
    answer = key_of(shop, product_id="mug")
    assert held(shop) == answer.get_json()["basket_binding_api_key"]
    cookies = [one for one in answer.headers.getlist("Set-Cookie") if "basketBinding" in one]
    assert "HttpOnly" not in cookies[0]
    assert "SameSite=Lax" in cookies[0]
    shop.page.get("/till/basket")
    assert held(shop) is not None
    shop.page.post("/till/iziBindingDelete", json={})
    assert held(shop) is None


def test_a_key_of_a_link_that_ended_elsewhere_goes_with_the_next_look(shop: WalletShop) -> None:
    key_of(shop, product_id="mug")
    shop.confirm()
    shop.delete()
    shop.page.get("/till/basket")
    assert held(shop) is None


@pytest.mark.parametrize("key", ["a;b", "a\r\nb", "ą", "x" * 600])
def test_a_hostile_key_becomes_no_cookie(shop: WalletShop, key: str) -> None:
    shop.add()
    key_of(shop)
    shop.page.delete_cookie("basketBindingApiKey", path="/")
    shop.wallet.answer_with = lambda: said({"basket_binding_api_key": key})
    answer = key_of(shop, refresh=True)
    assert answer.get_json()["basket_binding_api_key"] == key
    assert held(shop) is None
