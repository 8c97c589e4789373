"""A linked basket stays in step with the wallet, and costs the shopper nothing (1.7, 6)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, Response
from sqlalchemy import select

from flask_till.shop.actions.basket import set_quantity
from flask_till.shop.actions.binding import find_binding, note_sent, set_notice
from flask_till.shop.binding import LINKED, UNBOUND
from flask_till.shop.tables import outbox
from flask_till.shop.wallet_courier import BASKET_TRIES, SCHEDULE
from tests.shop.inpost_client.wallet_shop import PHONE, WalletShop
from tests.stand_ins.inpost_wallet import InpostWallet


def deliveries(shop: WalletShop, kind: str) -> list[Any]:
    """(state, tries) of what was recorded for the wallet."""

    def read(work: Any) -> list[Any]:
        rows = outbox.deliveries.join(
            outbox.events, outbox.events.c.id == outbox.deliveries.c.event_id
        )
        found = work.execute(
            select(outbox.deliveries.c.state, outbox.deliveries.c.tries)
            .select_from(rows)
            .where(outbox.events.c.kind == kind)
            .order_by(outbox.events.c.seq)
        )
        return [tuple(row) for row in found]

    return shop.front.database.read(read)


# ---- the shop changes something ----


def test_a_change_is_told_after_the_shopper_was_answered(shop: WalletShop) -> None:
    shop.linked()
    assert shop.add("card").status_code == 200
    assert not shop.wallet.asked
    shop.carry(0.1)
    assert not shop.wallet.asked  # a burst may follow
    shop.carry(0.2)
    (put,) = shop.puts()
    assert {one["product_id"] for one in put["products"]} == {"mug", "card"}
    assert put["summary"]["basket_base_price"]["gross"] == "57.99"
    assert shop.wallet.api_calls[0].headers["authorization"].startswith("Bearer ")


def test_a_burst_of_changes_is_one_put(shop: WalletShop) -> None:
    shop.linked()
    for quantity in range(2, 8):
        shop.page.patch("/till/basket/lines/mug", json={"quantity": quantity})
    shop.page.put("/till/basket/promotions", json={"codes": ["TEN"]})
    shop.carry()
    (put,) = shop.puts()
    assert put["products"][0]["quantity"]["quantity"] == 7
    assert [one["promo_code_value"] for one in put["promo_codes"]] == ["TEN"]
    shop.carry(600)
    assert len(shop.puts()) == 1
    assert {state for state, _ in deliveries(shop, "basket_sync")} == {"done"}


def test_a_basket_that_is_not_linked_is_told_to_nobody(shop: WalletShop) -> None:
    shop.add()
    shop.add("card")
    shop.ask(**PHONE)
    shop.add("card")
    shop.carry()
    assert not shop.wallet.calls("PUT")
    assert not deliveries(shop, "basket_sync")


def test_a_change_while_it_is_told_is_told_too(shop: WalletShop) -> None:
    shop.linked()
    shop.add("card")
    changed: list[int] = []

    def change(asked: Any) -> None:
        if asked.method == "PUT" and not changed:
            changed.append(1)
            shop.add("card")

    shop.wallet.before_answer = change
    shop.carry()
    shop.wallet.before_answer = None
    told = [put["products"][-1]["quantity"]["quantity"] for put in shop.puts()]
    assert told == [1, 2]
    shop.carry(600)
    assert len(shop.puts()) == 2


def test_what_the_wallet_changed_is_not_told_back_to_it(shop: WalletShop) -> None:
    shop.linked()
    by_wallet(shop, 5)
    shop.carry(600)
    assert not shop.puts()


def by_wallet(shop: WalletShop, quantity: int) -> None:
    """The shopper sets the quantity on the phone; the answer to that is the whole basket."""

    def apply(work: Any) -> None:
        basket = set_quantity(
            work, shop.front.shelf, shop.basket_id, "mug", quantity, told_by_wallet=True
        )
        binding = find_binding(work, shop.basket_id)
        assert binding is not None
        note_sent(work, binding.id, basket.version)

    shop.front.database.write(apply)


def test_an_event_of_the_wallet_while_it_is_told_is_not_overwritten(shop: WalletShop) -> None:
    """Our PUT of the older basket may come after the answer to the event: so we tell once more."""
    shop.linked()
    shop.add("card")
    applied: list[int] = []

    def apply(asked: Any) -> None:
        if asked.method == "PUT" and not applied:
            applied.append(1)
            by_wallet(shop, 4)

    shop.wallet.before_answer = apply
    shop.carry()
    quantities = {one["product_id"]: one["quantity"]["quantity"] for one in last(shop)["products"]}
    assert quantities == {"mug": 4, "card": 1}


def last(shop: WalletShop) -> dict[str, Any]:
    content = shop.wallet.baskets[shop.binding.id].content
    assert content is not None
    return content


def test_linking_by_itself_is_no_change(shop: WalletShop) -> None:
    shop.linked()
    shop.carry(600)
    assert not shop.wallet.calls("PUT")


def test_a_notice_is_told_once(shop: WalletShop) -> None:
    shop.linked()
    shop.front.database.write(set_notice, shop.binding.id, ("ATTENTION", "Look at this"))
    shop.add("card")
    shop.carry()
    shop.add("card")
    shop.carry()
    notices = [put["summary"].get("basket_notice") for put in shop.puts()]
    assert notices == [{"type": "ATTENTION", "description": "Look at this"}, None]


def test_the_second_widgets_baskets_go_to_its_own_address(shop: WalletShop) -> None:
    shop.add()
    key = shop.page.post("/till/iziBindingKey", json={}).get_json()["basket_binding_api_key"]
    assert key.startswith("key-")
    shop.confirm()
    key_kept = shop.binding.binding_key
    shop.add("card")
    shop.carry()
    assert key_kept == key
    assert len(shop.puts("v2")) == 1
    assert not shop.puts("v1")
    assert "browser_id" not in json.loads(shop.wallet.calls("PUT /v2")[-1].raw)


# ---- the wallet says no, or nothing ----


@pytest.mark.parametrize("code", ["BASKET_NOT_FOUND", "BASKET_NOT_BOUND", "BASKET_EXPIRED"])
def test_a_basket_that_is_not_linked_there_is_not_linked_here(shop: WalletShop, code: str) -> None:
    shop.linked()
    shop.add("card")
    shop.wallet.refuse = [code]
    shop.carry()
    assert shop.binding.status == UNBOUND
    assert (shop.binding.phone, shop.binding.refusal) == (None, code)
    assert deliveries(shop, "basket_sync") == [("done", 1)]
    shop.carry(600)
    shop.add("card")
    shop.carry()
    assert len(shop.wallet.calls("PUT")) == 1
    assert not shop.wallet.calls("DELETE")
    assert shop.page.get("/till/basket").get_json()["binding"]["status"] == "unbound"


@pytest.mark.parametrize("code", ["FORBIDDEN", "MERCHANT_DISABLE", "BAD_REQUEST"])
def test_another_refusal_is_tried_again_and_the_link_stays(shop: WalletShop, code: str) -> None:
    shop.linked()
    shop.add("card")
    shop.wallet.refuse = [code]
    shop.carry()
    assert shop.binding.status == LINKED
    assert deliveries(shop, "basket_sync") == [("waiting", 1)]
    shop.carry(10)
    assert deliveries(shop, "basket_sync") == [("done", 2)]
    assert len(shop.puts()) == 2


def test_a_wallet_that_is_down_disturbs_nobody_and_hears_it_all_later(shop: WalletShop) -> None:
    shop.linked()
    shop.wallet.down = True
    assert shop.add("card").status_code == 200
    shop.carry()
    assert shop.page.patch("/till/basket/lines/mug", json={"quantity": 3}).status_code == 200
    shop.carry()
    assert shop.binding.status == LINKED
    shop.wallet.down = False
    shop.wallet.asked.clear()
    shop.carry(600)
    assert len(shop.puts()) == 1
    assert {one["product_id"]: one["quantity"]["quantity"] for one in last(shop)["products"]} == {
        "mug": 3,
        "card": 1,
    }


def test_a_wallet_that_hangs_holds_few_of_those_who_carry_news(shop: WalletShop) -> None:
    shop.linked()
    baskets = [shop.page]
    for _ in range(5):
        shop.page = shop.other_page()
        shop.linked()
        baskets.append(shop.page)
    for page in baskets:
        page.post("/till/iziAddToCart", json={"product_id": "card", "quantity": 1})
    shop.wallet.down = True
    shop.carry()
    assert len(shop.wallet.calls("PUT")) == 3
    assert {state for state, _ in deliveries(shop, "basket_sync")} == {"waiting"}
    shop.wallet.down = False
    shop.wallet.asked.clear()
    shop.carry(10)
    assert len(shop.wallet.calls("PUT")) == 6


def test_a_basket_is_not_told_for_ever(shop: WalletShop) -> None:
    shop.linked()
    shop.add("card")
    shop.wallet.down = True
    for pause in (1, *SCHEDULE):
        shop.carry(pause * 1.3)
    assert deliveries(shop, "basket_sync") == [("dead", BASKET_TRIES + 1)]
    shop.wallet.down = False
    shop.add("card")
    shop.carry()
    assert last(shop)["products"][-1]["quantity"]["quantity"] == 2


def test_a_put_whose_answer_was_lost_is_put_again(shop: WalletShop) -> None:
    """Nobody knows what the wallet made of it, even if the shopper has undone the change since."""
    shop.linked()
    shop.add("card")
    version = shop.page.get("/till/basket").get_json()["version"]
    shop.wallet.answer_with = lambda: Response(b"<html>", mimetype="text/html")
    shop.carry()
    shop.wallet.answer_with = None
    shop.front.database.write(note_sent, shop.binding.id, version)
    shop.carry(10)
    assert len(shop.wallet.calls("PUT")) == 2


# ---- unlinking ----


def test_unlinking_in_the_shop_is_at_once_here_and_told_afterwards(shop: WalletShop) -> None:
    shop.linked()
    assert shop.page.post("/till/iziBindingDelete", json={}).status_code == 204
    assert shop.binding.status == UNBOUND
    assert shop.binding.phone is None
    assert not shop.wallet.asked
    shop.carry()
    (asked,) = shop.wallet.calls(f"DELETE /v1/izi/basket/{shop.binding.id}/binding")
    assert asked.query == {}
    assert shop.page.get("/till/basket").get_json()["count"] == 1
    assert shop.page.post("/till/iziBindingDelete", json={}).status_code == 204
    shop.carry()
    assert len(shop.wallet.calls("DELETE")) == 1


def test_unlinking_goes_on_while_the_wallet_is_down(shop: WalletShop) -> None:
    shop.linked()
    shop.wallet.down = True
    assert shop.page.post("/till/iziBindingDelete", json={}).status_code == 204
    shop.carry()
    shop.wallet.down = False
    shop.carry(600)
    assert shop.wallet.baskets[shop.binding.id].linked is False


def test_what_is_gone_there_counts_as_unlinked(shop: WalletShop) -> None:
    shop.linked()
    shop.wallet.baskets.clear()
    shop.page.post("/till/iziBindingDelete", json={})
    shop.carry()
    assert deliveries(shop, "binding_deleted") == [("done", 1)]


def test_deleting_in_the_wallet_is_not_echoed(shop: WalletShop) -> None:
    shop.linked()
    shop.delete()
    shop.carry(600)
    assert not shop.wallet.asked
    answer = shop.page.get("/till/basket").get_json()
    assert (answer["binding"]["refusal"], answer["count"]) == ("DELETED", 1)


def test_who_waits_for_an_order_is_told_to_load_the_page_anew(shop: WalletShop) -> None:
    shop.linked()
    threading.Timer(0.3, shop.delete).start()
    answer = shop.page.get("/till/iziGetOrderComplete?wait=10")
    assert answer.get_json() == {"action": "refresh"}


def test_a_link_made_anew_is_not_ended_by_the_unlinking_of_the_old_one(shop: WalletShop) -> None:
    shop.linked()
    shop.wallet.down = True
    shop.page.post("/till/iziBindingDelete", json={})
    shop.carry()
    shop.wallet.down = False
    assert shop.ask(prefix="48", phone="600000000").get_json() == {}
    methods = [one.method for one in shop.wallet.api_calls if "binding" in one.path]
    assert methods[-3:] == ["DELETE", "GET", "POST"]  # told at once, for it has to come first
    shop.confirm()
    shop.carry(600)
    assert shop.wallet.baskets[shop.binding.id].linked is True
    assert shop.binding.status == LINKED


def test_moving_to_another_phone_unlinks_the_first(shop: WalletShop) -> None:
    shop.linked()
    assert shop.ask(prefix="48", phone="600000000").get_json() == {}
    assert [one.method for one in shop.wallet.api_calls] == ["DELETE", "GET", "POST"]
    assert shop.binding.status == "pending"
    shop.carry(600)
    assert len(shop.wallet.calls("DELETE")) == 1


def test_unlinking_what_was_only_asked_for_ends_the_question(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    shop.page.post("/till/iziBindingDelete", json={})
    assert shop.binding.status == UNBOUND
    assert shop.is_bound().status_code == 204
    shop.carry()
    assert shop.wallet.calls("DELETE")


def test_two_browsers_of_one_phone_have_two_baskets(shop: WalletShop) -> None:
    shop.linked()
    first = shop.binding.id
    shop.page = shop.other_page()
    shop.linked()
    assert shop.binding.id != first
    shop.page.post("/till/iziBindingDelete", json={})
    shop.carry()
    assert shop.wallet.baskets[first].linked is True


def test_two_processes_tell_a_basket_once(
    shop: WalletShop, new_shop: Callable[..., Flask], inpost: dict[str, Any], wallet: InpostWallet
) -> None:
    shop.linked()
    second = WalletShop(new_shop(**inpost), wallet, shop.clock)
    shop.add("card")
    shop.clock.advance(1)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: one.front.background.relay.drain(), [shop, second]))
    assert len(shop.puts()) == 1
