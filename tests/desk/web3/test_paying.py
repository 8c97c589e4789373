"""Orders that are paid on a chain: what counts, what does not, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from flask_till.desk.actions import web3_payments
from flask_till.desk.onchain import SETTLED
from flask_till.desk.tables.web3 import web3_blocks, web3_heads
from flask_till.desk.tables.web3 import web3_payments as payments_table
from flask_till.errors import Conflict, GatewayUnavailable
from flask_till.money import Money
from tests.desk.web3.chain_desk import CRYPTO, ChainDesk
from tests.stand_ins.chain.the_chain import call

MINE = {"expires_in": 600}


def test_an_order_is_paid_once_what_was_sent_is_final(desk: ChainDesk) -> None:
    order = desk.order()
    standing = desk.open(order)
    assert standing.dues[desk.chain.usdc.id] == 12_497_500  # 49.99 PLN at 4 PLN
    desk.send(order, desk.chain.usdc)
    desk.follow()
    assert desk.read(order.id).status == "processing"
    assert desk.standing(order).state == "confirming"
    desk.follow(2)
    assert desk.read(order.id).status == "paid"
    assert desk.standing(order).state == "paid"


@pytest.mark.parametrize("code", ["eth", "dai", "points"])
def test_the_native_coin_and_coins_of_any_decimals_pay(desk: ChainDesk, code: str) -> None:
    coin = getattr(desk.chain, code)
    order = desk.order(amount=5000)
    due = desk.open(order).dues[coin.id]
    assert due == {"eth": 5 * 10**15, "dai": 125 * 10**17, "points": 50}[code]
    desk.send(order, coin)
    desk.finish()
    assert desk.read(order.id).status == "paid"


def test_a_price_is_promised_once_and_holds_for_the_order(desk: ChainDesk) -> None:
    order = desk.order()
    first = desk.cashier.pay(order.id, **CRYPTO, inputs={}).started
    again = desk.cashier.pay(order.id, **CRYPTO, inputs={}).started
    assert first is not None
    assert again is not None
    assert first.client == again.client
    texts = {one["code"]: one["text"] for one in first.client["coins"]}
    assert texts["USDC"] == "12.4975\u00a0USDC"
    assert texts["POINTS"] == "50\u00a0POINTS"  # never less than the price


def test_each_payment_has_an_address_of_its_own(desk: ChainDesk) -> None:
    addresses = {desk.open(desk.order(f"T-{number}")).address for number in range(5)}
    assert len(addresses) == 5


def test_a_millionth_too_little_is_not_the_price(desk: ChainDesk) -> None:
    order, usdc = desk.order(), desk.chain.usdc
    desk.open(order)
    desk.send(order, usdc, 12_497_499)
    desk.finish()
    assert desk.read(order.id).status == "pending"
    assert desk.standing(order).state == "underpaid"
    desk.send(order, usdc, 1)
    desk.finish()
    assert desk.read(order.id).status == "paid"


def test_two_coins_do_not_add_up(desk: ChainDesk) -> None:
    order = desk.order()
    dues = desk.open(order).dues
    for coin in (desk.chain.usdc, desk.chain.dai):
        desk.send(order, coin, dues[coin.id] - 1)
    desk.finish()
    assert desk.read(order.id).status == "pending"


@pytest.mark.parametrize("units", [10**18, 2**255])
def test_far_too_much_pays_and_the_excess_is_known_to_the_unit(desk: ChainDesk, units: int) -> None:
    order, usdc = desk.order(), desk.chain.usdc
    desk.open(order)
    desk.send(order, usdc, units)
    desk.finish()
    assert desk.read(order.id).status == "paid"
    standing = desk.standing(order)
    assert standing.state == "overpaid"
    assert standing.excess == {usdc.id: units - 12_497_500}


def test_a_coin_that_only_looks_like_one_of_ours_pays_nothing(desk: ChainDesk) -> None:
    order = desk.order()
    due = desk.open(order).dues[desk.chain.usdc.id]
    desk.send(order, desk.chain.look_alike, due)
    desk.finish()
    assert desk.standing(order).state == "awaiting"
    assert desk.read(order.id).status == "pending"


@pytest.mark.parametrize("code", ["fee_coin", "false_coin"])
def test_what_a_log_says_counts_no_more_than_what_arrived(desk: ChainDesk, code: str) -> None:
    order, coin = desk.order(), getattr(desk.chain, code)
    desk.open(order)
    desk.send(order, coin)
    desk.finish()
    assert desk.read(order.id).status != "paid"
    assert desk.standing(order).final(coin.id) < desk.standing(order).dues[coin.id]


def test_one_transaction_pays_two_orders_each_its_own_part(desk: ChainDesk) -> None:
    usdc, orders = desk.chain.usdc, [desk.order("T-1"), desk.order("T-2", 9900)]
    standings = [desk.open(order) for order in orders]
    dues = [standing.dues[usdc.id] for standing in standings]
    desk.chain.mint(usdc, desk.chain.payer, sum(dues))
    to = [standing.address for standing in standings]
    assert usdc.contract is not None
    desk.chain.send(
        desk.chain.payer, call("payCoins(address,address[],uint256[])", usdc.contract, to, dues)
    )
    desk.finish()
    assert [desk.read(order.id).status for order in orders] == ["paid", "paid"]


def test_time_does_not_end_an_order_whose_money_is_on_its_way(desk: ChainDesk) -> None:
    order = desk.order(**MINE)
    desk.open(order)
    desk.send(order, desk.chain.usdc)
    desk.follow()
    desk.clock.advance(601)
    assert desk.cashier.get(order.id).status == "processing"
    desk.finish()
    assert desk.read(order.id).status == "paid"


def test_part_of_the_price_does_not_hold_an_order_and_all_of_it_goes_back_when_it_comes_late(
    desk: ChainDesk,
) -> None:
    order, usdc = desk.order(**MINE), desk.chain.usdc
    due = desk.open(order).dues[usdc.id]
    desk.send(order, usdc, due - 5)
    desk.finish()
    desk.clock.advance(601)
    assert desk.cashier.get(order.id).status == "expired"
    desk.chain.fund(desk.web3.deposits.operator())
    desk.chain.mint(usdc, desk.web3.deposits.operator(), due)
    desk.send(order, usdc, 5)
    desk.finish()
    ended = desk.read(order.id)
    assert ended.status == "expired"
    assert [(one.cause, one.status) for one in ended.refunds] == [("late", "succeeded")]
    assert desk.chain.balance(usdc, desk.chain.people[0]) == due


def test_late_money_of_an_order_that_accepts_it_pays_it(desk: ChainDesk) -> None:
    order = desk.order(**MINE, late_money="accept")
    desk.open(order)
    desk.clock.advance(601)
    assert desk.cashier.get(order.id).status == "expired"
    desk.send(order, desk.chain.usdc)
    desk.finish()
    assert desk.read(order.id).status == "paid"


def test_paid_on_two_rails_one_price_is_kept_and_the_other_goes_back_once(
    desk: ChainDesk,
) -> None:
    order, usdc = desk.order(), desk.chain.usdc
    due = desk.open(order).dues[usdc.id]
    ref = desk.start(order)  # the shopper changes his mind, and pays by both
    desk.send(order, usdc)
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    operator = desk.web3.deposits.operator()
    desk.chain.fund(operator)
    desk.chain.mint(usdc, operator, due)
    desk.finish()
    kept = desk.read(order.id)
    assert kept.status == "paid"
    assert [(one.cause, one.status) for one in kept.refunds] == [("double", "succeeded")]
    assert desk.chain.balance(usdc, desk.chain.people[0]) == due
    desk.finish()
    assert desk.chain.balance(usdc, operator) == 0


def test_paid_on_two_rails_in_one_moment_one_price_is_kept(
    desk: ChainDesk, at_once: Callable[..., list[Any]]
) -> None:
    usdc, operator = desk.chain.usdc, desk.web3.deposits.operator()
    desk.chain.fund(operator)
    desk.chain.mint(usdc, operator, 10**9)
    for number in range(4):
        order = desk.order(f"T-{number}")
        desk.open(order)
        ref = desk.start(order)
        desk.send(order, usdc)
        desk.chain.mine(3)
        paid = desk.gateway.turn(ref, "succeeded")
        rails = (desk.follow, lambda paid=paid: desk.cashier.settle(paid))
        at_once(lambda place, rails=rails: rails[place](), 2)
        desk.finish()
        kept = desk.read(order.id)
        assert kept.status == "paid"
        assert [one.cause for one in kept.refunds] == ["double"]


def test_refunds_in_parts_add_up_to_what_was_paid_to_the_unit(desk: ChainDesk) -> None:
    order, usdc = desk.order(amount=1000), desk.chain.usdc
    desk.open(order)
    desk.send(order, usdc)
    desk.finish()
    operator = desk.web3.deposits.operator()
    desk.chain.fund(operator)
    desk.chain.mint(usdc, operator, 2_500_000)
    for part in (333, 333, 334):
        desk.cashier.refund(order.id, Money.of_minor(part, "PLN"))
    assert desk.read(order.id).refunds[0].status == "pending"
    desk.finish()
    assert {one.status for one in desk.read(order.id).refunds} == {"succeeded"}
    assert desk.read(order.id).status == "refunded"
    assert desk.chain.balance(usdc, desk.chain.people[0]) == 2_500_000


def test_a_refund_waits_until_the_operator_has_the_coins(desk: ChainDesk) -> None:
    order, usdc = desk.order(amount=1000), desk.chain.usdc
    desk.open(order)
    desk.send(order, usdc)
    desk.finish()
    refund = desk.cashier.refund(order.id)
    desk.finish()
    assert desk.read(order.id).refunds[0].status == "pending"
    desk.chain.fund(desk.web3.deposits.operator())
    desk.chain.mint(usdc, desk.web3.deposits.operator(), 2_500_000)
    desk.clock.advance(3600)
    desk.finish()
    assert desk.read(order.id).refunds[0].status == "succeeded"
    sending = desk.web3.deposits.sending(refund.id)
    assert sending is not None
    assert sending.status == "final"


def test_a_price_that_was_changed_in_the_books_pays_nothing(desk: ChainDesk) -> None:
    order, usdc = desk.order(), desk.chain.usdc
    desk.open(order)
    cheap = {usdc.id: "1"}
    desk.database.write(lambda work: work.execute(update(payments_table).values(dues=cheap)))
    desk.send(order, usdc, 1)
    desk.finish()
    assert desk.read(order.id).status == "pending"
    with pytest.raises(Conflict) as refused:
        desk.cashier.look(order.id)
    assert refused.value.code == "QUOTE_INVALID"


def test_an_operator_may_take_too_little_for_the_price(desk: ChainDesk) -> None:
    order, usdc = desk.order(), desk.chain.usdc
    desk.open(order)
    with pytest.raises(Conflict) as nothing:
        desk.database.write(web3_payments.decide, desk.crypto_payment(order), SETTLED)
    assert nothing.value.code == "NOTHING_TO_DECIDE"
    desk.send(order, usdc, 12_000_000)
    desk.finish()
    desk.database.write(web3_payments.decide, desk.crypto_payment(order), SETTLED)
    desk.follow(1)
    assert desk.read(order.id).status == "paid"
    desk.cashier.refund(order.id)
    sending = desk.web3.deposits.sending(desk.read(order.id).refunds[0].id)
    assert sending is not None
    assert sending.units == 12_000_000


def test_a_cancelled_order_sends_back_what_comes_all_the_same(desk: ChainDesk) -> None:
    order, usdc = desk.order(), desk.chain.usdc
    desk.open(order)
    assert desk.cashier.cancel(order.id).status == "cancelled"
    desk.send(order, usdc)
    desk.finish()
    assert [one.cause for one in desk.read(order.id).refunds] == ["late"]


def test_what_is_seen_cannot_be_cancelled(desk: ChainDesk) -> None:
    order = desk.order()
    desk.open(order)
    desk.send(order, desk.chain.usdc)
    desk.follow()
    with pytest.raises(Conflict):
        desk.cashier.cancel(order.id)


def test_a_month_after_its_time_an_address_is_no_longer_watched(desk: ChainDesk) -> None:
    order = desk.order(**MINE)
    desk.open(order)
    desk.clock.advance(seconds=601, days=30)
    desk.follow(1)
    desk.clock.advance(1)
    desk.send(order, desk.chain.usdc)
    desk.finish()
    assert not desk.standing(order).deposits


def test_no_order_in_a_currency_without_a_rate_is_offered_a_coin(desk: ChainDesk) -> None:
    order = desk.order(currency="SEK")
    assert not [one for one in desk.cashier.methods(order) if one.gateway == "test_web3"]


def test_an_order_may_be_priced_in_a_coin_itself(desk: ChainDesk) -> None:
    order = desk.order(amount=12_500_000, currency="USDC")
    assert order.amount.format() == "12.5\u00a0USDC"
    assert desk.open(order).dues == {desk.chain.usdc.id: 12_500_000}
    desk.send(order, desk.chain.usdc)
    desk.finish()
    assert desk.read(order.id).status == "paid"


def test_a_lost_word_of_the_watcher_is_made_up_for(desk: ChainDesk, monkeypatch: Any) -> None:
    order = desk.order()
    desk.open(order)
    with monkeypatch.context() as deaf:
        deaf.setattr(desk.web3.cashier.paying, "ask", lambda payment_id: None)  # type: ignore[union-attr]
        desk.send(order, desk.chain.usdc)
        desk.finish()
    assert desk.read(order.id).status == "pending"
    desk.follow(1)
    assert desk.read(order.id).status == "paid"


def test_what_was_promised_is_for_as_long_as_the_order_lives(desk: ChainDesk) -> None:
    order = desk.order(**MINE)
    started = desk.cashier.pay(order.id, **CRYPTO, inputs={}).started
    assert started is not None
    assert started.client["expires_at"] == (order.created_at + timedelta(seconds=600)).isoformat()


def test_nobody_is_sent_to_a_chain_that_is_not_read(desk: ChainDesk) -> None:
    for table in (web3_heads, web3_blocks):
        desk.database.write(lambda work, table=table: work.execute(delete(table)))
    with pytest.raises(GatewayUnavailable) as refused:
        desk.open(desk.order())
    assert refused.value.code == "CHAIN_NOT_READ"
    desk.follow()
    assert desk.open(desk.order("T-2")).state == "awaiting"
