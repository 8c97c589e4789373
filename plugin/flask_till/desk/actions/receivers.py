"""Where the shares of receivers are passed on to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from ...base.database import Work
from ...base.prepared import Upsert
from ..tables.balances import receivers

_SET = Upsert(
    receivers,
    lambda row: row.on_conflict_do_update(
        index_elements=["merchant_id", "name"], set_={"account": row.excluded.account}
    ),
)


def set_account(work: Work, merchant_id: str, name: str, account: str) -> None:
    """Shares of that receiver in orders made from now on go to this account."""
    work.execute(_SET, {"merchant_id": merchant_id, "name": name, "account": account})


def accounts_of(work: Work, merchant_id: str, names: Iterable[str]) -> Mapping[str, str]:
    """receiver -> account, of those that have one."""
    query = select(receivers).where(
        receivers.c.merchant_id == merchant_id, receivers.c.name.in_(list(names))
    )
    return {row.name: row.account for row in work.execute(query).all()}


def list_receivers(work: Work, merchant_id: str | None = None) -> list[tuple[str, str, str]]:
    """(merchant id, receiver, account), sorted."""
    query = select(receivers).order_by(receivers.c.merchant_id, receivers.c.name)
    if merchant_id is not None:
        query = query.where(receivers.c.merchant_id == merchant_id)
    return [(row.merchant_id, row.name, row.account) for row in work.execute(query).all()]
