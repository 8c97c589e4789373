"""Tokens of partners and users, single sign-on, and who may call what (3, 5.1)."""

from __future__ import annotations

import re

import pytest

from flask_till.desk.tables.kigo import (
    kigo_accounts,
    kigo_families,
    kigo_programs,
    kigo_refresh_tokens,
    kigo_sso_sessions,
)
from tests.desk.kigo.the_partner import OTHER, PARTNER, PRODUCT, USER, Caller, example, refused

UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# --- partners ---------------------------------------------------------------------------------


def test_the_contracts_example_of_a_session(partner):
    good, wrong = example("partner-token")["cases"]
    answer = partner.with_key(partner.keys[PARTNER]).post("/auth/session", good["request"]["body"])
    assert answer.status_code == 201
    expected = good["response"]["body"]
    assert answer.json == expected | {"access_token": answer.json["access_token"]}
    refused(
        partner.with_key("wrong").post("/auth/session", wrong["request"]["body"]),
        401,
        "unauthorized",
    )


def test_wrong_key_and_unknown_partner_are_one_answer(partner, desk):
    body = {"partner_id": PARTNER}
    key = partner.keys[PARTNER]
    answers = [
        partner.with_key("kigo_wrong").post("/auth/session", body),
        partner.with_key(partner.keys[OTHER]).post("/auth/session", body),
        partner.with_key(key).post("/auth/session", {"partner_id": "nobody"}),
        partner.with_key(key).post("/auth/session", {"partner_id": OTHER}),
        Caller(desk.app).post("/auth/session", body),
    ]
    for answer in answers:
        refused(answer, 401, "unauthorized")
    assert len({answer.data for answer in answers[:4]}) == 1


def test_several_partner_tokens_live_at_once(partner, clock):
    first = partner.server()
    clock.advance(60)
    second = partner.server()
    assert first.place("a").status_code == 201
    assert second.place("a").status_code == 200


def test_a_token_that_is_over_is_told_so_and_the_repeat_makes_one_order(partner, clock):
    server = partner.server()
    made = server.placed("a")
    clock.advance(1829)
    assert server.place("a").status_code == 200
    clock.advance(1)
    refused(server.place("a"), 401, "token_expired")
    assert partner.server().place("a").json == made


def test_another_key_ends_the_tokens_of_the_former(partner, server):
    made = partner.kigo.renew_partner(PARTNER)
    refused(server.place("a"), 401, "unauthorized")
    partner.keys[PARTNER] = made.api_key
    assert partner.server().place("a").status_code == 201


def test_a_partner_that_is_switched_off_is_nobody(partner, server, user):
    refresh = partner.user_session()["refresh_token"]
    partner.kigo.change_partner(PARTNER, is_on=False)
    refused(server.place("a"), 401, "unauthorized")
    refused(user.get("/tokens"), 401, "unauthorized")
    refused(user.post("/auth/refresh", {"refresh_token": refresh}), 401, "unauthorized")
    key = partner.with_key(partner.keys[PARTNER])
    refused(key.post("/auth/session", {"partner_id": PARTNER}), 401, "unauthorized")
    partner.kigo.change_partner(PARTNER, is_on=True)  # and nothing was used up meanwhile
    assert user.post("/auth/refresh", {"refresh_token": refresh}).status_code == 201


def test_each_call_takes_its_own_level(server, user):
    code = server.placed("a")["claim_code"]
    order = f"/orders/{server.place('a').json['order_id']}"
    for method, path in (
        ("post", "/auth/user-session"),
        ("post", "/accounts/sso-sessions"),
        ("post", f"/products/{PRODUCT}/orders"),
        ("get", "/orders"),
        ("get", order),
        ("post", f"{order}/cancel"),
    ):
        refused(getattr(user, method)(path), 403, "forbidden")
    for method, path in (
        ("get", f"/tokens/claim/{code}"),
        ("post", "/tokens/claim"),
        ("get", "/tokens"),
        ("get", "/tokens/x"),
    ):
        refused(getattr(server, method)(path), 403, "forbidden")


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer x", "Basic abc", "Bearer a.b.c"])
def test_what_is_no_token_is_nobodys(desk, token):
    caller = Caller(desk.app, Authorization=token)
    for path in ("/orders", "/tokens"):
        answer = caller.get(path)
        refused(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="kigo"'


# --- users ------------------------------------------------------------------------------------


def test_a_user_session_makes_the_user_once(partner, desk):
    made = partner.user_session()
    assert made["expires_in"] == 3600
    assert made["refresh_expires_in"] == 31_536_000
    assert UUID.fullmatch(made["account_id"])
    assert set(made) == {
        "access_token", "expires_in", "refresh_token", "refresh_expires_in", "account_id",
    }  # fmt: skip
    assert partner.user_session()["account_id"] == made["account_id"]
    assert partner.user_session("Member-4471")["account_id"] != made["account_id"]
    assert partner.user_session(USER, OTHER)["account_id"] != made["account_id"]


def test_refreshing_gives_new_tokens_and_ends_the_old_one(partner, desk, clock):
    first = partner.user_session()
    caller = Caller(desk.app)
    clock.advance(days=364)
    answer = caller.post("/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert answer.status_code == 201
    second = answer.json
    assert second["account_id"] == first["account_id"]
    assert second["refresh_token"] != first["refresh_token"]
    assert partner.bearer(second["access_token"]).get("/tokens").status_code == 200


def test_use_of_a_dead_refresh_token_ends_the_whole_family(partner, desk):
    first = partner.user_session()
    other = partner.user_session()
    caller = Caller(desk.app)

    def refresh(tokens):
        return caller.post("/auth/refresh", {"refresh_token": tokens["refresh_token"]})

    second = refresh(first).json
    refused(refresh(first), 401, "unauthorized")
    refused(refresh(second), 401, "unauthorized")
    for tokens in (first, second):
        refused(partner.bearer(tokens["access_token"]).get("/tokens"), 401, "unauthorized")
    assert partner.bearer(other["access_token"]).get("/tokens").status_code == 200
    assert refresh(other).status_code == 201
    assert [row.ended_at is None for row in desk.rows(kigo_families)].count(False) == 1


def test_of_two_refreshes_at_once_one_wins_and_the_family_ends(partner, desk, at_once):
    tokens = partner.user_session()
    caller = Caller(desk.app)
    body = {"refresh_token": tokens["refresh_token"]}
    answers = at_once(lambda _: caller.post("/auth/refresh", body), 6)
    assert sorted(answer.status_code for answer in answers) == [201] + [401] * 5
    refused(partner.bearer(tokens["access_token"]).get("/tokens"), 401, "unauthorized")


def test_a_refresh_token_ends_after_a_year(partner, desk, clock):
    tokens = partner.user_session()
    clock.advance(31_536_000 + 30)
    body = {"refresh_token": tokens["refresh_token"]}
    refused(Caller(desk.app).post("/auth/refresh", body), 401, "unauthorized")


def test_a_user_token_is_over_after_an_hour(partner, clock):
    user = partner.user()
    clock.advance(3629)
    assert user.get("/tokens").status_code == 200
    clock.advance(1)
    refused(user.get("/tokens"), 401, "token_expired")


# --- single sign-on ---------------------------------------------------------------------------


def test_the_contracts_example_of_single_sign_on(server, desk):
    told = example("sso-and-deeplink")
    answer = server.post("/accounts/sso-sessions", told["request"]["body"])
    assert answer.status_code == 201
    assert set(answer.json) == {"session_id", "expires_at"}
    assert UUID.fullmatch(answer.json["session_id"])
    assert answer.json["expires_at"] == told["response"]["body"]["expires_at"]
    [row] = desk.rows(kigo_sso_sessions)
    assert row.is_single_use
    assert answer.json["session_id"] not in str(row)
    [program] = desk.rows(kigo_programs)
    assert program.external_program_id == "gold-card"
    [account] = desk.rows(kigo_accounts)
    assert account.email == "member@example.org"


@pytest.mark.parametrize("wrong", [{}, {"external_user_id": ""}, {"is_single_use": "yes"}])
def test_a_wrong_single_sign_on_leaves_nothing(server, desk, wrong):
    body = ({"external_user_id": "u"} if wrong else {}) | wrong
    refused(server.post("/accounts/sso-sessions", body), 400, "invalid_request")
    assert desk.count(kigo_sso_sessions) == desk.count(kigo_accounts) == 0


def test_no_secret_is_stored_in_clear(partner, desk):
    key = partner.keys[PARTNER]
    tokens = partner.user_session()
    session_id = partner.sso()
    stored = str([desk.rows(table) for table in (kigo_refresh_tokens, kigo_sso_sessions)])
    for secret in (key, tokens["refresh_token"], session_id):
        assert secret not in stored
