"""A wallet reads a basket, and links and unlinks it (contract 3.3, 3.4, 3.6, 4.1)."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from flask_till.shop.actions.binding import unlink
from flask_till.wire.inpost.arithmetic import faults
from flask_till.wire.inpost.basket import Basket
from flask_till.wire.inpost.comparison import canonical
from tests.shop.inpost.basket_parts import binding, notice, quantities, syncs
from tests.shop.inpost.conftest import shop_basket_id
from tests.shop.inpost.played_wallet import (
    codes_event,
    example,
    good,
    quantity_event,
    refused,
)
from tests.shop.shelves import count

AS_IN_THE_CONTRACT = (
    "summary",
    "delivery",
    "promo_codes",
    "products",
    "related_products",
    "consents",
)
NOT_OURS = {
    "basket_expiration_date",
    "basket_notice",
    "basket_additional_parameters",
    "delivery_date",
    "delivery_related_products",
    "delivery_product",
}


def plain(value):
    """Without what moves with the clock, what this shop has none of, and what is absent."""
    if isinstance(value, dict):
        parts = {name: plain(part) for name, part in value.items() if name not in NOT_OURS}
        return {name: part for name, part in parts.items() if part not in (None, [])}
    return [plain(part) for part in value] if isinstance(value, list) else value


# ---- 3.3 and 4.1 ----


def test_the_basket_is_that_of_the_contract(wallet, basket_id):
    got, meant = wallet.get(basket_id), example("basket_put")
    for part in AS_IN_THE_CONTRACT:
        assert plain(got[part]) == plain(meant[part]), part
    assert got["promotions_available"][0]["promo_code_value"] == "APP5"
    assert got["basket_id"] == basket_id


def test_the_basket_adds_up_and_parses_as_the_wires_own_message(wallet, basket_id):
    body = wallet.call("GET", f"/basket/{basket_id}").get_data()
    assert faults(Basket.read(body)) == []
    assert b"null" not in body
    assert b'"gross":"132.98"' in body


def test_two_reads_of_an_unchanged_basket_are_equal(wallet, linked, app, clock):
    app.extensions["till"].database.clock = clock
    first = wallet.call("GET", f"/basket/{linked}").get_data()
    clock.advance(hours=30)
    second = wallet.call("GET", f"/basket/{linked}").get_data()
    assert canonical(Basket.read(first)) == canonical(Basket.read(second))
    assert first != second


def test_a_read_with_a_notice_and_one_without_offer_the_same(wallet, linked):
    wallet.codes(linked, "MAJ10")
    event = codes_event("MAJ10", "APP5")
    wallet.front.database.write(_note, linked)
    first = wallet.call("GET", f"/basket/{linked}").get_data()
    second = wallet.call("GET", f"/basket/{linked}").get_data()
    assert notice(json.loads(first))
    assert not notice(json.loads(second))
    assert canonical(Basket.read(first)) == canonical(Basket.read(second))
    assert event


def _note(work, basket_id):
    from flask_till.shop.actions.binding import set_notice

    set_notice(work, basket_id, ("ERROR", "Once"))


def test_a_notice_that_another_answer_took_meanwhile_is_not_told_again(wallet, linked):
    wallet.front.database.write(_note, linked)
    words = wallet.front.words
    speak, other = words.basket, []

    def speak_slowly(told):
        if not other:
            other.append(None)
            other.append(wallet.get(linked))
        return speak(told)

    words.basket = speak_slowly
    mine = wallet.get(linked)
    assert notice(other[1]) == {"type": "ERROR", "description": "Once"}
    assert notice(mine) is None


def test_an_unknown_basket_is_not_found(wallet):
    assert refused(wallet.call("GET", f"/basket/{uuid4()}")) == (404, "BASKET_NOT_FOUND")


@pytest.mark.parametrize("name", ["%00", "a%0ab", "x" * 300, "%ff", "'; drop table"])
def test_a_hostile_id_is_not_found(wallet, name):
    assert wallet.call("GET", f"/basket/{name}").status_code == 404
    assert wallet.call("GET", f"/order/{name}").status_code == 404
    assert (
        wallet.call("POST", f"/basket/{name}/event", quantity_event("card", 1)).status_code == 404
    )
    assert wallet.call("POST", f"/basket/product/{name}", {}).status_code == 404


def test_the_shops_own_id_of_the_basket_is_none_of_the_wallets(wallet, page, basket_id):
    assert refused(wallet.call("GET", f"/basket/{shop_basket_id(page)}"))[0] == 404


# ---- 3.4 ----


def test_yes_links_and_is_answered_with_the_whole_basket(wallet, basket_id):
    basket = wallet.confirm(basket_id)
    assert quantities(basket) == {"1042.7": 2, "2077": 1}
    found = binding(wallet, basket_id)
    assert (found.status, found.phone, found.masked_phone_number, found.name) == (
        "linked", "501234567", "50*****67", "Anna",
    )  # fmt: skip
    assert (found.browser_trusted, found.browser_id) == (
        True, "2b0f7c9e-6d0b-4d38-9a55-1f6b7f4f0c11",
    )  # fmt: skip
    assert found.inpost_basket_id == "c1f1e6a2-52c9-4c9f-9b6a-0a4c1d7e88f3"
    assert "501234567" not in repr(found)


def test_a_browser_that_is_not_trusted_has_no_id_here(wallet, basket_id):
    wallet.confirm(basket_id, browser={"browser_trusted": False, "browser_id": "b"})
    assert binding(wallet, basket_id).browser_id is None


def test_a_repeated_yes_overwrites(wallet, linked):
    wallet.confirm(linked, name="Ewa", phone_number={"country_prefix": "+48", "phone": "600000000"})
    found = binding(wallet, linked)
    assert (found.name, found.phone) == ("Ewa", "600000000")


def test_linking_makes_no_put_follow(wallet, linked):
    found = binding(wallet, linked)
    basket = wallet.front.database.read(
        lambda work: work.connection.exec_driver_sql(
            "select version, binding_id from till_shop_baskets"
        ).one()
    )
    assert (found.sent_version, found.id) == tuple(basket)
    assert syncs(wallet, linked) == 0


def test_a_yes_that_is_replayed_after_the_shopper_unlinked_links_nothing(wallet, basket_id):
    at, payload = wallet.now(), example("basket_confirmation_success")
    where = f"/basket/{basket_id}/confirmation"
    good(wallet.call("POST", where, payload, at=at))
    wallet.front.database.write(unlink, basket_id)
    assert wallet.call("POST", where, payload, at=at).status_code == 200
    assert binding(wallet, basket_id).status == "unbound"
    good(wallet.call("POST", where, payload))
    assert binding(wallet, basket_id).status == "linked"


def test_no_is_answered_with_no_and_forgets_everything(wallet, basket_id):
    answer = wallet.call(
        "POST", f"/basket/{basket_id}/confirmation", example("basket_confirmation_reject")
    )
    assert (answer.status_code, answer.get_json()) == (200, {"status": "REJECT"})
    found = binding(wallet, basket_id)
    assert (found.status, found.refusal, found.phone) == ("unbound", "REJECTED", None)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "MALFORMED_REQUEST"),
        (b"[]", "MALFORMED_REQUEST"),
        (b"{", "MALFORMED_REQUEST"),
        ({"status": "MAYBE"}, "BAD_REQUEST"),
        ({"status": "SUCCESS"}, "MALFORMED_REQUEST"),
        (example("basket_confirmation_success", name="\x00"), "BAD_REQUEST"),
        (b'{"status":"REJECT","status":"SUCCESS"}', "MALFORMED_REQUEST"),
        (b"[" * 100_000, "MALFORMED_REQUEST"),
        (b" " * 600_000, "MALFORMED_REQUEST"),
    ],
)
def test_what_is_no_confirmation_is_refused(wallet, basket_id, payload, code):
    answer = wallet.call("POST", f"/basket/{basket_id}/confirmation", payload)
    assert refused(answer)[1] == code
    assert answer.status_code in (400, 413)


# ---- 3.6 ----


@pytest.mark.parametrize("way", [("DELETE", "binding"), ("POST", "binding/delete")])
def test_the_wallet_may_unlink_and_is_not_told_so(wallet, linked, page, way):
    method, path = way
    answer = wallet.call(method, f"/basket/{linked}/{path}")
    assert (answer.status_code, answer.get_data()) == (200, b"")
    found = binding(wallet, linked)
    assert (found.status, found.phone, found.browser_id, found.refusal) == (
        "unbound", None, None, "DELETED",
    )  # fmt: skip
    assert count(wallet.front.database, "events", subject=linked) == 0
    assert page.get("/till/basket").get_json()["count"] == 3
    assert wallet.call(method, f"/basket/{linked}/{path}").status_code == 200


def test_to_unlink_an_unknown_basket_is_fine(wallet):
    answer = wallet.call("DELETE", f"/basket/{uuid4()}/binding")
    assert (answer.status_code, answer.get_data()) == (200, b"")


def test_a_wallet_that_missed_the_end_of_a_link_reads_that_there_is_none(wallet, linked):
    wallet.front.database.write(unlink, linked)
    assert refused(wallet.call("GET", f"/basket/{linked}")) == (404, "BASKET_NOT_FOUND")
