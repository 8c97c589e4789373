"""Money that goes back through Stripe: once for each refund, at once or later."""

from __future__ import annotations

import pytest

from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.errors import GatewayRefused, GatewayUnavailable
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

from .conftest import SECRET, a_charge, started

CREATE = "POST /v1/payment_intents"
CONFIRM = "POST /v1/payment_intents/{id}/confirm"
CANCEL = "POST /v1/payment_intents/{id}/cancel"


def test_refunds_in_part_and_in_full(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    first = gateway.refund("ref_1", charge, Money("10", "PLN"))
    second = gateway.refund("ref_2", charge, Money("39.99", "PLN"))
    assert first.status == second.status == "succeeded"
    assert stripe.books.balance("platform", "pln") == 0
    with pytest.raises(GatewayRefused, match="already been refunded"):
        gateway.refund("ref_3", charge, Money("0.01", "PLN"))
    assert gateway.look(charge).status == "succeeded"


def test_the_same_refund_twice_gives_back_once(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    once, again = (gateway.refund("ref_1", charge, Money("10", "PLN")) for _ in range(2))
    assert once == again
    assert stripe.books.balance("platform", "pln") == 3999


def test_more_than_was_paid_is_refused(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    with pytest.raises(GatewayRefused, match="greater than"):
        gateway.refund("ref_1", charge, Money("50", "PLN"))
    assert stripe.books.balance("platform", "pln") == 4999


def test_nothing_unpaid_is_given_back(gateway: StripeGateway) -> None:
    charge = started(gateway)
    with pytest.raises(GatewayRefused):
        gateway.refund("ref_1", charge, Money("10", "PLN"))
    with pytest.raises(GatewayRefused):
        gateway.refund("ref_1", a_charge(), Money("10", "PLN"))


@pytest.mark.parametrize(("success", "status"), [(True, "succeeded"), (False, "failed")])
def test_a_slow_refund_ends_with_a_notice(
    stripe: StripeStandIn, gateway: StripeGateway, success: bool, status: str
) -> None:
    stripe.account.refunds.pending = True
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    result = gateway.refund("ref_1", charge, Money("10", "PLN"))
    assert result.status == "pending"
    stripe.account.refunds.settle(result.provider_ref, success=success)
    notice = gateway.read_webhook(*stripe.hooks.signed(stripe.books.events[-1], SECRET))
    assert notice.refund is not None
    assert (notice.refund.refund_id, notice.refund.status) == ("ref_1", status)
    assert notice.refund.provider_ref == result.provider_ref
    assert notice.evidence is None


def test_a_refund_made_by_hand_in_the_dashboard_is_no_news_of_ours(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    stripe.account.refunds.create({"payment_intent": charge.provider_ref})
    notices = [
        gateway.read_webhook(*stripe.hooks.signed(event, SECRET))
        for event in stripe.books.events[-2:]
    ]
    assert [(n.kind, n.refund) for n in notices] == [
        ("refund.created", None),
        ("charge.refunded", None),
    ]


def test_a_refund_whose_news_was_lost_is_looked_at(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    stripe.account.refunds.pending = True
    charge, amount = started(gateway), Money("10", "PLN")
    stripe.pay(charge.provider_ref)
    ref = gateway.refund("ref_1", charge, amount).provider_ref
    assert gateway.look_refund("ref_1", ref, amount).status == "pending"
    stripe.account.refunds.settle(ref, success=False)
    seen = gateway.look_refund("ref_1", ref, amount)
    assert (seen.provider_ref, seen.status) == (ref, "failed")
    assert seen.reason == "expired_or_canceled_card"


def test_what_is_said_of_another_refund_is_no_answer(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge, amount = started(gateway), Money("10", "PLN")
    stripe.pay(charge.provider_ref)
    ref = gateway.refund("ref_1", charge, amount).provider_ref
    for refund_id, money in (("ref_2", amount), ("ref_1", Money("9", "PLN"))):
        with pytest.raises(GatewayUnavailable):
            gateway.look_refund(refund_id, ref, money)
    stripe.faults.plan("GET /v1/refunds/{id}", "twin")
    with pytest.raises(GatewayUnavailable):
        gateway.look_refund("ref_1", ref, amount)
    with pytest.raises(GatewayRefused):
        gateway.look_refund("ref_1", "re_none", amount)


def test_a_refund_is_made_once_even_after_stripe_forgot_the_key(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge, amount = started(gateway), Money("10", "PLN")
    stripe.pay(charge.provider_ref)
    stripe.faults.plan("POST /v1/refunds", "lose_reply", times=3)
    with pytest.raises(GatewayUnavailable):
        gateway.refund("ref_1", charge, amount)
    before = stripe.books.clock
    stripe.books.clock = lambda: before() + 2 * 24 * 3600
    assert gateway.refund("ref_1", charge, amount).status == "succeeded"
    assert stripe.books.balance("platform", "pln") == 3999


def test_an_early_one_of_many_refunds_is_found_again(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    first = gateway.refund("ref_first", charge, Money("0.01", "PLN"))
    for _ in range(120):
        stripe.account.refunds.create({"payment_intent": charge.provider_ref, "amount": 1})
    stripe.books.clock = lambda: 4e9
    assert gateway.refund("ref_first", charge, Money("0.01", "PLN")) == first
    assert stripe.books.balance("platform", "pln") == 4999 - 121
