"""Links stay true without anybody's help: they are renewed, and what nobody knows of is ended."""

from __future__ import annotations

from datetime import timedelta

from flask import Response

from flask_till.shop.actions.wallet_calls import FORGOTTEN_AFTER, RENEW_AFTER
from flask_till.shop.binding import LINKED, UNBOUND
from flask_till.shop.linking import RENEW_EVERY
from tests.shop.inpost_client.wallet_shop import WalletShop


def sweep(shop: WalletShop, after: timedelta = timedelta(0)) -> None:
    shop.clock.advance(after.total_seconds())
    assert shop.front.linking is not None
    shop.front.linking.sweep()
    shop.carry()


def test_a_linked_basket_is_told_once_a_day(shop: WalletShop) -> None:
    shop.linked()
    sweep(shop, RENEW_AFTER - timedelta(minutes=20))
    assert not shop.puts()
    sweep(shop, timedelta(minutes=20))
    assert len(shop.puts()) == 1
    sweep(shop, RENEW_EVERY)
    assert len(shop.puts()) == 1
    sweep(shop, RENEW_AFTER)
    assert len(shop.puts()) == 2


def test_a_change_renews_it_too(shop: WalletShop) -> None:
    shop.linked()
    shop.clock.advance(hours=20)
    shop.add("card")
    shop.carry()
    sweep(shop, timedelta(hours=20))
    assert len(shop.puts()) == 1


def test_a_link_that_the_wallet_does_not_have_ends(shop: WalletShop) -> None:
    shop.linked()
    shop.wallet.baskets[shop.binding.id].linked = False
    sweep(shop, RENEW_AFTER)
    assert shop.binding.status == UNBOUND


def test_a_basket_that_nobody_touches_any_more_is_not_told_for_ever(shop: WalletShop) -> None:
    shop.linked()
    sweep(shop, FORGOTTEN_AFTER)
    assert not shop.puts()
    assert shop.binding.status == LINKED


def test_a_trusted_browsers_link_whose_answer_was_lost_is_taken_back(shop: WalletShop) -> None:
    shop.wallet.trusted["browser-1"] = {"country_prefix": "+48", "phone": "501234567"}
    shop.page.set_cookie("BrowserId", "browser-1")
    shop.add()

    def lose(asked: object) -> None:
        if str(asked).startswith("PUT"):
            shop.wallet.answer_with = lambda: Response(b"", 504)

    shop.wallet.before_answer = lose
    assert shop.ask().status_code == 502
    shop.wallet.before_answer = shop.wallet.answer_with = None
    shop.wallet.link(shop.binding.id)  # it did arrive
    shop.carry()
    assert shop.wallet.baskets[shop.binding.id].linked is False
    assert shop.binding.status == UNBOUND
