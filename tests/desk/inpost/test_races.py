"""Many requests at once: the database decides, and one of them is whole."""

from __future__ import annotations

from flask_till.desk.tables.wallet import linked_baskets
from tests.desk.inpost.the_shop import basket, trusted_basket


def test_of_two_baskets_at_once_one_is_kept_whole(shop, wallet, desk, anna, linked, at_once):
    shop.sign_in()

    def put(number: int) -> int:
        body = basket(basket_additional_information=f"number {number}")
        return int(shop.put("b-1", body).status_code)

    assert at_once(put, 6) == [200] * 6
    [row] = desk.rows(linked_baskets)
    assert row.content["summary"]["basket_additional_information"].startswith("number ")
    assert row.version >= 8


def test_of_many_questions_at_once_one_waits(shop, wallet, desk, anna, at_once):
    from flask_till.desk.tables.wallet import prompts

    shop.sign_in()
    said = at_once(lambda number: shop.ask_link("b-1").status_code, 6)
    assert said == [200] * 6
    assert len(desk.rows(linked_baskets)) == 1
    assert sorted(row.status for row in desk.rows(prompts)) == ["open"] + ["superseded"] * 5


def test_two_shops_may_call_their_baskets_the_same_at_once(shop, other_shop, desk, at_once):
    for one in (shop, other_shop):
        one.sign_in()
    said = at_once(lambda n: (shop, other_shop)[n % 2].ask_key("same").status_code, 6)
    assert said == [200] * 6
    assert len({row.merchant_id for row in desk.rows(linked_baskets)}) == 2
    assert len(desk.rows(linked_baskets)) == 2


def test_a_trusted_browser_in_two_tabs_makes_one_basket(shop, desk, browser_id, at_once):
    shop.sign_in()
    said = at_once(lambda n: shop.put("b-2", trusted_basket(browser_id), version=1), 5)
    assert [answer.status_code for answer in said] == [200] * 5
    assert len({answer.json["inpost_basket_id"] for answer in said}) == 1
