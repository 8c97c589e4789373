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
from flask_till.desk.tables import orders, payments
from flask_till.money import Money
from tests.desk.boxo.the_miniapp import HOST, an_order, code_of

USER = HostUser(HOST, "user-77")
Do = Callable[[], Any]


@pytest.fixture
def pages(desk: Any) -> HostPayments:
    return HostPayments(desk.database, desk.cashier)


@pytest.fixture(params=[HOST, "outside"])
def client(request: pytest.FixtureRequest) -> str:
    """Both kinds of host app: this desk, and one that is elsewhere."""
    host: str = request.param
    return host


@pytest.fixture
def payment_id(miniapp: Any, partners: Any, outside: Any, client: str) -> str:
    partners.grant(HOST, USER.user_reference, Money("300.00", "USD"))
    order = an_order(hostapp_user_id=USER.user_reference)
    made: str = miniapp.created(order, client=client)
    return made


@pytest.fixture
def report(host_server: Any, payment_id: str, client: str) -> Callable[..., Any]:
    """The host app's server says what became of it."""
    return partial(host_server.complete, payment_id, client=client)


@pytest.fixture
def order_id(desk: Any, payment_id: str) -> str:
    [row] = desk.rows(orders)
    found: str = row.id
    return found


@pytest.fixture
def ends_as(
    desk: Any, miniapp: Any, told: Any, payment_id: str, client: str
) -> Callable[..., None]:
    """How it stands for everybody: the miniapp, its webhook, the books and the user's balance."""

    def check(status: str, reason: str = "", *, from_balance: bool = False) -> None:
        assert miniapp.state(payment_id, client=client) == (status, reason)
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
    (standing, "_decide"),
    (standing, "_still_there"),
    (standing, "start_at_host"),
    (standing, "_read"),
]


@pytest.mark.parametrize(("where", "name"), POINTS, ids=lambda one: str(one)[-16:])
def test_a_report_that_comes_in_while_another_is_being_heard(
    report, cut_in, ends_as, client, where, name
):
    if client != HOST and name == "start_at_host":
        return  # it was started there when it was made
    seen = []
    cut_in(where, name, lambda: seen.append(report("failed")))
    answer = report("paid")
    assert len(seen) == 1
    if name == "_read":
        assert answer.status_code == 200
        assert code_of(seen[0]) == "INVALID_PAYMENT_STATUS"
        ends_as("paid")
        return
    assert seen[0].json == {"code": "SUCCESS"}
    assert code_of(answer) == "INVALID_PAYMENT_STATUS"
    ends_as("failed")


@pytest.mark.parametrize("client", [HOST])
def test_a_payment_started_for_a_report_is_ended_by_the_next(report, cut_in, ends_as):
    """The first is about to write down that money is there."""
    seen = []

    def fail() -> None:
        seen.append(report("failed", reason="No"))

    cut_in(standing, "start_at_host", fail, after=True)
    assert code_of(report("paid")) == "INVALID_PAYMENT_STATUS"
    assert seen[0].json == {"code": "SUCCESS"}
    ends_as("failed", "No")


# --- a report against the end of time ---------------------------------------------------------


@pytest.mark.parametrize(("where", "name"), POINTS[:-1], ids=lambda one: str(one)[-16:])
@pytest.mark.parametrize("after", [False, True])
def test_time_that_ends_while_money_is_reported(
    desk, clock, report, cut_in, ends_as, order_id, client, where, name, after
):
    if client != HOST and name == "start_at_host":
        return  # it was started there when it was made
    if after and name == "_decide":
        return  # then it is paid

    def late() -> None:
        clock.advance(minutes=30)
        desk.cashier.expire(order_id)

    cut_in(where, name, late, after=after)
    assert code_of(report("paid")) == "INVALID_PAYMENT_STATUS"
    ends_as("cancelled", "expired")


@pytest.mark.parametrize(
    ("client", "name", "after"),
    [(HOST, "stop_all", False), (HOST, "stop_all", True), ("outside", "stop_all", False)],
    indirect=["client"],
)
def test_money_that_is_reported_in_time_while_a_sweep_is_at_it(
    desk, clock, report, cut_in, ends_as, name, after
):
    """The sweep is on its way; whoever hears of the money has a clock that is not there yet."""
    seen = []
    clock.advance(minutes=30)

    def hear() -> None:
        clock.advance(minutes=-30)
        seen.append(report("paid"))
        clock.advance(minutes=30)

    cut_in(Paying, name, hear, after=after)
    desk.cashier.sweep()
    assert [one.status_code for one in seen] == [200]
    ends_as("paid")


@pytest.mark.parametrize("client", ["outside"])
def test_money_that_is_reported_while_the_host_is_asked(
    desk, clock, report, outside, cut_in, ends_as
):
    """The host says what it knows, then knows more, and tells it before its answer is here."""
    clock.advance(minutes=30)
    seen = []

    def still_open() -> dict[str, str]:
        seen.append(report("paid"))
        return {"payment_status": "in_process"}

    outside.status_answer = still_open
    desk.cashier.sweep()
    assert seen[0].status_code == 200
    ends_as("paid")


# --- yes and no -------------------------------------------------------------------------------

PAGE_POINTS = [
    (HostPayments, "_charge_balance"),
    (Cashier, "pay"),
    (Paying, "start"),
]


@pytest.mark.parametrize(("where", "name"), PAGE_POINTS, ids=lambda one: str(one)[-16:])
@pytest.mark.parametrize("client", [HOST])
def test_a_second_yes_in_the_middle_of_the_first(pages, cut_in, ends_as, payment_id, where, name):
    cut_in(where, name, lambda: pages.pay(payment_id, USER))
    pages.pay(payment_id, USER)
    ends_as("paid", from_balance=True)


@pytest.mark.parametrize(("where", "name"), PAGE_POINTS, ids=lambda one: str(one)[-16:])
@pytest.mark.parametrize("client", [HOST])
def test_a_no_in_the_middle_of_a_yes(pages, cut_in, ends_as, payment_id, where, name):
    cut_in(where, name, lambda: pages.cancel(payment_id))
    pages.pay(payment_id, USER)
    ends_as("cancelled")


@pytest.mark.parametrize("name", ["show", "_end"])
@pytest.mark.parametrize("client", [HOST])
def test_a_yes_in_the_middle_of_a_no(pages, cut_in, ends_as, payment_id, name):
    cut_in(HostPayments, name, lambda: pages.pay(payment_id, USER))
    pages.cancel(payment_id)
    ends_as("paid", from_balance=True)


@pytest.mark.parametrize("client", [HOST])
def test_a_yes_while_a_no_is_being_written(pages, cut_in, ends_as, payment_id):
    cut_in(Paying, "stop_all", lambda: pages.pay(payment_id, USER), after=True)
    pages.cancel(payment_id)
    ends_as("paid", from_balance=True)


@pytest.mark.parametrize(("where", "name"), PAGE_POINTS, ids=lambda one: str(one)[-16:])
@pytest.mark.parametrize("client", [HOST])
def test_the_host_reports_money_in_the_middle_of_a_yes(
    pages, report, cut_in, ends_as, payment_id, where, name
):
    """The host took it elsewhere: the user's balance here is left alone."""
    cut_in(where, name, lambda: report("paid"))
    pages.pay(payment_id, USER)
    ends_as("paid")


@pytest.mark.parametrize("client", [HOST])
def test_a_yes_in_the_middle_of_a_report(pages, report, cut_in, ends_as, payment_id):
    cut_in(standing, "start_at_host", lambda: pages.pay(payment_id, USER))
    assert report("paid").status_code == 200
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


@pytest.mark.parametrize("client", ["outside"])
@pytest.mark.parametrize("name", ["stop_all", "_stop"])
def test_money_that_is_reported_while_an_operator_cancels(
    desk, report, cut_in, ends_as, order_id, client, name
):
    """The host was asked, nothing had come and the attempt was stopped; then the host reports."""
    seen = []
    cut_in(Paying, name, lambda: seen.append(report("paid")), after=True)
    desk.cashier.cancel(order_id)
    assert code_of(seen[0]) == "UNKNOWN_ERROR"  # come again: it is being decided just now
    assert code_of(report("paid")) == "INVALID_PAYMENT_STATUS"
    assert len(desk.rows(payments)) == 1
    ends_as("cancelled")
