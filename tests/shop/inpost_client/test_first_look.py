"""Before anything is linked: what the wallet is asked, when, and when it is left alone (2.4)."""

from __future__ import annotations

import time

import pytest

from flask_till.shop import linking as module
from tests.shop.inpost_client.wallet_shop import WalletShop


def test_the_wallet_is_asked_on_the_first_involvement_and_then_no_more(shop: WalletShop) -> None:
    assert shop.can_be_bound()["wallet"] is True
    assert not shop.wallet.asked  # neither a basket nor a browser to ask about
    shop.add()
    for _ in range(3):
        assert shop.can_be_bound()["basket_linked"] is False
    asked = shop.wallet.api_calls
    assert [str(one) for one in asked] == [f"GET /v1/izi/basket/{shop.binding.id}/binding"]
    assert asked[0].query == {}


def test_a_browser_is_asked_about_before_there_is_a_basket(shop: WalletShop) -> None:
    shop.wallet.trust("browser-1")
    shop.page.set_cookie("BrowserId", "browser-1")
    assert shop.can_be_bound()["browser_trusted"] is True
    assert shop.can_be_bound()["browser_trusted"] is True
    assert len(shop.wallet.api_calls) == 1
    assert shop.wallet.api_calls[0].query == {"browser_id": "browser-1"}


@pytest.mark.parametrize("cookie", ["a b", "x" * 300, "a%00", "ą", ""])
def test_an_odd_cookie_is_asked_about_by_nobody(shop: WalletShop, cookie: str) -> None:
    shop.page.set_cookie("BrowserId", cookie)
    assert shop.can_be_bound()["browser_trusted"] is False
    assert not shop.wallet.asked


def test_a_slow_or_dead_wallet_is_asked_once_and_then_left_alone(
    shop: WalletShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask_till.shop.desks.inpost.client.HURRIED", 0.3)
    shop.wallet.slow = 1
    shop.page.set_cookie("BrowserId", "browser-1")
    began = time.monotonic()
    for _ in range(5):
        assert shop.can_be_bound()["can_be_bound"] is True
    assert time.monotonic() - began < 1.5
    assert len(shop.wallet.asked) == 1


def test_after_a_rest_it_is_asked_again(shop: WalletShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.05)
    shop.wallet.trust("browser-1")
    shop.page.set_cookie("BrowserId", "browser-1")
    shop.wallet.down = True
    assert shop.can_be_bound()["browser_trusted"] is False
    shop.wallet.down = False
    time.sleep(0.1)
    assert shop.can_be_bound()["browser_trusted"] is True


def test_who_asks_too_often_is_answered_without_the_wallet(
    shop: WalletShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(shop.front.limits, "hit", lambda name, caller: name != "look")
    shop.page.set_cookie("BrowserId", "browser-1")
    assert shop.can_be_bound()["can_be_bound"] is True
    assert not shop.wallet.asked
