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
    web3_transactions,
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
    "web3-returned-within-spent": lambda work: _entries(work, "return", units=10**30),
    "web3-coins": lambda work: work.execute(update(web3_deposits).values(coin_id="7:native")),
}


def _sendings(work: Any, **values: Any) -> None:
    work.execute(update(web3_sendings).values(**values))


def _another(work: Any, **values: Any) -> None:
    """A sending beside the one that there is."""
    row = work.execute(select(web3_sendings)).first()
    work.execute(insert(web3_sendings).values(**dict(row._mapping) | {"id": "snd_x"} | values))


def _sign_twice(work: Any) -> None:
    """Another sending was signed with the nonce of one that there is."""
    _another(work, nonce=10**6)
    form = dict(work.execute(select(web3_transactions)).first()._mapping)
    work.execute(
        insert(web3_transactions).values(**form | {"tx_hash": "0x1", "sending_id": "snd_x"})
    )


def _sign_too_early(work: Any) -> None:
    _another(work, status="queued", nonce=None, tx_hash=None)
    work.execute(update(web3_sendings).where(web3_sendings.c.id != "snd_x").values(after="snd_x"))


SENDINGS_SPOILS: dict[str, Callable[[Any], Any]] = {
    "web3-signed": lambda work: _sendings(work, tx_hash="0x1"),
    "web3-nonces-apart": _sign_twice,
    "web3-final-in-block": lambda work: _sendings(work, block_number=None),
    "web3-in-order": _sign_too_early,
    "web3-swept-within-came": lambda work: _sendings(work, path="deposit/0", units=10**30),
    "web3-back-within-came": lambda work: _sendings(work, units=10**30),
}
