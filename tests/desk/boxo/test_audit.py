"""The invariants hold where all kinds of things happened, and notice what breaks them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from flask_till.base.invariants import find_breaches
from flask_till.desk.actions.boxo_audit import BOXO_INVARIANTS
from flask_till.desk.boxo_desk import HostPayments
from flask_till.desk.host_sessions import HostUser
from flask_till.desk.tables import orders, outbox
from flask_till.desk.tables.boxo import boxo_payments
from flask_till.money import Money
from tests.desk.boxo.the_miniapp import HOST, an_order


class Seen(Exception):
    """Carries what the audit found out of a transaction that must not be kept."""


@pytest.fixture
def busy(desk, clock, partners, miniapp, host_server, outside) -> Any:
    """Paid in three ways, failed, cancelled, expired, refunded, and some still open."""
    pages = HostPayments(desk.database, desk.cashier)
    partners.grant(HOST, "user-77", Money("200.00", "USD"))
    made = [miniapp.created(an_order(f"T-{n}", hostapp_user_id="user-77")) for n in range(6)]
    pages.pay(made[0], HostUser(HOST, "user-77"))
    pages.pay(made[1], HostUser(HOST, "user-77"))
    pages.pay(made[2], None)
    pages.cancel(made[3])
    host_server.complete(made[4], "failed")
    desk.cashier.refund(made[2])
    host_server.complete(miniapp.created(client="outside"), "paid", client="outside")
    miniapp.created(an_order("T-left"), client="outside")
    clock.advance(minutes=30)
    desk.cashier.sweep()
    miniapp.created(an_order("T-open"))
    return desk


def test_they_hold_after_a_busy_day(busy):
    assert busy.database.read(find_breaches, BOXO_INVARIANTS) == []


def pay_somebody_else(work: Any) -> None:
    work.execute(update(boxo_payments).values(amount=boxo_payments.c.amount + 1))


def lose_the_merchant(work: Any) -> None:
    work.execute(update(orders).values(dialect="till"))


def leave_open(work: Any) -> None:
    work.execute(
        update(boxo_payments)
        .where(boxo_payments.c.outcome.is_not(None))
        .values(is_open=True, miniapp_order_id=None)
    )


def tell_twice(work: Any) -> None:
    paid = work.execute(orders.select().where(orders.c.status == "paid")).first()
    outbox.record(work, subject=paid.id, kind="order.cancelled", data={}, receivers=[])


def rename(work: Any) -> None:
    work.execute(
        update(boxo_payments)
        .where(boxo_payments.c.client_id == HOST)
        .values(order_payment_id="x" + boxo_payments.c.order_payment_id)
    )


SPOILS = {
    "boxo-order-has-its-payment": pay_somebody_else,
    "boxo-payment-of-its-own-merchant": lose_the_merchant,
    "boxo-payment-follows": leave_open,
    "boxo-told-once": tell_twice,
    "boxo-built-in-id": rename,
}


def test_each_notices_what_breaks_it(busy):
    assert set(SPOILS) == {one.name for one in BOXO_INVARIANTS}
    for name, spoil in SPOILS.items():

        def look(work: Any, spoil: Any = spoil) -> None:
            spoil(work)
            raise Seen({breach.invariant.name for breach in find_breaches(work, BOXO_INVARIANTS)})

        with pytest.raises(Seen) as seen:
            busy.database.write(look)
        assert name in seen.value.args[0]
