"""Unlinking (2.9), servers without DELETE and PUT (6), and browsers that are trusted (1.5, 1.9)."""

from __future__ import annotations

import pytest

from flask_till.desk.actions import linking
from flask_till.desk.tables.wallet import linked_baskets
from flask_till.desk.tables.wallet import prompts as prompt_rows
from tests.desk.inpost.the_shop import basket, example, refused


def states(desk) -> list[str]:
    return [row.status for row in desk.rows(prompt_rows)]


# --- unlinking --------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?if_basket_realized=true", "?if_basket_realized=1",
                                   "?if_basket_realized=false"])  # fmt: skip
def test_unlinking_is_204_once_and_takes_the_basket_out_of_the_wallet(shop, wallet, desk, query):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    wallet.link(anna)
    before = wallet.version(anna)
    answer = shop.unlink("b-1", query)
    assert (answer.status_code, answer.data) == (204, b"")
    assert wallet.version(anna) > before
    [row] = desk.rows(linked_baskets)
    realized = query.endswith(("true", "1"))
    assert row.unlinked_by == ("realized" if realized else "merchant")
    assert (row.status, row.shopper_id, row.content) == ("unbound", None, None)
    assert refused(shop.unlink("b-1", query), 404, "BASKET_NOT_FOUND")
    assert refused(shop.put("b-1", basket()), 409, "BASKET_NOT_BOUND")
    assert shop.ask_phone("b-1").status_code == 202


def test_a_word_that_is_neither_yes_nor_no_unlinks_nothing(shop, wallet):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    wallet.link(anna)
    assert refused(shop.unlink("b-1", "?if_basket_realized=maybe"), 400, "BAD_REQUEST")
    assert shop.look("b-1")["basket_linked"]


def test_unlinking_withdraws_a_prompt(shop, wallet, desk):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    assert shop.unlink("b-1").status_code == 204
    assert wallet.prompts(anna) == []
    assert states(desk) == ["superseded"]


def test_a_post_can_stand_for_a_delete_or_a_put(shop, wallet):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    wallet.link(anna)
    over = "X-HTTP-Method-Override"
    put = shop.call("POST", "/v2/izi/basket/b-1", basket(), **{over: "PUT"})
    assert put.status_code == 200
    ended = shop.call("POST", "/v1/izi/basket/b-1/binding", **{over: "delete"})
    assert ended.status_code == 204
    assert refused(shop.call("POST", "/v2/izi/basket/b-1", basket()), 405, "BAD_REQUEST")
    assert refused(shop.call("GET", "/v2/izi/basket/b-1", **{over: "PUT"}), 405, "BAD_REQUEST")


# --- trusted browsers -------------------------------------------------------------------------


@pytest.fixture
def trusted(shop, wallet) -> tuple[str, str]:
    """A shopper, and the id of the browser that she trusts with the shop."""
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    _, prompt = wallet.link(anna, trust=True)
    return anna, str(prompt.browser_id)


def test_a_trusted_browser_is_recognised_with_another_basket(shop, trusted):
    _, browser_id = trusted
    assert shop.look("b-2", browser_id) == example("binding_get_unlinked_trusted")
    assert shop.look("b-1", browser_id)["browser_trusted"]


def test_a_browser_is_trusted_with_one_shop_only(other_shop, trusted):
    _, browser_id = trusted
    assert other_shop.look("b-2", browser_id) == example("binding_get_unlinked")


def test_trust_begins_with_the_binding_and_not_before(shop, wallet, desk):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    prompt = wallet.accept(anna, trust=True)
    assert not shop.look("b-2", prompt.browser_id)["browser_trusted"]
    assert desk.database.write(linking.fail_prompt, prompt.id).status == "failed"
    assert not shop.look("b-2", prompt.browser_id)["browser_trusted"]
    assert shop.look("b-1") == example("binding_get_unlinked")


def test_trust_can_be_dropped_in_the_shop(shop, other_shop, wallet, trusted):
    anna, browser_id = trusted
    path = f"/v1/izi/browser/{browser_id}/binding"
    assert refused(other_shop.call("DELETE", path), 404, "NOT_FOUND")
    before = wallet.version(anna)
    assert shop.call("DELETE", path).status_code == 204
    assert wallet.version(anna) > before
    assert shop.call("DELETE", path).status_code == 204
    assert not shop.look("b-2", browser_id)["browser_trusted"]
    assert shop.look("b-1")["basket_linked"]
    body = example("basket_put_trusted_browser") | {"browser_id": browser_id}
    assert refused(shop.put("b-2", body, version=1), 404, "BASKET_NOT_FOUND")


def test_an_unknown_browser_cannot_be_forgotten(shop):
    answer = shop.call("DELETE", "/v1/izi/browser/2b0f7c9e-6d0b-4d38-9a55-1f6b7f4f0c11/binding")
    assert refused(answer, 404, "NOT_FOUND")
