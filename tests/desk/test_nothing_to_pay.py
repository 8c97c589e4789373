"""Orders that cost nothing, and orders whose money under way holds them open."""

from __future__ import annotations

import pytest

from flask_till.desk.actions.orders import pay_nothing
from flask_till.desk.tables import ledger, payments
from flask_till.errors import Conflict


def test_an_order_that_costs_nothing_is_paid_without_a_payment(desk):
    order = desk.order(amount=0)
    paid = desk.database.write(pay_nothing, order.id)
    assert (paid.status, paid.payment, paid.refundable.minor) == ("paid", None, 0)
    assert paid.paid_at == desk.clock.now
    assert desk.kinds(order.id) == ["order.created", "order.paid"]
    assert desk.count(payments) == desk.count(ledger) == 0


def test_only_once_and_only_what_costs_nothing(desk):
    free, dear = desk.order("T-1", 0), desk.order("T-2", 1)
    desk.database.write(pay_nothing, free.id)
    for order, code in ((free, "ORDER_STATE"), (dear, "SOMETHING_TO_PAY")):
        with pytest.raises(Conflict) as refused:
            desk.database.write(pay_nothing, order.id)
        assert refused.value.code == code
    assert desk.read(dear.id).status == "pending"


def test_money_under_way_holds_an_order_where_it_is_to(desk, clock):
    order = desk.order(processing_expires=False, expires_in=540)
    ref = desk.start(order)
    desk.cashier.settle(desk.gateway.turn(ref, "processing"))
    clock.advance(3600)
    desk.cashier.sweep()
    assert desk.cashier.get(order.id).status == "processing"
    assert desk.cashier.expire(order.id).status == "processing"
    assert "cancel" not in desk.gateway.calls
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    assert desk.read(order.id).status == "paid"


def test_when_that_money_does_not_come_its_time_is_over_at_once(desk, clock):
    order = desk.order(processing_expires=False, expires_in=540)
    ref = desk.start(order)
    desk.cashier.settle(desk.gateway.turn(ref, "processing"))
    clock.advance(3600)
    desk.cashier.settle(desk.gateway.turn(ref, "failed"))
    assert desk.cashier.get(order.id).status == "expired"


def test_others_expire_although_money_is_under_way(desk, clock):
    order = desk.order(expires_in=540)
    desk.cashier.settle(desk.gateway.turn(desk.start(order), "processing"))
    clock.advance(3600)
    assert desk.cashier.get(order.id).status == "expired"


def test_a_pending_order_expires_as_ever(desk, clock):
    order = desk.order(processing_expires=False, expires_in=540)
    clock.advance(539)
    assert desk.cashier.get(order.id).status == "pending"
    clock.advance(1)
    assert desk.cashier.get(order.id).status == "expired"
