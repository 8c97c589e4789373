"""The status map is total: every state of ours has a word, and every word its states."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from flask_till.desk.dialects.ipos.words import EVERY, LISTED, NOT_CANCELLED, STATUS, status_of
from flask_till.desk.ipos_portal import Placed
from flask_till.desk.order import CANCELLED, EXPIRED, TRANSITIONS, Order
from flask_till.money import Money
from flask_till.wire.ipos.orders import OrderStatus

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PLACED = Placed("1", "skin_shop", "app", "usr", 1, None, {})


def order(status: str) -> Order:
    zero = Money.zero("USD")
    return Order(
        id="1", merchant_id="m", external_id="1", dialect="ipos", status=status, version=1,
        amount=zero, refunded=zero, lines=(), adjustments=(), shares=(), description=None,
        locale="en", redirect_url=None, opener_origin=None, methods=None, late_money="accept",
        shopper={}, metadata={}, live=False, created_at=NOW, expires_at=NOW, paid_at=None,
        ended_at=None,
    )  # fmt: skip


def test_every_state_has_a_word():
    assert set(STATUS) == set(TRANSITIONS) == set(EVERY.states)
    assert set(NOT_CANCELLED.states) == set(TRANSITIONS) - {CANCELLED, EXPIRED}


def test_every_order_is_listed_under_the_word_that_it_says_and_no_other():
    assert set(LISTED) == set(OrderStatus)
    for state in TRANSITIONS:
        for released in (False, True):
            placed = replace(PLACED, rewards_released_at=NOW if released else None)
            word = status_of(order(state), placed)
            found = [
                listed
                for listed, wanted in LISTED.items()
                if state in wanted.states and wanted.released in (None, released)
            ]
            assert found == [word], (state, released)
