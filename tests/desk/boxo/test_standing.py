"""get-payment-status and complete-order: who may know, who may decide, and who was first (9)."""

from __future__ import annotations

import pytest

from flask_till.desk.actions.boxo_completion import complete_payment
from flask_till.desk.tables import payments
from flask_till.money import Money
from tests.desk.boxo.the_miniapp import APP, COMPLETE, HOST, STATUS, an_order, code_of

FINAL = ("paid", "failed", "cancelled")


def events_of(told):
    return [(one["payment_status"], one["payment_fail_reason"]) for one in told.events]


@pytest.mark.parametrize("status", FINAL)
def test_what_the_host_reports_is_how_it_stands(desk, miniapp, host_server, told, status):
    payment_id = miniapp.created()
    reason = None if status == "paid" else "Because"
    answer = host_server.complete(payment_id, status, reason=reason)
    assert (answer.status_code, answer.json) == (200, {"code": "SUCCESS"})
    assert miniapp.state(payment_id) == (status, reason or "")
    desk.desk.relay.drain()
    assert events_of(told) == [(status, reason or "")]


@pytest.mark.parametrize("status", FINAL)
def test_the_same_report_again_is_accepted_and_told_once(desk, miniapp, host_server, told, status):
    payment_id = miniapp.created()
    for _ in range(3):
        assert host_server.complete(payment_id, status).json == {"code": "SUCCESS"}
        desk.desk.relay.drain()
    assert [one for one, _ in events_of(told)] == [status]


@pytest.mark.parametrize("first", FINAL)
@pytest.mark.parametrize("second", [*FINAL, "in_process"])
def test_after_the_end_nothing_else_is_accepted(miniapp, host_server, first, second):
    if first == second:
        return
    payment_id = miniapp.created()
    host_server.complete(payment_id, first, reason="First")
    answer = host_server.complete(payment_id, second, reason="Second")
    assert code_of(answer) == "INVALID_PAYMENT_STATUS"
    assert miniapp.state(payment_id) == (first, "" if first == "paid" else "First")


def test_in_process_changes_nothing(desk, miniapp, host_server, told):
    payment_id = miniapp.created()
    assert host_server.complete(payment_id, "in_process").json == {"code": "SUCCESS"}
    assert miniapp.state(payment_id) == ("in_process", "")
    desk.desk.relay.drain()
    assert told.calls == []


def test_what_the_host_took_is_a_payment_of_ours_and_the_books_balance(desk, miniapp, host_server):
    payment_id = miniapp.created()
    host_server.complete(payment_id, "paid")
    order = desk.read(payment_id)
    assert order.status == "paid"
    assert order.payment.gateway == "test_host"
    assert order.payment.provider_ref == f"{HOST}:{payment_id}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"payment_status": None}, "INVALID_ORDER_DATA"),
        ({"payment_status": 5}, "INVALID_ORDER_DATA"),
        ({"payment_status": "refunded"}, "INVALID_PAYMENT_STATUS"),
        ({"payment_status": ""}, "INVALID_PAYMENT_STATUS"),
        ({"order_payment_id": None}, "INVALID_ORDER_DATA"),
        ({"order_payment_id": "x" * 251}, "INVALID_ORDER_DATA"),
        ({"order_payment_id": "op_unknown"}, "ORDER_NOT_FOUND"),
        ({"payment_fail_reason": "x" * 251}, "INVALID_ORDER_DATA"),
        ({"client_id": "nobody"}, "HOSTAPP_NOT_FOUND"),
        ({"app_id": "nope"}, "MINIAPP_NOT_FOUND"),
    ],
)
def test_a_report_that_is_wrong_is_refused(miniapp, host_server, change, code):
    body = {"order_payment_id": miniapp.created(), "app_id": APP, "client_id": HOST}
    body |= {"payment_status": "paid", **change}
    assert code_of(host_server.post(COMPLETE, body)) == code


def test_a_report_counts_with_payments_switched_off(partners, miniapp, host_server):
    payment_id = miniapp.created()
    partners.switch_payments(APP, HOST, on=False)
    assert host_server.complete(payment_id, "paid").status_code == 200
    assert code_of(miniapp.status(payment_id)) == "FEATURE_DISABLED_IN_INTEGRATION"


@pytest.mark.parametrize("payment_id", [None, 5, "", "x" * 251])
def test_an_id_that_is_none_is_bad_data(miniapp, payment_id):
    body = {"app_id": APP, "client_id": HOST, "order_payment_id": payment_id}
    assert code_of(miniapp.post(STATUS, body)) == "INVALID_ORDER_DATA"


def test_what_belongs_to_others_looks_like_nothing(desk, partners, miniapp, host_server):
    payment_id = miniapp.created()
    other = desk.desk.add_merchant(name="Coffee")
    partners.add_miniapp(other.merchant_id, app_id="coffee", addresses=["127.0.0.1"])
    partners.add_host(client_id="host-2", addresses=["127.0.0.1"])
    for app, client in (("coffee", HOST), (APP, "host-2"), ("coffee", "host-2")):
        partners.add_partnership(app, client)
        foreign = miniapp.status(payment_id, app=app, client=client)
        unknown = miniapp.status("op_unknown", app=app, client=client)
        assert code_of(foreign) == "ORDER_NOT_FOUND"
        assert foreign.data == unknown.data
    assert code_of(host_server.complete(payment_id, "paid", client="host-2")) == "ORDER_NOT_FOUND"
    assert miniapp.state(payment_id) == ("in_process", "")


# --- time -------------------------------------------------------------------------------------


def test_nobody_decided_in_half_an_hour(desk, clock, miniapp, host_server, told):
    payment_id = miniapp.created()
    clock.advance(minutes=29, seconds=59)
    assert miniapp.state(payment_id) == ("in_process", "")
    clock.advance(1)
    desk.cashier.sweep()
    assert miniapp.state(payment_id) == ("cancelled", "expired")
    desk.desk.relay.drain()
    assert events_of(told) == [("cancelled", "expired")]
    assert code_of(host_server.complete(payment_id, "paid")) == "INVALID_PAYMENT_STATUS"
    assert host_server.complete(payment_id, "cancelled").json == {"code": "SUCCESS"}
    assert miniapp.state(payment_id) == ("cancelled", "expired")


def test_asking_ends_what_is_over_without_any_sweep(clock, miniapp):
    payment_id = miniapp.created()
    clock.advance(minutes=30)
    assert miniapp.state(payment_id) == ("cancelled", "expired")


# --- who was first ----------------------------------------------------------------------------


def test_of_many_reports_at_once_one_wins(desk, miniapp, host_server, told, at_once):
    payment_id = miniapp.created()
    words = [FINAL[number % 3] for number in range(12)]
    answers = at_once(lambda number: host_server.complete(payment_id, words[number]), 12)
    status, _ = miniapp.state(payment_id)
    for word, answer in zip(words, answers, strict=True):
        if word == status:
            assert answer.json == {"code": "SUCCESS"}
        else:
            assert code_of(answer) == "INVALID_PAYMENT_STATUS"
    desk.desk.relay.drain()
    assert [one for one, _ in events_of(told)] == [status]


@pytest.mark.parametrize("second", FINAL)
def test_who_comes_second_behind_the_lock_changes_nothing(desk, miniapp, second):
    payment_id = miniapp.created()
    for status in ("failed", second):
        desk.database.write(complete_payment, payment_id, status, status)
    assert miniapp.state(payment_id) == ("failed", "failed")


def test_a_report_against_the_end_of_time(desk, clock, miniapp, host_server, told, at_once):
    for number in range(4):
        payment_id = miniapp.created(an_order(f"TEA-{number}"))
        clock.advance(minutes=30)

        def race(who, payment_id=payment_id):
            if who:
                return host_server.complete(payment_id, "paid")
            return desk.cashier.expire(payment_id)

        _, answer = at_once(race, 2)
        if answer.status_code == 200:
            assert miniapp.state(payment_id) == ("paid", "")
        else:
            assert code_of(answer) == "INVALID_PAYMENT_STATUS"
            assert miniapp.state(payment_id) == ("cancelled", "expired")
    desk.desk.relay.drain()
    assert len(told.events) == 4


def test_a_report_against_the_confirmation_charges_once(
    desk, partners, miniapp, host_server, at_once
):
    from flask_till.desk.boxo_desk import HostPayments
    from flask_till.desk.host_sessions import HostUser

    pages = HostPayments(desk.database, desk.cashier)
    partners.grant(HOST, "user-77", Money("1000", "USD"))
    for number in range(4):
        order = an_order(f"TEA-{number}", hostapp_user_id="user-77")
        payment_id = miniapp.created(order)

        def race(who, payment_id=payment_id):
            if who:
                return host_server.complete(payment_id, "paid").status_code
            return pages.pay(payment_id, HostUser(HOST, "user-77")).status

        at_once(race, 2)
        assert miniapp.state(payment_id) == ("paid", "")
        kept = [row for row in desk.rows(payments) if row.order_id == payment_id and row.kept]
        assert len(kept) == 1


def test_a_report_while_a_card_is_under_way_stops_the_card(desk, miniapp, host_server):
    payment_id = miniapp.created()
    ref = desk.start(desk.read(payment_id))
    assert host_server.complete(payment_id, "failed", reason="No").status_code == 200
    assert desk.gateway.status[ref] == "cancelled"
    assert miniapp.state(payment_id) == ("failed", "No")
    second = miniapp.created()
    ref = desk.start(desk.read(second))
    assert host_server.complete(second, "paid").status_code == 200
    assert desk.gateway.status[ref] == "cancelled"
    assert desk.read(second).payment.method == "host"


def test_money_that_came_by_card_first_beats_a_report(desk, miniapp, host_server):
    payment_id = miniapp.created()
    ref = desk.start(desk.read(payment_id))
    desk.gateway.turn(ref, "succeeded")
    assert code_of(host_server.complete(payment_id, "failed")) == "INVALID_PAYMENT_STATUS"
    assert miniapp.state(payment_id) == ("paid", "")


# --- afterwards -------------------------------------------------------------------------------


def test_a_refund_leaves_it_paid_and_is_not_told(desk, miniapp, told):
    payment_id = miniapp.created()
    ref = desk.start(desk.read(payment_id))
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    desk.cashier.refund(payment_id, Money("10.00", "USD"))
    assert desk.read(payment_id).status == "partially_refunded"
    assert miniapp.state(payment_id) == ("paid", "")
    desk.cashier.refund(payment_id)
    assert desk.read(payment_id).status == "refunded"
    assert miniapp.state(payment_id) == ("paid", "")
    assert code_of(miniapp.create()) == "INVALID_PAYMENT_STATUS"
    desk.desk.relay.drain()
    assert events_of(told) == [("paid", "")]


def test_an_operator_may_cancel(desk, miniapp, told):
    payment_id = miniapp.created()
    desk.cashier.cancel(payment_id)
    assert miniapp.state(payment_id) == ("cancelled", "")
    desk.desk.relay.drain()
    assert events_of(told) == [("cancelled", "")]
    assert miniapp.created() != payment_id
