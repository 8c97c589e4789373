"""Who may call: user tokens, widget tokens, API keys, and nobody else."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import jwt

from flask_till.desk.tables.ipos import ipos_sessions, ipos_users, ipos_widgets
from tests.desk.ipos.the_portal import ACCESS_KEY, BASE, SECRET_KEY, asked, example, refused

PAGE = {"page": "1", "page_size": "10"}


def may_list(caller) -> bool:
    answer = caller.get("/order/list", **PAGE)
    if answer.status_code != 200:
        refused(answer, 401, "Unauthorized")
    return bool(answer.status_code == 200)


def test_without_a_token_the_contracts_refusal_comes(portal):
    [case] = [one for one in example("errors")["cases"] if one["why"] == "no token"]
    path = case["request"]["path"].removeprefix("/api/v1")
    answer = portal.nobody.client.get(BASE + path)
    assert (answer.status_code, answer.json) == (401, case["response"]["body"])


def test_keys_are_exchanged_for_a_token_that_is_good(portal):
    keys = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    answer = portal.nobody.post("/developer/widgets/get-access-token", keys)
    assert answer.status_code == 200
    assert set(answer.json["data"]) == {"access_token"}
    token = answer.json["data"]["access_token"]
    claims = jwt.decode(token, SECRET_KEY, ["HS256"], options={"verify_exp": False,
                                                              "verify_iat": False})  # fmt: skip
    assert claims["iss"] == ACCESS_KEY
    assert claims["exp"] - claims["iat"] == 7 * 86400  # elsewhere than in production
    assert may_list(portal.bearer(token))


def test_in_production_such_a_token_lives_ten_minutes(make_desk):
    from tests.desk.ipos.the_portal import Portal

    desk = make_desk(env="production", public_url="https://pay.example.com")
    portal = Portal(desk)
    keys = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    answer = portal.nobody.post("/developer/widgets/get-access-token", keys)
    token = answer.json["data"]["access_token"]
    desk.clock.advance(minutes=9, seconds=59)
    assert may_list(portal.bearer(token))
    desk.clock.advance(seconds=1)
    assert not may_list(portal.bearer(token))


def test_an_unknown_pair_of_keys_is_not_found(portal):
    for access_key, secret_key in (
        (ACCESS_KEY, SECRET_KEY[:-1] + "0"),
        (ACCESS_KEY[:-1] + "0", SECRET_KEY),
        (ACCESS_KEY, "ż"),
        ("-", "-"),
    ):
        keys = {"access_key": access_key, "secret_key": secret_key}
        refused(portal.nobody.post("/developer/widgets/get-access-token", keys), 404)


def test_keys_that_are_missing_or_no_text_are_a_fault(portal):
    path = "/developer/widgets/get-access-token"
    refused(portal.nobody.post(path, {"access_key": ACCESS_KEY}), 400)
    refused(portal.nobody.post(path, {"access_key": 1, "secret_key": SECRET_KEY}), 400)


def test_a_token_minted_by_the_developer_is_good_until_it_ends(portal, clock):
    caller = portal.bearer(portal.mint())
    assert may_list(caller)
    clock.advance(minutes=10)
    assert not may_list(caller)


def test_a_widget_token_must_be_signed_with_its_own_key(portal):
    made = portal.enrolled.add_widget("app_7f3c", tag="hat_shop")
    assert not may_list(portal.bearer(portal.mint(made.secret_key)))
    assert not may_list(portal.bearer(portal.mint(SECRET_KEY, iss=made.access_key)))
    assert not may_list(portal.bearer(portal.mint("x" * 40, iss="wgt_ak_" + "0" * 25)))
    assert may_list(portal.bearer(portal.mint(made.secret_key, iss=made.access_key)))


def test_only_hs256_is_believed(portal):
    for algorithm in ("HS384", "HS512"):
        assert not may_list(portal.bearer(portal.mint(algorithm=algorithm)))
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    claims = base64.urlsafe_b64encode(json.dumps({"iss": ACCESS_KEY}).encode()).decode()
    assert not may_list(portal.bearer(f"{header}.{claims.rstrip('=')}."))


def test_an_end_that_is_no_moment_is_refused(portal):
    for exp in ("soon", True, -1, None, [], {}):
        claims = json.dumps({"iss": ACCESS_KEY, "exp": exp}).encode()
        token = jwt.api_jws.encode(claims, SECRET_KEY, "HS256")
        assert not may_list(portal.bearer(token)), exp


def test_hostile_tokens_are_nobodys(portal):
    for token in ("", "a", "a.b.c", "é.é.é", "." * 9000, "a." + "A" * 7000 + ".c"):
        refused(portal.bearer(token).get("/order/list", **PAGE), 401, "Unauthorized")
        refused(portal.nobody.by(x_api_key=token).get("/order/list", **PAGE), 401)
    refused(portal.nobody.by(Authorization="Basic YTpi").get("/order/list", **PAGE), 401)
    for issuer in ("wgt_ak_\ud800", "wgt_ak_\x00", "wgt_ak_" + "a" * 2000, "wgt_ak_ż"):
        claims = json.dumps({"iss": issuer}).encode()
        token = jwt.api_jws.encode(claims, SECRET_KEY, "HS256")
        refused(portal.bearer(token).get("/order/list", **PAGE), 401, "Unauthorized")


def test_a_header_that_names_no_portal_is_refused(portal):
    alone = portal.bearer(portal.user_token(widget=None))
    for name in ("a\x00b", "ż", "two words", "x" * 5000):
        refused(alone.by(app_id=name).post("/order/create", asked()), 400, "App not found")


def test_a_user_token_is_good_for_seven_days(portal, clock):
    caller = portal.bearer(portal.user_token(widget=None))
    assert may_list(caller)
    clock.advance(days=7, seconds=-1)
    assert may_list(caller)
    clock.advance(seconds=1)
    assert not may_list(caller)


def test_a_user_token_says_what_the_contract_says(portal):
    options = {"verify_signature": False}
    claims = jwt.decode(portal.user_token(), options=options)
    assert claims["user_id"] == "usr_ada"
    assert claims["username"] == "Ada Lovelace"
    assert claims["usernameShorted"] == "u_ada01"
    assert claims["email"] == "ada@example.org"
    assert set(claims) >= {"avatar", "device_id", "widget_session_id"}


def test_nobody_makes_a_user_token_without_the_desks_key(portal):
    claims = {"user_id": "usr_ada", "exp": portal.clock() + timedelta(days=1)}
    for secret in (SECRET_KEY, "a secret that only tests know".ljust(40)):
        assert not may_list(portal.bearer(jwt.encode(claims, secret)))


def test_a_blocked_user_is_nobody_until_let_in_again(portal, user):
    keyed = portal.nobody.by(x_api_key=portal.ada.api_key)
    portal.enrolled.block_user("usr_ada")
    assert not may_list(user)
    assert not may_list(keyed)
    portal.enrolled.block_user("usr_ada", is_blocked=False)
    assert may_list(user)
    assert may_list(keyed)


def test_a_token_ends_with_its_widgets_session(portal, user, desk):
    elsewhere = portal.bearer(portal.user_token(widget=None))
    assert portal.enrolled.end_sessions("usr_ada", "skin_shop") == 1
    assert not may_list(user)
    assert may_list(elsewhere)
    assert may_list(portal.user)


def test_a_session_is_good_for_its_own_user_only(portal, desk):
    from flask_till.desk.ipos_portal import User

    token = portal.user_token()
    session = jwt.decode(token, options={"verify_signature": False})["widget_session_id"]
    bob = User("usr_bob", None, "Bob", "Bob", None, "", is_blocked=False)
    forged = portal.enrolled._tokens.issue(bob, session, portal.clock())
    assert not may_list(portal.bearer(forged))


def test_an_api_key_wins_over_a_token(portal, user):
    mine = user.create()["order_id"]
    bob = user.by(x_api_key=portal.bob.api_key)
    refused(bob.get("/order/detail", order_id=mine), 404, "Order not found")
    assert not may_list(user.by(x_api_key="ipos_key_of_nobody"))
    assert portal.nobody.by(x_api_key=portal.ada.api_key).detail(mine)["order_id"] == mine


def test_with_an_api_key_the_header_names_the_portal(portal):
    caller = portal.nobody.by(x_api_key=portal.ada.api_key)
    refused(caller.post("/order/create", asked()), 400, "App id is required")
    assert caller.by(app_id="app_7f3c").create()["owner"] == "u_ada01"


def test_a_rotated_key_of_the_desk_still_opens_and_the_first_one_signs(make_desk, new_database_url):
    from tests.desk.ipos.the_portal import Portal

    url = new_database_url()
    before = Portal(make_desk(url, secret_keys=["the old key of this desk"]))
    token, widget_token = before.user_token(), before.mint()
    after = make_desk(url, secret_keys=["the new key of this desk", "the old key of this desk"])
    client = after.app.test_client()
    for one in (token, widget_token, after.desk.ipos.issue_token("usr_ada")):
        headers = {"Authorization": f"Bearer {one}"}
        assert (
            client.get(BASE + "/order/list", query_string=PAGE, headers=headers).status_code == 200
        )
    fresh = after.desk.ipos.issue_token("usr_ada")
    headers = {"Authorization": f"Bearer {fresh}"}
    old = before.desk.app.test_client().get(
        BASE + "/order/list", query_string=PAGE, headers=headers
    )
    assert old.status_code == 401


def test_secrets_are_not_kept_as_they_are(portal, desk):
    portal.user_token()
    kept = repr([desk.rows(table) for table in (ipos_widgets, ipos_users, ipos_sessions)])
    for secret in (SECRET_KEY, portal.ada.api_key, "a secret of the portal"):
        assert secret not in kept


def test_who_only_has_a_users_token_cannot_act_for_a_widget(portal, user, developer):
    order_id = user.create()["order_id"]
    refused(user.post("/order/refund", {"order_id": order_id}), 403)
    refused(user.post("/order/release-rewards", {"order_id": order_id}), 403)
    refused(developer.post("/order/payWithWallet", {"order_id": order_id}), 403)
    refused(developer.post("/order/payWithStripe", {"order_id": order_id}), 403)


def test_a_users_token_opens_the_page_of_that_users_orders_only(portal, user, desk):
    order_id = user.create()["order_id"]
    order = desk.read(order_id)
    admits = desk.app.extensions["till_desk"].counter.admits
    assert admits(order, portal.user_token())
    assert not admits(order, portal.user_token("usr_bob"))
    assert not admits(order, portal.mint())
    assert not admits(order, "nonsense")
    portal.enrolled.block_user("usr_ada")
    assert not admits(order, portal.user_token())
