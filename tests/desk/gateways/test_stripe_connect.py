"""Shares of a paid order go to connected accounts, and come back when it is refunded."""

from __future__ import annotations

import pytest

from flask_till.desk.gateways import Share
from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.errors import GatewayRefused, GatewayUnavailable
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.faults import Kind

from .conftest import started

MAKER = "acct_1Maker"


def a_share(amount: str = "40", share_id: str = "shr_1") -> Share:
    return Share(share_id=share_id, account=MAKER, amount=Money(amount, "PLN"))


def test_a_share_is_passed_on_once(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    first, again = gateway.transfer(a_share(), charge), gateway.transfer(a_share(), charge)
    assert first == again
    assert stripe.books.balance(MAKER, "pln") == 4000
    assert stripe.books.balance("platform", "pln") == 999
    transfer = stripe.books.things[first]
    paid_by = stripe.books.things[charge.provider_ref]["latest_charge"]
    assert transfer["source_transaction"] == paid_by
    assert transfer["transfer_group"] == charge.order_id


def test_nothing_is_passed_on_before_the_money_is_there(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused):
        gateway.transfer(a_share(), started(gateway))


def test_shares_are_never_more_than_was_paid(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    gateway.transfer(a_share(), charge)
    with pytest.raises(GatewayRefused):
        gateway.transfer(a_share("10", "shr_2"), charge)
    assert stripe.books.balance(MAKER, "pln") == 4000


def test_a_share_comes_back_in_part_and_once(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    transfer = gateway.transfer(a_share(), charge)
    back = [gateway.reverse_transfer("rev_1", transfer, Money("15", "PLN")) for _ in range(2)]
    assert back[0] == back[1]
    assert stripe.books.balance(MAKER, "pln") == 2500


TRANSFER = "POST /v1/transfers"
REVERSE = "POST /v1/transfers/{id}/reversals"


def two_days_later(stripe: StripeStandIn) -> None:
    """Stripe forgets idempotency keys after one."""
    before = stripe.books.clock
    stripe.books.clock = lambda: before() + 2 * 24 * 3600


def test_a_share_is_passed_on_once_even_after_stripe_forgot_the_key(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    stripe.faults.plan(TRANSFER, "lose_reply", times=3)
    with pytest.raises(GatewayUnavailable):
        gateway.transfer(a_share("20"), charge)
    two_days_later(stripe)
    again = gateway.transfer(a_share("20"), charge)
    assert stripe.books.balance(MAKER, "pln") == 2000
    stripe.faults.plan(REVERSE, "lose_reply", times=3)
    with pytest.raises(GatewayUnavailable):
        gateway.reverse_transfer("rev_1", again, Money("5", "PLN"))
    two_days_later(stripe)
    gateway.reverse_transfer("rev_1", again, Money("5", "PLN"))
    assert stripe.books.balance(MAKER, "pln") == 1500


def test_transfers_of_other_orders_and_shares_are_not_taken_for_it(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge, other = started(gateway), started(gateway)
    for one in (charge, other):
        stripe.pay(one.provider_ref)
    first = gateway.transfer(a_share("10"), charge)
    assert gateway.transfer(a_share("10", "shr_2"), charge) != first
    assert gateway.transfer(a_share("10", "shr_3"), other) != first
    assert stripe.books.balance(MAKER, "pln") == 3000


@pytest.mark.parametrize("kind", ["garbage", "wrong"])
def test_a_list_that_cannot_be_read_passes_nothing_on(
    stripe: StripeStandIn, gateway: StripeGateway, kind: Kind
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    stripe.faults.plan("GET /v1/transfers", kind, times=9)
    with pytest.raises(GatewayUnavailable):
        gateway.transfer(a_share(), charge)
    assert stripe.books.balance(MAKER, "pln") == 0
