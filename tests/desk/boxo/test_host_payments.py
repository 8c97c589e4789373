"""The desk as a host app: who is charged, once, and what the miniapp's page is told (7, 8)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Response

from flask_till.desk.actions.balances import read_balances
from flask_till.desk.boxo_desk import HostPayments
from flask_till.desk.boxo_payment import payer_of
from flask_till.desk.host_sessions import COOKIE, HostSessions, HostUser
from flask_till.errors import Forbidden, NotFound
from flask_till.money import Money
from tests.desk.boxo.the_miniapp import APP, HOST, LISTED, SECRET, TheMiniapp, an_order

USER = HostUser(HOST, "user-77")


@pytest.fixture
def pages(desk) -> HostPayments:
    return HostPayments(desk.database, desk.cashier)


@pytest.fixture
def payment_id(miniapp) -> str:
    return miniapp.created(an_order(hostapp_user_id="user-77"))


def balance(desk, user="user-77"):
    owner = payer_of(HOST, user)
    return desk.database.read(read_balances, owner, currency="USD", live=False).wallet.minor


def words(pages, payment_id):
    return pages.words(*pages.show(payment_id))


def test_an_open_payment_has_no_word_yet(pages, payment_id):
    payment, order = pages.show(payment_id)
    assert (payment.miniapp_name, payment.host_name) == (APP, "Super app")
    assert pages.words(payment, order) == {
        "status": None,
        "hostappOrderId": payment_id,
        "transactionId": "",
    }


def test_a_signed_in_user_pays_from_the_balance_once(
    desk, partners, pages, payment_id, miniapp, at_once
):
    partners.grant(HOST, "user-77", Money("300.00", "USD"))
    at_once(lambda _: pages.pay(payment_id, USER), 6)
    assert balance(desk) == 30000 - 11000
    told = words(pages, payment_id)
    assert (told["status"], told["hostappOrderId"]) == ("success", payment_id)
    assert told["transactionId"] == desk.read(payment_id).payment.id
    assert miniapp.state(payment_id) == ("paid", "")


def test_too_little_fails_the_payment(desk, partners, pages, payment_id, miniapp, told):
    partners.grant(HOST, "user-77", Money("109.99", "USD"))
    pages.pay(payment_id, USER)
    assert words(pages, payment_id)["status"] == "failed"
    assert miniapp.state(payment_id) == ("failed", "Insufficient balance")
    assert balance(desk) == 10999
    desk.desk.relay.drain()
    assert [one["payment_fail_reason"] for one in told.events] == ["Insufficient balance"]


def test_money_for_one_pays_one_of_two_at_once(desk, partners, pages, miniapp, at_once):
    partners.grant(HOST, "user-77", Money("150.00", "USD"))
    made = [miniapp.created(an_order(f"T-{n}", hostapp_user_id="user-77")) for n in range(2)]
    at_once(lambda number: pages.pay(made[number], USER), 2)
    assert sorted(miniapp.state(one)[0] for one in made) == ["failed", "paid"]
    assert balance(desk) == 4000


def test_cancelling_cancels_and_a_second_answer_changes_nothing(
    desk, pages, payment_id, miniapp, told
):
    pages.cancel(payment_id)
    pages.pay(payment_id, USER)
    pages.cancel(payment_id)
    assert words(pages, payment_id)["status"] == "cancelled"
    assert miniapp.state(payment_id) == ("cancelled", "")
    desk.desk.relay.drain()
    assert [one["payment_status"] for one in told.events] == ["cancelled"]


def test_yes_and_no_at_once_are_one_answer(desk, partners, pages, miniapp, at_once):
    partners.grant(HOST, "user-77", Money("2000.00", "USD"))
    paid = 0
    for number in range(5):
        payment_id = miniapp.created(an_order(f"T-{number}", hostapp_user_id="user-77"))

        def answer(who, payment_id=payment_id):
            return pages.pay(payment_id, USER) if who else pages.cancel(payment_id)

        at_once(answer, 2)
        status, _ = miniapp.state(payment_id)
        assert status in ("paid", "cancelled")
        paid += status == "paid"
    desk.desk.relay.drain()
    assert balance(desk) == 200000 - paid * 11000


@pytest.mark.parametrize(
    ("user", "outcome", "status", "reason"),
    [
        (None, None, "paid", ""),
        (HostUser(HOST, "somebody else"), None, "paid", ""),
        (HostUser("another host", "user-77"), None, "paid", ""),
        (None, "declined", "failed", "The payment was declined"),
    ],
)
def test_in_development_the_sandbox_plays_for_whoever_is_there(
    desk, partners, pages, payment_id, miniapp, user, outcome, status, reason
):
    partners.grant(HOST, "user-77", Money("300.00", "USD"))
    pages.pay(payment_id, user, outcome=outcome)
    assert miniapp.state(payment_id) == (status, reason)
    assert balance(desk) == 30000


@pytest.mark.parametrize("user", [None, HostUser(HOST, "other"), HostUser("other", "user-77")])
def test_without_a_sandbox_somebody_must_be_signed_in(new_desk, user):
    from tests.stand_ins.paper_gateway import PaperGateway

    desk = new_desk(gateways=[PaperGateway()])
    boxo = desk.desk.boxo
    boxo.add_miniapp(desk.merchant.id, app_id=APP, secret_key=SECRET, addresses=[LISTED])
    boxo.add_host(client_id=HOST)
    boxo.add_partnership(APP, HOST)
    payment_id = TheMiniapp(desk).created(an_order(hostapp_user_id="user-77"))
    pages = HostPayments(desk.database, desk.cashier)
    with pytest.raises(Forbidden) as refused:
        pages.pay(payment_id, user)
    assert refused.value.code == "HOST_SIGN_IN_NEEDED"
    assert refused.value.remedy
    assert desk.read(payment_id).status == "pending"


def test_one_that_is_over_is_ended_on_the_way(clock, pages, payment_id, miniapp):
    clock.advance(minutes=30)
    pages.pay(payment_id, None)
    assert words(pages, payment_id)["status"] == "cancelled"
    assert miniapp.state(payment_id) == ("cancelled", "expired")


def test_other_hosts_payments_and_other_orders_are_not_here(desk, pages, miniapp, outside):
    miniapp.created(client="outside")
    from flask_till.desk.tables import orders

    theirs = [row.id for row in desk.rows(orders)]
    for payment_id in (*theirs, "their-1", "op_unknown", desk.order().id, ""):
        for verb in (pages.show, pages.cancel, lambda one: pages.pay(one, None)):
            with pytest.raises(NotFound) as unknown:
                verb(payment_id)
            assert unknown.value.code == "ORDER_NOT_FOUND"


# --- who is signed in -------------------------------------------------------------------------


@pytest.fixture
def sessions(desk, clock) -> HostSessions:
    return HostSessions(desk.desk.settings, clock, lambda: "https://pay.example/desk")


def cookie_of(response) -> Any:
    from werkzeug.http import parse_cookie

    [header] = response.headers.getlist("Set-Cookie")
    return header, {COOKIE: parse_cookie(header)[COOKIE]}


def test_a_user_is_known_by_a_cookie_of_the_hosts_pages(sessions):
    response = Response()
    sessions.sign_in(response, HOST, "użytkownik-7")
    header, cookies = cookie_of(response)
    assert sessions.user_of(cookies) == HostUser(HOST, "użytkownik-7")
    for part in ("Secure", "HttpOnly", "SameSite=None", "Path=/desk/boxo/hostapp", "Partitioned"):
        assert part in header


def test_a_cookie_is_forged_by_nobody_and_ends_after_twelve_hours(sessions, clock):
    response = Response()
    sessions.sign_in(response, HOST, "user-77")
    _, cookies = cookie_of(response)
    value = cookies[COOKIE]
    for wrong in ("", "x", value[:-2] + "AA", f"{value}x"):
        assert sessions.user_of({COOKIE: wrong}) is None
    assert sessions.user_of({}) is None
    clock.advance(hours=12, seconds=1)
    assert sessions.user_of(cookies) is None


def test_operators_sign_users_in(partners):
    response = Response()
    partners.sign_in(response, HOST, "user-77")
    assert COOKIE in cookie_of(response)[1]
    with pytest.raises(NotFound):
        partners.sign_in(response, "nobody", "user-77")
