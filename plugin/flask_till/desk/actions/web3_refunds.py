"""What of a coin goes back for a refund in the order's currency: to the base unit, nothing lost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ...base.database import Work
from ..onchain import FAILED, RETURN
from ..tables import refunds
from ..tables.web3 import web3_entries, web3_sendings


def units_of_refund(
    work: Work, refund_id: str, payment_id: str, *, minor: int, price: int, paid: int
) -> int:
    """That part of what was ``paid`` in base units; the last refund takes what rounding left.

    ``minor`` of the ``price``, both in minor units, go back. A repeat has the same answer.
    """
    query = select(refunds.c.id, refunds.c.amount).where(refunds.c.payment_id == payment_id)
    amounts = {row.id: row.amount for row in work.execute(query).all()}
    sent: dict[str, int] = {row.id: row.units for row in _sendings(work, list(amounts))}
    sent |= {row.ref: row.units for row in _returns(work, list(amounts))}
    if refund_id in sent:
        return sent[refund_id]
    before = sum(amounts[one] for one in sent)
    if before + minor >= price:
        return paid - sum(sent.values())
    return paid * minor // price


def _sendings(work: Work, ids: list[str]) -> list[Any]:
    query = select(web3_sendings.c.id, web3_sendings.c.units).where(
        web3_sendings.c.id.in_(ids), web3_sendings.c.status != FAILED
    )
    return list(work.execute(query).all())


def _returns(work: Work, ids: list[str]) -> list[Any]:
    query = select(web3_entries.c.ref, web3_entries.c.units).where(
        web3_entries.c.kind == RETURN, web3_entries.c.ref.in_(ids)
    )
    return list(work.execute(query).all())
