"""Shares of paid orders: each passed on exactly once, and taken back in step with refunds."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from flask_till.desk.actions.receivers import set_account
from flask_till.desk.actions.transfers import (
    list_reversals,
    list_transfers,
    retry_reversal,
    retry_transfer,
)
from flask_till.desk.order import Share
from flask_till.desk.tables import ledger, outbox, transfers
from flask_till.errors import Conflict, InvalidRequest, NotFound
from flask_till.money import Money

POTTER, PAINTER = "acct_potter", "acct_painter"
BOTH = (Share("potter", 400, POTTER), Share("painter", 100, PAINTER))


def drain(desk: Any, seconds: float = 60) -> None:
    desk.clock.advance(seconds)
    desk.desk.relay.drain()


def shared(desk: Any, *, amount: int = 1000, shares: tuple[Share, ...] = BOTH, **more: Any) -> Any:
    return desk.paid(amount=amount, shares=shares, **more)


def pln(minor: int) -> Money:
    return Money.of_minor(minor, "PLN")


def held(desk: Any) -> tuple[int, int]:
    return desk.gateway.held_by(POTTER), desk.gateway.held_by(PAINTER)


def states(desk: Any) -> list[tuple[str, str]]:
    found = desk.database.read(list_transfers)
    return sorted((one.receiver, one.status) for one in found)


def balance(desk: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in desk.rows(ledger):
        sums[row.account] = sums.get(row.account, 0) + row.amount
    return {account: total for account, total in sums.items() if total}


# --- passing on ---------------------------------------------------------------------------


def test_each_share_is_passed_on_once_and_the_merchant_keeps_the_rest(desk: Any) -> None:
    order = shared(desk)
    assert held(desk) == (0, 0), "not before the commit"
    for _ in range(3):
        drain(desk)
    assert held(desk) == (400, 100)
    assert desk.gateway.calls.count("transfer") == 2
    assert balance(desk) == {"gateway:paper": 500, f"merchant:{order.merchant_id}": -500}


def test_evidence_told_many_times_at_once_shares_once(desk: Any, at_once: Any) -> None:
    order = desk.order(amount=1000, shares=BOTH)
    told = desk.gateway.turn(desk.start(order), "succeeded")
    at_once(lambda _: desk.cashier.settle(told), 12)
    drain(desk)
    assert desk.count(transfers) == 2
    assert held(desk) == (400, 100)


def test_a_transfer_carried_by_many_workers_at_once_is_made_once(desk: Any, at_once: Any) -> None:
    shared(desk)
    [potter] = [t for t in desk.database.read(list_transfers) if t.receiver == "potter"]
    at_once(lambda _: desk.cashier.sharing.pass_on(potter.id), 8)
    drain(desk)
    assert held(desk) == (400, 100)
    assert balance(desk)["gateway:paper"] == 500


def test_a_lost_answer_leads_to_the_same_transfer(desk: Any) -> None:
    shared(desk)
    desk.gateway.lose_answers = 2
    drain(desk)
    assert states(desk) == [("painter", "pending"), ("potter", "pending")]
    drain(desk)
    assert states(desk) == [("painter", "succeeded"), ("potter", "succeeded")]
    assert held(desk) == (400, 100)
    assert desk.gateway.calls.count("transfer") == 4


def test_a_gateway_that_is_away_gets_it_later(desk: Any) -> None:
    shared(desk)
    desk.gateway.is_away = True
    drain(desk)
    desk.gateway.is_away = False
    assert held(desk) == (0, 0)
    drain(desk, 600)
    assert held(desk) == (400, 100)


def test_a_share_without_an_account_stays_here_and_says_why(desk: Any) -> None:
    shared(desk, shares=(Share("potter", 400),))
    drain(desk)
    [one] = desk.database.read(list_transfers)
    assert (one.status, one.reason) == ("withheld", "no account at the gateway is named for it")
    assert balance(desk)["receiver:potter"] == -400
    assert desk.gateway.calls.count("transfer") == 0


def test_a_gateway_that_passes_nothing_on_is_not_asked_to(make_desk: Any) -> None:
    desk = make_desk()
    desk.gateway.reverse_transfer = None
    plain = _Plain(desk.gateway)
    desk.cashier._charging.gateways = {"paper": plain}
    shared(desk)
    drain(desk)
    assert {one.reason for one in desk.database.read(list_transfers)} == {
        "this gateway passes nothing on"
    }


class _Plain:
    """A gateway with all that a gateway must have, and no more."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def __getattr__(self, name: str) -> Any:
        if name in ("transfer", "reverse_transfer"):
            raise AttributeError(name)
        return getattr(self._whole, name)


def test_money_that_goes_back_is_not_shared(desk: Any) -> None:
    order = desk.order(amount=1000, shares=BOTH)
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    desk.cashier.get(order.id)
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    drain(desk)
    assert desk.count(transfers) == 0
    assert desk.gateway.taken == 0


def test_late_money_that_is_kept_is_shared(desk: Any) -> None:
    order = desk.order(amount=1000, shares=BOTH, late_money="accept")
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    desk.cashier.get(order.id)
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    drain(desk)
    assert held(desk) == (400, 100)


def test_a_share_of_nothing_is_no_share(desk: Any) -> None:
    with pytest.raises(InvalidRequest):
        desk.order(amount=1000, shares=(Share("potter", 0, POTTER),))


# --- refusals -----------------------------------------------------------------------------


def test_a_refused_transfer_is_shown_and_may_be_tried_again_to_another_account(desk: Any) -> None:
    shared(desk, shares=(Share("potter", 400, "acct_closed"),))
    desk.gateway.refuses_shares = True
    drain(desk)
    [refused] = desk.database.read(list_transfers, status="failed")
    assert refused.reason == "The account cannot receive money."
    drain(desk, 24 * 3600)
    assert desk.gateway.calls.count("transfer") == 1, "a refusal is final until somebody acts"
    desk.gateway.refuses_shares = False
    desk.database.write(retry_transfer, refused.id, account=POTTER)
    drain(desk)
    [done] = desk.database.read(list_transfers)
    assert (done.status, done.reason, done.attempt) == ("succeeded", None, 2)
    assert list(desk.gateway.passed_on) == [f"{refused.id}.2"], "its first key was refused"
    assert held(desk) == (400, 0)
    with pytest.raises(Conflict):
        desk.database.write(retry_transfer, refused.id)
    with pytest.raises(NotFound):
        desk.database.write(retry_transfer, "shr_none")


def test_a_share_that_named_no_account_may_be_given_one(desk: Any) -> None:
    shared(desk, shares=(Share("potter", 400),))
    [one] = desk.database.read(list_transfers)
    with pytest.raises(Conflict):
        desk.database.write(retry_transfer, one.id)
    desk.database.write(retry_transfer, one.id, account=POTTER)
    drain(desk)
    assert held(desk) == (400, 0)


def test_one_that_was_given_up_is_taken_up_again_under_its_own_key(desk: Any) -> None:
    shared(desk, shares=(Share("potter", 400, POTTER),))
    desk.gateway.lose_answers = 99
    for _ in range(30):
        drain(desk, 24 * 3600)
    [one] = desk.database.read(list_transfers)
    assert one.status == "pending"
    rows = outbox.deliveries
    query = select(rows.c.state).where(rows.c.subject == f"transfer:{one.id}")
    assert desk.database.read(lambda work: work.execute(query).scalars().all()) == ["dead"]
    desk.gateway.lose_answers = 0
    with pytest.raises(Conflict):
        desk.database.write(retry_transfer, one.id, account=PAINTER)
    desk.database.write(retry_transfer, one.id)
    drain(desk)
    assert held(desk) == (400, 0)
    assert list(desk.gateway.passed_on) == [one.id]


# --- taking back --------------------------------------------------------------------------


def test_refunds_take_shares_back_in_proportion_to_the_last_minor_unit(desk: Any) -> None:
    order = shared(desk, shares=(Share("potter", 333, POTTER), Share("painter", 101, PAINTER)))
    drain(desk)
    desk.cashier.refund(order.id, pln(500))
    drain(desk)
    assert held(desk) == (333 - 166, 101 - 51), "of two halves the earlier name bears the odd one"
    for minor in (1, 2, 497):
        desk.cashier.refund(order.id, pln(minor))
        drain(desk)
    assert held(desk) == (0, 0)
    assert balance(desk) == {}


def test_shares_bear_a_refund_in_proportion(desk: Any) -> None:
    order = desk.paid(amount=1000, shares=(Share("potter", 333),))
    for minor in (1, 499, 500):
        desk.cashier.refund(order.id, Money.of_minor(minor, "PLN"))
    assert balance(desk) == {}


def test_a_refund_before_the_transfer_makes_the_transfer_smaller(desk: Any) -> None:
    order = shared(desk)
    desk.cashier.refund(order.id, pln(500))
    drain(desk)
    assert held(desk) == (200, 50)
    assert desk.gateway.calls.count("reverse_transfer") == 0
    assert balance(desk) == {"gateway:paper": 250, f"merchant:{order.merchant_id}": -250}


def test_a_full_refund_before_the_transfer_leaves_nothing_to_pass_on(desk: Any) -> None:
    order = shared(desk)
    desk.cashier.refund(order.id)
    drain(desk)
    assert desk.gateway.calls.count("transfer") == 0
    assert {one.reason for one in desk.database.read(list_transfers)} == {
        "refunded before it was passed on"
    }
    assert balance(desk) == {}


def test_a_refund_while_the_transfer_is_in_the_air_is_taken_back_after_it(desk: Any) -> None:
    order = shared(desk)
    desk.gateway.lose_answers = 2  # they were passed on, and nobody knows
    drain(desk)
    desk.cashier.refund(order.id, pln(500))
    drain(desk, 600)
    drain(desk, 600)
    assert held(desk) == (200, 50)
    assert balance(desk) == {"gateway:paper": 250, f"merchant:{order.merchant_id}": -250}


def test_a_refund_of_a_share_that_was_refused_meanwhile_takes_nothing_back(desk: Any) -> None:
    order = shared(desk, shares=(Share("potter", 400, POTTER),))
    desk.gateway.is_away = True
    drain(desk)  # it is fixed what to send, and unknown whether it was
    desk.gateway.is_away = False
    desk.cashier.refund(order.id, pln(500))
    desk.gateway.refuses_shares = True
    drain(desk, 600)
    desk.gateway.refuses_shares = False
    [(back, transfer)] = desk.database.read(list_reversals)
    assert (transfer.status, back.status) == ("failed", "withheld")
    desk.database.write(retry_transfer, transfer.id)
    drain(desk)
    assert held(desk) == (200, 0)


def test_a_lost_answer_takes_back_once(desk: Any) -> None:
    order = shared(desk)
    drain(desk)
    desk.cashier.refund(order.id)
    desk.gateway.lose_answers = 2
    drain(desk)
    drain(desk, 600)
    assert held(desk) == (0, 0)
    assert len(desk.gateway.taken_back) == 2
    assert balance(desk) == {}


def test_a_reversal_carried_by_many_workers_at_once_is_made_once(desk: Any, at_once: Any) -> None:
    order = shared(desk, shares=(Share("potter", 400, POTTER),))
    drain(desk)
    desk.cashier.refund(order.id)
    [(back, _)] = desk.database.read(list_reversals)
    at_once(lambda _: desk.cashier.sharing.take_back(back.id), 8)
    drain(desk)
    assert held(desk) == (0, 0)
    assert balance(desk) == {}


def test_a_refused_reversal_is_owed_and_may_be_tried_again(desk: Any) -> None:
    order = shared(desk, shares=(Share("potter", 400, POTTER),))
    drain(desk)
    desk.cashier.refund(order.id)
    desk.gateway.refuses_shares = True
    drain(desk)
    assert balance(desk) == {"gateway:paper": -400, "receiver:potter": 400}
    [(refused, _)] = desk.database.read(list_reversals, status="failed")
    desk.gateway.refuses_shares = False
    desk.database.write(retry_reversal, refused.id)
    drain(desk)
    assert balance(desk) == {}
    assert list(desk.gateway.taken_back) == [f"{refused.id}.2"]
    with pytest.raises(Conflict):
        desk.database.write(retry_reversal, refused.id)


def test_refunds_and_transfers_at_once_end_in_balance(desk: Any, at_once: Any) -> None:
    order = shared(desk)
    ids = [one.id for one in desk.database.read(list_transfers)]

    def act(number: int) -> None:
        if number % 2:
            desk.cashier.refund(order.id, pln(100))
        else:
            desk.cashier.sharing.pass_on(ids[number // 2 % 2])

    at_once(act, 12)
    for _ in range(3):
        drain(desk)
    assert held(desk) == (160, 40)
    assert balance(desk) == {"gateway:paper": 200, f"merchant:{order.merchant_id}": -200}


def test_a_receiver_of_two_shares_gives_back_of_both(desk: Any) -> None:
    order = shared(desk, shares=(Share("potter", 300, POTTER), Share("potter", 100, PAINTER)))
    drain(desk)
    desk.cashier.refund(order.id, pln(500))
    drain(desk)
    assert held(desk) == (150, 50)


def test_a_share_that_names_no_account_goes_to_that_of_its_receiver(desk: Any) -> None:
    merchant = desk.credentials.merchant_id
    desk.database.write(set_account, merchant, "potter", "acct_potter")
    shares = (Share("potter", 1000), Share("painter", 500), Share("potter", 7, "acct_other"))
    order = desk.order(shares=shares)
    accounts = [share.account for share in desk.read(order.id).shares]
    assert accounts == ["acct_potter", None, "acct_other"]
