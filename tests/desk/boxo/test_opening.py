"""create-order-payment: one payment for each order of a miniapp, by the table of 3.1."""

from __future__ import annotations

import pytest

from flask_till.desk.tables import orders
from flask_till.desk.tables.boxo import boxo_payments
from tests.desk.boxo.the_miniapp import APP, an_order, code_of
from tests.desk.the_desk import draft


def test_the_same_order_again_is_the_same_payment(desk, miniapp):
    first = miniapp.created(an_order(note="once"))
    assert miniapp.created(an_order(note="twice")) == first
    assert miniapp.created(an_order(amount=110)) == first
    assert desk.count(orders) == desk.count(boxo_payments) == 1


@pytest.mark.parametrize("change", [{"amount": "110.01"}, {"currency": "EUR"}])
def test_the_same_order_with_another_price_is_refused(miniapp, change):
    payment_id = miniapp.created()
    assert code_of(miniapp.create(an_order(**change))) == "INVALID_ORDER_DATA"
    assert miniapp.state(payment_id) == ("in_process", "")


@pytest.mark.parametrize("status", ["failed", "cancelled"])
@pytest.mark.parametrize("amount", ["110.00", "5.00"])
def test_after_a_failure_there_is_a_new_payment(miniapp, host_server, status, amount):
    first = miniapp.created()
    host_server.complete(first, status)
    second = miniapp.created(an_order(amount=amount))
    assert second != first
    assert miniapp.state(first)[0] == status
    assert miniapp.state(second)[0] == "in_process"


@pytest.mark.parametrize("amount", ["110.00", "5.00"])
def test_after_it_was_paid_there_is_no_other(desk, miniapp, host_server, amount):
    payment_id = miniapp.created()
    host_server.complete(payment_id, "paid")
    assert code_of(miniapp.create(an_order(amount=amount))) == "INVALID_PAYMENT_STATUS"


def test_one_whose_time_is_over_makes_room_although_nobody_swept_yet(clock, miniapp):
    first = miniapp.created()
    clock.advance(minutes=30)
    second = miniapp.created(an_order(amount="5.00"))
    assert second != first
    assert miniapp.state(first) == ("cancelled", "expired")


@pytest.mark.parametrize("named", [None, ""])
def test_without_an_order_id_every_call_makes_a_payment(desk, miniapp, named):
    order = an_order(None) if named is None else an_order(named)
    assert len({miniapp.created(order) for _ in range(3)}) == 3


def test_two_hosts_have_each_their_own(partners, miniapp):
    partners.add_host(client_id="host-2")
    partners.add_partnership(APP, "host-2")
    assert miniapp.created() != miniapp.created(client="host-2")


def test_fifty_at_once_make_one_payment(desk, miniapp, at_once):
    made = at_once(lambda _: miniapp.created(), 50)
    assert len(set(made)) == 1
    assert desk.count(orders) == desk.count(boxo_payments) == 1
    assert desk.kinds(made[0]) == ["order.created"]


def test_the_merchants_own_orders_do_not_get_in_the_way(desk, miniapp):
    desk.cashier.create(desk.merchant, draft("TEA-1"))
    assert miniapp.created(an_order("TEA-1"))
