"""The sandbox in Stripe's place: an embedded payment that waits until somebody decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from flask_till.desk.gateways import Charge, Started
from flask_till.desk.gateways.sandbox import OUTCOMES, SandboxGateway
from flask_till.desk.order import Order
from flask_till.errors import Conflict, InvalidRequest

from .conftest import a_charge

EMBEDDED = {"ui": "embedded"}
SECRET = re.compile(r"cs_test_[0-9a-f]{40}_secret_[0-9a-f]{24}\Z")


@pytest.fixture
def sandbox() -> SandboxGateway:
    return SandboxGateway(in_development=True)


def begun(sandbox: SandboxGateway, inputs: Mapping[str, str] = EMBEDDED) -> tuple[Charge, Started]:
    charge = a_charge()
    started = sandbox.start(charge, inputs)
    return replace(charge, provider_ref=started.provider_ref), started


def test_it_answers_as_stripe_does_and_waits(sandbox: SandboxGateway) -> None:
    charge, started = begun(sandbox)
    assert started.status == "requires_action"
    assert SECRET.match(started.client["client_secret"])
    assert started.client["ui"] == "embedded"
    assert sandbox.look(charge).status == "requires_action"


def test_each_payment_has_a_secret_of_its_own_that_stays(sandbox: SandboxGateway) -> None:
    charge, first = begun(sandbox)
    again = SandboxGateway(in_development=True)  # nothing is remembered outside the payment
    assert again.start(charge, EMBEDDED) == again.start(charge, {}) == first
    assert begun(sandbox)[1].client != first.client


def test_without_being_asked_there_is_no_secret(sandbox: SandboxGateway) -> None:
    assert begun(sandbox, {})[1].client == {}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"confirmation": "yes"}, "succeeded"),
        ({"confirmation": "no"}, "failed"),
        ({"outcome": "paid"}, "succeeded"),
        ({"outcome": "declined"}, "failed"),
        ({}, "failed"),
    ],
)
def test_whoever_acts_decides(
    sandbox: SandboxGateway, said: Mapping[str, str], status: str
) -> None:
    charge, _ = begun(sandbox)
    seen = sandbox.act(charge, said)
    assert (seen.status, bool(seen.reason)) == (status, status == "failed")


@pytest.mark.parametrize(("outcome", "status"), [("paid", "succeeded"), ("declined", "failed")])
def test_an_outcome_decides_at_once_or_later(
    sandbox: SandboxGateway, outcome: str, status: str
) -> None:
    chosen = EMBEDDED | {"outcome": outcome}
    charge, at_once = begun(sandbox, chosen)
    assert (at_once.status, sandbox.look(charge).status) == (status, status)
    assert SECRET.match(at_once.client["client_secret"])
    waiting, _ = begun(sandbox)
    assert sandbox.start(waiting, chosen).status == status


@pytest.mark.parametrize("outcome", ["surely not", "slow", "late"])
def test_what_cannot_be_remembered_is_not_promised(sandbox: SandboxGateway, outcome: str) -> None:
    waiting, _ = begun(sandbox)
    for ask in (sandbox.start, sandbox.act):
        with pytest.raises(InvalidRequest):
            ask(waiting, {"outcome": outcome})


def test_an_unknown_outcome_opens_nothing(sandbox: SandboxGateway) -> None:
    with pytest.raises(InvalidRequest):
        begun(sandbox, EMBEDDED | {"outcome": "surely not"})


def test_what_waits_in_another_form_is_not_swapped(sandbox: SandboxGateway) -> None:
    for outcome in OUTCOMES:
        charge, first = begun(sandbox, {"outcome": outcome})
        if outcome == "confirm":
            with pytest.raises(Conflict) as clash:
                sandbox.start(charge, EMBEDDED)
            assert clash.value.code == "PAYMENT_IN_PROGRESS"
        else:
            assert sandbox.start(charge, EMBEDDED).provider_ref == first.provider_ref
        assert sandbox.start(charge, {}) == first


# ---- at a desk ----


@pytest.fixture
def desk(make_desk: Callable[..., Any], clock: Any) -> Any:
    return make_desk(gateways=[SandboxGateway(in_development=True, clock=clock)])


def open_it(desk: Any, order: Order) -> Any:
    return desk.cashier.pay(order.id, gateway="sandbox", method="sandbox", inputs=EMBEDDED)


@pytest.mark.parametrize(("said", "status"), [("yes", "paid"), ("no", "pending")])
def test_the_shopper_decides_on_the_order_page(desk: Any, said: str, status: str) -> None:
    order = desk.order()
    first, again = open_it(desk, order), open_it(desk, order)
    assert first.started.client == again.started.client
    assert again.order.payment.status == "requires_action"
    assert desk.cashier.act(order.id, {"confirmation": said}).status == status


def test_a_declined_one_may_be_followed_by_another(desk: Any) -> None:
    order = desk.order()
    first = open_it(desk, order)
    desk.cashier.act(order.id, {"outcome": "declined"})
    desk.clock.advance(1)
    second = open_it(desk, order)
    assert second.started.client != first.started.client
    assert desk.cashier.act(order.id, {"outcome": "paid"}).status == "paid"


def test_money_after_the_time_of_an_order_that_accepts_it(desk: Any) -> None:
    order = desk.order(late_money="accept", expires_in=900)
    open_it(desk, order)
    desk.clock.advance(901)
    assert desk.cashier.get(order.id).status == "expired"
    assert desk.cashier.act(order.id, {"confirmation": "yes"}).status == "paid"
