"""Claims in general: every end from every state, and the secret that is not kept in clear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flask_till.base.sealing import Seal
from flask_till.desk.actions import claims as claiming
from flask_till.desk.actions.product_tokens import add_holder
from flask_till.desk.claim import (
    CANCELLED,
    CLAIMED,
    EXPIRED,
    TRANSITIONS,
    UNCLAIMED,
    Claim,
    Secret,
    check_redeemable,
    check_withdrawable,
    is_over,
)
from flask_till.errors import Conflict, Gone, RequestError

END = datetime(2026, 3, 2, tzinfo=UTC)


def test_all_but_the_first_state_is_final():
    assert {state for state, then in TRANSITIONS.items() if then} == {UNCLAIMED}


@pytest.mark.parametrize(
    ("state", "redeem", "withdraw"),
    [
        (UNCLAIMED, None, None),
        (CLAIMED, (Conflict, "CLAIM_REDEEMED"), (Conflict, "CLAIM_REDEEMED")),
        (EXPIRED, (Gone, "CLAIM_EXPIRED"), (Conflict, "CLAIM_EXPIRED")),
        (CANCELLED, (Conflict, "CLAIM_WITHDRAWN"), (Conflict, "CLAIM_WITHDRAWN")),
    ],
)
def test_what_each_state_answers(state, redeem, withdraw):
    for check, expected in ((check_redeemable, redeem), (check_withdrawable, withdraw)):
        if expected is None:
            check(state)
            continue
        with pytest.raises(RequestError) as raised:
            check(state)
        assert (type(raised.value), raised.value.code) == expected


def test_it_is_over_half_a_minute_after_its_end():
    assert not is_over(None, END)
    assert not is_over(END, END + timedelta(seconds=29.999))
    assert is_over(END, END + timedelta(seconds=30))
    claim = Claim("c", CLAIMED, "", None, "h", END, END)
    assert claim.status_at(END + timedelta(days=1)) == CLAIMED


def test_a_secret_that_is_taken_is_tried_again_and_then_given_up(desk):
    taken, free = Secret("d1", "s1"), Secret("d2", "s2")
    desk.database.write(claiming.open_claim, "one", lambda: taken)
    offered = iter([taken, taken, free])
    made = desk.database.write(claiming.open_claim, "two", lambda: next(offered))
    assert made.sealed == "s2"
    with pytest.raises(Conflict):
        desk.database.write(claiming.open_claim, "three", lambda: taken)


def test_it_ends_once_whatever_comes_second(desk, clock):
    def ends(work, first, second):
        holder = add_holder(work)
        claim = claiming.open_claim(
            work, work.new_id("c"), lambda: Secret(work.new_id("d"), ""), expires_at=work.now
        )
        acts = {
            CLAIMED: lambda: claiming.redeem(work, claim, holder),
            CANCELLED: lambda: claiming.withdraw(work, claim.id),
        }
        acts[first]()
        if second == EXPIRED:
            assert not claiming.expire(work, claim.id)
        elif (first, second) != (CLAIMED, CLAIMED):
            with pytest.raises(Conflict):
                acts[second]()
        assert claiming.read_claim(work, claim.id).status == first
        raise Done

    for first in (CLAIMED, CANCELLED):
        for second in (CLAIMED, CANCELLED, EXPIRED):
            with pytest.raises(Done):
                desk.database.write(ends, first, second)


class Done(Exception):
    """Takes back what a try did."""


def test_a_short_secret_is_found_with_each_key_and_by_nobody_without():
    old, new = Seal(["old key"]), Seal(["new key", "old key"])
    [kept] = old.digests("KG7Q", "code")
    assert kept in new.digests("KG7Q", "code")
    assert new.digests("KG7Q", "code")[0] != kept
    assert old.digests("KG7Q", "other") != (kept,)
    assert "KG7Q" not in kept
