"""A shop's basket comes in: PUT of both versions (2.6, 2.8), and the list of baskets (2.3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flask_till.desk.actions import linking
from flask_till.desk.actions.linked_baskets import baskets_of, find_basket, order_basket
from flask_till.desk.tables.wallet import linked_baskets, trusted_browsers
from flask_till.errors import Gone
from tests.desk.inpost.the_shop import basket, example, refused, trusted_basket


def content(desk, shop, basket_id: str = "b-1") -> Any:
    found = desk.database.read(find_basket, shop.merchant_id, basket_id)
    return found.content


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("name", ["basket_put", "basket_put_trusted_browser"])
def test_a_linked_basket_is_updated_whole(shop, wallet, desk, anna, linked, version, name):
    before = wallet.version(anna)
    sent = example(name)
    sent["products"] = sent["products"][1:]
    sent["promo_codes"] = []
    del sent["summary"]["basket_promo_price"], sent["summary"]["basket_final_price"]
    sent["summary"]["basket_base_price"] = sent["products"][0]["base_price"]
    answer = shop.put("b-1", sent, version=version)
    assert answer.status_code == 200
    assert answer.json == {"inpost_basket_id": linked}
    assert set(answer.json) == set(example("basket_put_response"))
    kept = content(desk, shop)
    assert [product["product_id"] for product in kept["products"]] == ["2077"]
    assert kept["promo_codes"] == []
    assert wallet.version(anna) > before


@pytest.mark.parametrize("name", ["basket_put", "basket_put_trusted_browser"])
def test_the_contracts_payloads_are_taken_as_they_are(shop, linked, desk, name):
    assert shop.put("b-1", example(name), version=1).status_code == 200
    assert shop.put("b-1", example(name), version=2).status_code == 200
    kept = content(desk, shop)
    assert kept["summary"]["basket_final_price"]["gross"] == "132.98"
    assert "browser_id" not in kept


def test_a_basket_that_is_sent_again_renews_its_dates_and_is_no_new_version(
    shop, wallet, desk, anna, linked
):
    shop.put("b-1", basket())
    seen, version = desk.rows(linked_baskets)[0].version, wallet.version(anna)
    again = basket(basket_expiration_date="2025-05-16T08:15:00.000Z")
    again["delivery"][0]["delivery_date"] = "2025-05-15T10:00:00.000Z"
    assert shop.put("b-1", again).status_code == 200
    [row] = desk.rows(linked_baskets)
    assert (row.version, wallet.version(anna)) == (seen, version)
    assert row.expires_at.day == 16
    assert row.content["delivery"][0]["delivery_date"] == "2025-05-15T10:00:00.000Z"
    assert shop.put("b-1", basket(basket_additional_information="new")).status_code == 200
    assert desk.rows(linked_baskets)[0].version == seen + 1


def test_amounts_may_be_numbers_and_come_out_as_texts(shop, linked, desk):
    text = json.dumps(basket())
    for amount in ("162.98", "49.99", "132.98", "12.99"):
        text = text.replace(f'"{amount}"', amount)
    assert shop.put("b-1", text.encode()).status_code == 200
    kept = content(desk, shop)
    assert kept["summary"]["basket_base_price"]["gross"] == "162.98"
    assert kept["products"][0]["base_price"]["gross"] == "49.99"


def test_a_basket_that_nobody_asked_for_is_unknown(shop):
    for version in (1, 2):
        assert refused(shop.put("b-9", basket(), version=version), 404, "BASKET_NOT_FOUND")
    assert not shop.look("b-9")["basket_linked"]


def test_a_basket_that_waits_for_an_answer_is_not_linked(shop, anna):
    shop.ask_phone("b-1")
    for version in (1, 2):
        assert refused(shop.put("b-1", basket(), version=version), 409, "BASKET_NOT_BOUND")


def test_what_the_shops_session_hangs_on_is_not_kept(shop, linked, desk):
    cookie = {"domain": "shop.example", "key": "sid", "value": "a secret session", "path": "/"}
    store = {"url": "https://shop.example/basket", "cookies": [cookie]}
    assert shop.put("b-1", basket() | {"merchant_store": store}).status_code == 200
    assert "a secret session" not in repr(desk.rows(linked_baskets))


# --- a trusted browser ------------------------------------------------------------------------


def test_a_trusted_browser_links_a_basket_without_a_prompt(shop, wallet, desk, anna, browser_id):
    answer = shop.put("b-2", trusted_basket(browser_id), version=1)
    assert answer.status_code == 200
    found = shop.look("b-2", browser_id)
    assert (found["basket_linked"], found["browser_trusted"]) == (True, True)
    assert found["inpost_basket_id"] == answer.json["inpost_basket_id"]
    assert found["client_details"]["masked_phone_number"] == "50*****67"
    assert wallet.prompts(anna) == []
    both = desk.database.read(baskets_of, anna)
    assert {one.merchant_basket_id for one in both} == {"b-1", "b-2"}


def test_version_two_knows_no_trusted_browsers(shop, browser_id):
    assert refused(shop.put("b-2", trusted_basket(browser_id)), 404, "BASKET_NOT_FOUND")


def test_another_shop_cannot_use_a_browser(other_shop, browser_id):
    answer = other_shop.put("b-2", trusted_basket(browser_id), version=1)
    assert refused(answer, 404, "BASKET_NOT_FOUND")


def test_an_unknown_browser_links_nothing(shop, browser_id):
    body = example("basket_put_trusted_browser")
    assert refused(shop.put("b-2", body, version=1), 404, "BASKET_NOT_FOUND")
    shop.ask_key("b-2")
    assert refused(shop.put("b-2", body, version=1), 409, "BASKET_NOT_BOUND")


def test_a_trusted_browser_ends_the_question_that_waits(shop, wallet, anna, browser_id):
    shop.ask_phone("b-2")
    assert shop.put("b-2", trusted_basket(browser_id), version=1).status_code == 200
    assert wallet.prompts(anna) == []


# --- the confirmation and the shop's own PUT --------------------------------------------------


def test_a_shop_that_sends_its_basket_at_once_completes_the_binding(shop, wallet, desk, anna):
    """It was told, and its answer to that is still on its way to us (3.4)."""
    shop.ask_phone("b-1")
    prompt = wallet.accept(anna, trust=True)
    newer = basket(basket_additional_information="newer")
    assert shop.put("b-1", newer).status_code == 200
    assert shop.look("b-1", prompt.browser_id)["browser_trusted"]
    older = example("basket_put")
    desk.database.write(linking.link_basket, prompt.id, older, expires_at=None)
    assert content(desk, shop)["summary"]["basket_additional_information"] == "newer"
    assert len(desk.rows(trusted_browsers)) == 1


def test_an_answer_that_comes_after_a_newer_question_links_nothing(shop, wallet, desk, clock, anna):
    jan = wallet.shopper("600000000")
    shop.ask_phone("b-1")
    first = wallet.accept(anna)
    clock.advance(61)
    shop.ask_phone("b-1", "600000000")
    with pytest.raises(Gone):
        desk.database.write(linking.link_basket, first.id, example("basket_put"), expires_at=None)
    wallet.link(jan)
    assert shop.look("b-1")["client_details"]["phone_number"]["phone"] == "600000000"


def test_an_accepted_prompt_gets_the_same_browser_when_it_is_accepted_again(
    wallet, shop, desk, anna
):
    from flask_till.desk.actions.prompts import accept_prompt

    shop.ask_phone("b-1")
    prompt = wallet.accept(anna, trust=True)
    again = desk.database.write(accept_prompt, prompt.id, anna, trust=True)
    assert again == prompt


# --- its end ----------------------------------------------------------------------------------


def test_a_basket_ends_at_its_date(shop, wallet, desk, clock, anna, linked):
    assert shop.put("b-1", basket(basket_expiration_date="2025-05-12T09:00:00Z")).status_code == 200
    assert desk.database.read(baskets_of, anna)
    clock.advance(minutes=39, seconds=59)
    assert shop.look("b-1")["basket_linked"]
    clock.advance(1)
    assert shop.look("b-1") == example("binding_get_unlinked")
    assert desk.database.read(baskets_of, anna) == []
    before = wallet.version(anna)
    assert refused(shop.put("b-1", basket()), 409, "BASKET_EXPIRED")
    assert wallet.version(anna) > before
    assert refused(shop.put("b-1", basket()), 409, "BASKET_NOT_BOUND")


def test_a_basket_past_its_date_can_be_asked_for_again(shop, wallet, clock, linked):
    assert shop.put("b-1", basket(basket_expiration_date="2025-05-12T09:00:00Z")).status_code == 200
    clock.advance(hours=1)
    assert shop.ask_phone("b-1").status_code == 202
    assert shop.look("b-1") == example("binding_get_unlinked")


def test_a_basket_past_its_date_is_linked_anew_by_a_trusted_browser(shop, wallet, clock, anna):
    shop.ask_phone("b-1")
    browser_id = wallet.link(anna, trust=True)[1].browser_id
    assert shop.put("b-1", basket(basket_expiration_date="2025-05-12T09:00:00Z")).status_code == 200
    clock.advance(hours=1)
    assert shop.put("b-1", trusted_basket(browser_id), version=1).status_code == 200
    assert shop.look("b-1")["basket_linked"]


def test_a_date_in_the_past_is_the_end_of_the_basket(shop, linked):
    past = basket(basket_expiration_date="2025-05-12T08:00:00Z")
    assert shop.put("b-1", past).status_code == 200
    assert refused(shop.put("b-1", past), 409, "BASKET_EXPIRED")


def test_the_clock_takes_baskets_out_of_the_wallet(shop, wallet, desk, clock, anna, linked):
    shop.put("b-1", basket(basket_expiration_date="2025-05-12T09:00:00Z"))
    assert desk.database.write(linking.end_what_is_over) == 0
    clock.advance(hours=1)
    before = wallet.version(anna)
    assert desk.database.write(linking.end_what_is_over) == 1
    assert wallet.version(anna) > before
    assert refused(shop.put("b-1", basket()), 409, "BASKET_NOT_BOUND")


def test_an_ordered_basket_is_final(shop, wallet, desk, anna, linked):
    desk.database.write(order_basket, linked)
    wallet.made_of(linked)
    assert refused(shop.put("b-1", basket(), version=1), 409, "BASKET_EXPIRED")
    assert refused(shop.put("b-1", basket(), version=2), 409, "BASKET_EXPIRED")
    assert refused(shop.ask_phone("b-1"), 409, "BASKET_EXPIRED")
    assert refused(shop.ask_link("b-1"), 409, "BASKET_EXPIRED")
    assert refused(shop.ask_key("b-1"), 409, "BASKET_EXPIRED")
    assert refused(shop.unlink("b-1", "?if_basket_realized=true"), 404, "BASKET_NOT_FOUND")
    assert shop.look("b-1") == example("binding_get_unlinked")
    [row] = desk.rows(linked_baskets)
    assert (row.status, row.shopper_id) == ("ordered", anna)


# --- what does not add up ---------------------------------------------------------------------


def price(gross: str) -> dict[str, str]:
    return {"net": gross, "gross": gross, "vat": "0.00"}


WRONG_SUMMARIES: list[dict[str, Any]] = [
    {"basket_base_price": price("162.99")},
    {"basket_promo_price": price("142.97")},
    {"basket_final_price": price("142.99")},
    {"free_basket": True},
    {"basket_base_price": {"net": "141.28", "gross": "162.98", "vat": "21.71"}},
    {"currency": "EUR"},
    {"basket_base_price": price("-1.00")},
    {"basket_base_price": price("1e2")},
    {"basket_expiration_date": "tomorrow"},
    {"basket_expiration_date": "2025-05-14T08:15:00"},
    {"basket_expiration_date": "2025-02-30T08:15:00Z"},
]


def test_a_basket_that_is_not_right_is_refused_and_changes_nothing(
    shop, wallet, desk, anna, linked
):
    shop.put("b-1", basket())
    before, version = content(desk, shop), wallet.version(anna)
    for summary in WRONG_SUMMARIES:
        for number in (1, 2):
            answer = shop.put("b-1", basket(**summary), version=number)
            assert refused(answer, 400, "BAD_REQUEST"), summary
    assert (content(desk, shop), wallet.version(anna)) == (before, version)


def test_another_baskets_id_in_the_body_is_refused(shop, linked):
    assert refused(shop.put("b-1", basket() | {"basket_id": "b-2"}), 400, "BAD_REQUEST")
    assert shop.put("b-1", basket() | {"basket_id": "b-1"}).status_code == 200


def test_a_product_stands_once_in_a_basket(shop, linked):
    body = basket()
    body["products"] = [body["products"][0]] * 2
    assert refused(shop.put("b-1", body), 400, "BAD_REQUEST")


# --- lists ------------------------------------------------------------------------------------


def test_a_shop_lists_its_own_linked_baskets(shop, other_shop, wallet, linked):
    shop.put("b-1", basket())
    shop.ask_key("b-2")
    listed = shop.call("GET", "/v1/izi/baskets").json
    assert (listed["page_index"], listed["page_size"], listed["total_items"]) == (0, 20, 1)
    [one] = listed["content"]
    assert (one["basket_id"], one["inpost_basket_id"]) == ("b-1", linked)
    assert one["basket"]["summary"]["currency"] == "PLN"
    assert other_shop.call("GET", "/v1/izi/baskets").json["content"] == []
    assert shop.call("GET", "/v1/izi/baskets?page_index=1&page_size=1").json["content"] == []


def test_a_page_that_is_none_is_a_bad_request(shop):
    size, index = ("page_size=0", "page_size=101"), ("page_index=-1", "page_index=x")
    for query in (*size, *index, "page_index=99999999999999999999"):
        assert refused(shop.call("GET", f"/v1/izi/baskets?{query}"), 400, "BAD_REQUEST")
        assert refused(shop.call("GET", f"/v1/izi/orders?{query}"), 400, "BAD_REQUEST")
