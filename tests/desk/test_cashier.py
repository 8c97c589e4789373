"""Flows across the gateway: late money, double pay, expiry against payment, refunds in a race."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from flask_till.desk.actions.payments import start_payment
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.desk.tables import ledger, payments, refunds
from flask_till.errors import (
    Conflict,
    GatewayRefused,
    GatewayUnavailable,
    InvalidRequest,
    NotFound,
    RequestError,
)


def drain(desk: Any, seconds: float = 60) -> None:
    desk.clock.advance(seconds)
    desk.desk.relay.drain()


def balance(desk: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in desk.rows(ledger):
        sums[row.account] = sums.get(row.account, 0) + row.amount
    return {account: total for account, total in sums.items() if total}


# --- late money ---------------------------------------------------------------------------


def test_money_that_comes_after_expiry_goes_back_once(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    assert desk.cashier.get(order.id).status == "expired"
    told = desk.gateway.turn(ref, "succeeded")
    for _ in range(3):
        desk.cashier.settle(told)
    assert desk.read(order.id).status == "expired"
    assert balance(desk) == {"gateway:paper": 4999, "suspense": -4999}
    drain(desk)
    drain(desk)
    assert balance(desk) == {}
    assert desk.gateway.taken == 0
    assert [row.cause for row in desk.rows(refunds)] == ["late"]


def test_money_that_comes_after_expiry_is_kept_where_the_merchant_wants_it(desk: Any) -> None:
    order = desk.order(late_money="accept")
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    assert desk.cashier.get(order.id).status == "expired"
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    now = desk.read(order.id)
    assert (now.status, now.ended_at) == ("paid", None)
    assert desk.count(refunds) == 0
    assert desk.kinds(order.id) == ["order.created", "order.expired", "order.paid"]


def test_late_money_whose_news_was_lost_is_found_by_asking_once_more(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    desk.cashier.get(order.id)
    desk.gateway.status[ref] = "succeeded"  # and no webhook ever says so
    drain(desk)
    assert [row.cause for row in desk.rows(refunds)] == ["late"]
    drain(desk)
    assert desk.gateway.taken == 0


# --- double pay ---------------------------------------------------------------------------


def test_of_two_payments_one_is_kept_and_the_other_goes_back_once(desk: Any) -> None:
    order = desk.order()
    first = desk.start(order, "card")
    second = desk.start(order, "slip")  # which cancels the first
    assert desk.gateway.status[first] == "cancelled"
    both = [desk.gateway.turn(second, "succeeded"), desk.gateway.turn(first, "succeeded")]
    for told in both * 3:
        desk.cashier.settle(told)
    drain(desk)
    assert desk.read(order.id).status == "paid"
    assert [row.cause for row in desk.rows(refunds)] == ["double"]
    assert desk.gateway.taken == 4999
    assert balance(desk) == {"gateway:paper": 4999, f"merchant:{order.merchant_id}": -4999}


def test_two_payments_that_succeed_at_once_leave_one_price(desk: Any, at_once: Any) -> None:
    order = desk.order()
    refs = [desk.start(order, "card"), desk.start(order, "slip")]
    told = [desk.gateway.turn(ref, "succeeded") for ref in refs]
    at_once(lambda number: desk.cashier.settle(told[number % 2]), 16)
    drain(desk)
    assert desk.read(order.id).status == "paid"
    assert desk.gateway.taken == 4999
    assert desk.count(refunds) == 1


def test_money_of_an_earlier_attempt_stops_the_one_under_way(desk: Any) -> None:
    order = desk.order()
    first = desk.start(order, "card")
    second = desk.start(order, "slip")
    desk.cashier.settle(desk.gateway.turn(first, "succeeded"))
    assert desk.read(order.id).status == "paid"
    assert desk.gateway.status[second] == "cancelled"


def test_an_attempt_that_could_not_be_stopped_is_stopped_by_the_sweeper(desk: Any) -> None:
    order = desk.order()
    first = desk.start(order, "card")
    second = desk.start(order, "slip")
    desk.gateway.is_away = True
    desk.cashier.settle(desk.gateway.turn(first, "succeeded"))
    desk.gateway.is_away = False
    desk.clock.advance(61)
    desk.cashier.sweep()
    assert desk.gateway.status[second] == "cancelled"
    assert desk.cashier.sweep() == 0


def test_two_tabs_that_start_the_same_way_to_pay_share_one_attempt(desk: Any, at_once: Any) -> None:
    order = desk.order()
    refs = at_once(lambda _: desk.start(order), 8)
    assert len(set(refs)) == desk.count(payments) == 1


# --- expiry against payment ---------------------------------------------------------------


def test_an_order_expires_only_after_its_gateway_agreed(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    desk.gateway.is_away = True
    assert desk.cashier.get(order.id).status == "pending"
    with pytest.raises(RequestError):
        desk.start(order)
    desk.gateway.is_away = False
    desk.cashier.sweep()
    assert desk.read(order.id).status == "expired"
    assert desk.gateway.status[ref] == "cancelled"


def test_expiring_before_the_time_stops_nothing(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    assert desk.cashier.expire(order.id).status == "pending"
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    assert desk.read(order.id).status == "paid"


def test_money_that_beat_the_cancel_pays_the_order(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    desk.gateway.status[ref] = "succeeded"
    assert desk.cashier.get(order.id).status == "paid"
    assert "order.expired" not in desk.kinds(order.id)


def test_money_that_comes_while_the_gateway_thinks_about_the_cancel_wins(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    asked, answered = threading.Event(), threading.Event()

    def think() -> None:
        asked.set()
        assert answered.wait(20)

    desk.gateway.before_cancel = think
    sweeper = threading.Thread(target=desk.cashier.sweep)
    sweeper.start()
    assert asked.wait(20)
    desk.gateway.before_cancel = None
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))  # the webhook, in the middle of it
    answered.set()
    sweeper.join(20)
    assert desk.read(order.id).status == "paid"
    assert desk.kinds(order.id) == ["order.created", "order.paid"]
    assert desk.gateway.taken == 4999
    assert desk.count(refunds) == 0


def test_money_that_comes_right_after_the_cancel_won_goes_back(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    cancel = desk.gateway.cancel

    def break_its_word(charge: Any) -> Any:
        told = cancel(charge)
        desk.gateway.status[ref] = "succeeded"
        return told

    desk.gateway.cancel = break_its_word
    assert desk.cashier.get(order.id).status == "expired"
    desk.cashier.settle(desk.gateway.evidence(ref))
    drain(desk)
    assert desk.read(order.id).status == "expired"
    assert desk.gateway.taken == 0


def test_paying_and_expiring_at_once_never_ends_in_both(desk: Any, at_once: Any) -> None:
    made = []
    for number in range(6):
        order = desk.order(f"T-{number}")
        made.append((order, desk.start(order)))
    desk.clock.advance(minutes=30)

    def race(number: int) -> None:
        order, ref = made[number % 6]
        if number // 6 % 2:
            desk.cashier.get(order.id)
        else:
            desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))

    at_once(race, 24)
    drain(desk)
    for order, _ in made:
        kinds = desk.kinds(order.id)
        assert ("order.paid" in kinds) != ("order.expired" in kinds), kinds
    paid = sum(desk.read(order.id).status == "paid" for order, _ in made)
    assert desk.gateway.taken == 4999 * paid


def test_an_order_is_payable_until_its_last_moment_and_not_after(desk: Any) -> None:
    order = desk.order(expires_in=540)
    desk.clock.advance(539.999)
    desk.start(order)
    desk.clock.advance(0.001)
    with pytest.raises(Conflict):
        desk.start(order)


def test_an_order_whose_time_is_over_is_not_paid_even_while_it_cannot_expire(desk: Any) -> None:
    order = desk.order()
    desk.clock.advance(minutes=31)
    with pytest.raises(Conflict) as refused:
        desk.database.write(
            start_payment,
            order.id,
            gateway="paper",
            account="acct_paper",
            method="card",
            live=False,
        )
    assert refused.value.code == "ORDER_STATE"
    assert desk.count(payments) == 0


def test_many_lookers_expire_an_order_once(desk: Any, at_once: Any) -> None:
    order = desk.order()
    desk.start(order)
    desk.clock.advance(minutes=31)
    assert {one.status for one in at_once(lambda _: desk.cashier.get(order.id), 12)} == {"expired"}
    assert desk.kinds(order.id) == ["order.created", "order.expired"]


# --- starting -----------------------------------------------------------------------------


def test_a_start_whose_answer_was_lost_is_taken_up_with_the_same_attempt(desk: Any) -> None:
    order = desk.order()
    desk.gateway.is_away = True
    with pytest.raises(GatewayUnavailable):
        desk.start(order)
    desk.gateway.is_away = False
    desk.start(order)
    assert desk.count(payments) == len(desk.gateway.charges) == 1


def test_a_refused_start_leaves_the_order_open(desk: Any) -> None:
    order = desk.order()
    with pytest.raises(GatewayRefused):
        desk.start(order, refuse="yes")
    assert desk.read(order.id).payment.status == "failed"
    desk.start(order)


def test_a_way_to_pay_that_is_not_offered_is_refused(desk: Any) -> None:
    order = desk.order(methods=("slip",))
    with pytest.raises(NotFound):
        desk.start(order, "card")
    desk.start(order, "slip")


def test_a_payment_without_news_is_asked_about(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order, status="processing")
    assert desk.read(order.id).status == "processing"
    desk.gateway.status[ref] = "succeeded"
    desk.clock.advance(61)
    desk.cashier.sweep()
    assert desk.read(order.id).status == "paid"


def test_payments_that_stay_quiet_do_not_keep_others_from_being_asked_about(desk: Any) -> None:
    refs = [desk.start(desk.order(f"T-{number}")) for number in range(25)]
    for ref in refs:
        desk.gateway.status[ref] = "requires_action"
    desk.clock.advance(61)
    desk.gateway.calls.clear()
    desk.cashier.sweep()
    desk.cashier.sweep()
    assert desk.gateway.calls.count("look") == 25


# --- refunds ------------------------------------------------------------------------------


def test_fifty_full_refunds_at_once_give_the_money_back_once(desk: Any, at_once: Any) -> None:
    order = desk.paid()

    def ask(_: int) -> str:
        try:
            return str(desk.cashier.refund(order.id).status)
        except RequestError as error:
            return error.code

    answers = at_once(ask, 50)
    assert sorted(answers) == ["NOT_REFUNDABLE"] * 49 + ["succeeded"]
    assert desk.gateway.taken == 0
    assert desk.read(order.id).status == "refunded"


def test_parts_refunded_at_once_are_never_more_than_the_whole(desk: Any, at_once: Any) -> None:
    from flask_till.money import Money

    order = desk.paid(amount=1000)

    def ask(_: int) -> bool:
        try:
            desk.cashier.refund(order.id, Money.of_minor(300, "PLN"))
        except RequestError:
            return False
        return True

    assert sum(at_once(ask, 12)) == 3
    assert desk.read(order.id).refunded.minor == 900
    assert desk.gateway.taken == 100


def test_a_refund_that_the_gateway_refuses_may_be_asked_for_again(desk: Any) -> None:
    order = desk.paid()
    desk.gateway.refund_status = "refused"
    assert desk.cashier.refund(order.id).status == "failed"
    assert desk.kinds(order.id)[-1] == "refund.failed"
    desk.gateway.refund_status = "succeeded"
    assert desk.cashier.refund(order.id).status == "succeeded"
    assert desk.read(order.id).status == "refunded"


def test_a_slow_refund_is_booked_when_its_news_comes(desk: Any) -> None:
    order = desk.paid()
    desk.gateway.refund_status = "pending"
    refund = desk.cashier.refund(order.id)
    assert (refund.status, desk.read(order.id).status) == ("pending", "paid")
    desk.gateway.given_back[refund.id] = order.amount
    body = f'{{"id":"evt_1","refund":"{refund.id}","status":"succeeded"}}'.encode()
    for _ in range(3):
        desk.cashier.receive("paper", body, {"X-Signature": "good"})
    assert desk.read(order.id).status == "refunded"
    assert desk.kinds(order.id).count("order.refunded") == 1


def test_a_sandbox_payment_with_nonsense_takes_no_money_when_the_order_is_cancelled(
    make_desk: Any,
) -> None:
    sandbox = SandboxGateway(in_development=True)
    desk = make_desk(gateways=[sandbox], env="development")
    order = desk.order()
    with pytest.raises(InvalidRequest):
        desk.cashier.pay(
            order.id, gateway="sandbox", method="sandbox", inputs={"outcome": "nonsense"}
        )
    assert desk.cashier.cancel(order.id).status == "cancelled"


def test_of_attempts_in_one_millisecond_the_one_under_way_is_the_orders_payment(desk: Any) -> None:
    for number in range(8):
        order = desk.order(f"T-{number}")
        desk.start(order, "card")
        desk.start(order, "slip")
        assert desk.read(order.id).payment.method == "slip"
