"""Balances as a gateway: what was taken is taken once, and goes back where it came from."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flask_till.desk.actions.balances import grant, read_balances, spend_of
from flask_till.desk.gateways.balance import BalanceGateway
from flask_till.desk.purse import DeskPurse
from flask_till.errors import Conflict, GatewayRefused, TillError
from flask_till.money import Money

from .conftest import a_charge
from .payers import ADA, Payers

METHODS = ["wallet", "credit", "paid_credit"]


def zl(minor: int) -> Money:
    return Money.of_minor(minor, "PLN")


def give(desk: Any, **minor: int) -> None:
    for kind, amount in minor.items():
        if amount:
            desk.database.write(grant, ADA, kind, zl(amount), live=False)


def having(desk: Any) -> tuple[int, int, int]:
    found = desk.database.read(read_balances, ADA, currency="PLN", live=False)
    return found.wallet.minor, found.credit.minor, found.free_credit.minor


def an_order(desk: Any, name: str = "T-1", amount: int = 1000, **more: Any) -> Any:
    return desk.order(name, amount, **{"dialect": "ipos", "payer": ADA} | more)


def pay(desk: Any, order: Any, method: str) -> Any:
    return desk.cashier.pay(order.id, gateway="test_balance", method=method, inputs={}).order


# ---- the gateway alone ----


@pytest.fixture
def payers(desk: Any) -> Payers:
    return Payers(desk.database)


@pytest.fixture
def gateway(desk: Any) -> BalanceGateway:
    return BalanceGateway(DeskPurse(desk.database), live=False)


def left(desk: Any) -> int:
    return having(desk)[0]


def test_the_same_payment_started_many_times_at_once_is_taken_once(
    desk: Any, gateway: BalanceGateway, payers: Payers, at_once: Callable[..., list[Any]]
) -> None:
    before, charge = left(desk), payers.charge()
    started = at_once(lambda _: gateway.start(charge, {}), 6)
    assert {one.status for one in started} == {"succeeded"}
    assert {one.provider_ref for one in started} == {f"test_balance.{charge.payment_id}"}
    assert before - left(desk) == 4999


def test_what_was_cancelled_first_is_never_taken(
    desk: Any, gateway: BalanceGateway, payers: Payers
) -> None:
    before, charge = left(desk), payers.charge()
    assert gateway.cancel(charge).status == "cancelled"
    late = gateway.start(charge, {})
    assert (late.status, late.evidence and late.evidence.amount) == ("cancelled", zl(0))
    assert gateway.look(charge).status == "cancelled"
    assert left(desk) == before


def test_taking_and_giving_up_at_once_agree_on_who_was_first(
    desk: Any, gateway: BalanceGateway, payers: Payers
) -> None:
    """Whichever wins, both say the same of it, and the balance agrees."""
    for _ in range(8):
        before, charge = left(desk), payers.charge()
        said: dict[str, str] = {}
        gate = threading.Barrier(2)

        def start(charge: Any = charge, said: dict[str, str] = said, gate: Any = gate) -> None:
            gate.wait()
            said["start"] = gateway.start(charge, {}).status

        def cancel(charge: Any = charge, said: dict[str, str] = said, gate: Any = gate) -> None:
            gate.wait()
            said["cancel"] = gateway.cancel(charge).status

        threads = [threading.Thread(target=verb) for verb in (start, cancel)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(set(said.values())) == 1, said
        taken = said["start"] == "succeeded"
        assert before - left(desk) == (4999 if taken else 0)
        assert gateway.look(charge).status == said["start"]


def test_a_refund_that_is_asked_for_again_gives_nothing_more(
    desk: Any, gateway: BalanceGateway, at_once: Callable[..., list[Any]]
) -> None:
    give(desk, wallet=1000)
    order = pay(desk, an_order(desk), "wallet")
    refund = desk.cashier.refund(order.id, zl(400))
    paid = a_charge("10", payment_id=order.payment.id, order_id=order.id, payer=ADA)
    again = at_once(lambda _: gateway.refund(refund.id, paid, zl(400)), 4)
    assert {one.status for one in again} == {"succeeded"}
    assert having(desk) == (400, 0, 0)


def test_nobodys_balance_pays_for_an_order_without_a_payer(
    desk: Any, gateway: BalanceGateway, payers: Payers
) -> None:
    charge = replace(payers.charge(), payer=None)
    with pytest.raises(GatewayRefused) as refused:
        gateway.start(charge, {})
    assert refused.value.code == "NO_PAYER"
    assert desk.database.read(spend_of, charge.payment_id) is None


@pytest.mark.parametrize(("live", "name"), [(True, "balance"), (False, "test_balance")])
def test_real_and_test_money_are_two_gateways(desk: Any, live: bool, name: str) -> None:
    gateway = BalanceGateway(DeskPurse(desk.database), live=live)
    assert (gateway.name, gateway.account, gateway.livemode) == (name, name, live)
    assert [one.name for one in gateway.methods("PLN")] == METHODS
    assert {one.dialects for one in gateway.methods("PLN")} == {("boxo", "ipos")}


# ---- at a desk ----


@pytest.mark.parametrize("method", METHODS)
def test_too_little_takes_nothing_of_any_balance(desk: Any, method: str) -> None:
    give(desk, wallet=999, credit=600, free_credit=399)
    order = an_order(desk)
    with pytest.raises(GatewayRefused) as refused:
        pay(desk, order, method)
    assert refused.value.code == "INSUFFICIENT_BALANCE"
    assert having(desk) == (999, 600, 399)
    assert desk.read(order.id).status == "pending"


@pytest.mark.parametrize(
    ("method", "after", "back"),
    [
        ("wallet", (0, 1000, 1000), (500, 1000, 1000)),
        ("credit", (1000, 1000, 0), (1000, 1000, 500)),
        ("paid_credit", (1000, 0, 1000), (1000, 500, 1000)),
    ],
)
def test_each_method_takes_its_balances_only_and_gives_back_to_them(
    desk: Any, method: str, after: Any, back: Any
) -> None:
    give(desk, wallet=1000, credit=1000, free_credit=1000)
    order = pay(desk, an_order(desk), method)
    assert having(desk) == after
    desk.cashier.refund(order.id, zl(500))
    assert having(desk) == back
    desk.cashier.refund(order.id)
    assert having(desk) == (1000, 1000, 1000)
    assert desk.read(order.id).status == "refunded"


def test_refunds_at_once_never_exceed_what_was_paid(
    desk: Any, at_once: Callable[..., list[Any]]
) -> None:
    give(desk, credit=600, free_credit=400)
    order = pay(desk, an_order(desk), "credit")

    def back(_: int) -> bool:
        try:
            return bool(desk.cashier.refund(order.id, zl(300)).status == "succeeded")
        except TillError:
            return False

    assert at_once(back, 6).count(True) == 3
    assert having(desk) == (0, 600, 300)


def end(desk: Any, order: Any, happening: str) -> None:
    if happening == "expire":
        desk.clock.advance(minutes=31)
    getattr(desk.cashier, happening)(order.id)


@pytest.mark.parametrize("happening", ["cancel", "expire"])
def test_paying_and_ending_at_once_leave_the_order_in_one_state(
    desk: Any, at_once: Callable[..., list[Any]], happening: str
) -> None:
    for number in range(5):
        give(desk, wallet=1000 - having(desk)[0])
        order = an_order(desk, f"T-{number}")

        def act(who: int, order: Any = order) -> None:
            try:
                if who:
                    pay(desk, order, "wallet")
                else:
                    end(desk, order, happening)
            except TillError:
                return

        at_once(act, 2)
        status = desk.cashier.get(order.id).status
        assert having(desk)[0] == (0 if status == "paid" else 1000)
        assert status in ("paid", "cancelled", "expired")
        if status != "paid":
            with pytest.raises(Conflict):
                pay(desk, order, "wallet")


def test_choosing_a_balance_stops_the_card_that_was_begun(desk: Any) -> None:
    give(desk, wallet=1000)
    order = an_order(desk)
    card = desk.start(order)
    assert pay(desk, order, "wallet").status == "paid"
    assert desk.gateway.status[card] == "cancelled"
    assert having(desk) == (0, 0, 0)


def test_a_top_up_is_not_paid_from_where_it_goes(desk: Any) -> None:
    """An order names the ways to pay it; a balance that is not among them pays nothing."""
    give(desk, wallet=1000)
    order = an_order(desk, methods=("card",), final_sale=True)
    with pytest.raises(TillError) as refused:
        pay(desk, order, "wallet")
    assert refused.value.code == "METHOD_NOT_OFFERED"
    assert having(desk)[0] == 1000
