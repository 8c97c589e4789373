"""Shares of a paid order go to connected accounts, and come back when it is refunded."""

from __future__ import annotations

import pytest

from flask_till.desk.gateways.stripe import Share, StripeGateway
from flask_till.errors import GatewayRefused
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

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
