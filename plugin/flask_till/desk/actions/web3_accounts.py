"""Accounts of shoppers on chains: topped up by deposits, spent on orders, to the base unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from ...base.database import Work
from ...errors import GatewayRefused
from ..onchain import RETURN, SPEND, TOPUP, Deposit
from ..tables.web3 import web3_balances, web3_entries
from .web3_addresses import owner_of

TOPIC = "web3-account:"
"""With the owner behind it: rings when an account changes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account's history. A spend of nothing is one that can never take anything."""

    kind: str
    ref: str
    coin_id: str
    units: int
    order_id: str | None
    at: datetime


def balances_of(work: Work, owner: str) -> Mapping[str, int]:
    """coin id -> base units; coins that there is nothing of are left out."""
    query = select(web3_balances.c.coin_id, web3_balances.c.units).where(
        web3_balances.c.owner == owner
    )
    return {row.coin_id: row.units for row in work.execute(query).all() if row.units}


def history_of(work: Work, owner: str, *, limit: int = 50) -> list[Entry]:
    """The newest lines of an account."""
    query = (
        select(web3_entries)
        .where(web3_entries.c.owner == owner)
        .order_by(web3_entries.c.at.desc(), web3_entries.c.kind, web3_entries.c.ref)
        .limit(limit)
    )
    return [_entry(row) for row in work.execute(query).all() if row.units]


def credit_topup(work: Work, deposit: Deposit) -> bool:
    """Add what a final deposit brought to the account of its address, once.

    False for an address that is no account's, and for a repeat.
    """
    owner = owner_of(work, deposit.address)
    if owner is None or not deposit.received:
        return False
    ref = f"{deposit.chain_id}:{deposit.tx_hash}:{deposit.log_index}"
    return _book(work, TOPUP, ref, owner, deposit.coin_id, deposit.received)


def spend(
    work: Work, payment_id: str, *, owner: str, coin_id: str, units: int, order_id: str
) -> Entry:
    """Take a payment's price, once; a repeat gives what was taken, which is nothing when void.

    Raises `GatewayRefused` (INSUFFICIENT_BALANCE); then nothing was taken.
    """
    _book(work, SPEND, payment_id, owner, coin_id, units, order_id, sign=-1)
    taken = spend_of(work, payment_id)
    assert taken is not None
    return taken


def void(work: Work, payment_id: str, *, owner: str, order_id: str) -> Entry:
    """See to it that a payment takes nothing from now on; what it took already stays taken."""
    work.insert_once(web3_entries, _values(work, SPEND, payment_id, owner, "", 0, order_id))
    taken = spend_of(work, payment_id)
    assert taken is not None
    return taken


def spend_of(work: Work, payment_id: str) -> Entry | None:
    """What a payment took; None when it neither took anything nor is void."""
    query = select(web3_entries).where(
        web3_entries.c.kind == SPEND, web3_entries.c.ref == payment_id
    )
    row = work.execute(query).first()
    return None if row is None else _entry(row)


def give_back(work: Work, refund_id: str, payment_id: str, units: int) -> None:
    """A refund goes to the account that paid, once."""
    query = select(web3_entries).where(
        web3_entries.c.kind == SPEND, web3_entries.c.ref == payment_id
    )
    paid = work.execute(query).one()
    _book(work, RETURN, refund_id, paid.owner, paid.coin_id, units, paid.order_id)


def owner_of_payment(work: Work, payment_id: str) -> str | None:
    """Whose account paid, or was to pay."""
    query = select(web3_entries.c.owner).where(
        web3_entries.c.kind == SPEND, web3_entries.c.ref == payment_id
    )
    return work.execute(query).scalar_one_or_none()


def _book(
    work: Work,
    kind: str,
    ref: str,
    owner: str,
    coin_id: str,
    units: int,
    order_id: str | None = None,
    *,
    sign: int = 1,
) -> bool:
    """The entry and the balance together; False when the entry is there already."""
    if not work.insert_once(
        web3_entries, _values(work, kind, ref, owner, coin_id, units, order_id)
    ):
        return False
    key = (web3_balances.c.owner == owner, web3_balances.c.coin_id == coin_id)
    work.insert_once(web3_balances, {"owner": owner, "coin_id": coin_id, "units": 0})
    having = work.execute(select(web3_balances.c.units).where(*key).with_for_update()).scalar_one()
    left = having + sign * units
    if left < 0:
        raise GatewayRefused("The account does not cover it.", code="INSUFFICIENT_BALANCE")
    work.execute(update(web3_balances).where(*key).values(units=left))
    _ring(work, owner)
    return True


def _values(
    work: Work, kind: str, ref: str, owner: str, coin_id: str, units: int, order_id: str | None
) -> dict[str, object]:
    return {
        "kind": kind,
        "ref": ref,
        "owner": owner,
        "coin_id": coin_id,
        "units": units,
        "order_id": order_id,
        "at": work.now,
    }


def _ring(work: Work, owner: str) -> None:
    work.ring(TOPIC + owner)


def _entry(row: object) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})
