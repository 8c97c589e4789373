"""Two things at the same moment: each order of events that a thread could choose, chosen by hand.

What many at once do is in the tests of each call; here the second one comes in at a named point
of the first one's way. Money is never lost, and each status is told once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from flask_till.desk.actions.balances import read_balances
from flask_till.desk.boxo_desk import HostPayments
from flask_till.desk.boxo_payment import payer_of
from flask_till.desk.cashier import Cashier
from flask_till.desk.dialects.boxo import standing
from flask_till.desk.host_sessions import HostUser
from flask_till.desk.paying import Paying
from flask_till.desk.tables import payments
from flask_till.money import Money
from tests.desk.boxo.the_miniapp import HOST, an_order, code_of

USER = HostUser(HOST, "user-77")
Do = Callable[[], Any]


@pytest.fixture
def cut_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``cut_in(where, name, do)``: something else happens once, just before that is called."""

    def before(where: Any, name: str, do: Do, *, after: bool = False) -> None:
        real, done = getattr(where, name), []

        def cut(*given: Any, **named: Any) -> Any:
            if done:
                return real(*given, **named)
            done.append(True)
            if not after:
                do()
                return real(*given, **named)
            answer = real(*given, **named)
            do()
            return answer

        monkeypatch.setattr(where, name, cut)

    return before


@pytest.fixture
def pages(desk: Any) -> HostPayments:
    return HostPayments(desk.database, desk.cashier)


@pytest.fixture
def payment_id(miniapp: Any, partners: Any) -> str:
    partners.grant(HOST, USER.user_reference, Money("300.00", "USD"))
    made: str = miniapp.created(an_order(hostapp_user_id=USER.user_reference))
    return made


@pytest.fixture
def ends_as(desk: Any, miniapp: Any, told: Any, payment_id: str) -> Callable[..., None]:
    """How it stands for everybody: the miniapp, its webhook, the books and the user's balance."""

    def check(status: str, reason: str = "", *, from_balance: bool = False) -> None:
        assert miniapp.state(payment_id) == (status, reason)
        for _ in range(2):
            desk.desk.relay.drain()
        assert [one["payment_status"] for one in told.events] == [status]
        kept = [row for row in desk.rows(payments) if row.kept]
        assert len(kept) == (status == "paid")
        owner = payer_of(HOST, USER.user_reference)
        left = desk.database.read(read_balances, owner, currency="USD", live=False).wallet.minor
        assert left == 30000 - (11000 if from_balance else 0)

    return check


# --- paid against failed ----------------------------------------------------------------------

POINTS = [
    (standing, "_find"),
    (standing, "_decide"),
    (standing, "_still_there"),
    (standing, "is_at_host"),
    (standing, "start_at_host"),
    (standing, "complete_payment"),
    (standing, "_read"),
]


@pytest.mark.parametrize(("where", "name"), POINTS, ids=lambda one: str(one)[-16:])
@pytest.mark.parametrize("other", ["failed", "cancelled"])
def test_a_report_that_comes_in_while_another_is_being_heard(
    host_server, cut_in, ends_as, payment_id, where, name, other
):
    seen = []
    cut_in(where, name, lambda: seen.append(host_server.complete(payment_id, other)))
    answer = host_server.complete(payment_id, "paid")
    assert len(seen) == 1
    if name == "_read":
        assert answer.status_code == 200
        assert code_of(seen[0]) == "INVALID_PAYMENT_STATUS"
        return ends_as("paid")
    assert seen[0].json == {"code": "SUCCESS"}
    assert code_of(answer) == "INVALID_PAYMENT_STATUS"
    return ends_as(other)


def test_a_payment_started_for_a_report_is_ended_by_the_next(
    host_server, cut_in, ends_as, payment_id
):
    """The first has told the gateway that money is there, and did not write it down yet."""
    seen = []
    cut_in(
        standing,
        "start_at_host",
        lambda: seen.append(host_server.complete(payment_id, "failed", reason="No")),
        after=True,
    )
    answer = host_server.complete(payment_id, "paid")
    assert seen[0].json == {"code": "SUCCESS"}
    assert code_of(answer) == "INVALID_PAYMENT_STATUS"
    ends_as("failed", "No")


# --- a report against the end of time ---------------------------------------------------------


def late(clock: Any, desk: Any, payment_id: str) -> None:
    clock.advance(minutes=30)
    desk.cashier.expire(payment_id)


@pytest.mark.parametrize(("where", "name"), POINTS[:-1], ids=lambda one: str(one)[-16:])
def test_time_that_ends_while_money_is_reported(
    desk, clock, host_server, cut_in, ends_as, payment_id, where, name
):
    cut_in(where, name, partial(late, clock, desk, payment_id))
    assert code_of(host_server.complete(payment_id, "paid")) == "INVALID_PAYMENT_STATUS"
    ends_as("cancelled", "expired")


def test_time_that_ends_once_money_is_under_way(
    desk, clock, host_server, cut_in, ends_as, payment_id
):
    """The host's word is on its way into the books when the sweep comes."""
    cut_in(standing, "start_at_host", partial(late, clock, desk, payment_id), after=True)
    answer = host_server.complete(payment_id, "paid")
    if answer.status_code == 200:
        return ends_as("paid")
    assert code_of(answer) == "INVALID_PAYMENT_STATUS"
    return ends_as("cancelled", "expired")


def test_money_that_is_reported_while_time_ends(
    desk, clock, host_server, cut_in, ends_as, payment_id
):
    """Before the sweep has asked anybody whether money is under way."""
    clock.advance(minutes=29, seconds=59)
    seen = []
    cut_in(Cashier, "_end", lambda *_: seen.append(host_server.complete(payment_id, "paid")))
    clock.advance(1)
    desk.cashier.sweep()
    assert code_of(seen[0]) == "INVALID_PAYMENT_STATUS"
    ends_as("cancelled", "expired")


def test_money_that_is_reported_in_time_while_a_sweep_is_at_it(
    desk, clock, host_server, cut_in, ends_as, payment_id
):
    """The sweep has looked: nothing under way. Then the money is reported, in time by the clock
    of whoever hears of it; then the sweep writes its end."""
    clock.advance(minutes=30)

    def report() -> None:
        clock.now -= (delta := clock.now - was)
        seen.append(host_server.complete(payment_id, "paid"))
        clock.now += delta

    was, seen = clock.now.replace(), []
    was -= desk.read(payment_id).expires_at - desk.read(payment_id).created_at
    cut_in(Paying, "stop_all", report, after=True)
    desk.cashier.sweep()
    assert [one.status_code for one in seen] == [200]
    ends_as("paid")


# --- yes and no -------------------------------------------------------------------------------

PAGE_POINTS = [
    (HostPayments, "_charge_balance"),
    (Cashier, "gateway_for"),
    (Cashier, "pay"),
    (Paying, "start"),
]


@pytest.mark.parametrize(("where", "name"), PAGE_POINTS, ids=lambda one: str(one)[-16:])
def test_a_second_yes_in_the_middle_of_the_first(pages, cut_in, ends_as, payment_id, where, name):
    cut_in(where, name, lambda: pages.pay(payment_id, USER))
    pages.pay(payment_id, USER)
    ends_as("paid", from_balance=True)


@pytest.mark.parametrize(("where", "name"), PAGE_POINTS, ids=lambda one: str(one)[-16:])
def test_a_no_in_the_middle_of_a_yes(pages, cut_in, ends_as, payment_id, where, name):
    cut_in(where, name, lambda: pages.cancel(payment_id))
    pages.pay(payment_id, USER)
    ends_as("cancelled")


@pytest.mark.parametrize("name", ["show", "_end"])
def test_a_yes_in_the_middle_of_a_no(pages, cut_in, ends_as, payment_id, name):
    cut_in(HostPayments, name, lambda: pages.pay(payment_id, USER))
    pages.cancel(payment_id)
    ends_as("paid", from_balance=True)


def test_a_yes_while_a_no_is_being_written(pages, cut_in, ends_as, payment_id):
    cut_in(Paying, "stop_all", lambda: pages.pay(payment_id, USER), after=True)
    pages.cancel(payment_id)
    ends_as("paid", from_balance=True)


@pytest.mark.parametrize(("where", "name"), PAGE_POINTS, ids=lambda one: str(one)[-16:])
def test_the_host_reports_money_in_the_middle_of_a_yes(
    pages, host_server, cut_in, ends_as, payment_id, where, name
):
    """The host took it elsewhere: the user's balance here is left alone."""
    cut_in(where, name, lambda: host_server.complete(payment_id, "paid"))
    pages.pay(payment_id, USER)
    ends_as("paid")


def test_a_yes_in_the_middle_of_a_report(pages, host_server, cut_in, ends_as, payment_id):
    cut_in(standing, "start_at_host", lambda: pages.pay(payment_id, USER))
    assert host_server.complete(payment_id, "paid").status_code == 200
    ends_as("paid", from_balance=True)


# --- all at once ------------------------------------------------------------------------------


def test_twenty_yeses_and_as_many_nos_and_reports_at_once(
    desk, pages, miniapp, host_server, partners, told, at_once
):
    """Whoever is first: one status, one webhook, at most one charge; the audit comes after."""
    partners.grant(HOST, USER.user_reference, Money("110.00", "USD"))
    made = miniapp.created(an_order(hostapp_user_id=USER.user_reference))
    each: list[Do] = [
        lambda: pages.pay(made, USER),
        lambda: pages.cancel(made),
        lambda: host_server.complete(made, "failed"),
        lambda: host_server.complete(made, "paid"),
        lambda: miniapp.status(made),
    ]
    at_once(lambda number: each[number % len(each)](), 20)
    status, _ = miniapp.state(made)
    desk.desk.relay.drain()
    assert [one["payment_status"] for one in told.events] == [status]
    kept = [row for row in desk.rows(payments) if row.kept]
    assert len(kept) == (status == "paid")
