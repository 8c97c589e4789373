"""Hooks are told of each change of an order: once, with the change itself, and of nothing else."""

from __future__ import annotations

from contextlib import suppress

import pytest

from flask_till.desk.actions import w3block_news
from flask_till.desk.tables import outbox
from flask_till.desk.w3block_hook import SUBJECT
from flask_till.errors import Conflict
from tests.desk.receiver import Receiver
from tests.desk.w3block.test_delivery import FORM, do
from tests.desk.w3block.the_company import REAL, line, refused
from tests.desk.w3block.the_hooks import OTHER, drain, hook_at, hooks, kinds, paid


def test_what_ends_unpaid(company, ann, desk, clock, hook):
    company.sell()
    first = ann.created()["id"]
    clock.advance(minutes=9)
    assert ann.order(first)["status"] == "expired"
    second = ann.created()["id"]
    assert do(company, "cancel", second).status_code == 204
    for order_id, word in ((first, "expired"), (second, "cancelled")):
        assert kinds(desk, order_id) == ["order.created", f"order.{word}"]


def test_a_payment_that_is_under_way_and_stops(company, ann, desk, hook):
    company.sell()
    made = ann.created()
    for status in ("processing", "failed", "processing", "processing", "succeeded"):
        desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], status))
    ann.order(made["id"], fetchNewestStatus="true")
    assert kinds(desk, made["id"]) == [
        "order.created", "order.confirming_payment", "order.pending", "order.confirming_payment",
        "order.waiting_delivery", "order.delivering", "order.concluded",
    ]  # fmt: skip


def test_what_could_not_be_handed_over_and_is_forced(company, ann, desk, hook, monkeypatch):
    company.sell()
    made = ann.created()
    paid(desk, made)
    dialect = desk.app.extensions["till_desk"].partners.w3block

    def stuck(*_):
        raise Conflict("The operator has no funds.")

    with monkeypatch.context() as patched:
        patched.setattr(dialect.deliveries.registry, "move", stuck)
        assert ann.order(made["id"])["status"] == "failed"
    assert do(company, "force-deliver", made["id"]).status_code == 204
    assert kinds(desk, made["id"]) == [
        "order.created", "order.waiting_delivery", "order.delivering", "order.failed",
        "order.delivering", "order.concluded",
    ]  # fmt: skip


def test_what_is_called_off_and_given_back(company, ann, desk, hook):
    company.change(delays={"pix": 60})
    company.sell()
    made = ann.created()
    paid(desk, made)
    assert do(company, "cancel", made["id"]).status_code == 204
    assert kinds(desk, made["id"]) == [
        "order.created", "order.waiting_delivery", "order.cancelling", "order.cancelled",
    ]  # fmt: skip


def test_what_costs_nothing_is_there_at_once_and_was_never_pending(company, ann, desk, hook, told):
    company.change(delays={"pix": 60})
    company.sell(prices={REAL: "0"})
    made = ann.created(signedGasFees=[])
    drain(desk)
    assert [(one["event"], one["data"]["status"]) for one in told.events] == [
        ("order.created", "waiting_delivery")
    ]
    assert do(company, "cancel", made["id"]).status_code == 204
    assert kinds(desk, made["id"]) == ["order.created", "order.cancelled"]


def test_late_money_goes_back_and_is_no_news(company, ann, desk, clock, hook):
    company.sell()
    made = ann.created()
    clock.advance(minutes=9)
    assert ann.order(made["id"])["status"] == "expired"
    paid(desk, made)
    drain(desk)
    assert ann.order(made["id"])["status"] == "expired"
    assert kinds(desk, made["id"]) == ["order.created", "order.expired"]


def test_what_is_refused_or_rolled_back_is_no_event(company, ann, desk, hook, monkeypatch):
    company.sell()
    refused(ann.create(couponCode="NONE"), 400, "coupon-not-applicable")
    assert [row for row in desk.rows(outbox.events) if row.subject.startswith(SUBJECT)] == []
    made = ann.created()

    def die(*_):
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(w3block_news, "snapshot", die)
        with pytest.raises(SystemExit):
            paid(desk, made)
    assert desk.read(made["id"]).status == "pending"
    assert kinds(desk, made["id"]) == ["order.created"]
    paid(desk, made)
    assert kinds(desk, made["id"]) == ["order.created", "order.waiting_delivery"]


def test_those_are_told_whose_configuration_is_on_when_it_happens(
    company, ann, desk, clock, serve, hook, told
):
    company.sell()
    late, gone = Receiver(), Receiver()
    off = hook_at(company, serve(gone.app))
    hooks(company.server, "PATCH", f"/{off['id']}/disable", data=b"", content_type=FORM)
    made = ann.created()
    hook_at(company, serve(late.app))
    hooks(company.server, "PATCH", f"/{off['id']}/enable", data=b"", content_type=FORM)
    paid(desk, made)
    drain(desk)
    assert [one["event"] for one in told.events] == ["order.created", "order.waiting_delivery"]
    for receiver in (late, gone):
        assert [one["event"] for one in receiver.events] == ["order.waiting_delivery"]


def test_another_companys_hooks_hear_nothing(company, ann, desk, serve, hook):
    other, theirs = desk.desk.add_merchant(name="Others"), Receiver()
    company.enrol(OTHER, other.merchant_id)
    company.enrolment.hooks.add(OTHER, serve(theirs.app))
    company.sell()
    ann.created()
    drain(desk)
    assert theirs.calls == []


def test_a_delivery_that_died_half_way_is_told_as_one(company, ann, desk, hook, monkeypatch):
    company.sell()
    made = ann.created()
    paid(desk, made)
    deliveries = desk.app.extensions["till_desk"].partners.w3block.deliveries

    def die(*_):
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(deliveries.registry, "move", die)
        with pytest.raises(SystemExit):
            deliveries.deliver(made["id"])
    assert kinds(desk, made["id"])[-1] == "order.delivering"
    assert ann.order(made["id"])["status"] == "concluded"
    assert kinds(desk, made["id"])[2:] == ["order.delivering", "order.concluded"]


def test_a_cancel_that_died_half_way_is_told_as_one(company, ann, desk, hook, clock):
    company.change(delays={"pix": 60})
    company.sell()
    made = ann.created()
    paid(desk, made)

    def die():
        raise SystemExit("killed")

    desk.gateway.before_refund = die
    with pytest.raises(SystemExit):
        do(company, "cancel", made["id"])
    desk.gateway.before_refund = None
    assert ann.order(made["id"])["status"] == "cancelling"
    clock.advance(16)
    desk.app.extensions["till_desk"].partners.w3block.sweep()
    drain(desk)
    assert ann.order(made["id"])["status"] == "cancelled"
    assert kinds(desk, made["id"])[2:] == ["order.cancelling", "order.cancelled"]
    assert len(desk.gateway.given_back) == 1


def test_what_happens_at_once_is_told_one_after_the_other(company, ann, desk, hook, at_once):
    company.sell(tokens=4)
    orders = [ann.created(line(count)) for count in (1, 2)]
    moves = [
        lambda made: paid(desk, made),
        lambda made: do(company, "cancel", made["id"]),
        lambda made: ann.order(made["id"], fetchNewestStatus="true"),
    ]

    def act(number):
        with suppress(Conflict):
            moves[number % 3](orders[number % 2])

    at_once(act, 6)
    for made in orders:
        drain(desk)
        status = ann.order(made["id"])["status"]
        assert status in ("concluded", "cancelled")
        assert kinds(desk, made["id"])[-1] == f"order.{status}"
