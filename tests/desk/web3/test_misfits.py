"""Payments that do not fit, as an operator decides about them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flask_till.desk.actions import web3_payments
from flask_till.desk.onchain import RETURNED, SETTLED
from flask_till.errors import Conflict
from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.the_console import ELSEWHERE, refused, said, sent


def test_payments_that_do_not_fit_are_listed_by_how(rich: ChainDesk) -> None:
    _, under = sent(rich, 5_000_000, 1)
    _, over = sent(rich, 20_000_000, 2)
    sent(rich, 12_497_500, 3)
    order, late = sent(rich, 1_000_000, 4)
    rich.cashier.cancel(order.id)
    words = said(rich, "payments")
    found = {line.split()[0]: line for line in words.splitlines() if line.startswith("pay_")}
    assert set(found) == {under, over, late}
    assert "underpaid" in found[under]
    assert "12.4975 USDC" in found[under]
    assert "5 USDC" in found[under]
    assert "overpaid" in found[over]
    assert "20 USDC" in found[over]
    assert " late " in found[late]
    for kind, payment in (("underpaid", under), ("overpaid", over), ("late", late)):
        only = said(rich, "payments", "--state", kind)
        assert re.findall(r"^pay_\w+", only, re.MULTILINE) == [payment]


def test_too_little_is_settled(rich: ChainDesk) -> None:
    order, payment = sent(rich, 12_000_000)
    assert "is settled" in said(rich, "settle", payment)
    assert rich.read(order.id).status == "paid"
    assert said(rich, "payments") == "Every payment on a chain fits its price.\n"
    assert "is settled" in said(rich, "settle", payment)
    assert "is covered" in refused(rich, "refund", payment)


def test_nothing_can_be_decided_about_what_fits_or_never_came(rich: ChainDesk) -> None:
    _, paid = sent(rich, 12_497_500)
    assert "nothing to decide" in refused(rich, "settle", paid)
    words = refused(rich, "refund", paid)
    assert "is covered" in words
    assert "--excess" in words
    assert "can go back" in refused(rich, "refund", paid, "--excess")
    order = rich.order("T-2")
    rich.open(order)
    assert "can go back" in refused(rich, "refund", rich.crypto_payment(order))
    assert "No payment on a chain" in refused(rich, "settle", "pay_0")
    assert "No payment on a chain" in refused(rich, "refund", "pay_0")


def test_too_little_goes_back_to_each_who_sent_it_once(rich: ChainDesk) -> None:
    usdc, people = rich.chain.usdc, rich.chain.people
    order, payment = sent(rich, 3_000_000, sender=people[2])
    rich.send(order, usdc, 2_000_000, sender=people[3])
    rich.finish()
    before = [rich.chain.balance(usdc, one) for one in people[2:4]]
    words = said(rich, "refund", payment)
    assert f"3 USDC go to {people[2]}" in words
    assert f"2 USDC go to {people[3]}" in words
    assert "can go back" in refused(rich, "refund", payment)
    rich.finish()
    after = [rich.chain.balance(usdc, one) for one in people[2:4]]
    assert [new - old for new, old in zip(after, before, strict=True)] == [3_000_000, 2_000_000]
    assert said(rich, "payments") == "Every payment on a chain fits its price.\n"
    assert "returned" in refused(rich, "settle", payment)


def test_what_was_sent_back_pays_nothing_when_the_rest_comes(rich: ChainDesk) -> None:
    usdc, person = rich.chain.usdc, rich.chain.people[2]
    order, payment = sent(rich, 5_000_000, sender=person)
    said(rich, "refund", payment)
    rich.send(order, usdc, 7_497_500, sender=person)
    rich.finish()
    assert rich.read(order.id).status != "paid"
    assert payment in said(rich, "payments")
    assert "7.4975 USDC go to" in said(rich, "refund", payment)
    rich.finish()
    assert rich.chain.balance(usdc, person) == 12_497_500
    assert rich.read(order.id).status != "paid"


def test_what_is_about_to_be_covered_is_not_sent_back(rich: ChainDesk) -> None:
    order, payment = sent(rich, 5_000_000)
    rich.send(order, rich.chain.usdc, 7_497_500)
    rich.follow()
    assert rich.standing(order).state == "confirming"
    assert "on its way" in refused(rich, "refund", payment)
    rich.finish()
    assert rich.read(order.id).status == "paid"


def test_it_goes_back_to_an_address_of_the_shoppers_choice(rich: ChainDesk) -> None:
    _, payment = sent(rich, 5_000_000)
    assert "ADDRESS" in said(rich, "refund", "--help")
    wrong = ELSEWHERE[:-1] + "3"
    assert "digit may be" in refused(rich, "refund", payment, "--to", wrong)
    assert "0x and 40" in refused(rich, "refund", payment, "--to", "0x12")
    assert rich.database.read(web3_payments.standing_of, payment).decision is None
    said(rich, "refund", payment, "--to", ELSEWHERE.lower())
    rich.finish()
    assert rich.chain.balance(rich.chain.usdc, ELSEWHERE) == 5_000_000
    assert "can go back" in refused(rich, "refund", payment)


def test_what_is_too_much_goes_back_once_and_the_order_stays_paid(rich: ChainDesk) -> None:
    person = rich.chain.people[2]
    order, payment = sent(rich, 20_000_000, sender=person)
    assert "7.5025 USDC go to" in said(rich, "refund", payment, "--excess")
    assert "can go back" in refused(rich, "refund", payment, "--excess")
    rich.finish()
    assert rich.chain.balance(rich.chain.usdc, person) == 7_502_500
    assert rich.read(order.id).status == "paid"
    assert said(rich, "payments") == "Every payment on a chain fits its price.\n"


def test_a_way_back_that_failed_is_owed_again(rich: ChainDesk) -> None:
    from tests.stand_ins.chain.the_chain import call

    _, payment = sent(rich, 5_000_000)
    freeze = [call("freeze(bool)", frozen) for frozen in (1, 0)]
    rich.chain.send(str(rich.chain.usdc.contract), freeze[0])
    said(rich, "refund", payment)
    rich.finish()
    assert "frozen" in said(rich, "sendings", "--state", "failed")
    failed = re.search(r"back:\w+:1", said(rich, "sendings"))
    assert failed is not None
    assert "Ask for another refund" in refused(rich, "sendings", "--retry", failed[0])
    rich.chain.send(str(rich.chain.usdc.contract), freeze[1])
    assert payment in said(rich, "payments")
    said(rich, "refund", payment, "--to", ELSEWHERE)
    rich.finish()
    assert rich.chain.balance(rich.chain.usdc, ELSEWHERE) == 5_000_000


def test_who_asks_twice_at_once_is_paid_once(rich: ChainDesk, at_once: Any) -> None:
    from flask_till.desk.actions.web3_returns import return_money

    _, payment = sent(rich, 5_000_000)

    def ask(_: int) -> bool:
        try:
            rich.database.write(return_money, payment, to=ELSEWHERE)
        except Conflict:
            return False
        return True

    assert at_once(ask, 6).count(True) == 1
    rich.finish()
    assert rich.chain.balance(rich.chain.usdc, ELSEWHERE) == 5_000_000


def test_one_decision_is_enough(rich: ChainDesk) -> None:
    _, payment = sent(rich, 5_000_000)
    rich.database.write(web3_payments.decide, payment, RETURNED)
    with pytest.raises(Conflict) as decided:
        rich.database.write(web3_payments.decide, payment, SETTLED)
    assert decided.value.code == "DECIDED"
