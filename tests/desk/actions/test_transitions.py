"""The transition table of orders, walked from every state with everything that can happen."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from flask_till.desk.actions.orders import move_order
from flask_till.desk.actions.reading import read_order
from flask_till.desk.order import CAPTURED, ENDED_UNPAID, OPEN, TRANSITIONS, step
from flask_till.desk.payment import TRANSITIONS as OF_PAYMENTS
from flask_till.desk.tables import orders
from flask_till.errors import Conflict

STATES = tuple(TRANSITIONS)
HAPPENINGS = sorted({name for steps in TRANSITIONS.values() for name in steps})


@pytest.mark.parametrize(("state", "happening"), product(STATES, HAPPENINGS))
def test_what_the_table_does_not_say_cannot_happen(state: str, happening: str) -> None:
    if happening in TRANSITIONS[state]:
        assert step(state, happening) in TRANSITIONS
    else:
        with pytest.raises(Conflict) as refused:
            step(state, happening)
        assert refused.value.code == "ORDER_STATE"


def reach(state: str) -> set[str]:
    seen: set[str] = set()
    ahead = {state}
    while ahead:
        now = ahead.pop()
        seen.add(now)
        ahead |= set(TRANSITIONS[now].values()) - seen
    return seen


def test_paid_never_becomes_unpaid() -> None:
    for state in CAPTURED:
        assert reach(state) <= CAPTURED


def test_every_state_is_open_captured_or_ended_and_can_be_reached() -> None:
    assert set(STATES) == OPEN | CAPTURED | ENDED_UNPAID
    assert len(STATES) == len(OPEN) + len(CAPTURED) + len(ENDED_UNPAID)
    assert reach("pending") == set(STATES)


def test_a_succeeded_payment_stays_so() -> None:
    assert OF_PAYMENTS["succeeded"] == frozenset()
    assert all("succeeded" in after for state, after in OF_PAYMENTS.items() if state != "succeeded")


def test_a_step_from_a_version_that_is_no_more_is_refused(desk: Any) -> None:
    order = desk.order()
    desk.database.write(move_order, order, "payment_processing")
    with pytest.raises(Conflict) as lost:
        desk.database.write(move_order, order, "payment_processing")
    assert lost.value.code == "ORDER_CHANGED"
    assert desk.kinds(order.id) == ["order.created", "order.processing"]
    assert desk.database.read(read_order, order.id).version == 2


WRONG_ROWS = [
    {"status": "lost"}, {"status": "paid"}, {"refunded": 5000}, {"refunded": -1}, {"amount": -1},
    {"late_money": "keep"}, {"currency": "PL"}, {"status": None}, {"amount": None},
]  # fmt: skip


def test_the_database_itself_refuses_an_order_that_cannot_be(desk: Any) -> None:
    order = desk.order()
    for values in WRONG_ROWS:
        with pytest.raises(DBAPIError):
            desk.database.write(
                lambda work, values=values: work.execute(
                    update(orders).where(orders.c.id == order.id).values(**values)
                )
            )


def test_the_ledger_is_only_ever_added_to(desk: Any) -> None:
    from flask_till.desk.tables import ledger

    desk.paid()
    for statement in (update(ledger).values(amount=1), ledger.delete()):
        with pytest.raises(DBAPIError, match="append-only"):
            desk.database.write(lambda work, one=statement: work.execute(one))
