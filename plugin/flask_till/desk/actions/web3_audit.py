"""The invariants of money on chains: what was kept has come, and nothing goes back twice."""

# ruff: noqa: S608 - put together from constants of ours only
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from ...base.columns import Units
from ...base.database import Work
from ...base.invariants import Invariant
from ..onchain import RETURN, TOPUP
from ..tables import payments, refunds
from ..tables.web3 import web3_balances, web3_entries, web3_payments
from .web3_payments import standing_of

_NOTHING = "0" * Units.WIDTH
SIGN = {TOPUP: 1, RETURN: 1}


def _unpaid(work: Work) -> Iterator[Mapping[str, Any]]:
    """Payments that count as paid although nothing covers them and nobody said it is enough."""
    query = (
        select(web3_payments.c.payment_id)
        .join(payments, payments.c.id == web3_payments.c.payment_id)
        .where(payments.c.status == "succeeded")
    )
    for payment_id in work.execute(query).scalars().all():
        standing = standing_of(work, payment_id)
        if standing.paid_with is None:
            yield {"payment": payment_id, "state": standing.state}


def _wrong_balances(work: Work) -> Iterator[Mapping[str, Any]]:
    said = {
        (row.owner, row.coin_id): row.units for row in work.execute(select(web3_balances)).all()
    }
    booked: dict[tuple[str, str], int] = defaultdict(int)
    for row in work.execute(select(web3_entries)).all():
        booked[row.owner, row.coin_id] += SIGN.get(row.kind, -1) * row.units
    for key in sorted(said.keys() | booked.keys()):
        if said.get(key, 0) != booked.get(key, 0):
            yield {"owner": key[0], "coin": key[1], "said": said.get(key), "booked": booked[key]}


def _returned_too_much(work: Work) -> Iterator[Mapping[str, Any]]:
    """To accounts; what goes back on a chain is another invariant's."""
    returned = (
        select(refunds.c.payment_id, web3_entries.c.units)
        .join(web3_entries, web3_entries.c.ref == refunds.c.id)
        .where(web3_entries.c.kind == RETURN)
    )
    back: dict[str, int] = defaultdict(int)
    for row in work.execute(returned).all():
        back[row.payment_id] += row.units
    spent = select(web3_entries.c.ref, web3_entries.c.units).where(web3_entries.c.kind == "spend")
    took = {row.ref: row.units for row in work.execute(spent).all()}
    for payment_id, units in sorted(back.items()):
        if units > took.get(payment_id, 0):
            yield {"payment": payment_id, "took": took.get(payment_id, 0), "gave_back": units}


WEB3_INVARIANTS = (
    Invariant(
        "web3-paid",
        "a payment on a chain that succeeded is covered by what came for good, or was settled",
        _unpaid,
    ),
    Invariant(
        "web3-opened",
        "no payment on a chain succeeds without an address of its own",
        """select p.id from till_desk_payments p
           left join till_desk_web3_payments w on w.payment_id = p.id
           where p.gateway in ('web3', 'test_web3') and p.status = 'succeeded'
             and w.payment_id is null""",
    ),
    Invariant(
        "web3-balances",
        "an account holds what came into it less what left it",
        _wrong_balances,
    ),
    Invariant(
        "web3-topups",
        "what came for good to an account's address is booked there, once and to the unit",
        f"""select d.chain_id, d.tx_hash, d.log_index, d.address
            from till_desk_web3_deposits d
            join till_desk_web3_addresses a on a.address = d.address and a.owner is not null
            left join till_desk_web3_entries e on e.kind = 'topup' and e.units = d.received
              and e.owner = a.owner and e.coin_id = d.coin_id
              and e.ref = d.chain_id || ':' || d.tx_hash || ':' || d.log_index
            where d.status = 'final' and d.received <> '{_NOTHING}' and e.ref is null""",
    ),
    Invariant(
        "web3-topups-came",
        "nothing is booked to an account that did not come for good",
        """select e.ref, e.owner from till_desk_web3_entries e
           left join till_desk_web3_deposits d on d.status = 'final' and d.received = e.units
             and e.ref = d.chain_id || ':' || d.tx_hash || ':' || d.log_index
           where e.kind = 'topup' and d.tx_hash is null""",
    ),
    Invariant(
        "web3-spends",
        "a payment from an account took something just when it succeeded",
        f"""select p.id, p.status from till_desk_payments p
            left join till_desk_web3_entries e on e.kind = 'spend' and e.ref = p.id
              and e.units <> '{_NOTHING}'
            where p.gateway in ('web3_account', 'test_web3_account')
              and ((p.status = 'succeeded' and e.ref is null)
                or (p.status in ('failed', 'cancelled') and e.ref is not null))""",
    ),
    Invariant(
        "web3-refunds-sent",
        "a refund of a payment on a chain is done when what was sent for it is final",
        """select r.id from till_desk_refunds r
           join till_desk_payments p on p.id = r.payment_id
           left join till_desk_web3_sendings s on s.id = r.id and s.status = 'final'
           where p.gateway in ('web3', 'test_web3') and r.status = 'succeeded' and s.id is null""",
    ),
    Invariant(
        "web3-refunds-booked",
        "a refund of a payment from an account has come back to it",
        """select r.id from till_desk_refunds r
           join till_desk_payments p on p.id = r.payment_id
           left join till_desk_web3_entries e on e.kind = 'return' and e.ref = r.id
           where p.gateway in ('web3_account', 'test_web3_account') and r.status = 'succeeded'
             and e.ref is null""",
    ),
    Invariant(
        "web3-returned-within-spent",
        "no more goes back to an account than was taken from it",
        _returned_too_much,
    ),
    Invariant(
        "web3-coins",
        "a deposit is in a coin of its own chain",
        """select chain_id, tx_hash, coin_id from till_desk_web3_deposits
           where coin_id not like (chain_id || ':%')""",
    ),
)
