"""Signing in, renewing, keys, and who may do what (2.1)."""

from __future__ import annotations

import threading
import time

import jwt
import pytest

from flask_till.desk import partner_dialects
from flask_till.desk.actions import w3block_tokens
from flask_till.desk.tables.w3block import w3_refresh_tokens, w3_users
from tests.desk.w3block.the_company import (
    COMPANY,
    KEY,
    PASSWORD,
    SECRET,
    USER,
    Storefront,
    TheCompany,
    refused,
)

OTHER = "11111111-3d44-4f6b-8a1d-52c0f8e7a901"


def refresh(company, token):
    return company.public.call("POST", "/auth/refresh-token", json={"refreshToken": token})


def test_a_user_signs_in_and_is_told_who_he_is(company, clock):
    company.user(user_id=USER)
    answer = company.sign_in("ANN@example.org", tenantId=COMPANY)
    assert answer.status_code == 201
    data = answer.json["data"]
    assert (data["sub"], data["tenantId"], data["type"]) == (USER, COMPANY, "user")
    assert (data["roles"], data["email"], data["name"]) == (["user"], "ann@example.org", "Ann Lee")
    assert data["exp"] - data["iat"] == 24 * 3600
    renewing = jwt.decode(answer.json["refreshToken"], options={"verify_signature": False})
    assert renewing["exp"] - renewing["iat"] == 7 * 24 * 3600


@pytest.mark.parametrize(
    ("email", "password", "more"),
    [
        ("ann@example.org", "wrong", {}),
        ("bob@example.org", PASSWORD, {}),
        ("ann@example.org", PASSWORD, {"tenantId": OTHER}),
    ],
)
def test_whoever_is_wrong_about_anything_is_not_told_about_what(company, email, password, more):
    company.user()
    answer = company.sign_in(email, password, **more)
    refused(answer, 401, None)
    assert answer.json["message"] == "Unauthorized"


def test_an_address_of_two_companies_needs_the_company(company, desk):
    other = desk.desk.add_merchant(name="Others")
    company.enrol(OTHER, other.merchant_id)
    company.user()
    company.enrolment.add_user(OTHER, email="ann@example.org", password=PASSWORD, name="Ann")
    assert company.sign_in().status_code == 401
    assert company.sign_in(tenantId=OTHER).json["data"]["tenantId"] == OTHER


def test_passwords_are_not_kept(company, desk):
    company.user()
    (row,) = desk.rows(w3_users)
    assert row.password.startswith("scrypt:")
    assert PASSWORD not in row.password


def test_a_company_signs_in_and_its_headers_stand_for_that(company):
    body = {"key": KEY, "secret": SECRET, "tenantId": COMPANY}
    answer = company.public.call("POST", "/auth/signin/tenant", json=body)
    assert answer.status_code == 201
    assert answer.json["data"]["type"] == "tenant"
    assert company.storefront(answer.json["token"]).get("/orders").status_code == 200
    assert company.server.get("/orders").status_code == 200


@pytest.mark.parametrize("wrong", [{"key": "x"}, {"secret": "x"}, {"tenantId": OTHER}])
def test_a_company_with_anything_wrong_is_nobody(company, wrong):
    body = {"key": KEY, "secret": SECRET, "tenantId": COMPANY} | wrong
    refused(company.public.call("POST", "/auth/signin/tenant", json=body), 401, None)
    names = {"tenantId": "x-w3block-id", "key": "x-w3block-api-key", "secret": "x-w3block-secret"}
    headers = {names[name]: value for name, value in body.items()}
    refused(Storefront(company.desk.browserless, **headers).get("/orders"), 401, None)


def test_a_refresh_token_is_good_once_and_the_next_one_follows(company):
    company.user()
    first = company.sign_in().json["refreshToken"]
    second = refresh(company, first)
    assert second.status_code == 201
    assert company.storefront(second.json["token"]).get("/orders").status_code == 200
    assert refresh(company, second.json["refreshToken"]).status_code == 201


def test_one_that_comes_again_ends_its_family_and_no_other(company):
    company.user()
    first, another = (company.sign_in().json["refreshToken"] for _ in range(2))
    second = refresh(company, first).json["refreshToken"]
    refused(refresh(company, first), 401, None)
    refused(refresh(company, second), 401, None)
    assert refresh(company, another).status_code == 201


def test_of_many_who_renew_at_once_one_gets_a_token(company, at_once):
    company.user()
    token = company.sign_in().json["refreshToken"]
    answers = at_once(lambda _: refresh(company, token).status_code, 6)
    assert sorted(answers) == [201] + [401] * 5


def test_a_family_that_is_ended_while_it_grows_is_ended_as_a_whole(company, cut_in):
    """Whoever stole the first token renews the second while its owner shows the first again."""
    company.user()
    first = company.sign_in().json["refreshToken"]
    second = refresh(company, first).json["refreshToken"]
    again = threading.Thread(target=refresh, args=(company, first))

    def show_the_first_again():
        again.start()
        time.sleep(0.5)  # until it waits for this transaction

    cut_in(w3block_tokens, "keep_renewable", show_the_first_again)
    third = refresh(company, second)
    again.join()
    assert third.status_code == 201
    refused(refresh(company, third.json["refreshToken"]), 401, None)


def test_whoever_may_not_call_may_not_call_for_ever(make_desk, monkeypatch):
    monkeypatch.setitem(partner_dialects.MOST, "w3block_call", "3/minute")
    company = TheCompany(make_desk())
    buyer = company.signed_in()
    answers = [buyer.call("GET", f"/admin/companies/{COMPANY}/orders") for _ in range(4)]
    assert [one.status_code for one in answers] == [401, 401, 401, 429]


def test_refresh_tokens_end_after_seven_days_and_open_no_route(company, clock):
    company.user()
    token = company.sign_in().json["refreshToken"]
    refused(company.storefront(token).get("/orders"), 401, None)
    clock.advance(days=7)
    refused(refresh(company, token), 401, None)


def test_what_is_stored_of_a_refresh_token_renews_nothing(company, desk):
    company.user()
    token = company.sign_in().json["refreshToken"]
    claims = jwt.decode(token, options={"verify_signature": False})
    (row,) = desk.rows(w3_refresh_tokens)
    assert claims["jti"] not in (row.id, row.family)


def test_an_access_token_ends_after_a_day(company, ann, clock):
    clock.advance(24 * 3600 - 1)
    assert ann.get("/orders").status_code == 200
    clock.advance(1)
    refused(ann.get("/orders"), 401, None)


def test_tokens_outlive_the_key_that_signed_them(company, ann, clock):
    def kids():
        keys = company.public.call("GET", "/auth/jwks.json").json["keys"]
        return [key["kid"] for key in keys]

    (first,) = kids()
    clock.advance(1)
    company.enrolment.rotate_keys()
    assert len(kids()) == 2
    assert kids()[1] == first
    assert ann.get("/orders").status_code == 200
    token = company.sign_in().json["token"]
    assert jwt.get_unverified_header(token)["kid"] == kids()[0]
    clock.advance(days=7)
    assert first not in kids()


def test_published_keys_prove_tokens(company):
    company.user()
    token = company.sign_in().json["token"]
    (key,) = company.public.call("GET", "/auth/jwks.json").json["keys"]
    assert set(key) == {"kty", "kid", "alg", "n", "e"}
    proven = jwt.decode(
        token, jwt.PyJWK(key).key, algorithms=["RS256"], audience=COMPANY,
        options={"verify_exp": False, "verify_iat": False},
    )  # fmt: skip
    assert proven["iss"] == COMPANY


def test_a_forged_token_is_nobodys(company, ann):
    token = ann.headers["Authorization"].removeprefix("Bearer ")
    head, body, mac = token.split(".")
    for forged in (f"{head}.{body}.{mac[:-2]}AA", f"{head}.{body}.", "a.b.c", ""):
        refused(company.storefront(forged).get("/orders"), 401, None)
    refused(company.public.get("/orders"), 401, None)


def test_another_companys_token_opens_nothing_here(company, desk, ann):
    other = desk.desk.add_merchant(name="Others")
    company.enrol(OTHER, other.merchant_id)
    ann.company = OTHER
    refused(ann.get("/orders"), 401, None)


def test_roles_are_asked_for_by_each_route(company):
    buyer = company.signed_in(roles=["loyaltyOperator"])
    refused(buyer.get("/orders"), 401, None)
    refused(buyer.preview(), 401, None)
    assert (
        company.signed_in("bob@example.org", roles=["superAdmin"]).get("/orders").status_code == 200
    )


def test_refusals_have_the_contracts_shape_whatever_is_wrong(company, ann):
    refused(company.public.call("GET", "/nothing/here"), 404, None)
    refused(company.public.call("DELETE", "/auth/signin"), 405, None)
    refused(company.public.call("POST", "/auth/signin", data=b"{"), 400, "validation-error")
    refused(company.public.call("POST", "/auth/signin", data=b"x" * 70_000), 413, None)
    refused(ann.get("/orders/not-an-id"), 404, None)


def test_storefronts_of_other_origins_may_call(company):
    answer = company.public.call("OPTIONS", "/auth/signin")
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
