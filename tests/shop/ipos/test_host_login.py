"""A portal's backend vouches for its user, and keeps the token for as long as it is good."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from flask_till.errors import SettingsError, Unauthenticated, Unavailable
from flask_till.shop.desks import ShopperUnknown
from flask_till.shop.desks.ipos.desk import RenewedToken
from flask_till.shop.desks.ipos.login import HostLogin
from tests.shop.dollars import NOON, ORDER
from tests.stand_ins.ipos_platform import APP_ID, APP_SECRET, ORIGIN

BOB = replace(ORDER, id="ord_bob", shopper="bob")


@pytest.fixture
def new_login(line, clock):
    made = []

    def make(**options):
        given = {
            "app_id": APP_ID,
            "secret": APP_SECRET,
            "origin": ORIGIN,
            "email": lambda order: "bob@x.example" if order.shopper == "bob" else "ada@x.example",
            "transport": line,
            "clock": clock,
            **options,
        }
        made.append(HostLogin("https://ipos.example", **given))
        return made[-1]

    yield make
    for login in made:
        login.close()


def test_a_login_says_who_it_is_with_a_checksum(new_login, platform):
    token = new_login()(ORDER)
    (asked,) = platform.asked
    assert asked.headers["origin"] == ORIGIN
    assert set(json.loads(asked.raw)) == {"email", "timestamp", "app_id", "sign"}
    assert asked.body["timestamp"] == NOON.timestamp()
    assert type(asked.body["timestamp"]) is int
    assert platform.logins == 1, "the platform made the same checksum of it"
    assert token.count(".") == 2


def test_a_token_is_kept_for_each_user(new_login, platform):
    login = new_login()
    assert isinstance(login, RenewedToken)
    ada, bob = login(ORDER), login(BOB)
    assert (login(ORDER), login(BOB)) == (ada, bob)
    assert platform.logins == 2


@pytest.mark.parametrize(("life", "logins"), [(60, 1), (16, 2), (1, 2)])
def test_a_token_that_ends_while_the_page_is_open_is_not_handed_out(
    new_login, platform, life, logins
):
    platform.token_life = timedelta(minutes=life)
    login = new_login()
    login(ORDER)
    login(ORDER)
    assert platform.logins == logins


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "e30.eyJleHAiOjFlOTl9.c"])
def test_a_token_that_does_not_say_when_it_ends_is_kept_until_it_is_refused(new_login, line, token):
    line.says(200, json={"code": 200, "msg": "ok", "data": {"token": token}})
    login = new_login()
    assert login(ORDER) == token
    line.cut = True
    assert login(ORDER) == token
    login.forget(ORDER)
    with pytest.raises(Unavailable):
        login(ORDER)


def test_a_401_at_the_desk_fetches_a_fresh_token_for_that_buyer_only(new_login, new_desk, platform):
    login = new_login()
    desk = new_desk(user_token=login)
    first, bobs = desk.create(ORDER).key.token, desk.create(BOB).key.token
    platform.blocked = {first}
    second = desk.create(replace(ORDER, id="ord_2")).key.token
    assert second != first
    assert platform.logins == 3
    assert desk.create(replace(BOB, id="ord_bob_2")).key.token == bobs
    assert platform.logins == 3


def test_a_desk_that_is_closed_closes_its_login(new_login, new_desk):
    login = new_login()
    new_desk(user_token=login).close()
    with pytest.raises(RuntimeError, match="closed"):
        login(ORDER)


def test_nobody_signed_in_asks_nobody(new_login, platform):
    login = new_login(email=lambda order: None)
    with pytest.raises(ShopperUnknown):
        login(ORDER)
    with pytest.raises(ShopperUnknown):
        login.forget(ORDER)
    assert platform.asked == []


def test_a_login_that_is_refused_is_not_kept(new_login, platform):
    login = new_login(secret="another")
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            login(ORDER)
    assert platform.verbs() == ["login", "login"]
    assert "another" not in repr(login)


@pytest.mark.parametrize("data", [None, [], "token", {}, {"token": None}, {"token": "x" * 9000}])
def test_a_login_without_a_token_is_no_answer(new_login, line, data):
    line.says(200, json={"code": 200, "msg": "ok", "data": data})
    with pytest.raises(Unavailable):
        new_login()(ORDER)


def test_only_so_many_tokens_are_kept(new_login, platform, monkeypatch):
    monkeypatch.setattr("flask_till.shop.desks.ipos.login.MOST_KEPT", 2)
    login = new_login(email=lambda order: f"{order.shopper}@x.example")
    for name in ("a", "b", "c", "c", "b", "a"):
        login(replace(ORDER, shopper=name))
    assert platform.logins == 4


@pytest.mark.parametrize("wrong", [{"app_id": ""}, {"secret": ""}, {"origin": "portal"}])
def test_what_cannot_be_right_is_refused_at_once(new_login, wrong):
    with pytest.raises(SettingsError):
        new_login(**wrong)
