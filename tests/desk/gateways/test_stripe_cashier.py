"""The cashier and Stripe together: whatever order news comes in, the money is counted once."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.desk.order import Share
from flask_till.errors import BadSignature, Conflict, GatewayUnavailable, NotFound
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

from .conftest import in_background
from .till import Till

CREATE = "POST /v1/payment_intents"
CANCEL = "POST /v1/payment_intents/{id}/cancel"


LIFE = [
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "refund.created",
]


def test_news_in_any_order_and_twice_comes_to_the_same(till: Till, stripe: StripeStandIn) -> None:
    """A decline, a slow debit, its success and a refund, in all 24 orders, each told twice."""
    for told in permutations(LIFE):
        stripe.books.events.clear()
        order = till.order()
        intent = till.begin(order)
        stripe.pay(intent, "pm_card_chargeDeclined")
        stripe.pay(intent, "pm_sepa_late")
        stripe.finish(intent)
        till.cashier.look(order.id)
        stripe.account.refunds.pending = True
        refund = till.cashier.refund(order.id, Money("10", "PLN"))
        stripe.account.refunds.settle(stripe.books.events[-2]["data"]["object"]["id"])
        by_kind = {event["type"]: event for event in till.events(*LIFE, "refund.updated")}
        by_kind["refund.created"] = by_kind["refund.updated"]
        for kind in (*told, *told):
            till.send(by_kind[kind])
        ended = till.cashier.get(order.id)
        assert ended.status == "partially_refunded", told
        assert [(r.id, r.status) for r in ended.refunds] == [(refund.id, "succeeded")]
        stripe.account.refunds.pending = False


def test_a_hundred_copies_of_one_event_pay_once(till: Till, stripe: StripeStandIn) -> None:
    order = till.order()
    stripe.pay(till.begin(order))
    [event] = till.events("payment_intent.succeeded")
    till.send(event)
    paid = till.cashier.get(order.id)
    assert paid.status == "paid"
    for _ in range(99):
        till.send(event)
    assert till.cashier.get(order.id) == paid
    assert stripe.books.balance("platform", "pln") == 4999


def test_a_lost_webhook_is_healed_by_looking(till: Till, stripe: StripeStandIn) -> None:
    order = till.order()
    stripe.pay(till.begin(order))
    assert till.status(order) == "pending"
    assert till.cashier.look(order.id).status == "paid"
    till.send(till.events("payment_intent.succeeded")[0])
    assert till.status(order) == "paid"


def test_an_event_of_a_payment_we_do_not_know_yet_is_to_come_again(
    till: Till, stripe: StripeStandIn
) -> None:
    order = till.order()
    stripe.pay(till.begin(order))
    [event] = till.events("payment_intent.succeeded")
    stranger = json.loads(json.dumps(event).replace(event["data"]["object"]["id"], "pi_stranger"))
    with pytest.raises(NotFound):
        till.send(stranger | {"id": "evt_other"})
    till.send(event)
    assert till.status(order) == "paid"


@pytest.mark.parametrize(
    "change",
    [
        {"amount_received": 100},
        {"amount_received": 5000},
        {"currency": "jpy"},
        {"livemode": True},
    ],
)
def test_a_genuine_event_that_does_not_fit_pays_nothing(
    till: Till, stripe: StripeStandIn, change: dict[str, Any]
) -> None:
    order = till.order()
    stripe.pay(till.begin(order))
    [event] = till.events("payment_intent.succeeded")
    event["data"]["object"] |= change
    till.send(event)
    assert till.status(order) == "pending"


def test_an_event_of_another_account_pays_nothing(till: Till, stripe: StripeStandIn) -> None:
    order = till.order()
    stripe.pay(till.begin(order))
    [event] = till.events("payment_intent.succeeded")
    till.send(event | {"account": "acct_other"})
    assert till.status(order) == "pending"


def test_metadata_that_names_another_order_pays_the_order_the_intent_is_bound_to(
    till: Till, stripe: StripeStandIn
) -> None:
    cheap, dear = till.order("2.00"), till.order("50.00")
    intent = till.begin(cheap)
    till.begin(dear)
    stripe.books.things[intent]["metadata"]["order_id"] = dear.id
    stripe.pay(intent)
    till.send(till.events("payment_intent.succeeded")[0])
    assert (till.status(cheap), till.status(dear)) == ("paid", "pending")


def test_an_unsigned_event_pays_nothing(till: Till, stripe: StripeStandIn) -> None:
    order = till.order()
    stripe.pay(till.begin(order))
    [event] = till.events("payment_intent.succeeded")
    with pytest.raises(BadSignature):
        till.cashier.receive("stripe", json.dumps(event).encode(), {})
    assert till.status(order) == "pending"


def test_a_lost_reply_at_the_start_leads_to_one_intent(
    make_till: Callable[..., Till],
    make_gateway: Callable[..., StripeGateway],
    stripe: StripeStandIn,
) -> None:
    till = make_till(make_gateway(retries=0))
    order = till.order()
    stripe.faults.plan(CREATE, "lose_reply")
    with pytest.raises(GatewayUnavailable):
        till.begin(order)
    assert till.begin(order) in stripe.books.things
    assert len([t for t in stripe.books.things.values() if t["object"] == "payment_intent"]) == 1


def test_an_order_is_not_cancelled_when_the_money_came_first(
    till: Till, stripe: StripeStandIn
) -> None:
    order = till.order()
    intent = till.begin(order)
    with stripe.gate(CANCEL, "before") as gate:
        cancelled = in_background(lambda: till.cashier.cancel(order.id))
        gate.wait_reached()
        stripe.pay(intent)
        gate.open()
        assert isinstance(cancelled(), Conflict)
    assert till.status(order) == "paid"


def test_a_cancelled_order_cannot_be_paid_at_stripe(till: Till, stripe: StripeStandIn) -> None:
    order = till.order()
    intent = till.begin(order)
    assert till.cashier.cancel(order.id).status == "cancelled"
    assert stripe.books.things[intent]["status"] == "canceled"


def test_an_order_does_not_end_while_stripe_does_not_answer(
    till: Till, stripe: StripeStandIn
) -> None:
    order = till.order()
    intent = till.begin(order)
    stripe.faults.plan(CANCEL, "error")
    stripe.faults.plan(CANCEL, "lose_request", times=9)
    with pytest.raises(GatewayUnavailable):
        till.cashier.cancel(order.id)
    assert till.status(order) == "pending"
    stripe.faults.clear()
    stripe.pay(intent)
    assert till.cashier.look(order.id).status == "paid"


def test_our_refunds_and_stripes_ledger_agree(till: Till, stripe: StripeStandIn) -> None:
    order = till.order()
    stripe.pay(till.begin(order))
    till.cashier.look(order.id)
    till.cashier.refund(order.id, Money("10", "PLN"))
    till.cashier.refund(order.id)
    ended = till.cashier.get(order.id)
    assert (ended.status, ended.refunded) == ("refunded", Money("49.99", "PLN"))
    assert stripe.books.balance("platform", "pln") == 0


@pytest.mark.parametrize(("success", "left"), [(True, 3999), (False, 4999)])
def test_a_refund_whose_webhook_was_dropped_is_found_by_asking(
    till: Till, stripe: StripeStandIn, success: bool, left: int
) -> None:
    order = till.order()
    stripe.pay(till.begin(order))
    till.cashier.look(order.id)
    stripe.account.refunds.pending = True
    refund = till.cashier.refund(order.id, Money("10", "PLN"))
    at_stripe = stripe.books.events[-2]["data"]["object"]["id"]
    assert not till.cashier.refunding.look(refund.id)
    stripe.account.refunds.settle(at_stripe, success=success)
    assert till.cashier.refunding.look(refund.id)
    ended = till.cashier.get(order.id)
    assert (ended.amount - ended.refunded).minor == left == stripe.books.balance("platform", "pln")
    till.send(stripe.books.events[-1])  # the webhook, after all
    assert till.cashier.get(order.id) == ended


def test_shares_are_at_stripe_what_they_are_in_our_books(till: Till, stripe: StripeStandIn) -> None:
    shares = Share("potter", 2000, "acct_1Potter"), Share("painter", 1000, "acct_1Painter")
    order = till.order("100.00", "PLN", *shares)
    stripe.pay(till.begin(order))
    till.cashier.look(order.id)
    stripe.faults.plan("POST /v1/transfers", "lose_reply")
    till.relay.drain()
    till.cashier.refund(order.id, Money("50", "PLN"))
    stripe.faults.plan("POST /v1/transfers/{id}/reversals", "lose_reply")
    till.relay.drain()
    held = {
        account: stripe.books.balance(account, "pln")
        for account in ("acct_1Potter", "acct_1Painter", "platform")
    }
    assert held == {"acct_1Potter": 1000, "acct_1Painter": 500, "platform": 3500}
    transfers = [t for t in stripe.books.things.values() if t["object"] == "transfer"]
    assert sorted(t["amount"] for t in transfers) == [1000, 2000]
