"""How our calls to a merchant fare: one that fails nearly always is switched off (3.2)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select, update

from ...base.columns import EPOCH
from ...base.database import Work
from ...errors import Conflict
from ..tables.wallet import merchant_calls
from .inpost_merchants import read_inpost, switch_off

SLOT = timedelta(seconds=10)
SLOTS = 12
"""Together the 120 seconds that are looked at."""
ENOUGH = 20
"""Fewer calls than this say nothing about a merchant."""
TOO_MANY_PERCENT = 90
REASON = "ERROR_SHARE"


def note_call(work: Work, merchant_id: str, *, failed: bool) -> bool:
    """Count one call; True when this one switched the merchant off.

    Counted in slots of ten seconds, so that a merchant has thirteen rows at most.
    """
    slot = (work.now - EPOCH) // SLOT
    row = {"merchant_id": merchant_id, "slot": slot}
    work.insert_once(merchant_calls, row | {"calls": 0, "failures": 0})
    work.execute(
        update(merchant_calls)
        .where(merchant_calls.c.merchant_id == merchant_id, merchant_calls.c.slot == slot)
        .values(calls=merchant_calls.c.calls + 1, failures=merchant_calls.c.failures + int(failed))
    )
    work.execute(
        delete(merchant_calls).where(
            merchant_calls.c.merchant_id == merchant_id, merchant_calls.c.slot <= slot - SLOTS
        )
    )
    bad = failed and _fails_nearly_always(work, merchant_id)
    return bad and switch_off(work, merchant_id, REASON)


def _fails_nearly_always(work: Work, merchant_id: str) -> bool:
    lately = work.execute(
        select(
            func.coalesce(func.sum(merchant_calls.c.calls), 0).label("calls"),
            func.coalesce(func.sum(merchant_calls.c.failures), 0).label("failures"),
        ).where(merchant_calls.c.merchant_id == merchant_id)
    ).one()
    calls, failures = int(lately.calls), int(lately.failures)
    return calls >= ENOUGH and failures * 100 >= calls * TOO_MANY_PERCENT


def require_on(work: Work, merchant_id: str) -> None:
    """Raises `Conflict` (MERCHANT_DISABLE) while the merchant is switched off."""
    if not read_inpost(work, merchant_id).is_on:
        raise Conflict("This shop is switched off for now.", code="MERCHANT_DISABLE")
