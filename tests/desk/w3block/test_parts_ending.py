"""An order paid in parts that ends: what was paid goes back, once (6)."""

from __future__ import annotations

import pytest

from flask_till.desk.tables import refunds
from flask_till.desk.w3block.legs import Legs
from flask_till.errors import Conflict
from tests.desk.w3block.split_orders import (
    HALF,
    MIXED,
    cancel,
    legs_of,
    pay,
    split,
    states,
    sweep,
    turn,
)
from tests.desk.w3block.the_company import refused


def test_one_part_paid_and_the_other_too_late_is_given_back(sold, ann, desk, clock):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first)
    clock.advance(539.999)
    assert ann.order(made["id"])["status"] == "pending"
    clock.advance(0.001)
    assert ann.order(made["id"])["status"] == "expired"
    assert desk.gateway.taken == 0
    assert (desk.read(first).status, desk.read(second).status) == ("refunded", "expired")
    assert ann.order(made["id"])["status"] == "expired"
    assert states(desk) == ["for_sale"]
    assert desk.count(refunds) == 1


def test_the_sweeper_ends_what_nobody_looks_at(sold, ann, desk, clock):
    made = split(ann, *HALF)
    first, _ = legs_of(desk, made)
    pay(desk, first)
    clock.advance(540)
    sweep(desk)
    assert sweep(desk) == 0
    assert desk.gateway.taken == 0
    assert ann.order(made["id"])["status"] == "expired"


def test_a_part_paid_while_the_other_expires(sold, ann, desk, clock, at_once):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first)
    clock.advance(540)
    told = turn(desk, second)
    moves = [lambda: desk.cashier.settle(told), lambda: ann.get(f"/orders/{made['id']}")]
    at_once(lambda number: moves[number % 2](), 4)
    sweep(desk)
    desk.desk.relay.drain()
    if ann.order(made["id"])["status"] == "expired":
        assert desk.gateway.taken == 0
        assert states(desk) == ["for_sale"]
    else:
        assert desk.gateway.taken == 10035
        assert states(desk) == ["sold"]


def test_money_for_a_part_of_an_expired_order_goes_back_once(sold, ann, desk, clock):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first, "processing")
    late = turn(desk, first)
    desk.gateway.status[late.provider_ref] = "processing"
    desk.gateway.before_cancel = lambda: desk.gateway.status.update(
        {late.provider_ref: "succeeded"}
    )
    clock.advance(540)
    assert ann.order(made["id"])["status"] == "expired"
    for _ in range(2):
        desk.cashier.settle(late)
        sweep(desk)
    assert ann.order(made["id"])["status"] == "expired"
    assert desk.gateway.taken == 0
    assert desk.count(refunds) == 1
    assert desk.read(second).status == "expired"


def test_a_crash_before_the_money_went_back_loses_nothing(sold, ann, desk, clock, monkeypatch):
    made = split(ann, *HALF)
    pay(desk, legs_of(desk, made)[0])
    clock.advance(540)

    def crash(*_):
        raise Conflict("Crash.")

    with monkeypatch.context() as patched:
        patched.setattr(Legs, "wind_up", crash)
        refused(ann.get(f"/orders/{made['id']}"), 400, "invalid-order-status")
    assert desk.gateway.taken == 5018
    desk.audit()
    assert sweep(desk) == 1
    assert desk.gateway.taken == 0


def test_winding_up_at_once_gives_back_once(sold, ann, desk, clock, at_once):
    made = split(ann, *HALF)
    pay(desk, legs_of(desk, made)[0])
    clock.advance(540)
    at_once(lambda number: sweep(desk) if number % 2 else ann.get(f"/orders/{made['id']}"), 4)
    sweep(desk)
    assert desk.gateway.taken == 0
    assert desk.count(refunds) == 1


def test_a_company_cancels_an_order_of_which_a_part_is_paid(sold, ann, desk):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first)
    assert cancel(sold, made).status_code == 204
    assert ann.order(made["id"])["status"] == "cancelled"
    assert (desk.read(first).status, desk.read(second).status) == ("refunded", "cancelled")
    assert desk.gateway.taken == 0
    assert states(desk) == ["for_sale"]
    refused(cancel(sold, made), 400, "invalid-order-status")


def test_a_company_cancels_what_is_paid_and_not_handed_over(sold, ann, desk):
    made = split(ann, *MIXED)
    for leg in legs_of(desk, made):
        pay(desk, leg)
    desk.gateway.refund_status = "pending"
    assert cancel(sold, made).status_code == 204
    assert ann.order(made["id"])["status"] == "cancelling"
    ids = list(desk.gateway.refunds)
    assert len(ids) == 2
    assert sweep(desk) == 0
    for refund_id in ids:
        desk.gateway.refunds[refund_id] = "succeeded"
        desk.cashier.refunding.look(refund_id)
    assert ann.order(made["id"])["status"] == "cancelled"
    assert desk.gateway.taken == 0
    assert states(desk) == ["for_sale"]


@pytest.mark.parametrize("comes", ["succeeded", "failed"])
def test_money_under_way_that_nobody_can_stop_is_called_off(sold, ann, desk, monkeypatch, comes):
    made = ann.created()
    pay(desk, made["id"], "processing")
    with monkeypatch.context() as patched:
        gateway = type(desk.gateway)
        patched.setattr(gateway, "cancel", lambda self, charge: self.look(charge))
        assert cancel(sold, made).status_code == 204
        assert ann.order(made["id"])["status"] == "cancelling"
        refused(cancel(sold, made), 400, "invalid-order-status")
        sweep(desk)
    pay(desk, made["id"], comes)
    sweep(desk)
    shown = ann.order(made["id"])
    assert (shown["status"], shown["deliverDate"]) == ("cancelled", None)
    assert desk.gateway.taken == 0
    assert states(desk) == ["for_sale"]


def test_a_part_that_is_given_up_on_its_page_ends_the_order(sold, ann, desk):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first)
    desk.cashier.cancel(second)
    assert ann.order(made["id"])["status"] == "cancelled"
    sweep(desk)
    assert desk.gateway.taken == 0


def test_money_that_could_not_go_back_is_left_for_somebody_to_look(sold, ann, desk):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first)
    desk.gateway.refund_status = "refused"
    desk.cashier.cancel(second)
    assert (sweep(desk), sweep(desk)) == (1, 0)
    assert [row.status for row in desk.rows(refunds)] == ["failed"]


def test_a_part_that_cannot_be_stopped_now_is_stopped_later(sold, ann, desk):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    desk.cashier.cancel(second)
    desk.gateway.is_away = True
    assert sweep(desk) == 1
    assert desk.read(first).is_open
    desk.audit()
    desk.gateway.is_away = False
    assert (sweep(desk), sweep(desk)) == (1, 0)
    assert desk.read(first).status == "cancelled"
    assert ann.order(made["id"])["status"] == "cancelled"


def test_a_crash_before_a_called_off_order_is_given_back(sold, ann, desk, monkeypatch):
    made = split(ann, *HALF)
    for leg in legs_of(desk, made):
        pay(desk, leg)

    def crash(*_):
        raise Conflict("Crash.")

    with monkeypatch.context() as patched:
        patched.setattr(Legs, "wind_up", crash)
        refused(cancel(sold, made), 400, "invalid-order-status")
    assert ann.order(made["id"])["status"] == "cancelling"
    assert sweep(desk) == 1
    assert ann.order(made["id"])["status"] == "cancelled"
    assert desk.gateway.taken == 0


def test_a_part_whose_money_went_back_too_soon_ends_the_order(sold, ann, desk):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first)
    desk.cashier.refund(first)
    sweep(desk)
    assert ann.order(made["id"])["status"] == "cancelled"
    assert desk.read(second).status == "cancelled"


def test_what_was_given_back_as_a_whole_is_not_delivered(sold, ann, desk, clock):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first)
    pay(desk, second)
    desk.cashier.refund(second)
    assert ann.order(made["id"])["status"] == "partially_cancelled"
    desk.cashier.refund(first)
    clock.advance(90)
    desk.app.extensions["till_desk"].partners.w3block.deliveries.deliver(made["id"])
    sweep(desk)
    assert ann.order(made["id"])["status"] == "cancelled"
    assert states(desk) == ["for_sale"]
