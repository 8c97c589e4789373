"""What an operator types for portals, widgets and users, and what demos ask for again and again."""

from __future__ import annotations

import re

import pytest

from flask_till.desk.commands.ipos import ipos
from flask_till.errors import Conflict, InvalidRequest, NotFound, SettingsError
from tests.desk.ipos.the_portal import ACCESS_KEY, SECRET_KEY


@pytest.fixture
def run(desk):
    def run(*arguments: str) -> str:
        done = desk.app.test_cli_runner().invoke(ipos, list(arguments), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return str(done.output)

    return run


def test_a_portal_is_set_up_with_commands_and_sells(portal, run, user):
    merchant = portal.merchant.merchant_id
    said = run("apps", "add", merchant, "--ip", "9", "--login-origin", "https://p.example")
    app_id = re.search(r"app_[0-9a-f]{16}", said)[0]
    assert app_id in run("apps", "list")
    said = run("widgets", "add", app_id, "mug_shop")
    access_key = re.search(r"wgt_ak_[0-9a-f]{25}", said)[0]
    secret_key = re.search(r"wgt_sk_[0-9a-f]{57}", said)[0]
    assert "https://pay.example.com/ipos" in said
    listed = run("widgets", "list")
    assert access_key in listed
    assert secret_key not in listed
    said = run("users", "add", "Cleo", "--email", "cleo@example.org", "--app", app_id)
    user_id = re.search(r"usr_[0-9a-f]{24}", said)[0]
    api_key = re.search(r"ipos_key_\S+", said)[0]
    assert user_id in run("users", "list")
    token = run("token", user_id, "--widget", "mug_shop").strip()
    made = portal.bearer(token).create(amount=100)
    assert made["app_id"] == app_id
    assert run("grant", user_id, "wallet", "100")
    assert portal.bearer(token).pay(made["order_id"])["current_status"] == "completed"
    developer = portal.bearer(portal.mint(secret_key, iss=access_key))
    assert developer.detail(made["order_id"])["widget_tag"] == "mug_shop"
    run("widgets", "renew", "mug_shop")
    assert developer.get("/order/detail", order_id=made["order_id"]).status_code == 401
    run("users", "block", user_id)
    assert "blocked" in run("users", "list")
    keyed = portal.nobody.by(x_api_key=api_key, app_id=app_id)
    assert keyed.get("/credit/balance").status_code == 401
    run("users", "unblock", user_id)
    assert keyed.get("/credit/balance").status_code == 200
    run("pools", "add", "5", "rwd", "--ip", "9", "--per-dollar", "2")
    assert "rwd" in run("pools", "list")


def test_fixed_values_may_be_asked_for_again_and_again(portal):
    enrolled = portal.enrolled
    for _ in range(2):
        enrolled.ensure_app(
            portal.merchant.merchant_id,
            app_id="app_7f3c",
            login_secret="a secret of the portal",
            ip_id=418,
            login_origins=["https://p.example"],
        )
        enrolled.ensure_widget(
            "app_7f3c", tag="skin_shop", access_key=ACCESS_KEY, secret_key=SECRET_KEY
        )
        enrolled.ensure_user("Ada", user_id="usr_ada", api_key=portal.ada.api_key)
        enrolled.ensure_pool(3, token="rwd", ip_id=418)
        enrolled.ensure_balance("usr_ada", "free_credit", 500)
    assert portal.user.create()["ip_id"] == 418
    assert portal.user.balance()["free_credit"] == 500


def test_fixed_values_that_are_others_are_refused(portal):
    enrolled = portal.enrolled
    merchant = portal.merchant.merchant_id
    with pytest.raises(SettingsError):
        enrolled.ensure_app(merchant, app_id="app_7f3c", login_secret="x" * 20, ip_id=417)
    with pytest.raises(SettingsError):
        enrolled.ensure_widget(
            "app_7f3c", tag="skin_shop", access_key=ACCESS_KEY, secret_key=SECRET_KEY[:-1] + "0"
        )
    with pytest.raises(SettingsError):
        enrolled.ensure_user("Bob", user_id="usr_bob", api_key=portal.ada.api_key)
    enrolled.add_pool(3, token="rwd", ip_id=1)
    with pytest.raises(SettingsError):
        enrolled.ensure_pool(4, token="rwd", ip_id=1)


def test_what_cannot_be_enrolled_is_refused(portal):
    enrolled = portal.enrolled
    merchant = portal.merchant.merchant_id
    with pytest.raises(NotFound):
        enrolled.add_app("mer_none", ip_id=1)
    with pytest.raises(NotFound):
        enrolled.add_widget("app_none", tag="x")
    with pytest.raises(NotFound):
        enrolled.add_widget(None, tag="x")
    with pytest.raises(NotFound):
        enrolled.issue_token("usr_none")
    with pytest.raises(NotFound):
        enrolled.issue_token("usr_ada", "no_widget")
    with pytest.raises(NotFound):
        enrolled.grant("usr_none", "wallet", 1, live=False)
    with pytest.raises(Conflict):
        enrolled.add_user("Ada", email="ada@example.org")
    with pytest.raises(Conflict):
        enrolled.add_app(merchant, ip_id=1, app_id="app_7f3c")
    with pytest.raises(Conflict):
        enrolled.add_widget("app_7f3c", tag="other", access_key=ACCESS_KEY)
    for wrong in (
        lambda: enrolled.add_app(merchant, ip_id=1, app_id="two words"),
        lambda: enrolled.add_app(merchant, ip_id=1, login_origins=["https://p.example/path"]),
        lambda: enrolled.add_app(merchant, ip_id=1, login_secret="short"),
        lambda: enrolled.add_widget("app_7f3c", tag="x" * 65),
        lambda: enrolled.add_widget("app_7f3c", tag="x", access_key="wgt_ak_short"),
        lambda: enrolled.add_widget("app_7f3c", tag="x", secret_key=ACCESS_KEY),
        lambda: enrolled.add_user(""),
        lambda: enrolled.grant("usr_ada", "gold", 1, live=False),
        lambda: enrolled.grant("usr_ada", "wallet", -1, live=False),
    ):
        with pytest.raises(InvalidRequest):
            wrong()


def test_a_widget_may_sell_for_a_merchant_of_its_own(portal, desk):
    other = desk.desk.add_merchant(name="Hats").merchant_id
    portal.enrolled.add_widget("app_7f3c", tag="hat_shop", merchant_id=other)
    portal.enrolled.add_widget(None, tag="nomad", merchant_id=other)
    made = portal.bearer(portal.user_token(widget="hat_shop")).create()
    assert desk.read(made["order_id"]).merchant_id == other
    nomad = portal.bearer(portal.user_token(widget="nomad"), app_id="app_7f3c")
    assert desk.read(nomad.create()["order_id"]).merchant_id == other
