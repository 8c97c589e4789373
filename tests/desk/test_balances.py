"""Balances: paid in by orders, given by operators, spent once, given back where they came from."""

from __future__ import annotations

from typing import Any

import pytest

from flask_till.desk.actions.balances import grant, read_balances, spent_on
from flask_till.desk.actions.posting import list_accounts
from flask_till.desk.balance import Balances
from flask_till.errors import Conflict, GatewayRefused, NotFound, TillError
from flask_till.money import Money

ADA = "ipos:ada"


def zl(minor: int) -> Money:
    return Money.of_minor(minor, "PLN")


def give(desk: Any, kind: str, minor: int, owner: str = ADA) -> None:
    desk.database.write(grant, owner, kind, zl(minor), live=False)


def having(desk: Any, owner: str = ADA) -> tuple[int, int, int]:
    found: Balances = desk.database.read(read_balances, owner, currency="PLN", live=False)
    return found.wallet.minor, found.credit.minor, found.free_credit.minor


def an_order(desk: Any, external_id: str = "T-1", amount: int = 1000, **more: Any) -> Any:
    return desk.order(external_id, amount, **{"dialect": "ipos", "payer": ADA} | more)


def pay(desk: Any, order: Any, method: str = "wallet") -> Any:
    gateway = desk.cashier.gateway_for(order, method)
    return desk.cashier.pay(order.id, gateway=gateway, method=method, inputs={}).order


def test_a_balance_pays_at_once_and_is_smaller_by_just_the_amount(desk: Any) -> None:
    give(desk, "wallet", 1500)
    assert pay(desk, an_order(desk)).status == "paid"
    assert having(desk) == (500, 0, 0)


def test_credit_takes_what_was_given_before_what_was_paid_for(desk: Any) -> None:
    give(desk, "free_credit", 300)
    give(desk, "credit", 2000)
    order = pay(desk, an_order(desk), "credit")
    assert having(desk) == (0, 1300, 0)
    assert desk.database.read(spent_on, order.id) == {"free_credit": 300, "credit": 700}


def test_paid_credit_leaves_free_credit_alone(desk: Any) -> None:
    give(desk, "free_credit", 3000)
    give(desk, "credit", 1000)
    pay(desk, an_order(desk), "paid_credit")
    assert having(desk) == (0, 0, 3000)


def test_a_refund_returns_last_what_was_spent_first(desk: Any) -> None:
    give(desk, "free_credit", 300)
    give(desk, "credit", 700)
    order = pay(desk, an_order(desk), "credit")
    desk.cashier.refund(order.id, zl(500))
    assert having(desk) == (0, 500, 0)
    desk.cashier.refund(order.id, zl(300))
    assert having(desk) == (0, 700, 100)
    desk.cashier.refund(order.id)
    assert having(desk) == (0, 700, 300)
    assert desk.read(order.id).status == "refunded"


def test_too_little_takes_nothing_and_leaves_the_order_payable(desk: Any) -> None:
    give(desk, "wallet", 999)
    order = an_order(desk)
    with pytest.raises(GatewayRefused) as refused:
        pay(desk, order)
    assert refused.value.code == "INSUFFICIENT_BALANCE"
    assert having(desk) == (999, 0, 0)
    give(desk, "wallet", 1)
    assert pay(desk, order).status == "paid"


def test_two_orders_at_once_never_spend_the_same_money(desk: Any, at_once: Any) -> None:
    give(desk, "wallet", 2500)
    orders = [an_order(desk, f"T-{number}") for number in range(6)]

    def one(number: int) -> bool:
        try:
            return bool(pay(desk, orders[number]).status == "paid")
        except TillError:
            return False

    assert at_once(one, 6).count(True) == 2
    assert having(desk) == (500, 0, 0)


def test_one_order_paid_by_many_at_once_is_charged_once(desk: Any, at_once: Any) -> None:
    give(desk, "wallet", 10_000)
    order = an_order(desk)

    def one(_number: int) -> None:
        try:
            pay(desk, order)
        except TillError:
            return

    at_once(one, 8)
    assert desk.read(order.id).status == "paid"
    assert having(desk) == (9000, 0, 0)


def test_test_money_pays_no_live_order(desk: Any) -> None:
    give(desk, "wallet", 5000)
    live = desk.merchant_of(desk.desk.add_merchant(name="Live", live=True))
    order = desk.cashier.create(live, _draft("L-1"))
    assert desk.cashier.gateway_for(order, "wallet") == "balance"
    with pytest.raises(GatewayRefused):
        pay(desk, order)


def _draft(external_id: str) -> Any:
    from tests.desk.the_desk import draft

    return draft(external_id, 1000, dialect="ipos", payer=ADA)


def test_only_orders_of_protocols_with_users_are_paid_from_balances(desk: Any) -> None:
    with pytest.raises(NotFound):
        desk.cashier.gateway_for(desk.order(), "wallet")
    order = an_order(desk, "T-2", payer=None)
    with pytest.raises(GatewayRefused):
        pay(desk, order)


def test_an_order_that_names_its_methods_offers_no_other_balance(desk: Any) -> None:
    order = an_order(desk, methods=("card", "wallet"))
    assert [one.name for one in desk.cashier.methods(order)] == ["card", "wallet"]


def test_a_crash_between_taking_and_telling_is_found_by_the_sweep(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(desk, "wallet", 1000)
    order = an_order(desk)

    def die(*_: Any, **__: Any) -> None:
        raise RuntimeError("the process is gone")

    with monkeypatch.context() as patched:
        patched.setattr(desk.cashier.paying, "settle", die)
        with pytest.raises(RuntimeError):
            pay(desk, order)
    assert having(desk) == (0, 0, 0)
    desk.clock.advance(1801)
    desk.cashier.sweep()
    assert desk.read(order.id).status == "paid"
    assert having(desk) == (0, 0, 0)


@pytest.mark.parametrize("end", ["cancel", "expire"])
def test_an_attempt_that_got_lost_on_its_way_takes_nothing_when_the_order_ends(
    desk: Any, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    give(desk, "wallet", 1000)
    order = an_order(desk)

    def die(*_: Any) -> None:
        raise RuntimeError("the process is gone")

    with monkeypatch.context() as patched:
        patched.setattr(desk.cashier.gateways["test_balance"], "start", die)
        with pytest.raises(RuntimeError):
            pay(desk, order)
    desk.clock.advance(1800 if end == "expire" else 0)
    ended = getattr(desk.cashier, end)(order.id)
    assert ended.status in ("cancelled", "expired")
    assert having(desk) == (1000, 0, 0)


def test_what_was_given_up_takes_nothing_afterwards(desk: Any) -> None:
    give(desk, "wallet", 1000)
    order = an_order(desk)
    desk.start(order)
    desk.cashier.cancel(order.id)
    with pytest.raises(Conflict):
        pay(desk, order)
    assert having(desk) == (1000, 0, 0)


def test_the_ledger_says_who_is_owed_what(desk: Any) -> None:
    give(desk, "wallet", 1500)
    pay(desk, an_order(desk))
    told = {account: total for account, _, total in desk.database.read(list_accounts)}
    merchant = f"merchant:{desk.credentials.merchant_id}"
    assert told == {"grants": 1500, f"wallet:{ADA}": -500, merchant: -1000}
