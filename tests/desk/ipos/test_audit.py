"""The invariants of IPOS orders hold where a bit of everything happened, and notice what breaks."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from flask_till.base.invariants import find_breaches
from flask_till.desk.actions.ipos_audit import IPOS_INVARIANTS
from flask_till.desk.tables import orders
from flask_till.desk.tables.ipos import ipos_orders


def call_every_order_a_top_up(work):
    work.execute(update(ipos_orders).values(top_up="credit"))


def forget_a_top_up(work):
    work.execute(update(ipos_orders).values(topped_up_at=None))


def let_it_be_refunded(work):
    work.execute(update(orders).values(final_sale=False))


def have_another_pay(work):
    work.execute(update(orders).values(payer="ipos:usr_bob"))


SPOILS = {
    call_every_order_a_top_up: "topped-up-once",
    forget_a_top_up: "topped-up-once",
    let_it_be_refunded: "released-for-good",
    have_another_pay: "ipos-payer",
}


@pytest.fixture
def busy(portal, user, developer, desk):
    """An order that waits, one paid and released, one refunded, and a top-up."""
    portal.give("credit", 5000)
    user.create()
    developer.post("/order/release-rewards", {"order_id": user.buy_with_credit()["order_id"]})
    developer.post("/order/refund", {"order_id": user.buy_with_credit()["order_id"]})
    top_up = user.post("/credit/top-up", {"amount": 700}).json["data"]["order_id"]
    user.post("/order/payWithStripe", {"order_id": top_up})
    [ref] = desk.gateway.charges
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    return desk


class Seen(Exception):
    """Carries what was found out of a transaction that must not be kept."""


def test_whatever_breaks_an_invariant_is_noticed(busy):
    assert busy.database.read(find_breaches, IPOS_INVARIANTS) == []
    for spoil, name in SPOILS.items():

        def look(work, spoil=spoil):
            spoil(work)
            raise Seen([breach.invariant.name for breach in find_breaches(work, IPOS_INVARIANTS)])

        with pytest.raises(Seen) as seen:
            busy.database.write(look)
        assert seen.value.args == ([name],), spoil
