"""IPOS: the wallet is the user's account on a real chain, and the balance here behind it."""

from __future__ import annotations

from typing import Any

import pytest

from flask_till.desk.ipos_portal import payer_of
from flask_till.desk.tables import payments
from flask_till.desk.web3.reach import most
from tests.desk.ipos.the_portal import Portal, asked, refused
from tests.desk.web3.chain_desk import ChainDesk

ADA = payer_of("usr_ada")
DOLLAR = 1_000_000
"""Base units of USDC, at its rate."""


@pytest.fixture
def portal(desk: ChainDesk) -> Portal:
    return Portal(desk)


@pytest.fixture
def user(portal: Portal) -> Any:
    return portal.user


def pay(user: Any, order_id: str) -> Any:
    return user.post("/order/payWithWallet", {"order_id": order_id})


def top_up(desk: ChainDesk, units: int, coin: str = "usdc") -> None:
    desk.top_up(ADA, getattr(desk.chain, coin), units)


def left(desk: ChainDesk) -> dict[str, int]:
    """What is in her account, by the code of the coin."""
    names = {one.id: one.code for one in desk.web3.coins(live=False)}
    return {names[coin]: units for coin, units in desk.web3.account(ADA).balances.items()}


def test_the_account_pays_first(desk: ChainDesk, portal: Portal, user: Any) -> None:
    top_up(desk, 20 * DOLLAR)
    portal.give("wallet", 5000)
    order_id = user.create()["order_id"]
    paid = user.pay(order_id)
    assert (paid["current_status"], paid["paid_method"]) == ("completed", "wallet")
    assert left(desk) == {"USDC": 20 * DOLLAR - 12_990_000}
    assert user.balance() == {
        "wallet": 5000, "credit": 0, "free_credit": 0, "wallet_balance": 5000, "account": 701,
    }  # fmt: skip
    refused(pay(user, order_id), 400, "Order is not pending")


def test_the_balance_pays_what_the_account_does_not_cover(
    desk: ChainDesk, portal: Portal, user: Any
) -> None:
    top_up(desk, 12_989_999)
    portal.give("wallet", 1299)
    assert user.pay(user.create()["order_id"])["paid_method"] == "wallet"
    assert left(desk) == {"USDC": 12_989_999}
    assert user.balance()["wallet_balance"] == 0


def test_neither_is_enough(desk: ChainDesk, portal: Portal, user: Any) -> None:
    top_up(desk, 12_989_999)
    portal.give("wallet", 1298)
    order_id = user.create()["order_id"]
    for _ in range(7):
        refused(pay(user, order_id), 400, "Insufficient balance")
    assert desk.count(payments) == 0
    top_up(desk, 1)
    assert user.pay(order_id)["current_status"] == "completed"
    assert left(desk) == {}


def test_one_call_creates_and_pays(desk: ChainDesk, portal: Portal, user: Any) -> None:
    top_up(desk, 20 * DOLLAR)
    answer = user.post("/order/wallet-quick-pay", asked())
    assert answer.json["data"]["paid_method"] == "wallet"
    body = asked(user_jwt=portal.user_token(), amount=701)
    answer = portal.developer.post("/order/wallet-quick-pay", body)
    assert answer.json["data"]["current_status"] == "completed"
    assert left(desk) == {}
    again = user.post("/order/wallet-quick-pay", asked(amount=1))
    refused(again, 400, "Insufficient balance")


def test_another_users_account_pays_nothing(desk: ChainDesk, portal: Portal) -> None:
    top_up(desk, 20 * DOLLAR)
    bob = portal.other_user
    refused(pay(bob, bob.create()["order_id"]), 400, "Insufficient balance")
    assert bob.balance()["account"] == 0


def test_many_at_once_take_the_price_once(
    desk: ChainDesk, portal: Portal, user: Any, at_once: Any
) -> None:
    top_up(desk, 30 * DOLLAR)
    portal.give("wallet", 5000)
    order_id = user.create()["order_id"]
    answers = at_once(lambda _: pay(portal.user, order_id).status_code, 4)
    assert sorted(answers)[:2] == [200, 400]
    assert left(desk) == {"USDC": 30 * DOLLAR - 12_990_000}
    assert user.balance()["wallet_balance"] == 5000


def test_the_last_coins_pay_for_one_of_two_orders_and_the_balance_for_the_other(
    desk: ChainDesk, portal: Portal, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked when the account covered each."""
    from flask_till.desk.dialects.ipos import paying

    top_up(desk, 12_990_000)
    portal.give("wallet", 1299)
    first, second = (user.create()["order_id"] for _ in range(2))
    user.pay(first)
    monkeypatch.setattr(paying, "covers", lambda *_, **__: True)
    assert user.pay(second)["current_status"] == "completed"
    assert left(desk) == {}
    assert user.balance()["wallet_balance"] == 0


def test_a_refund_goes_to_the_account_and_is_of_the_whole(
    desk: ChainDesk, portal: Portal, user: Any
) -> None:
    top_up(desk, 20 * DOLLAR)
    order_id = user.pay(user.create()["order_id"])["order_id"]
    body = {"order_id": order_id, "refund_amount": 500}
    message = "A wallet payment can only be refunded as a whole"
    refused(portal.developer.post("/order/refund", body), 400, message)
    told = portal.developer.post("/order/refund", {"order_id": order_id}).json["data"]
    assert (told["current_status"], told["refund_status"]) == ("refunded", "success")
    assert left(desk) == {"USDC": 20 * DOLLAR}


def test_an_order_that_is_not_for_the_wallet_is_paid_by_no_account(
    desk: ChainDesk, user: Any
) -> None:
    top_up(desk, 20 * DOLLAR)
    order_id = user.create(allowed_payment_methods=["stripe", "credit"])["order_id"]
    refused(pay(user, order_id), 400, "This order is not supported to pay with wallet")
    order = desk.read(order_id)
    assert not {"crypto", "account"} & set(order.methods or ())


def test_the_page_takes_coins_for_a_wallet_order_and_calls_that_wallet(
    desk: ChainDesk, user: Any
) -> None:
    order_id = user.create(allowed_payment_methods=["wallet"])["order_id"]
    order = desk.read(order_id)
    assert set(order.methods or ()) == {"wallet", "account", "crypto"}
    refused(user.post("/order/payWithStripe", {"order_id": order_id}), 400)
    desk.open(order)
    desk.send(order, desk.chain.usdc)
    desk.finish()
    assert user.detail(order_id)["paid_method"] == "wallet"


def test_stripe_is_never_begun_by_coins(desk: ChainDesk, user: Any) -> None:
    order_id = user.create()["order_id"]
    user.post("/order/payWithStripe", {"order_id": order_id})
    assert [row.method for row in desk.rows(payments)] != ["crypto"]
    assert {row.gateway for row in desk.rows(payments)} == {"paper"}


def test_test_coins_pay_for_no_live_order(desk: ChainDesk, portal: Portal, user: Any) -> None:
    top_up(desk, 20 * DOLLAR)
    assert most(desk.web3, ADA, "USD", live=True).minor == 0
    assert most(desk.web3, ADA, "USD", live=False).minor == 2000


@pytest.mark.parametrize(
    ("coin", "units", "cents"),
    [("usdc", 12_990_001, 1299), ("usdc", 9_999, 0), ("eth", 10**15, 250), ("eth", 1, 0)],
)
def test_the_most_that_is_told_is_what_can_be_paid(
    desk: ChainDesk, user: Any, coin: str, units: int, cents: int
) -> None:
    top_up(desk, units, coin)
    assert user.balance()["wallet"] == cents
    if cents:
        too_much = user.create(amount=cents + 1)["order_id"]
        refused(pay(user, too_much), 400, "Insufficient balance")
        user.pay(user.create(amount=cents)["order_id"])
    assert user.balance()["wallet"] == 0
