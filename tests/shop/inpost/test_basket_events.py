"""A shopper changes the basket in the wallet (contract 3.5, 6), in the contract's bytes."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from flask_till.shop.actions.binding import unlink
from flask_till.wire.inpost.arithmetic import faults
from flask_till.wire.inpost.basket import Basket
from tests.shop.conftest import browser
from tests.shop.inpost.basket_parts import binding, codes, final, notice, quantities, syncs
from tests.shop.inpost.conftest import bind, put, use_codes
from tests.shop.inpost.played_wallet import (
    example,
    good,
    quantity_event,
    refused,
    related_event,
)
from tests.shop.shelves import together

# ---- 3.5 ----


def test_the_contracts_quantity_event_is_applied(wallet, linked, page):
    basket = good(wallet.send(linked, example("basket_event_quantity")))
    assert quantities(basket) == {"1042.7": 3}
    assert final(basket) == "109.97"
    assert page.get("/till/basket").get_json()["count"] == 3
    assert notice(basket) is None


def test_the_contracts_promotion_events_are_applied(wallet, linked, page):
    basket = good(wallet.send(linked, example("basket_event_promo")))
    assert codes(basket) == ["MAJ10"]
    assert notice(basket)["type"] == "ERROR"
    assert "APP5" in notice(basket)["description"]
    assert not notice(wallet.get(linked))
    basket = good(wallet.send(linked, example("basket_event_promo_clear")))
    assert (codes(basket), final(basket)) == ([], "142.98")
    assert page.get("/till/basket").get_json()["promotions"] == []


def test_the_contracts_related_event_is_applied_once(wallet, linked):
    event = example("basket_event_related")
    assert quantities(good(wallet.send(linked, event)))["3001"] == 1
    assert quantities(good(wallet.send(linked, event)))["3001"] == 1
    other = {**event, "event_id": str(uuid4())}
    basket = good(wallet.send(linked, other))
    assert quantities(basket)["3001"] == 2
    assert "related_products" not in basket or basket["related_products"] == []


def test_doubled_events_that_come_at_once_count_once(wallet, linked):
    event = related_event("3001")
    answers = together(*[lambda: wallet.send(linked, event) for _ in range(6)])
    assert {answer.status_code for answer in answers} == {200}
    assert quantities(wallet.get(linked))["3001"] == 1


def test_an_event_id_counts_for_its_own_basket_only(app, wallet, linked):
    other = browser(app)
    put(other, "card")
    other_id = bind(app, other)
    wallet.confirm(other_id)
    event = related_event("3001")
    good(wallet.send(linked, event))
    assert quantities(good(wallet.send(other_id, event)))["3001"] == 1


def test_more_than_there_are_is_capped_with_a_notice(wallet, linked):
    basket = wallet.quantity(linked, "1042.7", 50)
    assert quantities(basket)["1042.7"] == 10
    assert notice(basket)["type"] == "ATTENTION"
    assert "10" in notice(basket)["description"]
    basket = wallet.quantity(linked, "2077", 4)
    assert quantities(basket)["2077"] == 3


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [(2.5, 2), ("3", 3), (3.0, 3), (0, None), (999999999, 10), ("0.000", None)],
)
def test_a_quantity_is_a_number_or_its_text(wallet, linked, wanted, kept):
    assert quantities(wallet.quantity(linked, "1042.7", wanted)).get("1042.7") == kept


@pytest.mark.parametrize("wanted", [-1, "-1", "NaN", "1e3", True, None, [], 10**40, "", "٣"])
def test_what_is_no_quantity_is_refused(wallet, linked, wanted):
    answer = wallet.send(linked, quantity_event("1042.7", wanted))
    assert answer.status_code == 400
    assert quantities(wallet.get(linked))["1042.7"] == 2


def test_a_product_id_may_be_a_number(wallet, linked):
    assert quantities(wallet.quantity(linked, 2077, 2))["2077"] == 2


def test_a_product_that_is_not_in_the_basket_is_ignored_with_a_notice(wallet, linked):
    basket = wallet.quantity(linked, "card", 3)
    assert "card" not in quantities(basket)
    assert notice(basket)["type"] == "ATTENTION"
    assert notice(wallet.quantity(linked, "card", 0)) is None


def test_removing_the_last_product_leaves_an_empty_basket(wallet, linked):
    wallet.quantity(linked, "1042.7", 0)
    basket = wallet.quantity(linked, "2077", 0)
    assert basket["products"] == []
    assert basket["delivery"] == []


def test_the_difference_of_codes_is_applied_and_refusals_are_one_notice(wallet, linked):
    basket = wallet.codes(linked, "half", "NOPE", "RICH", "maj10")
    assert sorted(codes(basket)) == ["HALF", "MAJ10"]
    assert notice(basket)["type"] == "ERROR"
    assert all(code in notice(basket)["description"] for code in ("NOPE", "RICH"))
    assert codes(wallet.codes(linked, "HALF")) == ["HALF"]


def test_more_codes_than_a_basket_takes_are_refused_in_the_notice(wallet, linked):
    basket = wallet.codes(linked, *[f"C{number}" for number in range(30)], "x" * 900)
    assert codes(basket) == []
    assert notice(basket)["type"] == "ERROR"
    assert len(notice(basket)["description"]) <= 1000


def test_a_suggestion_that_is_gone_or_too_many_is_a_notice(wallet, linked):
    assert notice(good(wallet.send(linked, related_event("nothing"))))["type"] == "ERROR"
    assert notice(good(wallet.send(linked, related_event("\n"[:0] or "a b"))))["type"] == "ERROR"
    basket = good(wallet.send(linked, related_event("3001", 99)))
    assert quantities(basket)["3001"] == 40
    assert notice(basket)["type"] == "ATTENTION"
    assert notice(good(wallet.send(linked, related_event("3001", 0.5))))["type"] == "ATTENTION"


@pytest.mark.parametrize(
    "odd",
    [
        {"event_type": "SOMETHING"},
        {"event_id": ""},
        {"event_id": "a\nb"},
        {"event_data_time": "today"},
        {"phone_number": {"country_prefix": "48", "phone": "5"}},
    ],
)
def test_a_value_that_is_not_acceptable_is_a_bad_request(wallet, linked, odd):
    assert refused(wallet.send(linked, quantity_event("1042.7", 1, **odd))) == (400, "BAD_REQUEST")


def test_an_event_without_its_data_is_malformed(wallet, linked):
    event = {**quantity_event("1042.7", 1), "quantity_event_data": None}
    assert refused(wallet.send(linked, event)) == (400, "MALFORMED_REQUEST")


def test_unknown_members_are_ignored(wallet, linked):
    assert quantities(wallet.quantity(linked, "1042.7", 1, new_member={"a": [1]}))["1042.7"] == 1


def test_another_phone_changes_nothing(wallet, linked):
    event = quantity_event(
        "1042.7", 5, phone_number={"country_prefix": "+48", "phone": "600000000"}
    )
    assert refused(wallet.send(linked, event)) == (409, "BASKET_NOT_UPDATE")
    assert quantities(wallet.get(linked))["1042.7"] == 2


def test_a_basket_that_the_shopper_took_back_changes_no_more(wallet, linked):
    wallet.front.database.write(unlink, linked)
    assert refused(wallet.send(linked, quantity_event("1042.7", 5))) == (409, "BASKET_NOT_UPDATE")


def test_a_basket_too_dear_for_the_wallet_is_kept_as_it_was(new_wallet_shop):
    from flask_till.money import Money
    from flask_till.shop.catalog import Product
    from tests.shop.inpost.conftest import with_wallet

    app = new_wallet_shop(catalog=[Product("yacht", "Yacht", Money("90000000.00", "PLN"))])
    wallet, page = with_wallet(app), browser(app)
    put(page, "yacht")
    basket_id = bind(app, page)
    wallet.confirm(basket_id)
    basket = wallet.quantity(basket_id, "yacht", 2)
    assert (quantities(basket), notice(basket)["type"]) == ({"yacht": 1}, "ERROR")
    put(page, "yacht")
    assert refused(wallet.call("GET", f"/basket/{basket_id}")) == (409, "BASKET_NOT_UPDATE")


# ---- echo, sync, notices ----


def test_the_wallets_own_changes_are_not_told_back(wallet, linked):
    wallet.quantity(linked, "1042.7", 1)
    wallet.codes(linked, "HALF")
    good(wallet.send(linked, related_event("3001")))
    wallet.quantity(linked, "2077", 0)
    assert syncs(wallet, linked) == 0
    basket = wallet.get(linked)
    sent = binding(wallet, linked).sent_version
    version = wallet.front.database.read(
        lambda work: work.connection.exec_driver_sql(
            "select version from till_shop_baskets"
        ).scalar()
    )
    assert (sent, quantities(basket)) == (version, {"1042.7": 1, "3001": 1})


def test_a_change_in_the_shop_is_told_while_it_is_linked_only(wallet, page, basket_id):
    put(page, "card")
    assert syncs(wallet, basket_id) == 0
    wallet.confirm(basket_id)
    put(page, "card")
    page.patch("/till/basket/lines/card", json={"quantity": 5})
    page.delete("/till/basket/lines/card")
    use_codes(page, "HALF")
    assert syncs(wallet, basket_id) == 4
    wallet.delete(basket_id)
    put(page, "card")
    assert syncs(wallet, basket_id) == 4


def test_what_ran_out_stays_with_quantity_zero_and_a_notice(app, wallet, linked, page):
    """Contract 6, out of stock; the rest keeps its price and can be ordered."""
    hoarder = browser(app)
    put(hoarder, "2077", 3)
    assert hoarder.post("/till/checkout", json={}).status_code == 200
    basket = wallet.get(linked)
    assert quantities(basket) == {"1042.7": 2, "2077": 0}
    assert notice(basket)["type"] == "ATTENTION"
    assert "Atlas" in notice(basket)["description"]
    assert final(basket) == "69.98"
    assert faults(Basket.read(json.dumps(basket).encode())) == []
