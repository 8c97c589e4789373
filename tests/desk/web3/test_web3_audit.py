"""The audit is silent where money moved on a chain in every way, and notices what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.base.invariants import find_breaches
from flask_till.desk.actions.web3_audit import WEB3_INVARIANTS
from flask_till.desk.actions.web3_sendings_audit import SENDINGS_INVARIANTS
from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.spoils import SENDINGS_SPOILS, WEB3_SPOILS

INVARIANTS = (*WEB3_INVARIANTS, *SENDINGS_INVARIANTS)
SPOILS = WEB3_SPOILS | SENDINGS_SPOILS


class Seen(Exception):
    """Carries what the audit found out of a transaction that must not be kept."""


@pytest.fixture
def busy(desk: ChainDesk) -> ChainDesk:
    """Paid by transaction and from an account, and given back in part by both."""
    usdc, operator = desk.chain.usdc, desk.web3.deposits.operator()
    desk.chain.fund(operator)
    desk.chain.mint(usdc, operator, 10**9)
    sent, booked = desk.order("T-1"), desk.order("T-2")
    desk.open(sent)
    desk.send(sent, usdc)
    desk.top_up("shp_ann", usdc, 50_000_000)
    desk.pay_from_account(booked, "shp_ann")
    for order in (sent, booked):
        desk.cashier.refund(order.id, order.amount)
    desk.finish()
    return desk


def found_after(desk: ChainDesk, spoil: Callable[[Any], Any]) -> set[str]:
    def look(work: Any) -> None:
        spoil(work)
        raise Seen({breach.invariant.name for breach in find_breaches(work, INVARIANTS)})

    with pytest.raises(Seen) as seen:
        desk.database.write(look)
    found: set[str] = seen.value.args[0]
    return found


def test_each_invariant_notices_what_breaks_it(busy: ChainDesk) -> None:
    assert busy.database.read(find_breaches, INVARIANTS) == []
    assert set(SPOILS) == {one.name for one in INVARIANTS}
    for name, spoil in SPOILS.items():
        assert name in found_after(busy, spoil)
