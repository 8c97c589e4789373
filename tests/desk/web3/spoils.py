"""What breaks each invariant of money on chains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, select, update

from flask_till.desk.tables import payments
from flask_till.desk.tables.web3 import (
    web3_balances,
    web3_deposits,
    web3_entries,
    web3_sendings,
)


def _entries(work: Any, kind: str, **values: Any) -> None:
    work.execute(update(web3_entries).where(web3_entries.c.kind == kind).values(**values))


def _forget(work: Any, kind: str) -> None:
    work.execute(delete(web3_entries).where(web3_entries.c.kind == kind))


def _invent_payment(work: Any) -> None:
    """A payment that succeeded without ever having an address."""
    row = work.execute(select(payments).where(payments.c.gateway == "test_web3")).first()
    made = dict(row._mapping) | {"id": "pay_x", "provider_ref": "x", "status": "succeeded"}
    work.execute(insert(payments).values(**made | {"kept": False}))


WEB3_SPOILS: dict[str, Callable[[Any], Any]] = {
    "web3-paid": lambda work: work.execute(update(web3_deposits).values(received=1)),
    "web3-opened": _invent_payment,
    "web3-balances": lambda work: work.execute(update(web3_balances).values(units=1)),
    "web3-topups": lambda work: _forget(work, "topup"),
    "web3-topups-came": lambda work: _entries(work, "topup", units=1),
    "web3-spends": lambda work: _entries(work, "spend", units=0),
    "web3-refunds-sent": lambda work: work.execute(update(web3_sendings).values(status="sent")),
    "web3-refunds-booked": lambda work: _forget(work, "return"),
    "web3-returned-within-paid": lambda work: _entries(work, "return", units=10**30),
    "web3-coins": lambda work: work.execute(update(web3_deposits).values(coin_id="7:native")),
}


def send_too_much(work: Any) -> None:
    """More than came goes back on the chain: the other half of ``web3-returned-within-paid``."""
    work.execute(update(web3_sendings).values(units=10**30))
