"""The invariants of what is sent on chains: signed once, in order, and never more than there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from ...base.database import Work
from ...base.invariants import Invariant
from ..onchain import FAILED, FINAL, deposit_path
from ..tables import refunds
from ..tables.web3 import web3_addresses, web3_deposits, web3_payments, web3_sendings


def _came(work: Work) -> dict[tuple[str, str], int]:
    """What came for good, by address and coin."""
    query = select(web3_deposits).where(web3_deposits.c.status == FINAL)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in work.execute(query).all():
        found[row.address, row.coin_id] += row.received
    return found


def _sent(work: Work) -> list[Any]:
    query = select(web3_sendings).where(
        web3_sendings.c.status != FAILED, web3_sendings.c.coin_id.is_not(None)
    )
    return list(work.execute(query).all())


def _left_too_much(work: Work) -> Iterator[Mapping[str, Any]]:
    came = _came(work)
    query = select(web3_addresses.c.number, web3_addresses.c.address)
    address_of = {deposit_path(row.number): row.address for row in work.execute(query).all()}
    left: dict[tuple[str, str], int] = defaultdict(int)
    for row in _sent(work):
        if row.path in address_of:
            left[address_of[row.path], row.coin_id] += row.units
    for (address, coin_id), units in sorted(left.items()):
        if units > came.get((address, coin_id), 0):
            yield {"address": address, "coin": coin_id, "left": units}


def _went_back_too_much(work: Work) -> Iterator[Mapping[str, Any]]:
    came = _came(work)
    payment_of = {row.id: row.payment_id for row in work.execute(select(refunds)).all()}
    query = select(web3_payments.c.payment_id, web3_payments.c.address)
    address_of = {row.payment_id: row.address for row in work.execute(query).all()}
    back: dict[tuple[str, str], int] = defaultdict(int)
    for row in _sent(work):
        is_back = row.id.startswith("back:")
        payment_id = row.id.split(":")[1] if is_back else payment_of.get(row.id, "")
        if payment_id in address_of:
            back[payment_id, row.coin_id] += row.units
    for (payment_id, coin_id), units in sorted(back.items()):
        if units > came.get((address_of[payment_id], coin_id), 0):
            yield {"payment": payment_id, "coin": coin_id, "goes_back": units}


SENDINGS_INVARIANTS = (
    Invariant(
        "web3-signed",
        "what left an account was stored as it was signed, with its nonce",
        """select s.id, s.status from till_desk_web3_sendings s
           left join till_desk_web3_transactions t
             on t.tx_hash = s.tx_hash and t.sending_id = s.id and t.nonce = s.nonce
           where s.status in ('sent', 'final') and t.tx_hash is null""",
    ),
    Invariant(
        "web3-nonces-apart",
        "no nonce of an account was ever signed for two sendings",
        """select s.chain_id, s.sender, t.nonce from till_desk_web3_transactions t
           join till_desk_web3_sendings s on s.id = t.sending_id
           group by s.chain_id, s.sender, t.nonce having count(distinct s.id) > 1""",
    ),
    Invariant(
        "web3-final-in-block",
        "what is final is in a block",
        """select id from till_desk_web3_sendings
           where status = 'final' and block_number is null""",
    ),
    Invariant(
        "web3-in-order",
        "nothing was signed before what it has to wait for was final",
        """select s.id, s.after, f.status from till_desk_web3_sendings s
           join till_desk_web3_sendings f on f.id = s.after
           where s.status in ('sent', 'final') and f.status <> 'final'""",
    ),
    Invariant(
        "web3-swept-within-came",
        "no more of a coin leaves an address than came to it",
        _left_too_much,
    ),
    Invariant(
        "web3-back-within-came",
        "no more goes back of a payment, by refunds and otherwise, than came for it",
        _went_back_too_much,
    ),
)
