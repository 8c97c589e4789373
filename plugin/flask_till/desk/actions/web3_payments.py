"""Payments on a chain: opened with what is due, and how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from ...base.database import Work
from ...errors import Conflict, NotFound
from ..onchain import DROPPED, FINAL, RETURNED, SETTLED, Deposit, Standing
from ..payment import ACTIVE
from ..tables import payments
from ..tables.web3 import web3_deposits, web3_heads, web3_payments
from .web3_addresses import add_address


def open_payment(
    work: Work,
    payment_id: str,
    *,
    number: int,
    address: str,
    dues: Mapping[str, int],
    quote: str,
    watched_until: datetime,
) -> bool:
    """Give a payment its address; False when it has one by now, or the number is taken."""
    if _row(work, payment_id) is not None or not add_address(work, number, address):
        return False
    work.execute(
        insert(web3_payments).values(
            payment_id=payment_id,
            address=address,
            dues={coin: str(units) for coin, units in dues.items()},
            quote=quote,
            opened_at=work.now,
            watched_until=watched_until,
            version=1,
        )
    )
    return True


def find_standing(work: Work, payment_id: str) -> Standing | None:
    """As `standing_of`; None when it has no address."""
    row = _row(work, payment_id)
    return None if row is None else _standing(work, row)


def standing_of(work: Work, payment_id: str) -> Standing:
    """How a payment stands. Raises `NotFound` (PAYMENT_NOT_FOUND)."""
    standing = find_standing(work, payment_id)
    if standing is None:
        raise NotFound("No payment on a chain has that id.", code="PAYMENT_NOT_FOUND")
    return standing


def quote_of(work: Work, payment_id: str) -> tuple[str, datetime]:
    """What was promised, signed, and when. Raises `NotFound` (PAYMENT_NOT_FOUND)."""
    row = _row(work, payment_id)
    if row is None:
        raise NotFound("No payment on a chain has that id.", code="PAYMENT_NOT_FOUND")
    return row.quote, row.opened_at


def close_payment(work: Work, payment_id: str) -> Standing | None:
    """Await it no longer, unless what covers it was seen; None when it was never opened.

    Its address is still watched: what comes late is found and goes back.
    """
    row = _row(work, payment_id, lock=True)
    if row is None:
        return None
    standing = _standing(work, row)
    if row.closed_at is not None or standing.covering is not None:
        return standing
    _change(work, row, closed_at=work.now)
    return _standing(work, _row(work, payment_id))


def decide(work: Work, payment_id: str, decision: str) -> Standing:
    """An operator's word on money that does not fit, once and for all.

    Raises `NotFound`, or `Conflict`: DECIDED when another decision was made, NOTHING_TO_DECIDE
    when nothing came for good or the price is covered.
    """
    row = _row(work, payment_id, lock=True)
    standing = standing_of(work, payment_id)
    if standing.decision == decision:
        return standing
    if standing.decision is not None:
        raise Conflict(f"It was decided: {standing.decision}.", code="DECIDED")
    short = standing.paid_with is None and any(standing.final(coin) for coin in standing.dues)
    if not short:
        raise Conflict("There is nothing to decide about it.", code="NOTHING_TO_DECIDE")
    assert row is not None
    closed_at = work.now if decision == RETURNED else row.closed_at
    _change(work, row, decision=decision, closed_at=closed_at)
    return standing_of(work, payment_id)


def unsettled(work: Work) -> list[str]:
    """Payments that something came for and that are not paid: the watcher's news may be lost."""
    arrived = select(web3_deposits.c.address).where(web3_deposits.c.status != DROPPED)
    query = (
        select(web3_payments.c.payment_id)
        .join(payments, payments.c.id == web3_payments.c.payment_id)
        .where(
            web3_payments.c.address.in_(arrived),
            payments.c.status != "succeeded",
            payments.c.provider_ref.is_not(None),
            or_(
                payments.c.status.in_(ACTIVE),
                web3_payments.c.watched_until >= work.now,
                web3_payments.c.decision == SETTLED,
            ),
        )
        .order_by(web3_payments.c.payment_id)
    )
    return list(work.execute(query).scalars())


def deposits_at(work: Work, address: str) -> list[Deposit]:
    """What came to an address, oldest first; what was taken back again is left out."""
    query = (
        select(web3_deposits)
        .where(web3_deposits.c.address == address, web3_deposits.c.status != DROPPED)
        .order_by(web3_deposits.c.block_number, web3_deposits.c.tx_hash, web3_deposits.c.log_index)
    )
    return [deposit_from(row) for row in work.execute(query).all()]


def deposit_from(row: Any) -> Deposit:
    """The value of a row of deposits."""
    return Deposit(**{name: getattr(row, name) for name in Deposit.__dataclass_fields__})


def _row(work: Work, payment_id: str, *, lock: bool = False) -> Row[Any] | None:
    query = select(web3_payments).where(web3_payments.c.payment_id == payment_id)
    return work.execute(query.with_for_update() if lock else query).first()


def _change(work: Work, row: Any, **values: Any) -> None:
    work.execute(
        update(web3_payments)
        .where(web3_payments.c.payment_id == row.payment_id)
        .values(version=row.version + 1, **values)
    )


def _standing(work: Work, row: Any) -> Standing:
    deposits = deposits_at(work, row.address)
    return Standing(
        payment_id=row.payment_id,
        address=row.address,
        dues={coin: int(units) for coin, units in row.dues.items()},
        deposits=deposits,
        decision=row.decision,
        closed_at=row.closed_at,
        confirmations=_confirmations(work, deposits),
    )


def _confirmations(work: Work, deposits: Iterable[Deposit]) -> dict[str, int]:
    """Blocks on top of the youngest deposit of each coin, its own among them."""
    waiting = [one for one in deposits if one.status != FINAL]
    if not waiting:
        return {}
    known = work.execute(select(web3_heads.c.chain_id, web3_heads.c.number)).all()
    heads = {row.chain_id: row.number for row in known}
    youngest: dict[str, Deposit] = {}
    for one in waiting:
        if one.coin_id not in youngest or youngest[one.coin_id].block_number < one.block_number:
            youngest[one.coin_id] = one
    return {
        coin: max(0, heads.get(one.chain_id, 0) - one.block_number + 1)
        for coin, one in youngest.items()
    }
