"""The life of an order is a table, and it is the contract's (6)."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from flask_till.wire.w3block.company_calls import (
    HAPPENING,
    SAYS,
    CompanyCall,
    GatewayEvent,
    GatewayWord,
    check_approvable,
)
from flask_till.wire.w3block.statuses import (
    ENDED_BADLY,
    FINAL,
    MOVES,
    ORDER_LIFE,
    PAYABLE,
    POLL_EVERY,
    SUCCESS,
    Happening,
    OrderStatus,
    check_payable,
    event_name,
    first_status,
    step,
)
from flask_till.wire.w3block.values import PaymentProvider

TABLE = """
pending             payment_under_way  confirming_payment
pending             paid               waiting_delivery
pending             time_over          expired
pending             cancel             cancelled
confirming_payment  payment_stopped    pending
confirming_payment  paid               waiting_delivery
confirming_payment  cancel             cancelling
waiting_delivery    delay_over         delivering
waiting_delivery    cancel             cancelling
waiting_delivery    refunded_in_part   partially_cancelled
delivering          token_moved        concluded
delivering          token_stuck        failed
failed              force_deliver      delivering
failed              cancel             cancelling
failed              refunded_in_part   partially_cancelled
cancelling          refunded           cancelled
partially_cancelled refunded_in_part   partially_cancelled
partially_cancelled refunded           cancelled
"""
ALLOWED = {tuple(line.split()[:2]): line.split()[2] for line in TABLE.split("\n") if line}


@pytest.mark.parametrize(("status", "happening"), product(OrderStatus, Happening))
def test_every_pair_is_allowed_or_refused(
    status: OrderStatus, happening: Happening, refused: Any
) -> None:
    expected = ALLOWED.get((status.value, happening.value))
    if expected is not None:
        assert step(status, happening) == expected
        return
    error = refused(step, status, happening)
    assert (error.status, error.code) == (400, "invalid-order-status")


def test_the_table_knows_every_status_and_every_happening() -> None:
    assert MOVES.keys() == set(OrderStatus)
    assert len(OrderStatus) == 10
    assert {happening for moves in MOVES.values() for happening in moves} == set(Happening)


def test_every_status_is_reached_and_what_is_final_stays() -> None:
    seen, more = set(), {first_status(is_free=False), first_status(is_free=True)}
    assert more == {OrderStatus.PENDING, OrderStatus.WAITING_DELIVERY}
    while more:
        seen |= more
        more = {then for now in seen for then in MOVES[now].values()} - seen
    assert seen == set(OrderStatus)
    assert {status for status, moves in MOVES.items() if not moves} == FINAL


def test_what_was_paid_never_expires() -> None:
    assert [now for now, moves in MOVES.items() if Happening.TIME_OVER in moves] == ["pending"]


def test_storefronts_take_three_for_success() -> None:
    assert {"waiting_delivery", "delivering", "concluded"} == SUCCESS
    assert {"failed", "cancelled", "expired"} == ENDED_BADLY
    assert not SUCCESS & ENDED_BADLY


@pytest.mark.parametrize("status", OrderStatus)
def test_only_what_is_pending_can_be_paid(status: OrderStatus, refused: Any) -> None:
    assert (status in PAYABLE) is (status == "pending")
    if status == "pending":
        check_payable(status)
        return
    error = refused(check_payable, status)
    assert (error.status, error.code) == (400, "order-not-payable")


@pytest.mark.parametrize(("status", "provider"), product(OrderStatus, [None, *PaymentProvider]))
def test_only_an_awaited_transfer_can_be_approved(
    status: OrderStatus, provider: PaymentProvider | None, refused: Any
) -> None:
    if provider == "transfer" and status in ("pending", "confirming_payment"):
        check_approvable(status, provider)
        assert step(status, HAPPENING[CompanyCall.APPROVE_PAYMENT]) == "waiting_delivery"
        return
    error = refused(check_approvable, status, provider)
    assert (error.status, error.code) == (400, "invalid-order-status")


def test_every_call_of_a_company_makes_something_happen() -> None:
    assert HAPPENING.keys() == set(CompanyCall)
    assert {call.value for call in CompanyCall} == {"cancel", "force-deliver", "approve-payment"}


@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_has_its_event(status: OrderStatus) -> None:
    assert event_name(status) == f"order.{status.value}"


@pytest.mark.parametrize("word", ["processing", "paid", "failed"])
def test_the_test_gateway_says_three_things(word: str, refused: Any) -> None:
    assert GatewayEvent.of_data({"event": word}).to_data() == {"event": word}
    for wrong in ({"event": "refunded"}, {"event": None}, {}, {"event": ["paid"]}):
        refused(GatewayEvent.of_data, wrong)


def test_every_word_of_the_test_gateway_makes_something_happen() -> None:
    assert SAYS.keys() == set(GatewayWord)
    assert step(OrderStatus.PENDING, SAYS[GatewayWord.PROCESSING]) == "confirming_payment"
    assert step(OrderStatus.PENDING, SAYS[GatewayWord.PAID]) == "waiting_delivery"
    assert step(OrderStatus.CONFIRMING_PAYMENT, SAYS[GatewayWord.FAILED]) == "pending"


def test_an_order_waits_nine_minutes() -> None:
    assert timedelta(minutes=9) == ORDER_LIFE
    assert timedelta(seconds=3) == POLL_EVERY
