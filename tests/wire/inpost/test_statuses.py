"""Which status may follow which, and what an event of the wallet does (1.8, 3.10, 4.5)."""

from __future__ import annotations

import itertools

import pytest

from flask_till.wire.inpost.order_events import Effect, WalletNews, effect_of
from flask_till.wire.inpost.statuses import (
    PAID,
    PAYMENT_MOVES,
    OrderStatus,
    Party,
    PaymentStatus,
    order_may_become,
    payment_may_become,
)

PROCESSING, COMPLETED, REJECTED = (
    OrderStatus.ORDER_PROCESSING,
    OrderStatus.ORDER_COMPLETED,
    OrderStatus.ORDER_REJECTED,
)
P = PaymentStatus


def test_the_table_of_payments_is_whole():
    assert PAYMENT_MOVES.keys() == set(P)
    assert not any(status in moves for status, moves in PAYMENT_MOVES.items())


def test_a_payment_goes_the_way_of_the_contract():
    way = [P.UNPAID, P.STARTED, P.PENDING, P.DECLINED, P.STARTED, P.PENDING, P.ERROR, P.STARTED,
           P.PENDING, P.AUTHORIZED]  # fmt: skip
    assert all(payment_may_become(*step) for step in itertools.pairwise(way))


def test_a_paid_order_never_becomes_unpaid():
    seen, new = set(), set(PAID)
    while new:
        seen |= new
        new = {after for status in new for after in PAYMENT_MOVES[status]} - seen
    assert seen == PAID | {P.REFUNDED, P.CANCELLED}
    assert P.CANCELLED not in PAYMENT_MOVES[P.AUTHORIZED]


@pytest.mark.parametrize("status", P)
def test_a_repeat_is_no_change(status):
    assert payment_may_become(status, status)


ALLOWED_UNPAID = {
    (None, PROCESSING, Party.WALLET),
    (None, REJECTED, Party.WALLET),
    (None, REJECTED, Party.SHOP),
    (None, COMPLETED, Party.SHOP),
    (PROCESSING, REJECTED, Party.WALLET),
    (PROCESSING, REJECTED, Party.SHOP),
    (PROCESSING, COMPLETED, Party.SHOP),
}
STEPS = [
    (now, then, by)
    for now, then, by in itertools.product([None, *OrderStatus], OrderStatus, Party)
    if now != then
]


@pytest.mark.parametrize("step", STEPS)
def test_an_unpaid_order_changes_only_so(step):
    assert order_may_become(*step) == (step in ALLOWED_UNPAID)


@pytest.mark.parametrize("step", STEPS)
def test_a_paid_order_is_neither_rejected_nor_completed(step):
    allowed = step == (None, PROCESSING, Party.WALLET)
    assert order_may_become(*step, paid=True) == allowed


AUTHORIZED = WalletNews(payment_status="AUTHORIZED")
REJECTION = WalletNews(order_status=REJECTED)


@pytest.mark.parametrize(
    ("news", "status", "paid", "effect"),
    [
        (AUTHORIZED, None, False, Effect.PAY),
        (AUTHORIZED, PROCESSING, False, Effect.PAY),
        (AUTHORIZED, PROCESSING, True, Effect.NOTHING),
        (AUTHORIZED, COMPLETED, True, Effect.NOTHING),
        (AUTHORIZED, REJECTED, False, Effect.REFUSE),
        (AUTHORIZED, COMPLETED, False, Effect.REFUSE),
        (REJECTION, PROCESSING, False, Effect.REJECT),
        (REJECTION, REJECTED, False, Effect.NOTHING),
        (REJECTION, PROCESSING, True, Effect.REFUSE),
        (REJECTION, COMPLETED, False, Effect.REFUSE),
        (WalletNews(), PROCESSING, False, Effect.REFUSE),
        (WalletNews(payment_id="x"), PROCESSING, False, Effect.REFUSE),
        (WalletNews(payment_status="DECLINED"), PROCESSING, False, Effect.NOTHING),
        (WalletNews(payment_status="SOMETHING_NEW"), PROCESSING, True, Effect.NOTHING),
        (WalletNews(order_status=PROCESSING), None, False, Effect.NOTHING),
        (
            WalletNews(payment_status="AUTHORIZED", order_status=REJECTED),
            PROCESSING,
            False,
            Effect.REFUSE,
        ),
    ],
)
def test_an_event_does_what_the_contract_says(news, status, paid, effect):
    assert effect_of(news, status=status, paid=paid) == effect


@pytest.mark.parametrize("news", [AUTHORIZED, REJECTION])
@pytest.mark.parametrize("status", [None, PROCESSING])
def test_what_was_done_once_does_nothing_the_second_time(news, status):
    first = effect_of(news, status=status, paid=False)
    assert first in {Effect.PAY, Effect.REJECT}
    then = REJECTED if first == Effect.REJECT else status
    assert effect_of(news, status=then, paid=first == Effect.PAY) == Effect.NOTHING
