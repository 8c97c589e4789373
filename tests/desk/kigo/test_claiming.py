"""Looking at a code and claiming it, and the tokens of a wallet (6)."""

from __future__ import annotations

import pytest

from flask_till.desk.tables.claims import claims, product_tokens
from flask_till.desk.tables.kigo import kigo_orders, kigo_products
from tests.desk.kigo.the_partner import FOREIGN, OTHER, SCARCE, USER, example, refused


def test_the_contracts_example(server, partner, user, clock):
    look, claim, again = example("claim")["cases"]
    code = server.placed("a")["claim_code"]
    shown = user.get(f"/tokens/claim/{code}")
    assert shown.status_code == 200
    assert shown.json == look["response"]["body"] | {"claim_code": code}
    clock.advance(300)
    answer = user.claim(code)
    assert answer.status_code == 200
    expected = claim["response"]["body"]
    assert set(answer.json) == set(expected)
    for name in expected.keys() - {"token_id", "child_tokens"}:
        assert answer.json[name] == expected[name]
    [part] = answer.json["child_tokens"]
    assert (part["name"], part["claimed_at"]) == ("Coffee for two", expected["claimed_at"])
    told = again["response"]["body"]["error"]
    refused(partner.user("another").claim(code), 409, told["code"])


def test_the_same_user_gets_the_same_token_again(server, user, desk):
    code = server.placed("a")["claim_code"]
    first = user.claim(code).json
    for form in (code, code.lower(), code.replace("-", "")):
        answer = user.claim(form)
        assert (answer.status_code, answer.json) == (200, first)
    assert desk.count(product_tokens) == 2
    assert user.get(f"/tokens/claim/{code.lower()}").json["status"] == "claimed"


def test_a_bound_code_is_its_users_only(server, partner, desk):
    code = server.placed("a", external_user_id=USER)["claim_code"]
    refused(partner.user("another").claim(code), 403, "forbidden")
    assert desk.count(product_tokens) == 0
    assert partner.user().claim(code).status_code == 200
    refused(partner.user("another").claim(code), 403, "forbidden")


def test_codes_that_are_closed_say_why(server, user, clock):
    cancelled, over = server.placed("a"), server.placed("b", SCARCE)
    server.post(f"/orders/{cancelled['order_id']}/cancel")
    refused(user.claim(cancelled["claim_code"]), 409, "order_cancelled")
    clock.advance(90)
    refused(user.claim(over["claim_code"]), 410, "claim_code_expired")
    assert user.get("/tokens").json == {"items": [], "total": 0}


def test_the_skew_is_granted_to_the_second(server, user, clock):
    code = server.placed("b", SCARCE)["claim_code"]
    clock.advance(89.999)
    assert user.claim(code).status_code == 200
    clock.advance(1000)
    assert user.claim(code).status_code == 200


@pytest.mark.parametrize("code", ["2222-2222-2222", "nothing", "", "2222-2222-2222-2222", "a\x00b"])
def test_what_is_no_code_is_not_found(user, code):
    status = user.claim(code).status_code
    assert status == (400 if "\x00" in code else 404)
    if code and "\x00" not in code:
        refused(user.get(f"/tokens/claim/{code}"), 404, "claim_code_not_found")


def test_another_partners_code_is_as_unknown_as_any(server, partner):
    code = partner.server(OTHER).placed("a", FOREIGN)["claim_code"]
    unknown = partner.user().claim("2222-2222-2222")
    foreign = partner.user().claim(code)
    assert (foreign.status_code, foreign.json) == (unknown.status_code, unknown.json)
    refused(partner.user().get(f"/tokens/claim/{code}"), 404, "claim_code_not_found")


def test_one_of_many_at_once_wins(server, partner, desk, at_once):
    code = server.placed("a")["claim_code"]
    users = [partner.user(f"u-{n % 8}") for n in range(16)]
    answers = at_once(lambda n: users[n].claim(code), 16)
    assert sorted(a.status_code for a in answers) == [200, 200] + [409] * 14
    won = [a.json["token_id"] for a in answers if a.status_code == 200]
    assert len(set(won)) == 1
    assert desk.count(product_tokens) == 2


def test_two_hundred_claims_while_it_is_withdrawn_have_one_end(server, partner, desk, at_once):
    users = [partner.user(f"u-{n}") for n in range(8)]
    for number in range(2):
        made = server.placed(f"k-{number}")

        def act(n: int, made=made):
            if n == 100:
                return server.post(f"/orders/{made['order_id']}/cancel")
            return users[n % 8].claim(made["claim_code"])

        answers = at_once(act, 200)
        status = server.get(f"/orders/{made['order_id']}").json["status"]
        held = [row for row in desk.rows(product_tokens) if row.claim_id]
        orders = {row.claim_id: row.id for row in desk.rows(kigo_orders)}
        mine = [row for row in held if orders[row.claim_id] == made["order_id"]]
        assert answers[100].status_code == (200 if status == "cancelled" else 409)
        winners = {n % 8 for n, a in enumerate(answers) if a.status_code == 200 and n != 100}
        assert len(mine) == len(winners) == (1 if status == "claimed" else 0)
        assert len(desk.kinds(made["order_id"])) == 2


def test_the_sweep_and_a_claim_at_the_last_moment_have_one_end(server, user, desk, clock):
    over, kept = server.placed("a", SCARCE), server.placed("b")
    kigo = desk.app.extensions["till_desk"].partners
    assert kigo.sweep() == 0
    clock.advance(90)
    assert kigo.sweep() == 1
    assert kigo.sweep() == 0
    assert desk.kinds(over["order_id"]) == ["order.created", "order.expired"]
    assert desk.kinds(kept["order_id"]) == ["order.created"]
    rows = {row.id: (row.stock, row.sold) for row in desk.rows(kigo_products)}
    assert rows[SCARCE] == (1, 0)
    refused(user.claim(over["claim_code"]), 410, "claim_code_expired")


def test_the_desks_own_sweep_ends_them(server, desk, clock):
    server.placed("a", SCARCE)
    clock.advance(90)
    desk.desk.background._sweep()
    assert [row.status for row in desk.rows(claims)] == ["expired"]


# --- the wallet -------------------------------------------------------------------------------


def test_the_wallet_lists_tokens_newest_first(server, partner, user, clock):
    made = []
    for number in range(3):
        made.append(user.claim(server.placed(f"k-{number}")["claim_code"]).json)
        clock.advance(1)
    found = user.get("/tokens", offset=1, limit=1).json
    assert found["total"] == 3
    assert found["items"] == [
        {
            "id": made[1]["token_id"],
            "name": "Spring boost",
            "description": "Ten offers near you",
            "creators": [],
            "media": [{"url": "https://img.example.org/boost.png", "type": "image"}],
            "tags": [],
        }
    ]
    assert partner.user("another").get("/tokens").json == {"items": [], "total": 0}


def test_a_token_is_shown_to_its_holder_only(server, partner, user):
    token = user.claim(server.placed("a")["claim_code"]).json
    detail = user.get(f"/tokens/{token['token_id']}").json
    assert {name: detail[name] for name in token} == token
    assert detail["description"] == "Ten offers near you"
    part = token["child_tokens"][0]["token_id"]
    assert user.get(f"/tokens/{part}").json["name"] == "Coffee for two"
    other = partner.user("another").get(f"/tokens/{token['token_id']}")
    refused(other, 404, "claim_code_not_found")
    refused(user.get("/tokens/nothing"), 404, "claim_code_not_found")


def test_a_product_may_change_but_not_what_was_claimed(server, partner, user):
    from tests.desk.kigo.the_partner import PRODUCT

    token = user.claim(server.placed("a")["claim_code"]).json
    partner.kigo.change_product(PRODUCT, name="Summer boost", parts=())
    assert user.get(f"/tokens/{token['token_id']}").json["name"] == "Spring boost"
