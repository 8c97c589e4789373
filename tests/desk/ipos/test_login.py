"""The host-side login: a portal's server vouches for its user."""

from __future__ import annotations

import hashlib

import jwt

from flask_till.desk.tables.ipos import ipos_users
from tests.desk.ipos.the_portal import asked, refused

ORIGIN = "https://portal.example.org"
SECRET = "a secret of the portal"


def signed(portal, secret=SECRET, **more):
    fields = {
        "email": "ada@example.org",
        "timestamp": int(portal.clock().timestamp()),
        "app_id": "app_7f3c",
    } | more
    text = ",".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name] is not None)
    sign = hashlib.md5(f"{text},key={secret}".encode()).hexdigest().upper()
    return fields | {"sign": sign}


def user_in(token):
    return jwt.decode(token, options={"verify_signature": False})["user_id"]


def log_in(portal, body, origin=ORIGIN):
    return portal.nobody.by(Origin=origin).post("/app/auth/login", body)


def test_a_user_who_is_vouched_for_gets_a_token(portal, desk):
    answer = log_in(portal, signed(portal, note=None))
    assert answer.status_code == 200
    token = answer.json["data"]["token"]
    made = portal.bearer(token, app_id="app_7f3c").create()
    assert made["owner"] == "ada"
    again = log_in(portal, signed(portal)).json["data"]["token"]
    assert user_in(token) == user_in(again)


def test_a_portal_signs_in_nobody_but_its_own(portal, desk):
    token = log_in(portal, signed(portal)).json["data"]["token"]
    assert user_in(token) != "usr_ada"  # who is of the platform and has that address, too
    portal.enrolled.add_user(
        "Grace", email="grace@example.org", user_id="usr_grace", app_id="app_7f3c"
    )
    token = log_in(portal, signed(portal, email="grace@example.org")).json["data"]["token"]
    assert user_in(token) == "usr_grace"
    portal.enrolled.block_user("usr_grace")
    refused(log_in(portal, signed(portal, email="grace@example.org")), 401)


def test_a_widget_of_the_portal_sells_to_whom_it_vouched_for(portal, developer):
    token = log_in(portal, signed(portal)).json["data"]["token"]
    body = asked(user_jwt=token)
    assert developer.create(user_jwt=token)["owner"] == "ada"
    portal.enrolled.add_app(portal.merchant.merchant_id, app_id="app_b", ip_id=9)
    made = portal.enrolled.add_widget("app_b", tag="hat_shop")
    elsewhere = portal.bearer(portal.mint(made.secret_key, iss=made.access_key))
    refused(elsewhere.post("/order/create", body), 400, "user_jwt is of another widget")


def test_every_fault_is_the_same_refusal(portal, desk):
    now = int(portal.clock().timestamp())
    good = signed(portal)
    for body in (
        signed(portal, secret="another secret of nobody"),
        good | {"email": "bob@example.org"},
        good | {"sign": good["sign"].lower()},
        signed(portal, timestamp=now - 301),
        signed(portal, timestamp=now + 301),
        signed(portal, timestamp=str(now)),
        signed(portal, app_id="app_none"),
        signed(portal, email="nobody"),
        {name: value for name, value in good.items() if name != "sign"},
        {},
    ):
        refused(log_in(portal, body), 401, "Unauthorized")
    for origin in ("https://elsewhere.example", "null", "", "https://portal.example.org.evil"):
        refused(log_in(portal, good, origin), 401, "Unauthorized")
    refused(portal.nobody.post("/app/auth/login", good), 401)
    assert desk.count(ipos_users) == 2
    for offset in (-300, 300):
        assert log_in(portal, signed(portal, timestamp=now + offset)).status_code == 200


def test_of_many_first_logins_at_once_one_user_comes(portal, desk, at_once):
    answers = at_once(lambda _: log_in(portal, signed(portal)), 6)
    assert [answer.status_code for answer in answers] == [200] * 6
    assert desk.count(ipos_users) == 3
