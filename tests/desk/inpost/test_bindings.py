"""Linking a basket with a phone, by a shop of widget 1 and one of widget 2 (2.4 to 2.7, 2.9)."""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest
from sqlalchemy import select

from flask_till.base.sealing import digest
from flask_till.desk.actions import linking, prompts
from flask_till.desk.tables.wallet import linked_baskets
from flask_till.desk.tables.wallet import prompts as prompt_rows
from flask_till.errors import Gone, NotFound
from tests.desk.inpost.the_shop import example, refused


def states(desk) -> list[str]:
    query = select(prompt_rows.c.status).order_by(prompt_rows.c.created_at, prompt_rows.c.id)
    return list(desk.database.read(lambda work: work.execute(query).scalars().all()))


# --- GET binding ------------------------------------------------------------------------------


def test_of_an_unknown_basket_nothing_is_true(shop):
    assert shop.look("never-seen") == example("binding_get_unlinked")
    assert shop.look("never-seen", "no-browser") == example("binding_get_unlinked")


def test_a_linked_basket_is_described_with_whose_it_is(shop, wallet):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    linked, _ = wallet.link(anna)
    expected = example("binding_get_linked") | {"inpost_basket_id": linked.id}
    assert shop.look("b-1") == expected


def test_names_are_left_out_until_the_shopper_gives_them(shop, wallet):
    shop.ask_phone("b-1")
    wallet.link(wallet.shopper(name=None))
    assert set(shop.look("b-1")["client_details"]) == {"phone_number", "masked_phone_number"}


def test_a_prompt_that_waits_tells_the_shop_nothing_about_the_phone(shop, wallet):
    wallet.shopper()
    shop.ask_phone("b-1")
    assert shop.look("b-1") == example("binding_get_unlinked")


def test_what_cannot_be_an_id_is_a_bad_request(shop):
    for query in ("%00", "a%0Ab", "x" * 256):
        answer = shop.call("GET", f"/v1/izi/basket/b/binding?browser_id={query}")
        assert refused(answer, 400, "BAD_REQUEST")
        assert refused(shop.call("GET", f"/v1/izi/basket/{query}/binding"), 400, "BAD_REQUEST")


def test_an_id_may_hold_what_shops_put_into_it(shop):
    for basket_id in ("9f1c-ąę", "a%20b", "b%3Fc", "zażółć", "😀", "'; drop table--"):
        assert not shop.look(basket_id)["basket_linked"]
        assert shop.ask_key(basket_id).status_code == 200


# --- by phone ---------------------------------------------------------------------------------


def test_asking_a_phone_is_answered_202_and_asks_the_shopper(shop, wallet):
    anna = wallet.shopper()
    before = wallet.version(anna)
    answer = shop.ask_phone("b-1")
    assert (answer.status_code, answer.data) == (202, b"")
    [prompt] = wallet.prompts(anna)
    assert (prompt.kind, prompt.place) == ("PHONE", "BASKET_SUMMARY")
    assert prompt.browser == example("binding_post_phone")["browser"]
    assert wallet.version(anna) > before


def test_a_number_without_a_wallet_is_answered_alike_and_waits_for_it(shop, wallet):
    wallet.shopper("600000000")
    known, unknown = shop.ask_phone("b-1", "600000000"), shop.ask_phone("b-2", "501234567")
    for one, other in zip(known.headers, unknown.headers, strict=True):
        assert one[0] == other[0]
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    late = wallet.shopper("501234567")
    [prompt] = wallet.prompts(late)
    assert prompt.merchant_basket_id == "b-2"
    wallet.link(late)
    assert shop.look("b-2")["basket_linked"]


def test_a_prompt_lives_as_long_as_the_setting_says(shop, wallet, clock, desk):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    [prompt] = wallet.prompts(anna)
    clock.advance(599)
    assert wallet.prompts(anna)
    clock.advance(1)
    assert wallet.prompts(anna) == []
    with pytest.raises(Gone):
        desk.database.write(prompts.accept_prompt, prompt.id, anna, trust=False)
    before = wallet.version(anna)
    assert desk.database.write(linking.end_what_is_over) == 1
    assert (states(desk), wallet.version(anna) > before) == (["expired"], True)
    assert desk.database.write(linking.end_what_is_over) == 0


def test_a_number_is_forgotten_when_its_prompt_is_long_over(shop, desk, clock):
    shop.ask_phone("b-1")
    shop.ask_phone("b-1")
    clock.advance(days=29)
    desk.database.write(linking.end_what_is_over)
    assert sorted(states(desk)) == ["expired", "superseded"]
    clock.advance(days=2)
    desk.database.write(linking.end_what_is_over)
    assert states(desk) == ["expired"]
    clock.advance(days=31)
    desk.database.write(linking.end_what_is_over)
    assert states(desk) == []


def test_a_newer_prompt_supersedes_the_one_before(shop, wallet, desk):
    anna, jan = wallet.shopper(), wallet.shopper("600000000")
    shop.ask_phone("b-1")
    [first] = wallet.prompts(anna)
    shop.ask_phone("b-1", "600000000")
    assert wallet.prompts(anna) == []
    assert len(wallet.prompts(jan)) == 1
    with pytest.raises(Gone):
        desk.database.write(prompts.accept_prompt, first.id, anna, trust=False)


def test_nobody_answers_anothers_prompt(shop, wallet, desk):
    anna, jan = wallet.shopper(), wallet.shopper("600000000")
    shop.ask_phone("b-1")
    [prompt] = wallet.prompts(anna)
    for answer in (prompts.refuse_prompt, lambda *a: prompts.accept_prompt(*a, trust=True)):
        with pytest.raises(NotFound):
            desk.database.write(answer, prompt.id, jan)
    assert len(wallet.prompts(anna)) == 1


def test_a_linked_basket_is_not_asked_for_again(shop, wallet):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    wallet.link(anna)
    assert refused(shop.ask_phone("b-1"), 409, "BASKET_IS_BINDED")
    assert refused(shop.ask_link("b-1"), 409, "BASKET_IS_BINDED")
    assert shop.look("b-1")["basket_linked"]


def test_while_the_shop_is_being_told_nobody_else_is_asked(shop, wallet, clock):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    wallet.accept(anna)
    assert refused(shop.ask_phone("b-1"), 409, "BASKET_IS_BINDED")
    clock.advance(60)
    assert shop.ask_phone("b-1").status_code == 202


def test_a_refusal_leaves_the_basket_to_be_asked_for_again(shop, wallet, desk):
    anna = wallet.shopper()
    shop.ask_phone("b-1")
    [prompt] = wallet.prompts(anna)
    refusal = desk.database.write(prompts.refuse_prompt, prompt.id, anna)
    assert refusal.status == "refused"
    assert desk.database.write(prompts.refuse_prompt, prompt.id, anna) == refusal
    assert shop.look("b-1") == example("binding_get_unlinked")
    assert shop.ask_phone("b-1").status_code == 202


def test_one_phone_is_asked_only_so_often(new_shop, wallet, clock):
    anna, shops = wallet.shopper(), [new_shop(f"Shop {number}") for number in range(3)]
    said = [shops[0].ask_phone(f"b-{n}").status_code for n in range(5)]
    assert said == [202] * 5
    assert refused(shops[0].ask_phone("b-9"), 409, "PHONE_BINDING_METHOD_UNAVAILABLE")
    assert [shops[1].ask_phone(f"b-{n}").status_code for n in range(5)] == [202] * 5
    assert refused(shops[2].ask_phone("b-1"), 409, "PHONE_BINDING_METHOD_UNAVAILABLE")
    assert shops[2].ask_phone("b-1", "600000000").status_code == 202
    assert shops[2].ask_link("b-2").status_code == 200
    assert len(wallet.prompts(anna)) == 10
    clock.advance(600)
    assert shops[2].ask_phone("b-1").status_code == 202


def test_an_unknown_number_runs_out_of_prompts_as_a_known_one_does(shop):
    said = [shop.ask_phone(f"b-{n}", "699999999").status_code for n in range(6)]
    assert said == [202] * 5 + [409]


def test_how_often_and_how_long_are_settings(make_desk, clock):
    from tests.desk.inpost.the_shop import TheShop

    desk = make_desk(wallet_prompts_per_shop=1, wallet_prompt_seconds=30)
    made = desk.desk.add_inpost(desk.credentials.merchant_id, base_url="https://shop.example")
    shop = TheShop(desk.app.test_client(), made.client_id, str(made.client_secret))
    assert shop.ask_phone("b-1").status_code == 202
    assert refused(shop.ask_phone("b-2"), 409, "PHONE_BINDING_METHOD_UNAVAILABLE")
    clock.advance(30)
    assert shop.ask_phone("b-2").status_code == 202


WRONG_QUESTIONS: list[tuple[dict[str, Any], str]] = [
    ({"binding_method": "PIGEON"}, "BAD_REQUEST"),
    ({"binding_method": ...}, "MALFORMED_REQUEST"),
    ({"binding_place": "MOON"}, "BAD_REQUEST"),
    ({"phone_number": ...}, "MALFORMED_REQUEST"),
    ({"phone_number": {"country_prefix": "48", "phone": "501234567"}}, "BAD_REQUEST"),
    ({"phone_number": {"country_prefix": "+48", "phone": "50123456"}}, "BAD_REQUEST"),
    ({"phone_number": {"country_prefix": "+48", "phone": "50123456\u0664"}}, "BAD_REQUEST"),
    ({"phone_number": {"country_prefix": "+48", "phone": 501234567}}, "MALFORMED_REQUEST"),
    ({"browser": ...}, "MALFORMED_REQUEST"),
    ({"browser": {"user_agent": "x"}}, "MALFORMED_REQUEST"),
]


def test_a_wrong_question_is_refused_and_asks_nobody(shop, wallet):
    anna = wallet.shopper()
    for change, code in WRONG_QUESTIONS:
        body = example("binding_post_phone") | change
        body = {name: part for name, part in body.items() if part is not ...}
        answer = shop.call("POST", "/v1/izi/basket/b-1/binding", body)
        assert refused(answer, 400, code), change
    assert wallet.prompts(anna) == []


def test_unknown_members_are_tolerated_and_the_content_type_is_not_needed(shop, wallet):
    anna = wallet.shopper()
    body: dict[str, Any] = example("binding_post_phone") | {"new_member": {"deep": [1]}}
    assert shop.call("POST", "/v1/izi/basket/b-1/binding", body).status_code == 202
    assert wallet.prompts(anna)


def test_a_shop_that_asks_without_end_is_slowed_down(shop, desk, monkeypatch):
    limits = desk.app.extensions["till_desk"].inpost.limits
    asked: list[tuple[str, str]] = []

    def hit(_: Any, name: str, caller: str) -> bool:
        asked.append((name, caller))
        return False

    monkeypatch.setattr(type(limits), "hit", hit)
    assert refused(shop.ask_phone("b-1"), 409, "PHONE_BINDING_METHOD_UNAVAILABLE")
    assert refused(shop.ask_link("b-1"), 429, "BAD_REQUEST")
    answer = shop.ask_key("b-1")
    assert refused(answer, 429, "BAD_REQUEST")
    assert int(answer.headers["Retry-After"]) > 0
    assert set(asked) == {("inpost_ask", shop.merchant_id)}


# --- by deep link -----------------------------------------------------------------------------


def test_a_deep_link_is_a_plain_address_of_the_wallet_and_a_picture_of_it(shop):
    answer = shop.ask_link("b-1")
    assert answer.status_code == 200
    assert answer.json.keys() == example("binding_post_deeplink_response").keys()
    link = answer.json["deep_link"]
    assert link.startswith("https://pay.example/wallet/link/")
    assert answer.json["deep_link_hms"] == link
    picture = base64.b64decode(answer.json["qr_code"], validate=True)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert width == height > 150


def code_of(answer) -> str:
    return str(answer.json["deep_link"].rsplit("/", 1)[1])


def test_who_opens_the_link_first_is_asked(shop, wallet, desk):
    anna, jan = wallet.shopper(), wallet.shopper("600000000")
    code = digest(code_of(shop.ask_link("b-1")))
    assert wallet.prompts(anna) == []
    prompt = desk.database.write(prompts.open_link, code, anna)
    assert desk.database.write(prompts.open_link, code, anna) == prompt
    with pytest.raises(NotFound):
        desk.database.write(prompts.open_link, code, jan)
    wallet.link(anna)
    assert shop.look("b-1")["client_details"]["phone_number"]["phone"] == "501234567"


def test_an_old_superseded_or_made_up_link_opens_nothing(shop, wallet, desk, clock):
    anna = wallet.shopper()
    first = code_of(shop.ask_link("b-1"))
    second = code_of(shop.ask_link("b-1"))
    with pytest.raises(Gone):
        desk.database.write(prompts.open_link, digest(first), anna)
    with pytest.raises(NotFound):
        desk.database.write(prompts.open_link, digest("made up"), anna)
    clock.advance(600)
    with pytest.raises(Gone):
        desk.database.write(prompts.open_link, digest(second), anna)


def test_secrets_of_links_and_keys_are_kept_as_hashes(shop, desk):
    code, key = code_of(shop.ask_link("b-1")), shop.ask_key("b-2").json["basket_binding_api_key"]
    kept = repr(desk.rows(prompt_rows)) + repr(desk.rows(linked_baskets))
    for secret in (code, key, shop.client_secret):
        assert secret not in kept


# --- widget 2 ---------------------------------------------------------------------------------


def test_a_key_is_given_as_often_as_it_is_asked_for(shop, wallet, desk):
    anna = wallet.shopper()
    first, second = shop.ask_key("b-1"), shop.ask_key("b-1")
    assert first.status_code == second.status_code == 200
    assert set(second.json) == set(example("binding_v2_put_response"))
    key = second.json["basket_binding_api_key"]
    desk.database.write(prompts.open_link, digest(key), anna)
    wallet.link(anna)
    assert shop.look("b-1")["basket_linked"]
    renewed = shop.ask_key("b-1")
    assert renewed.status_code == 200
    assert shop.look("b-1")["basket_linked"]
    assert sorted(states(desk)) == ["linked", "superseded"]
