"""What an operator looks through: payments whose money does not fit, and shoppers' accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from ...base.database import Work
from ..onchain import DROPPED, FAILED, OVERPAID, UNDERPAID, Standing
from ..tables import orders, payments
from ..tables.web3 import (
    web3_addresses,
    web3_balances,
    web3_deposits,
    web3_payments,
    web3_sendings,
)
from .web3_payments import standing_of
from .web3_returns import returns_of

LATE = "late"
KINDS = (UNDERPAID, OVERPAID, LATE)
"""How the money of a payment may not fit: too little, too much, or after its order had ended."""
ENDED = ("cancelled", "expired")


@dataclass(frozen=True, slots=True)
class Misfit:
    """A payment with money that does not fit; ``kind`` is one of `KINDS`."""

    kind: str
    order_id: str
    order_status: str
    opened_at: datetime
    standing: Standing


def list_misfits(work: Work, *, kind: str | None = None, limit: int = 100) -> list[Misfit]:
    """Newest first. What an order's refund took care of is not among them."""
    came = select(web3_deposits.c.address).where(web3_deposits.c.status != DROPPED)
    query = (
        select(
            web3_payments.c.payment_id,
            web3_payments.c.opened_at,
            payments.c.order_id,
            orders.c.status,
        )
        .join(payments, payments.c.id == web3_payments.c.payment_id)
        .join(orders, orders.c.id == payments.c.order_id)
        .where(web3_payments.c.address.in_(came))
        .order_by(web3_payments.c.opened_at.desc(), web3_payments.c.payment_id)
    )
    found: list[Misfit] = []
    for row in work.execute(query):
        standing = standing_of(work, row.payment_id)
        fits = _kind(standing, row.status) if left_to_return(work, standing) else None
        if fits is not None and kind in (None, fits):
            found.append(Misfit(fits, row.order_id, row.status, row.opened_at, standing))
        if len(found) == limit:
            break
    return found


def left_to_return(work: Work, standing: Standing) -> dict[str, int]:
    """What came and pays for nothing, final or not, less what was sent back of it; by coin."""
    back = [one for one in returns_of(work, standing.payment_id) if one.status != FAILED]
    covered = standing.paid_with is not None
    came = {coin: standing.seen(coin) for coin in standing.dues}
    left = dict(standing.excess) if covered else came
    for one in back:
        left[str(one.coin_id)] = left.get(str(one.coin_id), 0) - one.units
    return {coin: units for coin, units in left.items() if units > 0}


def _kind(standing: Standing, order_status: str) -> str | None:
    if standing.state == OVERPAID:
        return OVERPAID
    if standing.state != UNDERPAID:
        return None
    return LATE if order_status in ENDED else UNDERPAID


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A shopper's account: its address, and what it holds by the coin's id."""

    owner: str
    address: str
    balances: Mapping[str, int]


def list_accounts(work: Work, *, limit: int = 100) -> list[AccountLine]:
    """The newest first."""
    owned = (
        select(web3_addresses.c.owner, web3_addresses.c.address)
        .where(web3_addresses.c.owner.is_not(None))
        .order_by(web3_addresses.c.number.desc())
        .limit(limit)
    )
    found = [AccountLine(row.owner, row.address, {}) for row in work.execute(owned).all()]
    mine = web3_balances.c.owner.in_([one.owner for one in found])
    held: dict[str, dict[str, int]] = {}
    for row in work.execute(select(web3_balances).where(mine)).all():
        if row.units:
            held.setdefault(row.owner, {})[row.coin_id] = row.units
    return [AccountLine(one.owner, one.address, held.get(one.owner, {})) for one in found]


def count_sendings(work: Work) -> dict[tuple[int, str], int]:
    """How many there are by chain and state."""
    query = select(
        web3_sendings.c.chain_id, web3_sendings.c.status, func.count().label("many")
    ).group_by(web3_sendings.c.chain_id, web3_sendings.c.status)
    return {(row.chain_id, row.status): row.many for row in work.execute(query).all()}
