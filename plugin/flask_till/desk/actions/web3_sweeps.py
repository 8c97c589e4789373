"""Money that lies at deposit addresses and that nobody waits for: it may go to the treasury."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ...base.database import Work
from ...errors import Conflict
from ..onchain import FAILED, FINAL, QUEUED, SENT, Sending, Standing, deposit_path
from ..tables.web3 import (
    web3_addresses,
    web3_balances,
    web3_deposits,
    web3_payments,
    web3_sendings,
)
from .web3_payments import standing_of
from .web3_sendings import queue_sending, sending_from


@dataclass(frozen=True, slots=True)
class Holding:
    """What one address has on one chain, by our books, in base units by the coin's id.

    ``free`` is final, not needed for anything, and under way nowhere. ``moving`` are sweeps that
    were not signed yet, ``leaving`` all that is signed or about to be, by coin. ``gas_comes`` says
    that the operator is sending it gas.
    """

    number: int
    address: str
    free: dict[str, int]
    moving: tuple[Sending, ...] = ()
    leaving: tuple[Sending, ...] = ()
    gas_comes: bool = False
    sent_before: tuple[str, ...] = ()
    """The ids of all sweeps from it, and of all gas to it."""


def holdings(work: Work, chain_id: int, addresses: Collection[str] | None = None) -> list[Holding]:
    """Every address of ours that something is free or moving at, or only those."""
    numbers = _numbers(work, addresses)
    came = _came(work, chain_id, numbers)
    sent: dict[str, list[Any]] = defaultdict(list)
    to_us: dict[str, list[Any]] = defaultdict(list)
    by_path = {deposit_path(number): address for address, number in numbers.items()}
    for row in _sendings(work, chain_id):
        if row.path in by_path:
            sent[by_path[row.path]].append(row)
        if row.purpose == "gas" and row.recipient in numbers:
            to_us[row.recipient].append(row)
    needed = _needed(work, [one for one in numbers if one in came])
    found = []
    for address, number in numbers.items():
        if address not in came and not sent[address]:
            continue
        found.append(
            _holding(number, address, came[address], needed[address], sent[address], to_us[address])
        )
    return sorted(found, key=lambda one: one.number)


def _holding(
    number: int,
    address: str,
    came: dict[str, int],
    needed: dict[str, int] | None,
    sent: Sequence[Any],
    to_us: Sequence[Any],
) -> Holding:
    free: dict[str, int] = {}
    under_way = {row.coin_id for row in sent if row.status in (QUEUED, SENT)}
    for coin_id, units in came.items():
        gone = sum(row.units for row in sent if row.coin_id == coin_id and row.status != FAILED)
        left = units - gone - (units if needed is None else needed.get(coin_id, 0))
        if left > 0 and coin_id not in under_way:
            free[coin_id] = left
    return Holding(
        number,
        address,
        free,
        tuple(sending_from(row) for row in sent if row.status == QUEUED),
        tuple(sending_from(row) for row in sent if row.status in (QUEUED, SENT)),
        any(row.status in (QUEUED, SENT) for row in to_us),
        tuple(row.id for row in (*sent, *to_us)),
    )


def _numbers(work: Work, addresses: Collection[str] | None) -> dict[str, int]:
    query = select(web3_addresses.c.address, web3_addresses.c.number)
    if addresses is not None:
        query = query.where(web3_addresses.c.address.in_(addresses))
    return {row.address: row.number for row in work.execute(query).all()}


def _came(work: Work, chain_id: int, addresses: Collection[str]) -> dict[str, dict[str, int]]:
    """What arrived for good: address -> coin -> units."""
    query = select(
        web3_deposits.c.address, web3_deposits.c.coin_id, web3_deposits.c.received
    ).where(web3_deposits.c.chain_id == chain_id, web3_deposits.c.status == FINAL)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in work.execute(query).all():
        if row.address in addresses:
            found[row.address][row.coin_id] += row.received
    return found


def _sendings(work: Work, chain_id: int) -> Sequence[Any]:
    query = select(web3_sendings).where(
        web3_sendings.c.chain_id == chain_id,
        (web3_sendings.c.path != "operator") | (web3_sendings.c.purpose == "gas"),
    )
    return work.execute(query.order_by(web3_sendings.c.created_at, web3_sendings.c.id)).all()


def _needed(work: Work, addresses: Iterable[str]) -> dict[str, dict[str, int] | None]:
    """What has to stay, by coin; None for all of it.

    That is what an account's owner has not spent, and all that came for a payment which is
    neither covered nor decided.
    """
    wanted = list(addresses)
    found: dict[str, dict[str, int] | None] = defaultdict(dict)
    unspent = (
        select(web3_addresses.c.address, web3_balances.c.coin_id, web3_balances.c.units)
        .join(web3_balances, web3_balances.c.owner == web3_addresses.c.owner)
        .where(web3_addresses.c.address.in_(wanted))
    )
    for row in work.execute(unspent).all():
        kept = found[row.address]
        assert kept is not None
        kept[row.coin_id] = row.units
    paid = select(web3_payments.c.payment_id, web3_payments.c.address).where(
        web3_payments.c.address.in_(wanted)
    )
    for row in work.execute(paid).all():
        if not is_settled(standing_of(work, row.payment_id)):
            found[row.address] = None
    return found


def is_settled(standing: Standing) -> bool:
    """Whether nothing has to be decided about what came for a payment."""
    return standing.paid_with is not None or standing.decision is not None


@dataclass(frozen=True, slots=True)
class Move:
    """What is to leave one address: coin -> units, and the gas that it is sent before, in wei."""

    address: str
    units: dict[str, int]
    gas: int = 0


def queue_sweep(work: Work, chain_id: int, move: Move, *, native: str, to: str) -> list[Sending]:
    """Queue what leaves one address for the treasury, gas from the operator before it.

    Raises `Conflict` (SWEEP_STALE) when that is not free there any more: somebody else sweeps.
    """
    stale = Conflict(
        f"What is at {move.address} has changed meanwhile.",
        code="SWEEP_STALE",
        remedy="Sweep again: what is left is found then.",
    )
    holding = next(iter(holdings(work, chain_id, [move.address])), None)
    if holding is None or (move.gas and holding.gas_comes):
        raise stale
    if any(units > holding.free.get(coin_id, 0) for coin_id, units in move.units.items()):
        raise stale
    queued = []
    if move.gas:
        gas_id = _id(f"gas:{chain_id}:{move.address}", holding)
        queued.append(
            queue_sending(
                work, Sending(gas_id, chain_id, "gas", "operator", move.address, native, move.gas)
            )
        )
    for coin_id, units in move.units.items():
        waits = queued[0].id if move.gas and coin_id != native else None
        sweep_id = _id(f"sweep:{coin_id}:{move.address}", holding)
        path = deposit_path(holding.number)
        sweep = Sending(sweep_id, chain_id, "sweep", path, to, coin_id, units, after=waits)
        queued.append(queue_sending(work, sweep))
    return queued


def _id(beginning: str, holding: Holding) -> str:
    """One after another, so that two who sweep at once want the same, and only once."""
    before = sum(1 for one in holding.sent_before if one.startswith(f"{beginning}:"))
    return f"{beginning}:{before + 1}"
