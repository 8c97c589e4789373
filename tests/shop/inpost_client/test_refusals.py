"""Linking that cannot be, and pages and phones that mean harm (5.5, 6)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from flask_till.shop.binding import LINKED, UNBOUND
from tests.shop.conftest import PRODUCTS
from tests.shop.inpost_client.wallet_shop import AGENT, PHONE, WalletShop
from tests.stand_ins.inpost_wallet import InpostWallet

# ---- refusals ----


def test_nothing_to_link(shop: WalletShop) -> None:
    assert shop.ask(**PHONE).get_json()["error_code"] == "BASKET_EMPTY"
    shop.add()
    shop.page.delete("/till/basket/lines/mug")
    answer = shop.ask(**PHONE)
    assert (answer.status_code, answer.get_json()["error_code"]) == (409, "BASKET_EMPTY")
    assert not shop.wallet.asked


def test_another_currency_is_said_before_any_call(
    new_shop: Callable[..., Flask], inpost: dict[str, Any], wallet: InpostWallet, clock: Any
) -> None:
    from flask_till.money import Money
    from flask_till.shop.catalog import Product

    goods = [Product("mug", "Mug", Money("4.99", "EUR"))]
    shop = WalletShop(new_shop(catalog=goods, promotions=[], **inpost), wallet, clock)
    shop.add()
    asked = shop.can_be_bound()
    assert (asked["can_be_bound"], asked["reason"]) == (False, "WALLET_CURRENCY")
    assert asked["wallet"] is False
    assert shop.ask(**PHONE).get_json()["error_code"] == "WALLET_CURRENCY"
    key = shop.page.post("/till/iziBindingKey", json={})
    assert (key.status_code, key.get_json()["error_code"]) == (409, "WALLET_CURRENCY")
    assert not wallet.asked


def test_a_shop_without_a_wallet_says_so(new_shop: Callable[..., Flask]) -> None:
    from tests.shop.conftest import browser

    page = browser(new_shop(catalog=PRODUCTS))
    assert page.get("/till/iziCanBeBound").get_json()["wallet"] is False
    assert page.get("/till/basket").get_json()["binding"] is None
    for method, path in [
        ("post", "iziGetPayData"),
        ("get", "iziGetIsBound"),
        ("post", "iziBindingDelete"),
        ("post", "iziBrowserDelete"),
        ("get", "iziMobileLink"),
        ("post", "iziBindingKey"),
    ]:
        body = {} if method == "get" else {"json": {}}
        answer = getattr(page, method)(f"/till/{path}", **body)
        assert (answer.status_code, answer.get_json()["error_code"]) == (404, "NO_WALLET")


def test_what_the_wallet_refuses_is_passed_to_the_page(shop: WalletShop) -> None:
    shop.add()
    shop.can_be_bound()
    shop.wallet.before_answer = lambda asked: (
        shop.wallet.refuse.append("PHONE_BINDING_METHOD_UNAVAILABLE")
        if asked.method == "POST" and asked.path != "/token"
        else None
    )
    answer = shop.ask(**PHONE)
    assert answer.status_code == 200
    assert answer.get_json() == {
        "error_code": "PHONE_BINDING_METHOD_UNAVAILABLE",
        "error_message": "PHONE_BINDING_METHOD_UNAVAILABLE it is",
    }
    assert shop.binding.status == UNBOUND
    assert shop.binding.refusal == "PHONE_BINDING_METHOD_UNAVAILABLE"


def test_bound_already_is_read_again_and_counts_as_linked(shop: WalletShop) -> None:
    shop.add()
    shop.can_be_bound()

    def link(asked: Any) -> None:
        if asked.method == "POST" and asked.path != "/token":
            shop.wallet.link(shop.binding.id)

    shop.wallet.before_answer = link
    assert shop.ask(**PHONE).get_json() == {}
    assert shop.binding.status == LINKED
    assert shop.binding.masked_phone_number == "50*****67"


def test_a_wallet_that_is_down_is_502_and_the_basket_is_as_it_was(shop: WalletShop) -> None:
    shop.add()
    shop.wallet.down = True
    answer = shop.ask(**PHONE)
    assert (answer.status_code, answer.get_json()["error_code"]) == (502, "WALLET_UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) >= 1
    assert shop.binding.status == UNBOUND
    assert shop.page.get("/till/basket").get_json()["count"] == 1
    shop.wallet.down = False
    assert shop.ask(**PHONE).get_json() == {}


def test_a_yes_that_is_quicker_than_the_answer_counts(shop: WalletShop) -> None:
    """The wallet says 500 to the question, but the shopper was asked and said yes."""
    shop.add()
    shop.can_be_bound()

    def confirm(asked: Any) -> None:
        if asked.method == "POST" and asked.path != "/token":
            shop.confirm()
            shop.wallet.refuse.append("INTERNAL_SERVER_ERROR")

    shop.wallet.before_answer = confirm
    shop.ask(**PHONE)
    assert shop.binding.status == LINKED


# ---- hostile pages and phones ----


@pytest.mark.parametrize(
    "given",
    [
        {"prefix": "48", "phone": "12"},
        {"prefix": "48", "phone": "5012345678"},
        {"prefix": "48", "phone": "50123456７"},
        {"prefix": "48", "phone": "501234567\n"},
        {"prefix": "48", "phone": "501234567' or 1=1"},
        {"prefix": "48", "phone": 501234567},
        {"prefix": "48", "phone": ["501234567"]},
        {"prefix": "048", "phone": "501234567"},
        {"prefix": "+", "phone": "501234567"},
        {"prefix": "", "phone": "501234567"},
        {"prefix": None, "phone": "501234567"},
        {"phone": "501234567"},
        {"prefix": "48481", "phone": "501234567"},
    ],
)
def test_what_is_no_phone_number_reaches_no_wallet(shop: WalletShop, given: Any) -> None:
    shop.add()
    shop.can_be_bound()
    answer = shop.ask(**given)
    assert (answer.status_code, answer.get_json()["error_code"]) == (422, "PHONE_INVALID")
    assert not shop.wallet.calls("POST /v1/izi")
    assert shop.binding.status == UNBOUND


@pytest.mark.parametrize("prefix", ["48", "+48", " 48 "])
@pytest.mark.parametrize("phone", ["501234567", "501-234-567", "(50) 123.45 67"])
def test_numbers_are_read_as_people_type_them(shop: WalletShop, prefix: str, phone: str) -> None:
    shop.add()
    assert shop.ask(prefix=prefix, phone=phone).get_json() == {}
    asked = shop.wallet.calls("POST /v1/izi")[0].body["phone_number"]
    assert asked == {"country_prefix": "+48", "phone": "501234567"}


def test_a_browser_may_come_in_base64(shop: WalletShop) -> None:
    shop.add()
    shop.ask(browser=base64.b64encode(json.dumps(AGENT).encode()).decode())
    asked = shop.wallet.calls("POST /v1/izi")[0].body["browser"]
    assert (asked["user_agent"], asked["platform"]) == ("Firefox", "Linux")


@pytest.mark.parametrize("given", [7, [], "!!", "e30x", base64.b64encode(b"[" * 99).decode()])
def test_an_odd_browser_is_refused(shop: WalletShop, given: Any) -> None:
    shop.add()
    answer = shop.ask(browser=given)
    assert answer.status_code == 422
    assert not shop.wallet.calls("POST /v1/izi")


def test_what_a_page_says_of_its_browser_is_bounded_text(shop: WalletShop) -> None:
    shop.add()
    shop.ask(browser={"user_agent": "x\r\ny\x01" + "z" * 9000, "platform": 7, "evil": {}})
    asked = shop.wallet.calls("POST /v1/izi")[0].body["browser"]
    assert asked["user_agent"] == ("xy" + "z" * 9000)[:500]
    assert "platform" not in asked
    assert "evil" not in asked


def test_a_page_elsewhere_cannot_link_or_unlink(shop: WalletShop) -> None:
    shop.linked()
    for path in ("iziGetPayData", "iziBindingDelete", "iziBrowserDelete", "iziBindingKey"):
        answer = shop.page.post(
            f"/till/{path}", json={}, headers={"Origin": "https://evil.example"}
        )
        assert answer.status_code == 403
        assert shop.page.get(f"/till/{path}").status_code == 405
    assert shop.binding.status == LINKED
    assert not shop.wallet.asked


def test_another_browser_knows_nothing_of_the_link(shop: WalletShop) -> None:
    shop.linked()
    other = shop.other_page()
    assert other.get("/till/iziGetIsBound").status_code == 204
    assert other.get("/till/iziMobileLink").status_code == 404
    assert other.get("/till/iziCanBeBound").get_json()["basket_linked"] is False
    assert other.get("/till/basket").get_json()["binding"]["status"] == "unbound"
    assert other.post("/till/iziBindingDelete", json={}).status_code == 204
    assert shop.binding.status == LINKED


def test_one_phone_is_not_asked_again_and_again(
    new_shop: Callable[..., Flask], inpost: dict[str, Any], wallet: InpostWallet, clock: Any
) -> None:
    shop = WalletShop(new_shop(TILL_LIMITS=True, **inpost), wallet, clock)
    shop.add()
    answers = [shop.ask(**PHONE).status_code for _ in range(12)]
    assert answers == [200] * 10 + [429] * 2
    assert shop.ask(prefix="48", phone="600000000").status_code == 200
    assert len(wallet.calls("POST /v1/izi")) == 11


def test_two_tabs_that_ask_at_once_share_one_binding(
    shop: WalletShop, at_once: Callable[..., list[Any]]
) -> None:
    shop.add()
    cookie = shop.page.get_cookie("till_basket")
    assert cookie is not None

    def ask(_: int) -> Any:
        tab = shop.other_page()
        tab.set_cookie("till_basket", cookie.value)
        return shop.ask(tab, **PHONE).get_json()

    assert at_once(ask, 4) == [{}] * 4
    assert set(shop.wallet.baskets) == {shop.binding.id}
    shop.confirm()
    assert shop.is_bound().get_json()["status"] == "SUCCESS"
