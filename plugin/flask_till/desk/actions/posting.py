"""Writing to the ledger. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select

from ...base.database import Work
from ..ledger import Posting, is_balanced
from ..tables import ledger


def post(work: Work, *, order_id: str | None, kind: str, currency: str, posting: Posting) -> None:
    """One balanced entry. A posting that does not add up to zero is a fault of ours: it raises."""
    if not is_balanced(posting):
        raise AssertionError(f"unbalanced {kind} posting for {order_id}: {dict(posting)}")
    entry = work.new_id("ent")
    rows = [
        {
            "entry": entry,
            "account": account,
            "order_id": order_id,
            "kind": kind,
            "amount": amount,
            "currency": currency,
            "at": work.now,
        }
        for account, amount in sorted(posting.items())
    ]
    work.execute(insert(ledger), rows)


def balances(work: Work, order_id: str, kinds: Sequence[str]) -> dict[str, int]:
    """account -> what this order's postings of those kinds left on it, in minor units."""
    query = (
        select(ledger.c.account, func.sum(ledger.c.amount).label("total"))
        .where(ledger.c.order_id == order_id, ledger.c.kind.in_(kinds))
        .group_by(ledger.c.account)
        .order_by(ledger.c.account)
    )
    return {row.account: int(row.total) for row in work.execute(query)}


def list_accounts(work: Work, *, beginning: str = "") -> list[tuple[str, str, int]]:
    """(account, currency, minor units that it holds), sorted; those that hold nothing left out."""
    total = func.sum(ledger.c.amount).label("total")
    query = (
        select(ledger.c.account, ledger.c.currency, total)
        .where(ledger.c.account.startswith(beginning, autoescape=True))
        .group_by(ledger.c.account, ledger.c.currency)
        .having(total != 0)
        .order_by(ledger.c.account, ledger.c.currency)
    )
    return [(row.account, row.currency, int(row.total)) for row in work.execute(query).all()]


def list_entries(work: Work, order_id: str) -> list[Any]:
    """Every posting of an order, oldest first."""
    query = (
        select(ledger)
        .where(ledger.c.order_id == order_id)
        .order_by(ledger.c.at, ledger.c.entry, ledger.c.account)
    )
    return list(work.execute(query).all())
