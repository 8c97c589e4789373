"""Shoppers' accounts: topped up on the chain, spent at once, to the base unit and never twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.gateways import Charge
from flask_till.errors import GatewayRefused, TillError
from tests.desk.web3.chain_desk import ACCOUNT, ChainDesk

ANN, BOB = "shp_ann", "shp_bob"


def test_a_shopper_has_one_address_and_it_is_nobody_elses(desk: ChainDesk) -> None:
    ann = desk.web3.account(ANN)
    assert desk.web3.account(ANN).address == ann.address
    assert desk.web3.account(BOB).address != ann.address
    assert ann.balances == {}


def test_a_top_up_counts_when_it_is_final_and_pays_at_once(desk: ChainDesk) -> None:
    usdc = desk.chain.usdc
    desk.chain.pay(usdc, desk.web3.account(ANN).address, 20_000_000)
    desk.follow()
    assert desk.web3.account(ANN).balances == {}
    desk.finish()
    assert desk.web3.account(ANN).balances == {usdc.id: 20_000_000}
    order = desk.order()
    assert desk.pay_from_account(order, ANN).status == "paid"
    after = desk.web3.account(ANN)
    assert after.balances == {usdc.id: 20_000_000 - 12_497_500}
    assert [(one.kind, one.units) for one in after.history] == [
        ("topup", 20_000_000), ("spend", 12_497_500)
    ] or [one.kind for one in after.history] == ["spend", "topup"]  # fmt: skip


def test_an_account_that_does_not_cover_the_price_pays_nothing(desk: ChainDesk) -> None:
    desk.top_up(ANN, desk.chain.usdc, 12_497_499)
    with pytest.raises(GatewayRefused) as refused:
        desk.pay_from_account(desk.order(), ANN)
    assert refused.value.code == "INSUFFICIENT_BALANCE"
    assert desk.web3.account(ANN).balances == {desk.chain.usdc.id: 12_497_499}


def test_nobodys_account_pays_for_a_stranger(desk: ChainDesk) -> None:
    with pytest.raises(GatewayRefused) as refused:
        desk.cashier.pay(desk.order().id, **ACCOUNT, inputs={})
    assert refused.value.code == "NO_PAYER"


def test_the_payer_of_an_order_goes_before_whoever_is_named(desk: ChainDesk) -> None:
    desk.top_up(ANN, desk.chain.usdc, 20_000_000)
    with pytest.raises(GatewayRefused):
        desk.pay_from_account(desk.order(payer=BOB), ANN)


def test_an_account_is_spent_once_whoever_asks_at_the_same_time(
    desk: ChainDesk, at_once: Callable[..., list[Any]]
) -> None:
    desk.top_up(ANN, desk.chain.usdc, 20_000_000)
    orders = [desk.order(f"T-{number}") for number in range(6)]

    def pay(number: int) -> str:
        try:
            return desk.pay_from_account(orders[number], ANN).status
        except TillError as error:
            return error.code

    said = at_once(pay, 6)
    assert sorted(said) == ["INSUFFICIENT_BALANCE"] * 5 + ["paid"]


def test_one_payment_takes_its_price_once_however_often_it_is_asked(
    desk: ChainDesk, at_once: Callable[..., list[Any]]
) -> None:
    desk.top_up(ANN, desk.chain.usdc, 30_000_000)
    order = desk.order()
    desk.pay_from_account(order, ANN)
    charge = charge_of(desk, order.id)
    dues = {desk.chain.usdc.id: 12_497_500}
    took = at_once(lambda _: desk.web3.accounts.spend(charge, ANN, dues), 4)
    assert took == [12_497_500] * 4
    assert desk.web3.account(ANN).balances == {desk.chain.usdc.id: 30_000_000 - 12_497_500}


def test_what_was_stopped_takes_nothing_any_more(desk: ChainDesk) -> None:
    desk.top_up(ANN, desk.chain.usdc, 20_000_000)
    order = desk.order(payer=ANN)
    with pytest.raises(GatewayRefused):
        desk.cashier.pay(desk.order("T-0", 90000, payer=ANN).id, **ACCOUNT, inputs={})
    paid = desk.pay_from_account(order, ANN)
    assert paid.payment is not None
    charge = charge_of(desk, order.id)
    assert desk.web3.accounts.void(charge) == 12_497_500  # it was taken before
    before = desk.web3.account(ANN).balances
    assert desk.web3.accounts.spend(charge, ANN, {desk.chain.usdc.id: 1}) == 12_497_500
    assert desk.web3.account(ANN).balances == before


def test_refunds_go_back_to_the_account_at_once_and_to_the_unit(desk: ChainDesk) -> None:
    from flask_till.money import Money

    usdc = desk.chain.usdc
    desk.top_up(ANN, usdc, 20_000_000)
    order = desk.order(amount=1000)
    desk.pay_from_account(order, ANN)
    for part in (333, 333, 334):
        assert desk.cashier.refund(order.id, Money.of_minor(part, "PLN")).status == "succeeded"
    assert desk.web3.account(ANN).balances == {usdc.id: 20_000_000}


def test_the_first_coin_that_covers_the_price_pays(desk: ChainDesk) -> None:
    desk.top_up(ANN, desk.chain.usdc, 1)
    desk.top_up(ANN, desk.chain.dai, 20 * 10**18)
    assert desk.pay_from_account(desk.order(amount=4000), ANN).status == "paid"
    assert desk.web3.account(ANN).balances == {
        desk.chain.usdc.id: 1, desk.chain.dai.id: 10 * 10**18
    }  # fmt: skip


def charge_of(desk: ChainDesk, order_id: str) -> Charge:
    order = desk.read(order_id)
    assert order.payment is not None
    charge: Charge = desk.cashier._charging.charge(order, order.payment)
    return charge
