"""The test gateway says what a tester wants it to, and moves no money that anybody has (8)."""

from __future__ import annotations

import pytest

from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.desk.tables import merchants, orders
from flask_till.desk.w3block_hook import SUBJECT
from tests.desk.w3block.the_company import TheCompany, refused
from tests.stand_ins.paper_gateway import PaperGateway


def say(company, ref, event):
    path = f"/test-gateway/{ref}/events"
    return company.public.call("POST", path, json={"event": event})


@pytest.fixture
def made(company, ann):
    company.change(delays={"pix": 60})
    company.sell()
    return ann.created()


def test_a_payment_goes_through_all_that_a_gateway_can_say(company, ann, desk, made):
    ref = made["providerTransactionId"]
    for event, status in (
        ("processing", "confirming_payment"),
        ("processing", "confirming_payment"),
        ("failed", "pending"),
        ("failed", "pending"),
        ("processing", "confirming_payment"),
        ("paid", "waiting_delivery"),
        ("paid", "waiting_delivery"),
    ):
        assert say(company, ref, event).status_code == 204
        assert ann.order(made["id"])["status"] == status
    assert desk.kinds(SUBJECT + made["id"])[-1] == "order.waiting_delivery"
    assert desk.gateway.taken == 10035
    for late in ("failed", "processing"):
        refused(say(company, ref, late), 400, "invalid-order-status")
    assert ann.order(made["id"])["status"] == "waiting_delivery"


def test_what_was_said_is_still_so_when_the_gateway_is_asked(company, ann, made):
    say(company, made["providerTransactionId"], "processing")
    assert ann.order(made["id"], fetchNewestStatus="true")["status"] == "confirming_payment"


def test_late_money_is_late_money(company, ann, desk, clock, made):
    clock.advance(minutes=9)
    assert ann.order(made["id"])["status"] == "expired"
    assert say(company, made["providerTransactionId"], "paid").status_code == 204
    desk.desk.relay.drain()
    assert ann.order(made["id"])["status"] == "expired"
    assert desk.gateway.taken == 0


@pytest.mark.parametrize("body", [{}, {"event": "refunded"}, {"event": None}, []])
def test_there_are_three_words(company, made, body):
    path = f"/test-gateway/{made['providerTransactionId']}/events"
    refused(company.public.call("POST", path, json=body), 400, "validation-error")


def test_nothing_else_is_found(company, desk, made):
    of_another_dialect = desk.order("T-2")
    for ref in ("nothing", desk.start(of_another_dialect), made["id"]):
        refused(say(company, ref, "paid"), 404, None)
    assert desk.read(of_another_dialect.id).status == "pending"


@pytest.mark.parametrize("table", [merchants, orders])
def test_of_a_merchant_who_is_live_nothing_is_found(company, ann, desk, made, table):
    desk.database.write(lambda work: work.execute(table.update().values(live=True)))
    try:
        refused(say(company, made["providerTransactionId"], "paid"), 404, None)
        assert ann.order(made["id"])["status"] == "pending"
    finally:
        desk.database.write(lambda work: work.execute(table.update().values(live=False)))


def test_a_gateway_that_moves_money_is_not_played(company, ann, desk, made, monkeypatch):
    monkeypatch.setattr(desk.gateway, "livemode", True)
    refused(say(company, made["providerTransactionId"], "paid"), 404, None)
    monkeypatch.undo()
    monkeypatch.delattr(PaperGateway, "play")
    refused(say(company, made["providerTransactionId"], "paid"), 404, None)
    assert ann.order(made["id"])["status"] == "pending"


def test_the_sandbox_is_played(make_desk, clock):
    desk = make_desk(gateways=[SandboxGateway(in_development=True, clock=clock)])
    company = TheCompany(desk)
    company.change(delays={"pix": 60})
    company.sell()
    ann = company.signed_in()
    made = ann.created()
    assert made["status"] == "pending"
    ref = made["providerTransactionId"]
    for event, status in (
        ("processing", "confirming_payment"),
        ("failed", "pending"),
        ("processing", "confirming_payment"),
        ("paid", "waiting_delivery"),
    ):
        assert say(company, ref, event).status_code == 204
        assert ann.order(made["id"], fetchNewestStatus="true")["status"] == status
